"""Windows of ten seconds every five, cleaned, relative to the person's rest and scaled robustly.

Ten seconds hold a smile with its control (.2-.6 s after onset), a reply to a smile (up to 2.5 s), an answer with its
latency and a few pauses; with a step of five seconds a 75-second clip has 14 of them, so that attention over moments
shows something.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lineament.features.channels import (
    CHANNELS,
    N_CHANNELS,
    BoolArray,
    Float32Array,
    attribute_slices,
    input_channels,
)
from lineament.features.grid import MAX_GAP_BINS, RATE, EvenGrid, fill, usable_bins
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
class AttributeWindows:
    """times: float64[W, 2] s; values: float32[W, T, N_CHANNELS] unscaled; usable and seen time in seconds."""

    times: npt.NDArray[np.float64]
    values: Float32Array
    usable_s: float
    seen_s: float

    def __len__(self) -> int:
        return len(self.values)

    @property
    def usable_share(self) -> float:
        return self.usable_s / self.seen_s if self.seen_s > 0 else 0.0

    def attribute(self, name: str) -> Float32Array:
        """One attribute's channels, float32[W, T, C]."""
        return self.values[:, :, attribute_slices()[name]]


def cut_windows(
    values: Float32Array, measured: BoolArray, hop_bins: int = HOP_BINS, start: int = 0
) -> tuple[npt.NDArray[np.int64], Float32Array]:
    """First bins int64[W] and unscaled windows float32[W, T, N_CHANNELS] of a finished stretch of bins.

    The person's rest comes from the first 20 usable seconds. Windows begin at `start` and every `hop_bins`.
    """
    rest = rest_of(values, measured)
    firsts = np.arange(start, len(values) - WINDOW_BINS + 1, hop_bins, dtype=np.int64)
    usable = usable_bins(measured)
    share = np.concatenate([[0], np.cumsum(usable)])
    keep = (share[firsts + WINDOW_BINS] - share[firsts]) >= MIN_WINDOW_SHARE * WINDOW_BINS
    firsts = firsts[keep]
    if rest is None or not len(firsts):
        return firsts[:0], np.empty((0, WINDOW_BINS, N_CHANNELS), dtype=np.float32)
    channels = input_channels(fill(values, measured), rest, RATE)
    return firsts, channels[firsts[:, None] + np.arange(WINDOW_BINS)]


def rest_of(values: Float32Array, measured: BoolArray) -> Float32Array | None:
    """Median of the first 20 measured seconds, float32[N_STORED]; None when nothing was measured."""
    known = np.flatnonzero(measured)[:REST_BINS]
    return np.median(values[known], axis=0).astype(np.float32) if len(known) else None


@dataclass(eq=False)
class WindowStream:
    """Windows of a recording while it grows; a window that was made once is never made again.

    A window is made when the second after it has been seen, so that a gap's end is known, or when the recording is
    complete. `drain()` gives the new ones.
    """

    grid: EvenGrid = field(default_factory=EvenGrid)
    _next: int = 0
    _rest: Float32Array | None = None

    def update(self, view: RecordingView) -> tuple[npt.NDArray[np.int64], Float32Array]:
        """Take in new rows; first bins and unscaled values of the windows that became ready."""
        complete = view.meta.complete
        self.grid.update(view, complete)
        values, measured = self.grid.values, self.grid.measured
        self._find_rest(values, measured, complete)
        ready = len(values) if complete else len(values) - MAX_GAP_BINS
        stop = (ready - WINDOW_BINS) // HOP_BINS + 1
        first = self._next // HOP_BINS
        if self._rest is None or stop <= first:
            return np.empty(0, np.int64), np.empty((0, WINDOW_BINS, N_CHANNELS), dtype=np.float32)
        made = [self._window(k * HOP_BINS) for k in range(first, stop)]
        self._next = stop * HOP_BINS
        kept = [(k, window) for k, window in zip(range(first, stop), made, strict=True) if window is not None]
        if not kept:
            return np.empty(0, np.int64), np.empty((0, WINDOW_BINS, N_CHANNELS), dtype=np.float32)
        return np.array([k * HOP_BINS for k, _ in kept], np.int64), np.stack([window for _, window in kept])

    @property
    def usable_s(self) -> float:
        return float(usable_bins(self.grid.measured).sum() / RATE)

    @property
    def seen_s(self) -> float:
        return self.grid.n_bins / RATE

    def _find_rest(self, values: Float32Array, measured: BoolArray, complete: bool) -> None:
        if self._rest is None and (complete or int(measured.sum()) >= REST_BINS):
            self._rest = rest_of(values, measured)

    def _window(self, first: int) -> Float32Array | None:
        """One window, filled from the bins around it (up to a second before and after)."""
        low, high = max(first - MAX_GAP_BINS, 0), min(first + WINDOW_BINS + MAX_GAP_BINS, self.grid.n_bins)
        values, measured = self.grid.values[low:high], self.grid.measured[low:high]
        inside = slice(first - low, first - low + WINDOW_BINS)
        if usable_bins(measured)[inside].sum() < MIN_WINDOW_SHARE * WINDOW_BINS or self._rest is None:
            return None
        return input_channels(fill(values, measured), self._rest, RATE)[inside]


def extract_windows(view: RecordingView) -> AttributeWindows:
    """All windows of a recording as it is now.

    Raises `RecordingError` when a column that the windows need is missing.
    """
    stream = WindowStream()
    firsts, values = stream.update(view)
    return AttributeWindows(window_times(firsts), values, stream.usable_s, stream.seen_s)


def window_times(firsts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Start and end in seconds, float64[W, 2], of windows that begin at these bins."""
    return np.stack([firsts / RATE, firsts / RATE + WINDOW_S], axis=1)
