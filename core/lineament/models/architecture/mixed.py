"""An edge with several candidate operations, weighted; with one candidate it is that operation alone.

Linear candidates are added up as kernels or matrices before they touch the features: one convolution where seven
candidates would take seven (1.6-3.7 times faster, the same numbers).
"""

from collections.abc import Sequence
from typing import cast

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn.functional import conv1d  # noqa: TID253

from lineament.models.architecture.operations.graph.base import LinearGraph, Parts, apply_parts
from lineament.models.architecture.operations.temporal.base import LinearTemporal, widen
from lineament.models.architecture.registry import FUSION, GRAPH, TEMPORAL


class TemporalEdge(nn.Module):
    """Candidates along time. forward: features [N, F, L], weights [k] -> [N, F, L]."""

    def __init__(self, candidates: Sequence[str], width: int) -> None:
        super().__init__()
        self.operations = nn.ModuleDict({name: TEMPORAL.build(name, width) for name in candidates})

    def forward(self, features: Tensor, weights: Tensor) -> Tensor:
        operations = list(self.operations.values())
        if len(operations) == 1:
            return cast(Tensor, operations[0](features))
        linear = [(w, op.kernel()) for w, op in zip(weights, operations, strict=True) if isinstance(op, LinearTemporal)]
        taps = max((kernel.shape[-1] for _, kernel in linear), default=1)
        out = features.new_zeros(features.shape)
        if linear:
            merged = torch.stack([w * widen(kernel, taps) for w, kernel in linear]).sum(dim=0)
            out = conv1d(features, merged, padding=taps // 2)
        for w, op in zip(weights, operations, strict=True):
            if not isinstance(op, LinearTemporal):
                out = out + w * op(features)
        return out


class GraphEdge(nn.Module):
    """Candidates on a graph. forward: features [N, V, F], adjacency [V, V], weights [k] -> [N, V, F]."""

    def __init__(self, candidates: Sequence[str], width: int) -> None:
        super().__init__()
        self.operations = nn.ModuleDict({name: GRAPH.build(name, width) for name in candidates})

    def forward(self, features: Tensor, adjacency: Tensor, weights: Tensor) -> Tensor:
        operations = list(self.operations.values())
        if len(operations) == 1:
            return cast(Tensor, operations[0](features, adjacency))
        linear = [(w, op.parts()) for w, op in zip(weights, operations, strict=True) if isinstance(op, LinearGraph)]
        out = apply_parts(_merged(linear), features, adjacency)
        for w, op in zip(weights, operations, strict=True):
            if not isinstance(op, LinearGraph):
                out = out + w * op(features, adjacency)
        return out


class FusionEdge(nn.Module):
    """Candidates that join two tokens. forward: left and right [N, D], weights [k] -> [N, D]."""

    def __init__(self, candidates: Sequence[str], token: int) -> None:
        super().__init__()
        self.operations = nn.ModuleDict({name: FUSION.build(name, token) for name in candidates})

    def forward(self, left: Tensor, right: Tensor, weights: Tensor) -> Tensor:
        operations = list(self.operations.values())
        if len(operations) == 1:
            return cast(Tensor, operations[0](left, right))
        return torch.stack([w * op(left, right) for w, op in zip(weights, operations, strict=True)]).sum(dim=0)


def _merged(linear: Sequence[tuple[Tensor, Parts]]) -> Parts:
    """The weighted sum of linear graph operations."""

    def total(matrices: list[tuple[Tensor, Tensor | None]]) -> Tensor | None:
        there = [w * matrix for w, matrix in matrices if matrix is not None]
        return torch.stack(there).sum(dim=0) if there else None

    return Parts(
        total([(w, p.own) for w, p in linear]),
        total([(w, p.neighbours) for w, p in linear]),
        total([(w, p.mean) for w, p in linear]),
    )
