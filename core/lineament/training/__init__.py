"""Training, metrics, baselines and calibration; torch is imported when a name is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineament.training.asked import Asked, training_settings
    from lineament.training.errors import TrainingError
    from lineament.training.events import EpochFinished, TrainingNote
    from lineament.training.hand_designed import TrainingConfig, train_hand_designed
    from lineament.training.running import resume, train, unfinished
    from lineament.training.systems.registry import SYSTEMS

_HOMES = {
    "Asked": "asked",
    "EpochFinished": "events",
    "SYSTEMS": "systems.registry",
    "TrainingConfig": "hand_designed",
    "TrainingError": "errors",
    "TrainingNote": "events",
    "resume": "running",
    "train": "running",
    "train_hand_designed": "hand_designed",
    "training_settings": "asked",
    "unfinished": "running",
}

__all__ = [
    "SYSTEMS",
    "Asked",
    "EpochFinished",
    "TrainingConfig",
    "TrainingError",
    "TrainingNote",
    "resume",
    "train",
    "train_hand_designed",
    "training_settings",
    "unfinished",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"lineament.training.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
