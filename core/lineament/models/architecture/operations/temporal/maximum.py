"""The largest of neighbouring time steps."""

from torch import Tensor, nn  # noqa: TID253
from torch.nn.functional import max_pool1d  # noqa: TID253

from lineament.models.architecture.registry import TEMPORAL


@TEMPORAL.register("max3", taps=3)
class Maximum(nn.Module):
    """DARTS' "max_pool_3x3" along time; not linear, so it is never merged."""

    def __init__(self, width: int, taps: int) -> None:
        super().__init__()
        self.taps = taps

    def forward(self, features: Tensor) -> Tensor:
        """[N, F, L] -> [N, F, L]."""
        return max_pool1d(features, self.taps, stride=1, padding=self.taps // 2)
