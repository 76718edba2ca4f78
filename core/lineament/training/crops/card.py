"""The card of a model that reads face crops: how well it does beside its controls, what it cannot do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lineament.models.calibration import LEVEL
from lineament.models.card import Estimate, ModelCard
from lineament.provenance import utc_now
from lineament.training.card_figures import coverage_table, oracle_figures, reachable_share
from lineament.training.crops.measures import Measured
from lineament.training.crops.videos import CropVideos
from lineament.training.metrics import measure, rmse_gain

PIXELS = (
    "Reads the pixels of aligned face crops: lighting, camera, skin and hair are in what it sees; it refuses crops "
    "aligned by another tracker."
)
UNCERTAIN = "Single estimates are uncertain: read the interval first. It holds for persons like those trained on."
LEAST = "Recordings with less than 20 usable seconds, or less than half of the time usable, get no score."
REIMPLEMENTED = "A reimplementation after a published abstract; the details are choices of this project."
"""Limits that models of face crops share."""

_OF_SIMULATED = (
    "Trained on rendered faces only. The figures show that the machinery works, nothing about people.",
    "Rendered faces are no filmed faces: scores of real videos from this model mean nothing.",
)


def crops_card(name: str, kind: str, reads: str, videos: CropVideos, limits: tuple[str, ...]) -> ModelCard:
    """Before anything is measured. reads: what the model looks at, in words."""
    nothing = Estimate(0.0, 0.0, 0.0)
    trained = "trained on simulated behaviour" if videos.simulated else f"trained on {videos.data}"
    return ModelCard(
        name=name,
        kind=kind,
        summary_line=f"{trained}; reads {reads}",
        scale=videos.scale,
        trained_on=videos.extractor,
        trained_on_simulated=videos.simulated,
        data=videos.data,
        persons=videos.persons,
        settings={"modality": reads},
        test={},
        rmse_gain=nothing,
        ridge_gain=nothing,
        oracle={},
        reachable_share={},
        level=LEVEL,
        coverage={},
        limits=(*_OF_SIMULATED, *limits) if videos.simulated else limits,
        parameters=0,
    )


def measured_card(
    blank: ModelCard,
    videos: CropVideos,
    found: Measured,
    constant: float,
    settings: Mapping[str, Any],
    parameters: int,
) -> ModelCard:
    """With the test videos' figures. constant: the training videos' mean score."""
    scores, network = found.test.scores, found.test.estimates[:, -1]
    always = np.full(len(scores), constant)
    predictors = {"network": network, "ridge on crop statistics": found.ridge, "constant": always}
    best = oracle_figures(videos.data)
    return replace(
        blank,
        settings=dict(settings),
        test={name: measure(p, scores, constant=name == "constant") for name, p in predictors.items()},
        rmse_gain=rmse_gain(network, always, scores),
        ridge_gain=rmse_gain(network, found.ridge, scores),
        oracle=best,
        reachable_share=reachable_share(predictors, scores, best),
        coverage=coverage_table(found.conformal, videos.scale, found.test.estimates, scores, found.times),
        parameters=parameters,
        utc_time=utc_now(),
        notes=_notes(videos),
    )


def _notes(videos: CropVideos) -> tuple[str, ...]:
    notes = ["The test persons were used once, after everything else was fixed."]
    persons, count = videos.persons["test"], len(videos.rows("test"))
    if count != persons:
        notes.append(f"The {persons} test persons have {count} videos, which the figures count one by one.")
    return tuple(notes)
