"""From operation weights to one architecture: the largest weight, or the operation whose removal hurts most.

Weights say what helps the supernet converge; removal says what its loss rests on (Wang et al., "Rethinking architecture
selection in differentiable NAS", ICLR 2021). Our own table: alpha prunes good networks, perturbation keeps them.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import torch  # noqa: TID253

from lineament.models.architecture.space import Edge, Genotype, SearchSpace
from lineament.search.relaxation import EdgeWeights, Relaxed, one_hot, without
from lineament.search.strategies.base import derived_seed, require_owner
from lineament.search.strategies.errors import StrategyError


def argmax_genotype(space: SearchSpace, weights: EdgeWeights) -> Genotype:
    """The candidate of the largest weight on every edge; edges that do not exist then are dropped."""
    return space.genotype({e.name: e.candidates[int(weights[e.name].argmax())] for e in space.possible()})


def perturbation_scores(relaxed: Relaxed, weights: EdgeWeights, edge: str) -> dict[str, float]:
    """Candidate -> rise of the validation loss when it is taken from `edge` and the other weights are scaled up.

    An edge with one candidate has nothing to take away: its score is 0. Raises `StrategyError` when a loss is not a
    number.
    """
    candidates = relaxed.space.edge(edge).candidates
    if len(candidates) == 1:
        return {candidates[0]: 0.0}
    base = relaxed.validation_loss(weights)
    scores = {}
    for index, candidate in enumerate(candidates):
        scores[candidate] = relaxed.validation_loss({**weights, edge: without(weights[edge], index)}) - base
    if not all(map(math.isfinite, scores.values())):
        raise StrategyError(
            f"the validation loss is not a number when operations are taken from edge {edge}",
            remedy="Lower the learning rate, or look for values without bound among the features.",
        )
    return scores


def candidates_to_keep(scores: Mapping[str, float], keep: int, parametric: Collection[str] = ()) -> tuple[str, ...]:
    """The `keep` candidates whose removal hurts most, in their old order: what an edge is pruned to.

    At least two stay where there are two, and the best of the `parametric` ones always stays, where there is one: an
    edge without a choice or without weights cannot be searched any further (our choice).
    """
    ranked = sorted(scores, key=lambda name: -scores[name])
    kept = ranked[: max(keep, 2)]
    learned = [name for name in ranked if name in parametric]
    if learned and learned[0] not in kept:
        kept[-1] = learned[0]
    return tuple(name for name in scores if name in kept)


@dataclass(frozen=True)
class SelectionRecord:
    """One step of the selection: an edge decided (kept, scores) or the network tuned after it (training_loss)."""

    edge: str
    kept: str | None
    scores: dict[str, float]
    training_loss: float | None


class PerturbationSelection:
    """Decides the edges in seeded random order, an edge that opens others before those; tunes the network in between.

    A step is one edge measured and decided, or one weight step of the tuning. The object can stop and resume after
    each.
    """

    name = "perturbation"

    def __init__(self, relaxed: Relaxed, weights: EdgeWeights, *, tuning_steps: int = 60, seed: int = 0) -> None:
        self.relaxed = relaxed
        self.space = relaxed.space
        self.tuning_steps = tuning_steps
        self.scores: dict[str, dict[str, float]] = {}
        self._weights = {name: values.detach().clone() for name, values in weights.items()}
        self._choices: dict[str, str] = {}
        self._order = _shuffled(self.space, seed)
        self._tuning_left = 0
        self._last = ""

    @property
    def finished(self) -> bool:
        return self._next() is None

    def step(self) -> SelectionRecord:
        """Raises `StrategyError` when there is nothing left to decide."""
        edge = self._next()
        if edge is None:
            raise StrategyError("every edge is decided", remedy="Take the genotype.")
        if self._tuning_left:
            self._tuning_left -= 1
            return SelectionRecord(self._last, None, {}, self.relaxed.weight_step(self._weights))
        return self._decide(edge)

    def _decide(self, edge: Edge) -> SelectionRecord:
        scores = perturbation_scores(self.relaxed, self._weights, edge.name)
        kept = max(edge.candidates, key=lambda name: scores[name])
        self.scores[edge.name] = scores
        self._choices[edge.name] = kept
        self._weights[edge.name] = one_hot(len(edge.candidates), edge.candidates.index(kept))
        self._last = edge.name
        self._tuning_left = self.tuning_steps if self._next() is not None else 0
        return SelectionRecord(edge.name, kept, scores, None)

    def _next(self) -> Edge | None:
        """The first undecided edge that exists; None when there is none."""
        existing = {edge.name for edge in self.space.active(self._known())}
        for name in self._order:
            if name in existing and name not in self._choices:
                return self.space.edge(name)
        return None

    def _known(self) -> dict[str, str]:
        alone = {edge.name: edge.candidates[0] for edge in self.space.edges if len(edge.candidates) == 1}
        return {**alone, **self._choices}

    def genotype(self) -> Genotype:
        """The architecture decided on; raises `StrategyError` while an edge is undecided."""
        return self.space.genotype(self._known())

    def weights(self) -> EdgeWeights:
        """The operation weights as they stand: one-hot where an edge is decided."""
        return dict(self._weights)

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on, the relaxed network's state included; tensors are copies."""
        return {
            "strategy": self.name,
            "space": self.space.content_hash,
            "order": list(self._order),
            "choices": dict(self._choices),
            "scores": {edge: dict(scores) for edge, scores in self.scores.items()},
            "weights": {name: values.clone() for name, values in self._weights.items()},
            "tuning_left": self._tuning_left,
            "last": self._last,
            "relaxed": self.relaxed.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Raises `StrategyError` for the state of something else or of another space."""
        require_owner(state, self.name, self.space)
        self._order = [str(name) for name in state["order"]]
        self._choices = dict(state["choices"])
        self.scores = {edge: dict(scores) for edge, scores in state["scores"].items()}
        self._weights = {name: torch.as_tensor(values).clone() for name, values in state["weights"].items()}
        self._tuning_left = int(state["tuning_left"])
        self._last = str(state["last"])
        self.relaxed.load_state_dict(state["relaxed"])


def _shuffled(space: SearchSpace, seed: int) -> list[str]:
    """The edges that offer a choice in seeded random order, each after the one that opens it."""
    generator = torch.Generator().manual_seed(derived_seed(seed, "perturbation"))
    edges = [edge for edge in space.possible() if len(edge.candidates) > 1]
    left = [edges[i] for i in torch.randperm(len(edges), generator=generator).tolist()]
    order: list[str] = []
    while left:
        waiting = {edge.name for edge in left}
        ready = next(edge for edge in left if edge.when is None or edge.when[0] not in waiting)
        order.append(ready.name)
        left.remove(ready)
    return order
