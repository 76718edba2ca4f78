"""All that the hand-designed network's next epoch depends on, kept so that a stopped training goes on bit for bit."""

import copy
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: TID253

from lineament.models.network import HandDesignedNetwork
from lineament.training.checkpoint import Checkpoint, write_checkpoint
from lineament.training.epochs import checkpoint_of, taking_up
from lineament.training.events import EpochFinished
from lineament.training.optimiser import optimiser_state, restore_optimiser


@dataclass(eq=False)
class TrainingState:
    """best: a copy of the network after the epoch with the lowest dev loss; since_best: epochs since then."""

    network: HandDesignedNetwork
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.OneCycleLR
    rng: np.random.Generator
    best: HandDesignedNetwork | None = None
    lowest: float = math.inf
    since_best: int = 0
    history: list[EpochFinished] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        """How many are done."""
        return len(self.history)

    def add(self, event: EpochFinished) -> None:
        """One more epoch is done."""
        self.history.append(event)
        self.since_best += 1
        if event.best:
            self.best, self.lowest, self.since_best = copy.deepcopy(self.network), event.dev_loss, 0

    def keep(self, path: Path | None, identity: str) -> None:
        """Replace the checkpoint, where one is wanted; raises `StorageError`."""
        if path is None:
            return
        tensors = {
            "network": self.network.state_dict(),
            "best": self.best.state_dict() if self.best is not None else {},
            "optimiser": optimiser_state(self.optimiser),
            "random": {"torch": torch.get_rng_state()},
        }
        facts = {
            "identity": identity,
            "lowest": self.lowest if self.best is not None else None,
            "since_best": self.since_best,
            "history": [asdict(event) for event in self.history],
            "random": self.rng.bit_generator.state,
            "schedule": self.schedule.state_dict(),
            "groups": [_without_parameters(group) for group in self.optimiser.param_groups],
        }
        write_checkpoint(path, Checkpoint(tensors, facts))

    def take_up(self, path: Path | None, identity: str) -> None:
        """Go on where the checkpoint stands, if there is one; `ModelError` when it is damaged or another training's."""
        kept = checkpoint_of(path, identity)
        if kept is None:
            return
        with taking_up(path):
            facts = kept.facts
            self.network.load_state_dict(dict(kept.tensors["network"]))
            if facts["lowest"] is not None:
                self.best = copy.deepcopy(self.network)
                self.best.load_state_dict(dict(kept.tensors["best"]))
                self.lowest = float(facts["lowest"])
            restore_optimiser(self.optimiser, kept.tensors.get("optimiser", {}))
            for group, values in zip(self.optimiser.param_groups, facts["groups"], strict=True):
                group.update({name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
            self.schedule.load_state_dict(facts["schedule"])
            self.since_best = int(facts["since_best"])
            self.history = [EpochFinished(**event) for event in facts["history"]]
            self.rng.bit_generator.state = facts["random"]
            torch.set_rng_state(kept.tensors["random"]["torch"])


def _without_parameters(group: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if name != "params"}
