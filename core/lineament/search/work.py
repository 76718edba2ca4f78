"""The means of one search: settings, data, run, engine, budget; phases ask it to run their units."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.progress import CancelToken, EventSink
from lineament.search.budget import Budget
from lineament.search.config import SearchConfig
from lineament.search.data import FloatArray, Fold, Part, PartData, Rows, SearchData
from lineament.search.engines.engine import Engine
from lineament.search.plan import Plan, Size
from lineament.search.runs.registry import Registry
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit, UnitResult, derived_seed


def seed_of(config: SearchConfig, purpose: str) -> int:
    """A seed (31 bits) for one purpose, from the search's."""
    return derived_seed(config.seed, purpose) % 2**31


def folds_of(config: SearchConfig, purpose: str, count: int) -> list[Fold]:
    """Grouped folds of a part's pool; each purpose deals its own."""
    seed = seed_of(config, f"{purpose} folds")
    return [Fold(count, seed, fold) for fold in range(count)]


@dataclass
class Work:
    """One search on one part of a cohort. Phases are told apart in events and in the budget by their names.

    label: the part's name in events where there are several. later: units that other parts will take after this one.
    """

    config: SearchConfig
    part: Part
    data: SearchData
    run: Run
    engine: Engine
    registry: Registry
    cancel: CancelToken
    sink: EventSink
    budget: Budget
    label: str = ""
    later: float = 0.0
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        rows = self.rows
        self.plan = Plan(self.config, Size(len(rows.pool), len(rows.test), self.data.features.present.shape[1]))

    @property
    def rows(self) -> PartData:
        return self.data.part(self.part)

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """Scores of the pool's sessions."""
        return self.rows.scores[self.rows.pool]

    @property
    def persons(self) -> list[str]:
        """The person of each of the pool's sessions."""
        return [self.data.features.person_ids[i] for i in self.rows.pool]

    def units(self, phase: str, units: Sequence[Unit]) -> list[UnitResult]:
        """Run units of a phase and count them; results in their order. Raises what `Engine.run` raises."""
        self.budget.charge(phase, units)
        self.run.time_left.expect("later", max(self.budget.left, 0.0) + self.later)
        found = self.engine.run(units, self.registry, self.run, self.cancel, self.sink)
        self.emit("time_left", seconds=self.run.time_left.seconds(time.time()))
        return [found[unit.key] for unit in units]

    @contextmanager
    def phase(self, name: str, cost: float) -> Iterator[None]:
        """Tell that a phase begins and ends; `cost` is what it is expected to take."""
        self.emit("phase_started", phase=name, part=self.label, units=0, cost=cost)
        yield
        self.emit("phase_finished", phase=name, part=self.label, spent=self.budget.spent.get(name, 0.0))

    def emit(self, kind: str, **values: object) -> None:
        self.run.emit(kind, sink=self.sink, **values)

    def seed(self, purpose: str) -> int:
        """A seed (31 bits) for one purpose, from the search's."""
        return seed_of(self.config, purpose)

    def rng(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng(self.seed(purpose))

    def folds(self, purpose: str, count: int) -> list[Fold]:
        """Grouped folds of the pool; each purpose deals its own."""
        return folds_of(self.config, purpose, count)

    @property
    def behaviours(self) -> int:
        """How many behaviour parameters networks are trained on beside the score."""
        known = self.data.features.behaviour
        return known.shape[1] if known is not None and self.config.recipe.behaviour else 0

    def places(self, fold: Fold) -> tuple[Rows, Rows]:
        """A fold's sessions to fit on and to hold out, as places in the pool."""
        fitted, held = self.data.fold(self.part, fold)
        return np.searchsorted(self.rows.pool, fitted), np.searchsorted(self.rows.pool, held)

    def fold_means(self, folds: Sequence[Fold], scores: FloatArray) -> FloatArray:
        """float64[n], the mean of the scores that each of the pool's sessions was predicted from."""
        means = np.empty(len(scores))
        for fold in folds:
            fitted, held = self.places(fold)
            means[held] = scores[fitted].mean()
        return means

    def network_settings(self) -> dict[str, Any]:
        """What every unit that trains something must know."""
        c = self.config
        settings: dict[str, Any] = {
            "part": self.part.to_json(),
            "recipe": c.recipe.to_json(),
            "widths": {
                "width": c.width,
                "token": c.token,
                "attention": c.attention_width,
                "behaviours": self.behaviours,
            },
            "attention": c.attention,
        }
        if c.device_name != "cpu":
            settings["device"] = c.device_name
        return settings
