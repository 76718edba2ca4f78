"""Persons as arrays ready for training: windows on a ten-second grid, and what any crop's rest would be."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.features.channels import N_CHANNELS, N_STORED, BoolArray, Float32Array, input_channels
from lineament.features.grid import RATE, EvenGrid, fill, usable_bins
from lineament.features.windows import MIN_WINDOW_SHARE, REST_BINS, WINDOW_BINS, ChannelScaling
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.simulation import SimulatedRecording

MIN_CROP = 2
"""Windows of the shortest crop: 20 s, the least that is ever scored."""


@dataclass(eq=False)
class TrainingData:
    """N persons, K windows each of ten seconds without overlap.

    windows: float16[N, K, T, C], relative to nothing; rest: float32[N, K, C], to be subtracted when a crop begins at
    window k; present: bool[N, K]; scores: float64[N]; behaviour: float32[N, B] or None, true behaviour parameters of
    simulated persons in standard units.
    """

    windows: npt.NDArray[np.float16]
    rest: Float32Array
    present: BoolArray
    scores: npt.NDArray[np.float64]
    behaviour: Float32Array | None

    def __len__(self) -> int:
        return len(self.scores)

    def crop(
        self, rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], count: int
    ) -> tuple[Float32Array, BoolArray]:
        """Windows [B, count, T, C] and presence of crops that begin at window `starts[i]` of person `rows[i]`."""
        take = starts[:, None] + np.arange(count)
        values = self.windows[rows[:, None], take].astype(np.float32)
        values -= self.rest[rows, starts][:, None, None, :]
        return values, self.present[rows[:, None], take]


def load_persons(cohort: Cohort, seconds: float, cancel: CancelToken, sink: EventSink, task: str) -> TrainingData:
    """Read every recording once and keep its windows (the first `seconds` of it)."""
    n, k = len(cohort), int(seconds * RATE) // WINDOW_BINS
    windows = np.zeros((n, k, WINDOW_BINS, N_CHANNELS), dtype=np.float16)
    rest = np.zeros((n, k, N_CHANNELS), dtype=np.float32)
    present = np.zeros((n, k), dtype=bool)
    behaviour: list[npt.NDArray[np.float64]] = []
    meter = ProgressMeter(task, n, "persons", sink)
    for i in range(n):
        cancel.raise_if_cancelled()
        recording = cohort.recording(i)
        if isinstance(recording, SimulatedRecording):
            behaviour.append(recording.behaviour.linked)
        grid = EvenGrid()
        grid.update(recording, complete=True)
        cut_person(grid, windows[i], rest[i], present[i])
        meter.advance()
    meter.finish()
    known = np.array(behaviour) if len(behaviour) == n else None
    standard = (
        ((known - known.mean(axis=0)) / np.maximum(known.std(axis=0), 1e-6)).astype(np.float32)
        if known is not None
        else None
    )
    return TrainingData(windows, rest, present, cohort.scores, standard)


def cut_person(grid: EvenGrid, windows: npt.NDArray[np.float16], rest: Float32Array, present: BoolArray) -> None:
    """Fill one person's rows of the arrays in place."""
    values, measured = grid.values, grid.measured
    count = min(len(values) // WINDOW_BINS, len(windows))
    if not measured.any() or not count:
        return
    zero = np.zeros(values.shape[1], dtype=np.float32)
    filled = fill(values, measured)
    channels = input_channels(filled, zero, RATE)[: count * WINDOW_BINS]
    windows[:count] = channels.reshape(count, WINDOW_BINS, N_CHANNELS)
    usable = usable_bins(measured)[: count * WINDOW_BINS].reshape(count, WINDOW_BINS)
    present[:count] = usable.mean(axis=1) >= MIN_WINDOW_SHARE
    known = np.flatnonzero(measured)
    for k in range(count):
        first = np.searchsorted(known, k * WINDOW_BINS)
        rows = known[first : first + REST_BINS]
        if len(rows):
            rest[k] = rest_channels(np.median(values[rows], axis=0).astype(np.float32))


def rest_channels(rest: Float32Array) -> Float32Array:
    """What a person's rest takes off each input channel: input_channels(v, rest) = input_channels(v, 0) - this."""
    taken: Float32Array = rest @ _rest_matrix()
    return taken


@lru_cache(maxsize=1)
def _rest_matrix() -> Float32Array:
    """float32[N_STORED, N_CHANNELS]; the input channels are linear in the rest, so one unit of each tells all."""
    still = np.zeros((2, N_STORED), dtype=np.float32)
    units = np.eye(N_STORED, dtype=np.float32)
    return np.stack([-input_channels(still, unit, RATE)[0] for unit in units])


def one_person(grid: EvenGrid, seconds: float, score: float) -> TrainingData:
    """A single person's arrays from the even grid of a recording."""
    k = int(seconds * RATE) // WINDOW_BINS
    windows = np.zeros((1, k, WINDOW_BINS, N_CHANNELS), dtype=np.float16)
    rest = np.zeros((1, k, N_CHANNELS), dtype=np.float32)
    present = np.zeros((1, k), dtype=bool)
    cut_person(grid, windows[0], rest[0], present[0])
    return TrainingData(windows, rest, present, np.array([score]), None)


def fit_scaling(data: TrainingData, seed: int, persons: int = 400) -> ChannelScaling:
    """Robust scaling from crops at the start of some training persons' sessions."""
    rows = np.random.default_rng(seed).permutation(len(data))[:persons].astype(np.int64)
    count = data.windows.shape[1]
    kept = []
    for row in rows:
        values, present = data.crop(np.array([row]), np.array([0]), count)
        kept.append(values[present][::4])
    return ChannelScaling.fit(np.concatenate(kept))
