"""What a training in a process of its own is asked, and what it answers; nothing here needs torch to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lineament.settings import Setting

Purpose = Literal["train", "resume", "describe"]
Described = Mapping[str, Mapping[str, tuple[Setting, ...]]]
"""Settings by system and preset."""
_EPOCH, _LOSS = "epoch", "loss"


@dataclass(frozen=True)
class TrainingRequest:
    """folder: of the model. system, cohort, settings: as `train` takes them, the cohort as `--cohort` does; a training
    that is resumed has its own. "describe" asks for all settings there are."""

    folder: Path
    system: str = ""
    cohort: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    purpose: Purpose = "train"


@dataclass(frozen=True)
class Doing:
    """A sentence on what goes on before there is progress to count."""

    text: str


@dataclass(frozen=True)
class Began:
    """What was asked is on disk; whatever happens from here on, it can be gone on with."""

    folder: Path


@dataclass(frozen=True)
class Answer:
    """To "describe"."""

    settings: Described


@dataclass(frozen=True)
class EpochTold:
    """One epoch of any system. part: of the training, "" where it has one. loss: what is minimised. dev_loss: the same
    on dev persons; dev_rmse: their error in points; dev_auc: how well they are told apart; None where not measured."""

    part: str
    epoch: int
    loss: float
    dev_loss: float | None = None
    dev_rmse: float | None = None
    dev_auc: float | None = None
    best: bool = False

    @classmethod
    def of(cls, event: object) -> "EpochTold | None":
        """From what a system sends after an epoch; None for anything else."""
        said = {name: getattr(event, name, None) for name in (_EPOCH, _LOSS, "dev_loss", "dev_rmse", "dev_auc")}
        epoch, loss = said.pop(_EPOCH), said.pop(_LOSS)
        if epoch is None or loss is None:
            return None
        network = getattr(event, "network", 0)
        part = getattr(event, "phase", "") or (f"network {network + 1}" if network else "")
        return cls(part, int(epoch), float(loss), best=bool(getattr(event, "best", False)), **said)
