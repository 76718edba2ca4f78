"""Local search: climb to a better neighbour as soon as one is found, start anew where there is none.

White et al. (UAI 2021) show hill climbing to be a strong rival on tabular benchmarks. Theirs looks at all neighbours
before it moves; this one looks at them in random order and moves at the first improvement, which costs fewer queries
(our choice).
"""

from collections.abc import Mapping
from typing import Any

from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.search.strategies.base import SeededBlackBox, result_from_json, result_to_json


class LocalSearch(SeededBlackBox):
    name = "local"

    def __init__(self, space: SearchSpace, seed: int) -> None:
        super().__init__(space, seed)
        self._current: tuple[Genotype, float] | None = None
        self._waiting: list[Genotype] = []

    def _propose(self) -> Genotype:
        """A neighbour of the present architecture; a random start where all its neighbours were tried."""
        while self._waiting:
            genotype = self._waiting.pop()
            if genotype not in self._seen:
                return genotype
        self._current = None
        return self.space.random(self.rng)

    def _learn(self, genotype: Genotype, loss: float) -> None:
        if self._current is not None and loss >= self._current[1]:
            return
        self._current = (genotype, loss)
        around = [neighbour for neighbour in self.space.neighbours(genotype) if neighbour not in self._seen]
        self._waiting = [around[int(i)] for i in self.rng.permutation(len(around))]

    def _state(self) -> dict[str, Any]:
        return {
            "current": result_to_json(*self._current) if self._current else None,
            "waiting": [genotype.to_json() for genotype in self._waiting],
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._current = result_from_json(state["current"]) if state["current"] else None
        self._waiting = [Genotype.from_json(choices) for choices in state["waiting"]]
