"""From frames at any rate to an even grid: mean of the usable rows of each tenth of a second.

The mean over the bin is the anti-alias filter (a frame at 30 Hz already integrates; what is averaged away lies above
5 Hz). Ten hertz keeps blinks (.1-.4 s), smile onsets (.6 s), fast nods (up to 4 Hz) and the .2-.6 s lag of smile
control, at a third of the cost of 30 Hz.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lineament.features.channels import N_COORDINATES, N_STORED, BoolArray, Float32Array, RowBlock, read_rows
from lineament.recording.view import RecordingView

RATE = 10.0
MAX_GAP_S = 1.0
"""Gaps up to this long are filled in a straight line; longer ones are cut out of the usable time."""
MAX_GAP_BINS = int(MAX_GAP_S * RATE)
_ROWS_AT_ONCE = 5_000


@dataclass(eq=False)
class EvenGrid:
    """Bins of a recording that may still grow. Bin k covers [k, k + 1) / 10 s.

    absent: input channels whose sources are not read. values: stored channels, displacements: those of the 68 points
    (see `read_rows`). What there is of `values`, `displacements` and `measured` never changes any more. unreadable_rows
    counts rows with a face in which some channel is no number, of found_rows with a face.
    """

    absent: tuple[str, ...] = ()
    n_bins: int = 0
    found_rows: int = 0
    unreadable_rows: int = 0
    _rows: int = 0
    _values: Float32Array = field(default_factory=lambda: np.empty((1024, N_STORED), dtype=np.float32))
    _displacements: Float32Array = field(default_factory=lambda: np.empty((1024, N_COORDINATES), dtype=np.float32))
    _measured: BoolArray = field(default_factory=lambda: np.zeros(1024, dtype=bool))

    @property
    def values(self) -> Float32Array:
        return self._values[: self.n_bins]

    @property
    def displacements(self) -> Float32Array:
        return self._displacements[: self.n_bins]

    @property
    def measured(self) -> BoolArray:
        return self._measured[: self.n_bins]

    def update(self, view: RecordingView, complete: bool) -> None:
        """Take in the rows that are new; a bin is closed by a row after it, or by the end of a complete recording.

        complete: what `view.meta.complete` said before, so that no row of a recording that ends meanwhile is missed.
        """
        times = view.time_s[self._rows : view.n_rows]
        while len(times):
            take = min(len(times), _ROWS_AT_ONCE)
            last = complete and take == len(times)
            bins = np.floor(times[:take] * RATE + 1e-6).astype(np.int64)
            closed = take if last else int(np.searchsorted(bins, bins[-1]))
            if closed == 0 and take == len(times):
                return
            if closed == 0:  # one bin fuller than a block: no camera is that fast
                closed = take
            self._append(view, self._rows, bins[:closed])
            self._rows += closed
            times = times[closed:]

    def _append(self, view: RecordingView, start: int, bins: npt.NDArray[np.int64]) -> None:
        block = read_rows(view, start, start + len(bins), self.absent)
        self._count(block)
        first, stop = self.n_bins, max(int(bins[-1]) + 1, self.n_bins)
        self._reserve(stop)
        slot = np.maximum(bins - first, 0)[block.usable]
        self._values[first:stop] = _bin_means(block.values[block.usable], slot, stop - first)
        self._displacements[first:stop] = _bin_means(block.displacements[block.usable], slot, stop - first)
        self._measured[first:stop] = np.bincount(slot, minlength=stop - first) > 0
        self.n_bins = stop

    def _count(self, block: RowBlock) -> None:
        self.found_rows += int(block.found.sum())
        self.unreadable_rows += int((block.found & ~block.usable).sum())

    def _reserve(self, n: int) -> None:
        if n > len(self._values):
            room = max(n, 2 * len(self._values))
            self._values = _longer(self.values, room)
            self._displacements = _longer(self.displacements, room)
            self._measured = np.concatenate([self.measured, np.zeros(room - self.n_bins, dtype=bool)])


def _bin_means(values: Float32Array, slot: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.float64]:
    """Means float64[n, C] of the rows of each slot (rising), NaN where a slot has none."""
    sums = np.zeros((n, values.shape[1]))
    edges = np.flatnonzero(np.diff(slot, prepend=-1))
    if len(edges):
        sums[slot[edges]] = np.add.reduceat(values.astype(np.float64), edges, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: npt.NDArray[np.float64] = sums / np.bincount(slot, minlength=n)[:, None]
    return means


def _longer(values: Float32Array, room: int) -> Float32Array:
    longer = np.empty((room, values.shape[1]), dtype=np.float32)
    longer[: len(values)] = values
    return longer


def usable_bins(measured: BoolArray) -> BoolArray:
    """Measured bins and those in gaps of at most a second between measured ones."""
    known = np.flatnonzero(measured)
    usable = measured.copy()
    if len(known) < 2:
        return usable
    gaps = np.diff(known) - 1
    for left in np.flatnonzero((gaps > 0) & (gaps <= MAX_GAP_BINS)):
        usable[known[left] : known[left + 1]] = True
    return usable


def fill(values: Float32Array, measured: BoolArray) -> Float32Array:
    """The same bins with unmeasured ones filled in a straight line between neighbours (held at the ends)."""
    if measured.all():
        return values
    known = np.flatnonzero(measured)
    at = np.arange(len(values))
    right = np.clip(np.searchsorted(known, at), 0, len(known) - 1)
    left = np.clip(np.searchsorted(known, at, side="right") - 1, 0, len(known) - 1)
    a, b = known[left], known[right]
    share = np.clip((at - a) / np.maximum(b - a, 1), 0, 1).astype(np.float32)[:, None]
    filled: Float32Array = values[a] * (1 - share) + values[b] * share
    return filled
