"""Graph isomorphism network."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.operations.graph.base import Gathering
from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("gin")
class GraphIsomorphism(Gathering):
    """MLP((1 + eps) x + A x) with one hidden layer (Xu et al. 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(()))
        self.first = initial(width, width, fan_in=width)
        self.bias = nn.Parameter(torch.zeros(width))
        self.second = initial(width, width, fan_in=width)

    def combine(self, features: Tensor, gathered: Tensor) -> Tensor:
        """Features and A x, both [N, V, F], -> [N, V, F]."""
        together = (1 + self.eps) * features + gathered
        return torch.relu(together @ self.first + self.bias) @ self.second
