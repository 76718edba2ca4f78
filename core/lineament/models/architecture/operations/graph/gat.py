"""Graph attention."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn.functional import leaky_relu  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import GRAPH


@GRAPH.register("gat")
class GraphAttention(nn.Module):
    """One head of additive attention over the neighbours (Velickovic et al. 2018): scores a.x_i + b.x_j, which need no
    tensor over pairs and features."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = initial(width, width, fan_in=width)
        self.source = initial(width, fan_in=2 * width)
        self.target = initial(width, fan_in=2 * width)

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        """[N, V, F], [V, V] -> [N, V, F]; pairs without an edge are left out."""
        values = features @ self.weight
        scores = (values @ self.target).unsqueeze(-1) + (values @ self.source).unsqueeze(-2)
        # Added, not filled in: half the time of masked_fill, and e^-1e9 is 0 all the same.
        apart = torch.zeros_like(adjacency).masked_fill(adjacency <= 0, -1e9)
        scores = leaky_relu(scores, 0.2) + apart
        return torch.softmax(scores, dim=-1) @ values
