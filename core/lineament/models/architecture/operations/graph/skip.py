"""The identity."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.graph.base import LinearGraph, Parts
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("skip")
class SkipGraph(LinearGraph):
    """Nodes as they are."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("identity", torch.eye(width), persistent=False)
        self.identity: Tensor

    def parts(self) -> Parts:
        return Parts(own=self.identity)

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        return features
