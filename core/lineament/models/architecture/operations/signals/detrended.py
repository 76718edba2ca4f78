"""Channels without their slow part: postures and habits of a session fall away, events of a second or two stay."""

from functools import lru_cache

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.registry import SIGNAL

SPAN = 13
"""Samples at 5 Hz of the moving mean that is taken away (our choice: longer than a smile's start, shorter than a
turn)."""


@SIGNAL.register("detrended")
class Detrended:
    """shrink, scale: see `Raw`."""

    shrink, scale = 0.5, 11.0

    def __call__(self, series: Tensor) -> Tensor:
        """[N, C, T] -> [N, C, T]; at the ends the mean is over the samples there are."""
        return series @ _less_its_mean(series.shape[-1]).to(series)


@lru_cache(maxsize=8)
def _less_its_mean(length: int) -> Tensor:
    """float32[T, T]: one product is several times faster than a moving mean."""
    place = torch.arange(length)
    near = ((place[:, None] - place).abs() <= SPAN // 2).float()
    return torch.eye(length) - near / near.sum(dim=0)
