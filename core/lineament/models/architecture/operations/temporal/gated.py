"""A convolution that another one opens and closes."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn.functional import conv1d, glu  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import initial
from lineament.models.architecture.registry import TEMPORAL


@TEMPORAL.register("glu3", taps=3)
@TEMPORAL.register("glu5", taps=5)
class GatedConvolution(nn.Module):
    """Gated linear unit along time (Dauphin et al. 2017): one filter's response where another's is strong. A product
    of two filters is what co-occurrence looks like; sums of rectified ones only come near it. Never merged."""

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        self.taps = taps
        self.weight = initial(2 * width, width, taps, fan_in=width * taps)
        self.shift = nn.Parameter(torch.zeros(2 * width))

    def forward(self, features: Tensor) -> Tensor:
        """[N, F, L] -> [N, F, L]."""
        return glu(conv1d(features, self.weight, self.shift, padding=self.taps // 2), dim=1)
