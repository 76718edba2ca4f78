"""A virtual node that sees all others."""

from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("virtual")
class VirtualNode(nn.Module):
    """Each node receives the strongest response of any node: max over nodes of x W (our choice; SAGE's max aggregator
    over a complete graph costs the same as one row of it)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = initial(width, width, fan_in=width)

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        """[N, V, F], [V, V] -> [N, V, F]."""
        strongest = (features @ self.weight).amax(dim=-2, keepdim=True)
        return strongest.expand(features.shape)
