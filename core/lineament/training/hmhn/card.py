"""The card of an HMHN model: what it reads, how it was trained, what it cannot do."""

from typing import Any

from lineament.models.card import ModelCard
from lineament.models.hmhn.model import KIND, HMHNModel, modality
from lineament.training.crops.card import LEAST, PIXELS, REIMPLEMENTED, UNCERTAIN, crops_card, measured_card
from lineament.training.crops.measures import Measured
from lineament.training.crops.videos import CropVideos
from lineament.training.hmhn.config import HMHNConfig
from lineament.training.hmhn.loop import Training

_LIMITS = (
    PIXELS,
    UNCERTAIN,
    LEAST,
    "Each crop is scored by itself: movement between crops is not seen.",
    "Region maps say where the network looked, not why a person looks in some way.",
    REIMPLEMENTED,
)


def blank_card(config: HMHNConfig, videos: CropVideos) -> ModelCard:
    """Before anything is measured."""
    return crops_card(config.name, KIND, modality(config.shape), videos, _LIMITS)


def finished_card(
    config: HMHNConfig, videos: CropVideos, model: HMHNModel, training: Training, found: Measured, minutes: float
) -> ModelCard:
    """With the test videos' figures."""
    settings = _settings(config, training, found.ridge_penalty, minutes)
    return measured_card(blank_card(config, videos), videos, found, model.target_mean, settings, model.parameters)


def _settings(config: HMHNConfig, training: Training, ridge_penalty: float, minutes: float) -> dict[str, Any]:
    return {
        "modality": modality(config.shape),
        **{name: value for name, value in config.to_json().items() if name != "name"},
        "epochs run": len(training.history),
        "dev RMSE": round(training.lowest, 4),
        "ridge penalty": ridge_penalty,
        "minutes": round(minutes, 1),
    }
