"""Movement as MPDRM reads it: the program's input channels at ten hertz, in windows of 25.6 s with half of each shared.

Cleaning, rest and channels are those of every other model (`features.grid`, `features.channels`): landmark distances,
gaze, head pose and place relative to the person's rest, action units as they are. A face's still shape is thereby
mostly taken away before the network sees it; what it can learn of a person is how the face moves. The window's length
and overlap are our choice: 256 samples halve evenly, and 25.6 s hold an answer with its pauses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lineament.features.channels import N_CHANNELS, BoolArray, Float32Array, input_channels
from lineament.features.grid import MAX_GAP_BINS, RATE, EvenGrid, fill, usable_bins
from lineament.features.windows import MIN_WINDOW_SHARE, REST_BINS, Windows, rest_of
from lineament.recording.view import RecordingView

WINDOW_BINS, HOP_BINS = 256, 128
WINDOW_S, HOP_S = WINDOW_BINS / RATE, HOP_BINS / RATE


class MovementWindows(Windows):
    """Windows of 25.6 s. firsts: int64[W], the bin each begins at. values: float32[W, 256, N_CHANNELS], unscaled.

    The landmarks' spectra that other models read beside the channels are not made: `points` is float32[W, 0, 0].
    """

    @classmethod
    def of(cls, firsts: npt.NDArray[np.int64], values: Float32Array) -> "MovementWindows":
        return cls(firsts, values, np.empty((len(firsts), 0, 0), dtype=np.float32))

    def __getitem__(self, rows: slice) -> "MovementWindows":
        return MovementWindows.of(self.firsts[rows], self.values[rows])

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """Start and end of each in seconds, float64[W, 2]."""
        return movement_times(self.firsts)

    @classmethod
    def none(cls) -> "MovementWindows":
        return cls.of(np.empty(0, np.int64), np.empty((0, WINDOW_BINS, N_CHANNELS), dtype=np.float32))

    @classmethod
    def joined(cls, parts: Sequence[Windows]) -> "MovementWindows":
        """All of `parts` in their order."""
        if not parts:
            return cls.none()
        return cls.of(np.concatenate([p.firsts for p in parts]), np.concatenate([p.values for p in parts]))


def movement_times(firsts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Start and end in seconds, float64[W, 2], of windows that begin at these bins."""
    return np.stack([firsts / RATE, firsts / RATE + WINDOW_S], axis=1)


@dataclass(eq=False)
class MovementStream:
    """Windows of a recording while it grows; one that was made once is never made again.

    A window is made when the second after it has been seen, so that a gap's end is known, or when the recording is
    complete. The rest is the median of the first 20 measured seconds, as everywhere.
    """

    grid: EvenGrid = field(default_factory=EvenGrid)
    _next: int = 0
    _rest: Float32Array | None = None

    def update(self, view: RecordingView) -> MovementWindows:
        """Take in new rows; the windows that became ready. Raises `RecordingError` when a column is missing."""
        complete = view.meta.complete
        self.grid.update(view, complete)
        if self._rest is None and (complete or int(self.grid.measured.sum()) >= REST_BINS):
            self._rest = rest_of(self.grid.values, self.grid.measured)
        ready = self.grid.n_bins if complete else self.grid.n_bins - MAX_GAP_BINS
        stop = (ready - WINDOW_BINS) // HOP_BINS + 1
        first = self._next // HOP_BINS
        if self._rest is None or stop <= first:
            return MovementWindows.none()
        self._next = stop * HOP_BINS
        made = [self._window(k * HOP_BINS, self._rest) for k in range(first, stop)]
        return MovementWindows.joined([window for window in made if window is not None])

    @property
    def usable_s(self) -> float:
        return float(usable_bins(self.grid.measured).sum() / RATE)

    @property
    def seen_s(self) -> float:
        return self.grid.n_bins / RATE

    def _window(self, first: int, rest: Float32Array) -> MovementWindows | None:
        """One window, filled from the bins around it (up to a second before and after)."""
        low, high = max(first - MAX_GAP_BINS, 0), min(first + WINDOW_BINS + MAX_GAP_BINS, self.grid.n_bins)
        measured = self.grid.measured[low:high]
        inside = slice(first - low, first - low + WINDOW_BINS)
        if usable_bins(measured)[inside].sum() < MIN_WINDOW_SHARE * WINDOW_BINS:
            return None
        channels = input_channels(fill(self.grid.values[low:high], measured), rest, RATE)[inside]
        return MovementWindows.of(np.array([first], np.int64), channels[None])


def movement_series(grid: EvenGrid) -> tuple[Float32Array, BoolArray]:
    """Input channels float32[T, N_CHANNELS] of a finished recording, relative to its rest, and which bins are usable.

    Both are empty where nothing was measured.
    """
    rest = rest_of(grid.values, grid.measured)
    if rest is None:
        return np.empty((0, N_CHANNELS), dtype=np.float32), np.empty(0, dtype=bool)
    return input_channels(fill(grid.values, grid.measured), rest, RATE), usable_bins(grid.measured)
