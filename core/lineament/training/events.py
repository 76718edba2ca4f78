"""What trainings tell while they run, beside their progress."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EpochFinished:
    """Sent after each epoch: losses in standard units, and the dev persons' RMSE on the scale."""

    network: int
    epoch: int
    loss: float
    dev_loss: float
    dev_rmse: float
    best: bool


@dataclass(frozen=True)
class TrainingNote:
    """A sentence that whoever trains should see: what was dealt, left out or assumed."""

    text: str
