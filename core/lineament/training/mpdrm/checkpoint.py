"""A training run on disk after every epoch, as data: tensors and JSON in one safetensors file, never pickle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.errors import ModelError
from lineament.storage import make_folder, write_atomically

State = dict[str, Tensor]


@dataclass(eq=False)
class TrainingState:
    """All that the next epoch depends on; random numbers follow from the seed, the phase and the epoch.

    phase: 0 for MPFN's, 1 for the whole network's, 2 when done. epoch: how many of the phase are done. network, best:
    weights now and at the lowest dev loss. moments: the optimiser's state a parameter. history: events as JSON.
    """

    phase: int = 0
    epoch: int = 0
    network: State = field(default_factory=dict)
    best: State = field(default_factory=dict)
    moments: dict[int, State] = field(default_factory=dict)
    lowest: float | None = None
    since_best: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


def save_state(path: Path, state: TrainingState) -> None:
    """Write atomically, over an older state; raises `StorageError`."""
    from safetensors.torch import save

    tensors = {f"network.{name}": value for name, value in state.network.items()}
    tensors |= {f"best.{name}": value for name, value in state.best.items()}
    for index, moments in state.moments.items():
        tensors |= {f"moments.{index}.{name}": value for name, value in moments.items()}
    plain = {
        "phase": state.phase,
        "epoch": state.epoch,
        "lowest": state.lowest,
        "since_best": state.since_best,
        "history": state.history,
    }
    make_folder(path.parent)
    owned = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    write_atomically(path, save(owned, {"state": json.dumps(plain)}))


def load_state(path: Path) -> TrainingState | None:
    """The state of a run that was stopped; None where there is none. Raises `ModelError` when the file is damaged."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as kept:
            plain = json.loads(kept.metadata()["state"])
            tensors = {name: kept.get_tensor(name) for name in kept.keys()}  # noqa: SIM118
        moments: dict[int, State] = {}
        for name, value in _under(tensors, "moments.").items():
            index, _, key = name.partition(".")
            moments.setdefault(int(index), {})[key] = value
        return TrainingState(
            network=_under(tensors, "network."), best=_under(tensors, "best."), moments=moments, **plain
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(
            "the training's saved state is damaged", path=path, remedy="Delete the file to start the training again."
        ) from error


def copy_of(module: torch.nn.Module) -> State:
    """Weights and buffers as copies on the CPU."""
    return {name: value.detach().cpu().clone() for name, value in module.state_dict().items()}


def _under(tensors: Mapping[str, Tensor], prefix: str) -> State:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
