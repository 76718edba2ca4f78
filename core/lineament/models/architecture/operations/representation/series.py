"""The channels over time."""

from torch import Tensor, nn  # noqa: TID253
from torch.nn.functional import avg_pool1d  # noqa: TID253

from lineament.models.architecture.registry import REPRESENTATION


@REPRESENTATION.register("series")
class Series(nn.Module):
    """The window at half its rate: means of pairs of samples."""

    maps = 1
    """Maps a channel becomes."""

    def forward(self, windows: Tensor) -> Tensor:
        """[N, C, T] -> [N, C, T / 2]."""
        return avg_pool1d(windows, 2)
