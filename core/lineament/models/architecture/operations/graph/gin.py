"""Graph isomorphism network."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("gin")
class GraphIsomorphism(nn.Module):
    """MLP((1 + eps) x + A x) with one hidden layer (Xu et al. 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(()))
        self.first = initial(width, width, fan_in=width)
        self.bias = nn.Parameter(torch.zeros(width))
        self.second = initial(width, width, fan_in=width)

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        """[N, V, F], [V, V] -> [N, V, F]."""
        gathered = (1 + self.eps) * features + adjacency @ features
        return torch.relu(gathered @ self.first + self.bias) @ self.second
