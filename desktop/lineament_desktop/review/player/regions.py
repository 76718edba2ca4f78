"""Where in the face the model looked, as far as it is known of one frame: the nearest scored crop's map, laid on the
face of this frame. No Qt."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.models.prediction import RegionAttention

NEAR_S = 1.0
"""A frame shows the map of the crop nearest in time, if that is no further than this (our choice)."""
TOPS = (2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0, 64.0)
"""Ends of the colour scale, in even shares: steps, so that the scale stands still while a recording is scored."""
MOST = 0.95
"""The scale reaches what this share of the maps stays below, so that one odd map does not pale all others."""
_UNIT = 100

Floats = npt.NDArray[np.float32]
Transform = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScoredMap:
    """cells: float32[h, w], in multiples of the share each would have if the model looked everywhere alike. time_s: of
    the crop it was made of."""

    cells: Floats
    time_s: float


@dataclass(frozen=True, eq=False)
class RegionsNow:
    """Of one frame. scored: None where no crop near it was scored. top: what the colour scale reaches to; what is above
    looks like it.

    to_picture: float64[2, 3], from the map (its corners at 0 and 1) to the picture's pixels; None where the face is
    turned too far, or lost, to lay a map on it.
    """

    scored: ScoredMap | None
    top: float
    to_picture: Transform | None


class RegionMaps:
    """All maps of one estimate."""

    def __init__(self, regions: RegionAttention) -> None:
        self._times = regions.times
        _, height, width = regions.maps.shape
        self._maps = [
            ScoredMap(cells, float(time_s))
            for cells, time_s in zip(regions.maps * np.float32(height * width), regions.times, strict=True)
        ]
        highest = float(np.quantile([found.cells.max() for found in self._maps], MOST)) if self._maps else 0.0
        self.top = next((top for top in TOPS if highest <= top), TOPS[-1])

    def __len__(self) -> int:
        return len(self._maps)

    def nearest(self, time_s: float) -> ScoredMap | None:
        """The map of the crop nearest in time, None where that is further away than `NEAR_S`."""
        if not self._maps:
            return None
        after = int(np.searchsorted(self._times, time_s))
        near = min(
            (i for i in (after - 1, after) if 0 <= i < len(self._maps)), key=lambda i: abs(self._times[i] - time_s)
        )
        return self._maps[near] if abs(self._times[near] - time_s) <= NEAR_S + 1e-9 else None

    def at(self, time_s: float, points: Floats | None) -> RegionsNow:
        """points: float32[478, 3] or float32[68, 2] pixels, None without a face."""
        scored = self.nearest(time_s)
        return RegionsNow(scored, self.top, laid_on(points) if scored is not None and points is not None else None)


def laid_on(points: Floats) -> Transform | None:
    """From the unit square to the place of the aligned crop in the picture; None where no good crop could be cut."""
    from lineament.crops.alignment import MAX_MISFIT, align, inverse  # brings the tracker's package with it
    from lineament.face import LANDMARKS_68

    sparse = points[LANDMARKS_68, :2] if len(points) != len(LANDMARKS_68) else points[:, :2]
    transforms, misfits = align(sparse[None], _UNIT)
    if not misfits[0] <= MAX_MISFIT:
        return None
    back: Transform = inverse(transforms)[0]
    back[:, :2] *= _UNIT
    return back
