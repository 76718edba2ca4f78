"""What warm-up and joint search share: training a supernet to its end and telling what its operations are worth."""

import math
from collections.abc import Mapping
from typing import Any

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.space import SearchSpace
from lineament.search.phases.common import Bench, report_step, resume
from lineament.search.plan import FROZEN
from lineament.search.relaxation import EdgeWeights
from lineament.search.runs.context import UnitContext
from lineament.search.strategies.base import Differentiable
from lineament.search.strategies.loop import DifferentiableSearch, ScheduleSettings
from lineament.search.strategies.registry import differentiable
from lineament.search.strategies.selection import argmax_genotype, perturbation_scores
from lineament.search.supernet import Supernet

Table = dict[str, dict[str, float]]
"""Edge -> candidate -> a number: its mean weight, or the rise of the loss when it is taken away."""


class EvenWhileResting:
    """A method whose operation weights are their mean, and not drawn, until the logits begin to learn.

    Drawn weights are noise of the size of the weights themselves; a supernet of ten candidates an edge that has to
    begin in it does not learn within a few hundred steps, and then there is nothing to follow. One drawn operation at
    a time is all GDAS ever sees, so it stays as it is.
    """

    def __init__(self, method: Differentiable, frozen: float) -> None:
        self._method = method
        self._frozen = frozen
        self.name, self.learns = method.name, method.learns
        self.regulariser, self.mean_weights = method.regulariser, method.mean_weights

    def sample(self, logits: dict[str, Tensor], step: int, steps: int, generator: torch.Generator) -> EdgeWeights:
        if self.name != "gdas" and step < int(self._frozen * steps):
            return self.mean_weights(logits)
        return self._method.sample(logits, step, steps, generator)


def train_supernet(context: UnitContext, bench: Bench, method: str, steps: int) -> DifferentiableSearch:
    """A finished differentiable search of the bench's network; operation weights follow the held-out sessions."""
    schedule = ScheduleSettings.for_steps(steps, FROZEN)
    resting = EvenWhileResting(differentiable(method), FROZEN)
    search = DifferentiableSearch(Supernet(bench.training, bench.held), resting, schedule, context.seed)
    resume(context, search.load_state_dict)
    while not search.finished:
        report_step(context, search.space, search.step(), steps)
        context.checkpoint(search.steps_done, search.state_dict)
    # whatever follows can be done again from here
    context.save(search.state_dict())
    return search


def measure_removals(context: UnitContext, search: DifferentiableSearch) -> Table:
    """The rise of the loss for every candidate of every open edge."""
    weights, scores = search.mean_weights(), {}
    for edge in search.space.possible():
        if len(edge.candidates) > 1:
            context.cancel.raise_if_cancelled()
            scores[edge.name] = perturbation_scores(search.relaxed, weights, edge.name)
    return scores


def weight_table(space: SearchSpace, weights: EdgeWeights) -> Table:
    """Mean weights by candidate."""
    return {
        edge.name: dict(zip(edge.candidates, weights[edge.name].tolist(), strict=True)) for edge in space.possible()
    }


def supernet_values(search: DifferentiableSearch) -> dict[str, Any]:
    """What every supernet's result says."""
    weights = search.mean_weights()
    return {
        "weights": weight_table(search.space, weights),
        "argmax": argmax_genotype(search.space, weights).to_json(),
        "validation": search.relaxed.validation_loss(weights),
    }


def mean_table(tables: list[Mapping[str, Mapping[str, float]]]) -> Table:
    """The mean over runs of every number that any of them has."""
    found: dict[str, dict[str, list[float]]] = {}
    for table in tables:
        for edge, candidates in table.items():
            for candidate, value in candidates.items():
                found.setdefault(edge, {}).setdefault(candidate, []).append(value)
    return {e: {c: sum(values) / len(values) for c, values in cs.items()} for e, cs in found.items()}


def best_choices(space: SearchSpace, table: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """On every edge the candidate with the highest number; the first where an edge has none."""
    choices = {}
    for edge in space.edges:
        numbers = table.get(edge.name, {})
        worth = [numbers.get(candidate, -math.inf) for candidate in edge.candidates]
        choices[edge.name] = edge.candidates[worth.index(max(worth))]
    return choices
