"""Training, metrics, baselines and calibration; torch is imported when a name is first asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineament.training.events import EpochFinished
    from lineament.training.hand_designed import TrainingConfig, train_hand_designed

__all__ = ["EpochFinished", "TrainingConfig", "train_hand_designed"]


def __getattr__(name: str) -> Any:
    if name in {"TrainingConfig", "train_hand_designed"}:
        from lineament.training import hand_designed

        return getattr(hand_designed, name)
    if name == "EpochFinished":
        from lineament.training.events import EpochFinished

        return EpochFinished
    raise AttributeError(f"module {__name__} has no attribute {name}")
