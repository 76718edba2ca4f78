"""Trainings that go epoch by epoch, each a function of the seed and its number: what they keep and take up again."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from torch import Tensor, nn  # noqa: TID253

from lineament.errors import ModelError
from lineament.training.checkpoint import Checkpoint, read_checkpoint
from lineament.training.events import EpochFinished

Event = TypeVar("Event", bound=EpochFinished)
Module = TypeVar("Module", bound=nn.Module)


@dataclass(eq=False, kw_only=True)
class Epochs(Generic[Event]):
    """How far a training has come; `best` is the network's state after the best epoch so far."""

    epoch: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)
    history: list[Event] = field(default_factory=list)

    @property
    def lowest(self) -> float:
        """Of the dev videos' RMSE."""
        return min((e.dev_rmse for e in self.history), default=math.inf)

    def finished(self, epochs: int, patience: int) -> bool:
        """After all epochs, or `patience` of them without a better one."""
        since = len(self.history) - 1 - max((e.epoch for e in self.history if e.best), default=-1)
        return self.epoch >= epochs or (bool(self.history) and since >= patience)

    def add(self, event: Event, network: nn.Module) -> None:
        """One more epoch is done, which left the network as it is."""
        self.history.append(event)
        self.epoch = event.epoch + 1
        if event.best:
            self.best = {name: tensor.clone() for name, tensor in network.state_dict().items()}

    def facts(self, identity: str) -> dict[str, Any]:
        """For a checkpoint's JSON; `best` goes among its tensors."""
        return {"identity": identity, "epoch": self.epoch, "history": [asdict(event) for event in self.history]}

    def take_up(self, kept: Checkpoint, event: type[Event]) -> None:
        """What `facts` gave; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        self.best = dict(kept.tensors["best"])
        self.history = [event(**facts) for facts in kept.facts["history"]]
        self.epoch = int(kept.facts["epoch"])


def identity_of(config: Mapping[str, Any], data: str) -> str:
    """SHA-256 of settings and of what is learnt from: what a checkpoint must belong to."""
    return hashlib.sha256((json.dumps(config, sort_keys=True) + data).encode()).hexdigest()


def checkpoint_of(path: Path | None, identity: str) -> Checkpoint | None:
    """The checkpoint, if there is one; raises `ModelError` when it is damaged or another training's."""
    found = read_checkpoint(path) if path is not None else None
    if found is not None and found.facts.get("identity") != identity:
        raise ModelError(
            "the checkpoint is of a training with other settings or other videos",
            path=path,
            remedy="Delete it or choose another folder.",
        )
    return found


@contextmanager
def taking_up(path: Path | None) -> Iterator[None]:
    """Turns what does not fit, inside, into a `ModelError` that names the checkpoint."""
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
        raise ModelError(
            "the training's checkpoint is damaged",
            path=path,
            remedy="Delete it; the training then starts from the beginning.",
        ) from error


def on_device(network: Module, device: str) -> Module:
    """The network there; raises `ModelError` for a device that this computer does not have."""
    try:
        return network.to(device)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"this computer has no device called {device} that can be trained on", remedy="Choose cpu."
        ) from error


def require_finite(value: float, what: str) -> None:
    """Raises `ModelError`, saying `what`, for a loss or score that is no number."""
    if not math.isfinite(value):
        raise ModelError(what, remedy="Train again from the beginning with a lower learning rate.")
