"""Channels as they are."""

from torch import Tensor  # noqa: TID253

from lineament.models.architecture.registry import SIGNAL


@SIGNAL.register("raw")
class Raw:
    """shrink: added to the variances, in squared training-person spreads, so that a channel at rest correlates with
    nothing. scale: over it, correlations of one window have a spread of about 1."""

    shrink, scale = 1.0, 10.0

    def __call__(self, series: Tensor) -> Tensor:
        """[N, C, T] -> [N, C, T]"""
        return series
