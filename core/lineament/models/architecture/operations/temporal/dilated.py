"""Convolutions over every second time step."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import LinearTemporal, initial
from lineament.models.architecture.registry import TEMPORAL


@TEMPORAL.register("dil3", taps=3)
@TEMPORAL.register("dil5", taps=5)
class DilatedConvolution(LinearTemporal):
    """`taps` steps two apart (DARTS' "dil_conv" without its depthwise half)."""

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        self.weight = initial(width, width, taps, fan_in=width * taps)

    def kernel(self) -> Tensor:
        apart = torch.stack([self.weight, torch.zeros_like(self.weight)], dim=-1).flatten(-2)
        return apart[..., :-1]
