"""Windows of ten seconds every five, cleaned, relative to the person's rest and scaled robustly.

Ten seconds hold a smile with its control (.2-.6 s after onset), a reply to a smile (up to 2.5 s), an answer with its
latency and a few pauses; with a step of five seconds a 75-second clip has 14 of them, so that attention over moments
shows something.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lineament.features.channels import (
    CHANNELS,
    N_CHANNELS,
    N_POINTS,
    BoolArray,
    Float32Array,
    attribute_slices,
    input_channels,
)
from lineament.features.grid import MAX_GAP_BINS, RATE, EvenGrid, fill, usable_bins
from lineament.features.points import N_POINT_FEATURES, point_spectra
from lineament.recording.view import RecordingView

WINDOW_S, HOP_S = 10.0, 5.0
WINDOW_BINS, HOP_BINS = int(WINDOW_S * RATE), int(HOP_S * RATE)
REST_BINS = int(20 * RATE)
"""The person's rest is the median of the first 20 usable seconds, then fixed so that no window changes later."""
MIN_WINDOW_SHARE = 0.8
"""A window with less usable time is left out."""
CLIP = 8.0
"""Scaled values are cut here: what lies further out is measurement going wrong."""


@dataclass(frozen=True, eq=False)
class ChannelScaling:
    """Median and spread of every input channel over training persons, float32[N_CHANNELS]; see `fit`."""

    centre: Float32Array
    spread: Float32Array

    @classmethod
    def fit(cls, windows: Float32Array) -> "ChannelScaling":
        """From unscaled windows [n, T, N_CHANNELS] of training persons.

        Spread is the interquartile range / 1.349 or the standard deviation, whichever is larger, so that the peaks of
        channels that are mostly at rest are not cut off.
        """
        low, centre, high = np.percentile(windows.reshape(-1, N_CHANNELS), [25, 50, 75], axis=0)
        spread = np.maximum((high - low) / 1.349, windows.reshape(-1, N_CHANNELS).std(axis=0))
        return cls(centre.astype(np.float32), np.maximum(spread, 1e-3).astype(np.float32))

    def apply(self, windows: Float32Array) -> Float32Array:
        scaled: Float32Array = np.clip((windows - self.centre) / self.spread, -CLIP, CLIP)
        return scaled

    def to_json(self) -> dict[str, dict[str, float]]:
        return {
            name: {"centre": float(self.centre[i]), "spread": float(self.spread[i])} for i, name in enumerate(CHANNELS)
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Mapping[str, float]]) -> "ChannelScaling":
        """Raises `KeyError` when a channel is missing."""
        centre = np.array([data[name]["centre"] for name in CHANNELS], dtype=np.float32)
        spread = np.array([data[name]["spread"] for name in CHANNELS], dtype=np.float32)
        return cls(centre, spread)


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows as every model takes them, live or in batches.

    firsts: int64[W], the bin of a tenth of a second at which each begins. values: float32[W, T, N_CHANNELS], unscaled
    input channels. points: float32[W, 68, 32], unscaled node features of the landmarks (see `point_spectra`).
    """

    firsts: npt.NDArray[np.int64]
    values: Float32Array
    points: Float32Array

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice) -> "Windows":
        return Windows(self.firsts[rows], self.values[rows], self.points[rows])

    def blocks(self, size: int) -> Iterator["Windows"]:
        """The same windows, at most `size` at a time."""
        return (self[i : i + size] for i in range(0, len(self), size))

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """Start and end of each in seconds, float64[W, 2]."""
        return window_times(self.firsts)

    @classmethod
    def none(cls) -> "Windows":
        values = np.empty((0, WINDOW_BINS, N_CHANNELS), dtype=np.float32)
        return cls(np.empty(0, np.int64), values, np.empty((0, N_POINTS, N_POINT_FEATURES), dtype=np.float32))

    @classmethod
    def joined(cls, parts: Sequence["Windows"]) -> "Windows":
        """All of `parts` in their order."""
        if not parts:
            return cls.none()
        return cls(
            np.concatenate([p.firsts for p in parts]),
            np.concatenate([p.values for p in parts]),
            np.concatenate([p.points for p in parts]),
        )


@dataclass(frozen=True, eq=False)
class AttributeWindows:
    """A recording's windows, and how many seconds of it are usable and were seen."""

    windows: Windows
    usable_s: float
    seen_s: float

    def __len__(self) -> int:
        return len(self.windows)

    @property
    def values(self) -> Float32Array:
        return self.windows.values

    @property
    def times(self) -> npt.NDArray[np.float64]:
        return self.windows.times

    @property
    def usable_share(self) -> float:
        return self.usable_s / self.seen_s if self.seen_s > 0 else 0.0

    def attribute(self, name: str) -> Float32Array:
        """One attribute's channels, float32[W, T, C]."""
        return self.values[:, :, attribute_slices()[name]]


def cut_windows(grid: EvenGrid, hop_bins: int = HOP_BINS, start: int = 0) -> Windows:
    """The windows of a finished recording's bins, at once.

    The person's rest comes from the first 20 usable seconds. Windows begin at `start` and every `hop_bins`.
    """
    measured = grid.measured
    rest, rest_points = rest_of(grid.values, measured), rest_of(grid.displacements, measured)
    firsts = np.arange(start, grid.n_bins - WINDOW_BINS + 1, hop_bins, dtype=np.int64)
    share = np.concatenate([[0], np.cumsum(usable_bins(measured))])
    firsts = firsts[(share[firsts + WINDOW_BINS] - share[firsts]) >= MIN_WINDOW_SHARE * WINDOW_BINS]
    if rest is None or rest_points is None or not len(firsts):
        return Windows.none()
    bins = firsts[:, None] + np.arange(WINDOW_BINS)
    channels = input_channels(fill(grid.values, measured), rest, RATE, grid.absent)
    moved = fill(grid.displacements, measured) - rest_points
    return Windows(firsts, channels[bins], point_spectra(moved[bins]))


def rest_of(values: Float32Array, measured: BoolArray) -> Float32Array | None:
    """Median of the first 20 measured seconds of bins [n, C], float32[C]; None when nothing was measured."""
    known = np.flatnonzero(measured)[:REST_BINS]
    return np.median(values[known], axis=0).astype(np.float32) if len(known) else None


@dataclass(eq=False)
class WindowStream:
    """Windows of a recording while it grows; a window that was made once is never made again.

    A window is made when the second after it has been seen, so that a gap's end is known, or when the recording is
    complete.
    """

    grid: EvenGrid = field(default_factory=EvenGrid)
    _next: int = 0
    _rest: Float32Array | None = None
    _rest_points: Float32Array | None = None

    def update(self, view: RecordingView) -> Windows:
        """Take in new rows; the windows that became ready."""
        complete = view.meta.complete
        self.grid.update(view, complete)
        self._find_rest(complete)
        ready = self.grid.n_bins if complete else self.grid.n_bins - MAX_GAP_BINS
        stop = (ready - WINDOW_BINS) // HOP_BINS + 1
        first = self._next // HOP_BINS
        if self._rest is None or self._rest_points is None or stop <= first:
            return Windows.none()
        self._next = stop * HOP_BINS
        made = [self._window(k * HOP_BINS, self._rest, self._rest_points) for k in range(first, stop)]
        return Windows.joined([window for window in made if window is not None])

    @property
    def usable_s(self) -> float:
        return float(usable_bins(self.grid.measured).sum() / RATE)

    @property
    def seen_s(self) -> float:
        return self.grid.n_bins / RATE

    def _find_rest(self, complete: bool) -> None:
        measured = self.grid.measured
        if self._rest is None and (complete or int(measured.sum()) >= REST_BINS):
            self._rest = rest_of(self.grid.values, measured)
            self._rest_points = rest_of(self.grid.displacements, measured)

    def _window(self, first: int, rest: Float32Array, rest_points: Float32Array) -> Windows | None:
        """One window, filled from the bins around it (up to a second before and after)."""
        low, high = max(first - MAX_GAP_BINS, 0), min(first + WINDOW_BINS + MAX_GAP_BINS, self.grid.n_bins)
        measured = self.grid.measured[low:high]
        inside = slice(first - low, first - low + WINDOW_BINS)
        if usable_bins(measured)[inside].sum() < MIN_WINDOW_SHARE * WINDOW_BINS:
            return None
        filled = fill(self.grid.values[low:high], measured)
        channels = input_channels(filled, rest, RATE, self.grid.absent)[inside]
        moved = fill(self.grid.displacements[low:high], measured)[inside] - rest_points
        return Windows(np.array([first], np.int64), channels[None], point_spectra(moved[None]))


def extract_windows(view: RecordingView, absent: tuple[str, ...] = ()) -> AttributeWindows:
    """All windows of a recording as it is now. absent: input channels that are not read (see `read_rows`).

    Raises `RecordingError` when a column that the other channels need is missing.
    """
    stream = WindowStream(EvenGrid(absent))
    windows = stream.update(view)
    return AttributeWindows(windows, stream.usable_s, stream.seen_s)


def window_times(firsts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Start and end in seconds, float64[W, 2], of windows that begin at these bins."""
    return np.stack([firsts / RATE, firsts / RATE + WINDOW_S], axis=1)
