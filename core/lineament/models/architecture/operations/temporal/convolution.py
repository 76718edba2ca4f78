"""Plain convolutions of several widths."""

from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import LinearTemporal, initial
from lineament.models.architecture.registry import TEMPORAL


@TEMPORAL.register("conv1", taps=1)
@TEMPORAL.register("conv3", taps=3)
@TEMPORAL.register("conv5", taps=5)
@TEMPORAL.register("conv7", taps=7)
class Convolution(LinearTemporal):
    """A convolution over `taps` time steps and all channels."""

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        self.weight = initial(width, width, taps, fan_in=width * taps)

    def kernel(self) -> Tensor:
        return self.weight
