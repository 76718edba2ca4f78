"""Regularised evolution: the best of a small tournament has a child, and the oldest dies (Real et al., AAAI 2019)."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.search.strategies.base import SeededBlackBox, result_from_json, result_to_json


class Evolution(SeededBlackBox):
    """population: how many live; tournament: how many are drawn to find a parent."""

    name = "evolution"

    def __init__(self, space: SearchSpace, seed: int, *, population: int = 20, tournament: int = 5) -> None:
        super().__init__(space, seed)
        self._size = population
        self._tournament = tournament
        self._living: deque[tuple[Genotype, float]] = deque(maxlen=population)

    def _propose(self) -> Genotype:
        """A random founder until the population is full, then a mutated tournament winner."""
        if self.asked < self._size or not self._living:
            return self.space.random(self.rng)
        drawn = self.rng.choice(len(self._living), size=min(self._tournament, len(self._living)), replace=False)
        parent = min((self._living[int(i)] for i in drawn), key=lambda result: result[1])
        return self.space.mutate(parent[0], self.rng)

    def _learn(self, genotype: Genotype, loss: float) -> None:
        self._living.append((genotype, loss))

    def _state(self) -> dict[str, Any]:
        return {"living": [result_to_json(*result) for result in self._living]}

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._living = deque((result_from_json(entry) for entry in state["living"]), maxlen=self._size)
