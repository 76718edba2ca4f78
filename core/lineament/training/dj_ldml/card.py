"""The card of a DJ-LDML model: what it reads, how it was trained, what it cannot do."""

from typing import Any

from lineament.models.card import ModelCard
from lineament.models.dj_ldml import KIND
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.training.crops.card import LEAST, PIXELS, REIMPLEMENTED, UNCERTAIN, crops_card, measured_card
from lineament.training.crops.measures import Measured
from lineament.training.crops.videos import CropVideos
from lineament.training.dj_ldml.config import DjLdmlConfig
from lineament.training.dj_ldml.loop import Training

MODALITY = "clips of aligned face crops (RGB video)"

_LIMITS = (
    PIXELS,
    f"{UNCERTAIN} The width of the distribution over the scale is learnt from blurred labels and is no interval.",
    LEAST,
    REIMPLEMENTED,
)


def blank_card(config: DjLdmlConfig, videos: CropVideos) -> ModelCard:
    """Before anything is measured."""
    return crops_card(config.name, KIND, MODALITY, videos, _LIMITS)


def finished_card(
    config: DjLdmlConfig, videos: CropVideos, model: DjLdmlModel, training: Training, found: Measured, minutes: float
) -> ModelCard:
    """With the test videos' figures."""
    settings = _settings(config, model, training, found.ridge_penalty, minutes)
    return measured_card(blank_card(config, videos), videos, found, model.target_mean, settings, model.parameters)


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
