"""Clips in a recording's crops: where they may begin, and which crops they are made of. Time is the crops' own."""

from dataclasses import dataclass

import numpy as np

from lineament.models.dj_ldml.presets import ClipShape
from lineament.models.pixels import CropSource, FloatArray, IntArray, UInt8Array, read_crops


@dataclass(frozen=True, eq=False)
class ClipPlaces:
    """All places where a clip may begin in one recording. starts: float64[P], rising seconds, each a crop's time."""

    times: FloatArray
    starts: FloatArray
    shape: ClipShape

    def rows(self, starts: FloatArray) -> IntArray:
        """int64[n, frames]: the crops nearest to the moments of clips that begin at float64[n] seconds."""
        return _nearest(self.times, _moments(starts, self.shape))

    def drawn(self, count: int, rng: np.random.Generator) -> IntArray:
        """int64[count, frames] at random places, as different as there are places."""
        again = count > len(self.starts)
        return self.rows(self.starts[rng.choice(len(self.starts), count, replace=again)])

    def in_order(self) -> FloatArray:
        """float64[n]: starts from the beginning to the end, at least `every_s` apart; those that are scored."""
        found: list[float] = []
        k = 0
        while k < len(self.starts):
            found.append(float(self.starts[k]))
            k = int(np.searchsorted(self.starts, self.starts[k] + self.shape.every_s - 1e-6))
        return np.array(found)


def clip_places(times: FloatArray, shape: ClipShape) -> ClipPlaces:
    """The places in crops at `times` (float64[T], rising): none runs over a gap, and none beyond the last crop."""
    if not len(times):
        return ClipPlaces(times, times, shape)
    moments = _moments(times, shape)
    off = np.abs(times[_nearest(times, moments)] - moments).max(axis=1)
    return ClipPlaces(times, times[off <= shape.tolerance_s], shape)


def read_clips(source: CropSource, rows: IntArray) -> UInt8Array:
    """uint8[n, frames, S, S, 3] of rows int64[n, frames]; a crop that several clips share is read once."""
    different, where = np.unique(rows, return_inverse=True)
    crops: UInt8Array = read_crops(source, different)[where.reshape(rows.shape)]
    return crops


def _moments(starts: FloatArray, shape: ClipShape) -> FloatArray:
    return np.asarray(starts[:, None] + shape.step_s * np.arange(shape.frames))


def _nearest(times: FloatArray, moments: FloatArray) -> IntArray:
    """The row of the time nearest to each moment; the earlier of two equally near."""
    after = np.clip(np.searchsorted(times, moments), 1, max(len(times) - 1, 1))
    if len(times) == 1:
        return np.zeros(moments.shape, dtype=np.int64)
    before = after - 1
    nearer = moments - times[before] <= times[after] - moments
    return np.where(nearer, before, after).astype(np.int64)
