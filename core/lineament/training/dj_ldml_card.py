"""The card of a DJ-LDML model: what it reads, how well it does beside its controls, what it cannot do."""

from typing import Any

import numpy as np

from lineament.models.calibration import LEVEL
from lineament.models.card import Estimate, ModelCard
from lineament.models.dj_ldml import KIND
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.pixels import FloatArray
from lineament.provenance import utc_now
from lineament.training.card_figures import coverage_table, oracle_figures, reachable_share
from lineament.training.dj_ldml_config import DjLdmlConfig
from lineament.training.dj_ldml_data import CropVideos
from lineament.training.dj_ldml_held import HeldVideos
from lineament.training.dj_ldml_loop import Training
from lineament.training.metrics import measure, rmse_gain

MODALITY = "clips of aligned face crops (RGB video)"

_LIMITS = (
    "Reads the pixels of aligned face crops: lighting, camera, skin and hair are in what it sees; it refuses crops "
    "aligned by another tracker.",
    "Single estimates are uncertain: read the interval first. It holds for persons like those trained on. The width of "
    "the distribution over the scale is learnt from blurred labels and is no interval.",
    "Recordings with less than 20 usable seconds, or less than half of the time usable, get no score.",
    "A reimplementation after a published abstract; the details are choices of this project.",
)
_OF_SIMULATED = (
    "Trained on rendered faces only. The figures show that the machinery works, nothing about people.",
    "Rendered faces are no filmed faces: scores of real videos from this model mean nothing.",
)


def blank_card(config: DjLdmlConfig, videos: CropVideos) -> ModelCard:
    """Before anything is measured."""
    nothing = Estimate(0.0, 0.0, 0.0)
    trained = "trained on simulated behaviour" if videos.simulated else f"trained on {videos.data}"
    return ModelCard(
        name=config.name,
        kind=KIND,
        summary_line=f"{trained}; reads {MODALITY}",
        scale=videos.scale,
        trained_on=videos.extractor,
        trained_on_simulated=videos.simulated,
        data=videos.data,
        persons=videos.persons,
        settings={"modality": MODALITY},
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
    config: DjLdmlConfig,
    videos: CropVideos,
    model: DjLdmlModel,
    training: Training,
    test: HeldVideos,
    ridge: FloatArray,
    ridge_penalty: float,
    times: tuple[float, ...],
    minutes: float,
) -> ModelCard:
    """With the test videos' figures. ridge: float64[n], the control's estimates of the test videos."""
    constant = np.full(len(test.scores), model.target_mean)
    network = test.estimates[:, -1]
    predictors = {"network": network, "ridge on crop statistics": ridge, "constant": constant}
    best = oracle_figures(videos.data)
    facts = vars(blank_card(config, videos)) | {
        "settings": _settings(config, model, training, ridge_penalty, minutes),
        "test": {name: measure(p, test.scores, constant=name == "constant") for name, p in predictors.items()},
        "rmse_gain": rmse_gain(network, constant, test.scores),
        "ridge_gain": rmse_gain(network, ridge, test.scores),
        "oracle": best,
        "reachable_share": reachable_share(predictors, test.scores, best),
        "coverage": coverage_table(model.conformal, videos.scale, test.estimates, test.scores, times),
        "parameters": model.parameters,
        "utc_time": utc_now(),
        "notes": _notes(videos, test),
    }
    return ModelCard(**facts)


def _notes(videos: CropVideos, test: HeldVideos) -> tuple[str, ...]:
    notes = ["The test persons were used once, after everything else was fixed."]
    persons = videos.persons["test"]
    if len(test.scores) != persons:
        notes.append(f"The {persons} test persons have {len(test.scores)} videos, which the figures count one by one.")
    return tuple(notes)


def _settings(
    config: DjLdmlConfig, model: DjLdmlModel, training: Training, ridge_penalty: float, minutes: float
) -> dict[str, Any]:
    objective = config.objective
    plain = config.to_json()
    return {
        "modality": MODALITY,
        "learns": "label distribution and label-aware histogram loss" if objective.joint else "label distribution",
        "clip": f"{config.clip.frames} frames of {config.clip.size} px over {config.clip.seconds:g} s",
        "sigma of the label distributions": round(model.label.sigma, 3),
        **{name: plain[name] for name in ("seed", "shape", "objective", "optimiser", "start_from")},
        "batch": f"{config.clips_per_video} clips of each of {config.videos_per_batch} videos",
        "clips of a video an epoch": config.clips,
        "epochs run": len(training.history),
        "dev RMSE": round(training.lowest, 4),
        "ridge penalty": ridge_penalty,
        "minutes": round(minutes, 1),
    }
