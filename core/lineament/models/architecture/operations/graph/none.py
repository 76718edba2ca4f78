"""No connection."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.graph.base import LinearGraph, Parts
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("none")
class NoGraph(LinearGraph):
    """Zeros."""

    def __init__(self, width: int) -> None:
        super().__init__()

    def parts(self) -> Parts:
        return Parts()

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        return torch.zeros_like(features)
