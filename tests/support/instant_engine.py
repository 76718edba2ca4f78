"""An engine that answers units at once, by numbers drawn from their keys: for tests of what is made of results."""

from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np

from lineament.features.cohort_features import CohortFeatures
from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.space import SearchSpace
from lineament.progress import CancelToken, EventSink
from lineament.search.data import Fold, Part, SearchData
from lineament.search.runs.registry import Registry
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit, UnitResult

Worth = Callable[[Mapping[str, Any]], float]


class InstantEngine:
    """skill: settings of a train unit -> 0 (predicts noise round the mean) to 1 (predicts the scores).

    Every removal costs what is drawn, save for those of `treasured` candidates, which cost most.
    """

    workers = 1

    def __init__(
        self, features: CohortFeatures, skill: Worth = lambda settings: 0.0, treasured: tuple[str, ...] = ()
    ) -> None:
        self._data = SearchData(features)
        self._scores = features.scores
        self._skill = skill
        self._treasured = treasured
        self.asked: dict[str, Unit] = {}

    def run(
        self, units: Iterable[Unit], registry: Registry, run: Run, cancel: CancelToken, sink: EventSink
    ) -> dict[str, UnitResult]:
        results = {}
        for unit in units:
            assert unit.kind in registry.functions
            self.asked[unit.key] = unit
            rng = np.random.default_rng(int(unit.key, 16) % 2**32)
            values, arrays = getattr(self, f"_{unit.kind}")(unit.settings, rng)
            results[unit.key] = UnitResult(unit.key, values, arrays)
        return results

    def spent(self) -> float:
        return sum(unit.cost for unit in self.asked.values())

    def _train(self, settings: Mapping[str, Any], rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
        part = Part.from_json(settings["part"])
        fitted, held = self._data.fold(part, Fold.from_json(settings["fold"]))
        known = self._data.part(part).scores
        rows = np.concatenate([held, self._data.part(part).test]) if settings["test"] else held
        mean, spread = float(known[fitted].mean()), float(known[fitted].std())
        truth = self._scores if part.permuted is None else np.full(len(known), mean)
        skill = self._skill(settings)
        said = mean + skill * (truth[rows] - mean) + (1 - skill) * spread * 0.5 * rng.normal(size=len(rows))
        parameters = 10 * len(settings["genotype"]) + sum(map(len, settings["genotype"].values()))
        values = {"parameters": parameters, "target": {"mean": mean, "spread": spread}, "held": len(held)}
        weights = {"network/score": rng.normal(size=3).astype(np.float32)} if settings["test"] else {}
        return values, {"rows": rows, "predictions": said, **weights}

    def _warm_up(self, settings: Mapping[str, Any], rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
        space = facial_space((settings["attribute"],), (settings["family"],))
        values = self._supernet(space, rng)
        return {**values, "removals": self._table(space, rng) if settings["measure"] else None}, {}

    def _joint(self, settings: Mapping[str, Any], rng: np.random.Generator) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._supernet(SearchSpace.from_json(settings["space"]), rng), {}

    def _discretise(
        self, settings: Mapping[str, Any], rng: np.random.Generator
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        space = SearchSpace.from_json(settings["space"])
        table = self._table(space, rng)
        choices = {edge.name: max(edge.candidates, key=lambda c, e=edge.name: table[e][c]) for edge in space.edges}
        return {"genotype": space.genotype(choices).to_json(), "removals": table}, {}

    def _supernet(self, space: SearchSpace, rng: np.random.Generator) -> dict[str, Any]:
        weights = {e.name: dict(zip(e.candidates, rng.random(len(e.candidates)), strict=True)) for e in space.edges}
        argmax = {edge: max(numbers, key=numbers.__getitem__) for edge, numbers in weights.items()}
        return {"weights": weights, "argmax": space.genotype(argmax).to_json(), "validation": 1.0}

    def _table(self, space: SearchSpace, rng: np.random.Generator) -> dict[str, dict[str, float]]:
        return {
            edge.name: {c: float(rng.random()) + 9 * (c in self._treasured) for c in edge.candidates}
            for edge in space.edges
        }

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
