"""What a differentiable search asks of a network whose edges hold all their candidates at once.

The search knows a relaxed network only through `Relaxed`: a real supernet, a batch of them on a GPU and a table of
known accuracies (`search.testing.AnalyticSupernet`) look the same to it. Operation weights travel as `EdgeWeights`:
one vector over the candidates for every edge of `space.possible()`, in the order of `Edge.candidates`, not negative,
summing to 1; [1.] on an edge with one candidate. They live on the CPU, where sampling is the same for every device; a
network on another device moves them itself.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.space import SearchSpace

EdgeWeights = dict[str, Tensor]
"""Edge name -> float[k], the weights of its k candidates."""


class Relaxed(Protocol):
    """A network (or a stand-in) whose loss is a function of the operation weights of every edge."""

    @property
    def space(self) -> SearchSpace: ...

    def weight_step(self, weights: EdgeWeights) -> float:
        """One optimiser step of the network's own weights on a training batch, `weights` fixed; returns the loss."""
        ...

    def architecture_loss(self, weights: EdgeWeights) -> Tensor:
        """float[], the loss on a validation batch, differentiable in `weights`."""
        ...

    def validation_loss(self, weights: EdgeWeights) -> float:
        """The loss on the whole validation part, without gradient: what perturbation measures."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on: JSON scalars, lists, numpy arrays or tensors, nested in dicts only."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


def uniform_weights(space: SearchSpace) -> EdgeWeights:
    """Every candidate of an edge weighs the same."""
    return {e.name: torch.full((len(e.candidates),), 1 / len(e.candidates)) for e in space.possible()}


def one_hot(size: int, index: int) -> Tensor:
    """float[size] with 1 at `index`: the weights of an edge that is decided."""
    weights = torch.zeros(size)
    weights[index] = 1.0
    return weights


def without(weights: Tensor, index: int) -> Tensor:
    """The weights [k >= 2] of an edge with one candidate taken away and the rest scaled to sum 1.

    Where the candidate had all the weight, the others share it evenly.
    """
    rest = weights.detach().clone()
    rest[index] = 0.0
    total = float(rest.sum())
    if total > 0 and math.isfinite(1 / total):
        return rest / total
    rest.fill_(1 / (rest.numel() - 1))
    rest[index] = 0.0
    return rest


def entropy(weights: Sequence[float]) -> float:
    """How undecided an edge is: Shannon's entropy over its greatest value, 0 (one candidate has all) to 1 (uniform)."""
    if len(weights) == 1:
        return 0.0
    return -sum(weight * math.log(weight) for weight in weights if weight > 0) / math.log(len(weights))
