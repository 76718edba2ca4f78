"""Depthwise along time, then pointwise across channels."""

from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import LinearTemporal, initial
from lineament.models.architecture.registry import TEMPORAL


@TEMPORAL.register("sep3", taps=3)
@TEMPORAL.register("sep5", taps=5)
class SeparableConvolution(LinearTemporal):
    """DARTS' "sep_conv" in its linear form: without a rectifier between the halves it is one kernel of low rank."""

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        self.along = initial(width, taps, fan_in=taps)
        self.across = initial(width, width, fan_in=2 * width)

    def kernel(self) -> Tensor:
        return self.across.unsqueeze(-1) * self.along.unsqueeze(0)
