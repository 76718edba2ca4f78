"""Tests of search methods: a supernet whose every loss is known, and one suite that every method must pass.

`AnalyticSupernet` puts a table of accuracies in the place of a network, so that a method's real code meets a real search
space without pictures or training. `check_strategy(name)` is to search methods what `check_estimator` is to scikit-learn's
estimators.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.search.relaxation import EdgeWeights, Relaxed
from lineament.search.strategies import method_named
from lineament.search.strategies.loop import DifferentiableSearch, ScheduleSettings
from lineament.search.strategies.selection import PerturbationSelection, argmax_genotype


class AnalyticSupernet:
    """loss = -E[accuracy] when every edge's candidate is drawn by its weights: the table contracted with the weights.

    table: accuracy of every genotype of `space`, whose possible edges may have some 10^6 combinations together. noise: how
    much a batch's loss differs from the truth (standard deviation of a random linear term in the weights, in the table's
    units; seeded): 0 gives the exact gradient. There are no network weights: a weight step only counts.
    """

    def __init__(
        self, table: Mapping[Genotype, float], space: SearchSpace, *, noise: float = 0.0, seed: int = 0
    ) -> None:
        self._space = space
        self._edges = space.possible()
        names = [edge.name for edge in self._edges]
        accuracies = [
            table[space.genotype(dict(zip(names, combination, strict=True)))]
            for combination in itertools.product(*(edge.candidates for edge in self._edges))
        ]
        self._accuracies = torch.tensor(accuracies, dtype=torch.float64)
        self._noise = noise
        self._generator = torch.Generator().manual_seed(seed)
        self.weight_steps = 0

    @property
    def space(self) -> SearchSpace:
        return self._space

    def expected_accuracy(self, weights: EdgeWeights) -> Tensor:
        """float64[], differentiable in the weights."""
        remaining = self._accuracies
        for edge in self._edges:
            remaining = weights[edge.name].double() @ remaining.view(len(edge.candidates), -1)
        return remaining.squeeze()

    def architecture_loss(self, weights: EdgeWeights) -> Tensor:
        loss = -self.expected_accuracy(weights)
        if self._noise:
            for edge in self._edges:
                slope = torch.randn(len(edge.candidates), generator=self._generator, dtype=torch.float64)
                loss = loss + self._noise * (slope * weights[edge.name]).sum()
        return loss

    def weight_step(self, weights: EdgeWeights) -> float:
        self.weight_steps += 1
        return self.validation_loss(weights)

    def validation_loss(self, weights: EdgeWeights) -> float:
        return -float(self.expected_accuracy(weights).detach())

    def state_dict(self) -> dict[str, Any]:
        return {"weight_steps": self.weight_steps, "generator": self._generator.get_state()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.weight_steps = int(state["weight_steps"])
        self._generator.set_state(torch.as_tensor(state["generator"]))


def search_to_end(
    relaxed: Relaxed, method: str, settings: ScheduleSettings, seed: int, *, tuning_steps: int = 1
) -> Genotype:
    """What the differentiable method `method` finds: its whole loop, then its own way of choosing."""
    search = DifferentiableSearch(relaxed, method, settings, seed)
    while not search.finished:
        search.step()
    if method_named(method).selection == "argmax":
        return argmax_genotype(relaxed.space, search.mean_weights())
    selection = PerturbationSelection(relaxed, search.mean_weights(), tuning_steps=tuning_steps, seed=seed)
    while not selection.finished:
        selection.step()
    return selection.genotype()


def share_of_gap(table: Mapping[Genotype, float], genotype: Genotype) -> float:
    """How much of the way from the mean accuracy of all architectures (0) to the best (1) an architecture goes."""
    accuracies = np.fromiter(table.values(), float)
    return float((table[genotype] - accuracies.mean()) / (accuracies.max() - accuracies.mean()))
