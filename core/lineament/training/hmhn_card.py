"""The card of an HMHN model: what it reads, how well it does beside its controls, what it cannot do."""

from dataclasses import replace
from typing import Any

import numpy as np

from lineament.models.calibration import LEVEL
from lineament.models.card import Estimate, ModelCard
from lineament.models.hmhn.model import KIND, HMHNModel, modality
from lineament.models.pixels import FloatArray
from lineament.provenance import utc_now
from lineament.training.card_figures import coverage_table, oracle_figures, reachable_share
from lineament.training.dj_ldml_data import CropVideos
from lineament.training.hmhn_config import HMHNConfig
from lineament.training.hmhn_loop import Training
from lineament.training.metrics import measure, rmse_gain

_LIMITS = (
    "Reads the pixels of aligned face crops: lighting, camera, skin and hair are in what it sees; it refuses crops "
    "aligned by another tracker.",
    "Single estimates are uncertain: read the interval first. It holds for persons like those trained on.",
    "Recordings with less than 20 usable seconds, or less than half of the time usable, get no score.",
    "Each crop is scored by itself: movement between crops is not seen.",
    "Region maps say where the network looked, not why a person looks in some way.",
    "A reimplementation after a published abstract; the details are choices of this project.",
)
_OF_SIMULATED = (
    "Trained on rendered faces only. The figures show that the machinery works, nothing about people.",
    "Rendered faces are no filmed faces: scores of real videos from this model mean nothing.",
)


def blank_card(config: HMHNConfig, videos: CropVideos) -> ModelCard:
    """Before anything is measured."""
    nothing = Estimate(0.0, 0.0, 0.0)
    reads = modality(config.shape)
    trained = "trained on simulated behaviour" if videos.simulated else f"trained on {videos.data}"
    return ModelCard(
        name=config.name,
        kind=KIND,
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
        limits=(*_OF_SIMULATED, *_LIMITS) if videos.simulated else _LIMITS,
        parameters=0,
    )


def finished_card(
    config: HMHNConfig,
    videos: CropVideos,
    model: HMHNModel,
    training: Training,
    estimates: FloatArray,
    ridge: tuple[FloatArray, float],
    times: tuple[float, ...],
    minutes: float,
) -> ModelCard:
    """With the test videos' figures. estimates: float64[n, K], after each of K times; ridge: the control's estimates
    float64[n] and its penalty."""
    scores = videos.scores[videos.rows("test")]
    constant = np.full(len(scores), model.target_mean)
    network = estimates[:, -1]
    predictors = {"network": network, "ridge on crop statistics": ridge[0], "constant": constant}
    best = oracle_figures(videos.data)
    return replace(
        blank_card(config, videos),
        settings=_settings(config, training, ridge[1], minutes),
        test={name: measure(p, scores, constant=name == "constant") for name, p in predictors.items()},
        rmse_gain=rmse_gain(network, constant, scores),
        ridge_gain=rmse_gain(network, ridge[0], scores),
        oracle=best,
        reachable_share=reachable_share(predictors, scores, best),
        coverage=coverage_table(model.conformal, videos.scale, estimates, scores, times),
        parameters=model.parameters,
        utc_time=utc_now(),
        notes=_notes(videos),
    )


def _notes(videos: CropVideos) -> tuple[str, ...]:
    notes = ["The test persons were used once, after everything else was fixed."]
    persons, count = videos.persons["test"], len(videos.rows("test"))
    if count != persons:
        notes.append(f"The {persons} test persons have {count} videos, which the figures count one by one.")
    return tuple(notes)


def _settings(config: HMHNConfig, training: Training, ridge_penalty: float, minutes: float) -> dict[str, Any]:
    return {
        "modality": modality(config.shape),
        **{name: value for name, value in config.to_json().items() if name != "name"},
        "epochs run": len(training.history),
        "dev RMSE": round(training.lowest, 4),
        "ridge penalty": ridge_penalty,
        "minutes": round(minutes, 1),
    }
