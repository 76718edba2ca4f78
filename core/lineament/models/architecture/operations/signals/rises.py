"""How fast channels rise, and nothing where they fall: what starts together, and what starts after what."""

from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import SIGNAL

STEP = 2
"""Samples at 5 Hz over which a rise is measured: most of a smile's start (.5 s, behaviour.md section 3)."""


@SIGNAL.register("rises")
class Rises:
    """shrink, scale: see `Raw`."""

    shrink, scale = 0.3, 14.0

    def __call__(self, series: Tensor) -> Tensor:
        """[N, C, T] -> [N, C, T], zero in the first `STEP` samples."""
        return nn.functional.pad(nn.functional.relu(series[..., STEP:] - series[..., :-STEP]), (STEP, 0))
