"""The mean of neighbouring time steps."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import LinearTemporal
from lineament.models.architecture.registry import TEMPORAL


@TEMPORAL.register("avg3", taps=3)
class Average(LinearTemporal):
    """DARTS' "avg_pool_3x3" along time, zeros beyond the ends."""

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        mean = torch.eye(width).unsqueeze(-1).expand(-1, -1, taps) / taps
        self.register_buffer("mean", mean.contiguous(), persistent=False)
        self.mean: Tensor

    def kernel(self) -> Tensor:
        return self.mean
