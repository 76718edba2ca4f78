"""An edge with several candidate operations, weighted; with one candidate it is that operation alone.

Linear candidates are added up as kernels or matrices before they touch the features: one convolution where seven
candidates would take seven (1.6-3.7 times faster, the same numbers). Edges that leave the same node go through it
together: one convolution, one maximum and one product with the adjacency for all of them.
"""

from collections.abc import Sequence
from typing import cast

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn.functional import conv1d  # noqa: TID253

from lineament.models.architecture.facial_space import NOT_PARAMETRIC
from lineament.models.architecture.operations.graph.base import (
    Gathering,
    LinearGraph,
    Parts,
    apply_parts,
    mean_of_neighbours,
)
from lineament.models.architecture.operations.temporal.base import LinearTemporal, widen
from lineament.models.architecture.registry import FUSION, GRAPH, TEMPORAL


class TemporalEdge(nn.Module):
    """Candidates along time. forward: features [N, F, L], weights [k] -> [N, F, L]."""

    def __init__(self, candidates: Sequence[str], width: int) -> None:
        super().__init__()
        self.operations = nn.ModuleDict({name: TEMPORAL.build(name, width) for name in candidates})

    def forward(self, features: Tensor, weights: Tensor) -> Tensor:
        return along_time([self], features, [weights])[0]

    def kernel(self, weights: Tensor) -> Tensor | None:
        """The weighted sum of all linear candidates as one kernel [F, F, taps]; None where none is linear."""
        linear = [
            (w, op.kernel())
            for w, op in zip(weights, self.operations.values(), strict=True)
            if isinstance(op, LinearTemporal)
        ]
        taps = max((kernel.shape[-1] for _, kernel in linear), default=0)
        return _total([w * widen(kernel, taps) for w, kernel in linear])


def along_time(edges: Sequence[TemporalEdge], features: Tensor, weights: Sequence[Tensor]) -> list[Tensor]:
    """What each of several edges makes of one node's features [N, F, L]: a list of [N, F, L]."""
    kernels = [edge.kernel(w) if len(edge.operations) > 1 else None for edge, w in zip(edges, weights, strict=True)]
    convolved = iter(_convolved([kernel for kernel in kernels if kernel is not None], features))
    shared: dict[str, Tensor] = {}
    out: list[Tensor] = []
    for edge, chosen, kernel in zip(edges, weights, kernels, strict=True):
        if len(edge.operations) == 1:
            out.extend(cast(Tensor, op(features)) for op in edge.operations.values())
            continue
        terms = [] if kernel is None else [next(convolved)]
        for w, (name, op) in zip(chosen, edge.operations.items(), strict=True):
            if not isinstance(op, LinearTemporal):
                if name not in shared or name not in NOT_PARAMETRIC:
                    shared[name] = op(features)
                terms.append(w * shared[name])
        out.append(cast(Tensor, _total(terms)))
    return out


def _convolved(kernels: Sequence[Tensor], features: Tensor) -> Sequence[Tensor]:
    """The convolution of features with each of some kernels of different widths, made in one."""
    if not kernels:
        return ()
    taps = max(kernel.shape[-1] for kernel in kernels)
    together = torch.cat([widen(kernel, taps) for kernel in kernels])
    return conv1d(features, together, padding=taps // 2).chunk(len(kernels), dim=1)


class GraphEdge(nn.Module):
    """Candidates on a graph. forward: features [N, V, F], adjacency [V, V], weights [k] -> [N, V, F]."""

    def __init__(self, candidates: Sequence[str], width: int) -> None:
        super().__init__()
        self.operations = nn.ModuleDict({name: GRAPH.build(name, width) for name in candidates})

    def forward(self, features: Tensor, adjacency: Tensor, weights: Tensor) -> Tensor:
        return on_graph([self], features, adjacency, [weights])[0]

    def parts(self, weights: Tensor) -> Parts:
        """The weighted sum of all linear candidates."""
        linear = [
            (w, op.parts())
            for w, op in zip(weights, self.operations.values(), strict=True)
            if isinstance(op, LinearGraph)
        ]
        return Parts(
            _total([w * p.own for w, p in linear if p.own is not None]),
            _total([w * p.neighbours for w, p in linear if p.neighbours is not None]),
            _total([w * p.mean for w, p in linear if p.mean is not None]),
        )


def on_graph(
    edges: Sequence[GraphEdge], features: Tensor, adjacency: Tensor, weights: Sequence[Tensor]
) -> list[Tensor]:
    """What each of several edges makes of one node's features [N, V, F]: a list of [N, V, F]."""
    gathered = adjacency @ features if any(_gathers(edge) for edge in edges) else features
    mean = mean_of_neighbours(gathered, adjacency)
    out: list[Tensor] = []
    for edge, chosen in zip(edges, weights, strict=True):
        if len(edge.operations) == 1:
            out.extend(cast(Tensor, op(features, adjacency)) for op in edge.operations.values())
            continue
        terms = []
        for w, op in zip(chosen, edge.operations.values(), strict=True):
            if isinstance(op, Gathering):
                terms.append(w * op.combine(features, gathered))
            elif not isinstance(op, LinearGraph):
                terms.append(w * op(features, adjacency))
        merged = apply_parts(edge.parts(chosen), features, gathered, mean)
        out.append(cast(Tensor, _total(terms if merged is None else [merged, *terms])))
    return out


def _gathers(edge: GraphEdge) -> bool:
    return len(edge.operations) > 1 and any(isinstance(op, Gathering | LinearGraph) for op in edge.operations.values())


class FusionEdge(nn.Module):
    """Candidates that join two tokens. forward: left and right [N, D], weights [k] -> [N, D]."""

    def __init__(self, candidates: Sequence[str], token: int) -> None:
        super().__init__()
        self.operations = nn.ModuleDict({name: FUSION.build(name, token) for name in candidates})

    def forward(self, left: Tensor, right: Tensor, weights: Tensor) -> Tensor:
        operations = list(self.operations.values())
        if len(operations) == 1:
            return cast(Tensor, operations[0](left, right))
        return cast(Tensor, _total([w * op(left, right) for w, op in zip(weights, operations, strict=True)]))


def _total(terms: Sequence[Tensor]) -> Tensor | None:
    """Their sum; None of none."""
    total = None
    for term in terms:
        total = term if total is None else total + term
    return total
