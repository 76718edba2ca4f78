"""Visits as arrays ready for training: whole movement series, cut into windows when they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.errors import DatasetError
from lineament.features.channels import N_CHANNELS, BoolArray, Float32Array, absent_channels
from lineament.features.checking import check_scores
from lineament.features.grid import RATE, EvenGrid
from lineament.features.sources import hash_of, session_sources, simulator_source
from lineament.features.windows import MIN_WINDOW_SHARE, ChannelScaling
from lineament.models.mpdrm.movement import HOP_BINS, WINDOW_BINS, WINDOW_S, movement_series
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.storage import make_folder, write_atomically

METHOD = 1
"""Raised whenever recordings become other series, so that cached ones of an older version are made again."""
START_STEP = 16
"""Bins between the starts that training draws windows from."""

IntArray = npt.NDArray[np.int64]


@dataclass(eq=False)
class MovementData:
    """N visits of at most T bins of a tenth of a second.

    series: float16[N, T, C], unscaled input channels relative to the visit's rest, zeros after its end. usable:
    bool[N, T]. persons: int64[N], a number a person. visits: int64[N], rising with time within a person. scores:
    float64[N]. behaviour: float32[N, K] in standard units, or None. absent: input channels that are not read.
    """

    series: npt.NDArray[np.float16]
    usable: BoolArray
    persons: IntArray
    visits: IntArray
    scores: npt.NDArray[np.float64]
    behaviour: Float32Array | None = None
    absent: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.scores)

    def windows(self, rows: IntArray, starts: IntArray) -> Float32Array:
        """Unscaled windows float32[..., 256, C] that begin at `starts` [...] of the visits `rows` [...]."""
        bins = starts[..., None] + np.arange(WINDOW_BINS)
        cut: Float32Array = self.series[rows[..., None], bins].astype(np.float32)
        return cut

    @cached_property
    def grid(self) -> tuple[IntArray, BoolArray]:
        """Starts int64[W] of the windows every visit is scored by, and which are usable, bool[N, W]."""
        starts = np.arange(0, self.series.shape[1] - WINDOW_BINS + 1, HOP_BINS, dtype=np.int64)
        return starts, self._usable_at(starts)

    @cached_property
    def starts(self) -> list[IntArray]:
        """For each visit every start that training may draw; a window there is usable."""
        starts = np.arange(0, self.series.shape[1] - WINDOW_BINS + 1, START_STEP, dtype=np.int64)
        return [starts[row] for row in self._usable_at(starts)]

    @cached_property
    def earlier(self) -> list[IntArray]:
        """For each visit the rows of the same person's earlier ones."""
        return [
            np.flatnonzero((self.persons == person) & (self.visits < visit))
            for person, visit in zip(self.persons, self.visits, strict=True)
        ]

    @cached_property
    def rows_of_persons(self) -> list[IntArray]:
        """The rows of each person in the order of their visits."""
        order = np.lexsort((self.visits, self.persons))
        return np.split(order, np.flatnonzero(np.diff(self.persons[order])) + 1)

    def take(self, rows: Sequence[int] | IntArray) -> "MovementData":
        """Some visits, in this order."""
        at = np.asarray(rows, dtype=np.int64)
        known = None if self.behaviour is None else self.behaviour[at]
        parts = (self.series[at], self.usable[at], self.persons[at], self.visits[at], self.scores[at])
        return MovementData(*parts, known, self.absent)

    def _usable_at(self, starts: IntArray) -> BoolArray:
        share = np.concatenate([np.zeros((len(self), 1), np.int64), np.cumsum(self.usable, axis=1)], axis=1)
        found: BoolArray = share[:, starts + WINDOW_BINS] - share[:, starts] >= MIN_WINDOW_SHARE * WINDOW_BINS
        return found


def load_visits(
    cohort: Cohort,
    seconds: float,
    cancel: CancelToken,
    sink: EventSink,
    task: str,
    *,
    cache: Path | None = None,
    absent: tuple[str, ...] | None = None,
) -> MovementData:
    """The first `seconds` of every session that has a usable window; sessions without one are left out.

    cache: a folder in which the series are kept and looked for. absent: channels not to be read; None asks the first
    recording which it lacks. Raises `DatasetError` for scores outside the scale, sessions too short, or none with a
    usable window, `RecordingError` for a session that cannot be read or lacks a column, `StorageError`, `Cancelled`.
    """
    check_scores(cohort)
    bins = round(seconds * RATE)
    if bins < WINDOW_BINS:
        raise DatasetError(
            f"{seconds:g} s of each session hold no window of {WINDOW_S:g} s",
            remedy=f"Use at least {WINDOW_S:g} seconds.",
        )
    file = None
    if cache is not None:
        sources = session_sources(cohort, cache, cancel)
        file = cache / f"movement-{hash_of([METHOD, bins, absent, sources, simulator_source(cohort)])}.safetensors"
    found = _cached(file) if file is not None else None
    if found is None:
        found = _read(cohort, bins, cancel, sink, task, absent)
        if file is not None:
            _keep(file, *found)
    series, usable, lacking = found
    numbers = {person: i for i, person in enumerate(dict.fromkeys(cohort.person_ids))}
    data = MovementData(
        series,
        usable,
        np.array([numbers[person] for person in cohort.person_ids], dtype=np.int64),
        np.array([session.visit for session in cohort.sessions], dtype=np.int64),
        cohort.scores,
        _standard(cohort.behaviour),
        lacking,
    )
    kept = np.flatnonzero(data.grid[1].any(axis=1))
    if not len(kept):
        raise DatasetError(
            f"none of the {len(cohort)} sessions of {cohort.name} has a usable window of {WINDOW_S:g} s",
            remedy="Use longer sessions, or others.",
        )
    return data if len(kept) == len(data) else data.take(kept)


Read = tuple[npt.NDArray[np.float16], BoolArray, tuple[str, ...]]


def _read(
    cohort: Cohort, bins: int, cancel: CancelToken, sink: EventSink, task: str, absent: tuple[str, ...] | None
) -> Read:
    series = np.zeros((len(cohort), bins, N_CHANNELS), dtype=np.float16)
    usable = np.zeros((len(cohort), bins), dtype=bool)
    meter = ProgressMeter(task, len(cohort), "sessions", sink)
    for i in range(len(cohort)):
        cancel.raise_if_cancelled()
        recording = cohort.recording(i)
        if absent is None:
            absent = absent_channels(recording)
        grid = EvenGrid(absent)
        grid.update(recording, complete=True)
        values, there = movement_series(grid)
        count = min(len(values), bins)
        series[i, :count], usable[i, :count] = np.clip(values[:count], -6e4, 6e4), there[:count]
        meter.advance()
    meter.finish()
    return series, usable, absent or ()


def _cached(file: Path) -> Read | None:
    from safetensors import SafetensorError, safe_open

    if not file.is_file():
        return None
    try:
        with safe_open(file, framework="np") as kept:
            lacking = (kept.metadata() or {}).get("absent", "")
            return kept.get_tensor("series"), kept.get_tensor("usable"), tuple(lacking.split("\n") if lacking else ())
    except (OSError, SafetensorError):
        return None  # damaged: made again, and written over


def _keep(file: Path, series: npt.NDArray[np.float16], usable: BoolArray, absent: tuple[str, ...]) -> None:
    from safetensors.numpy import save

    make_folder(file.parent)
    write_atomically(file, save({"series": series, "usable": usable}, {"absent": "\n".join(absent)}))


def _standard(behaviour: "npt.NDArray[np.float64] | None") -> Float32Array | None:
    if behaviour is None:
        return None
    spread = np.maximum(behaviour.std(axis=0), 1e-6)
    return np.asarray((behaviour - behaviour.mean(axis=0)) / spread, dtype=np.float32)


def fit_movement_scaling(data: MovementData, seed: int, visits: int = 400) -> ChannelScaling:
    """Robust scaling from windows without overlap of some visits of training persons."""
    starts, present = data.grid
    rows = np.random.default_rng(seed).permutation(len(data))[:visits]
    row, window = np.nonzero(present[rows][:, ::2])
    return ChannelScaling.fit(data.windows(rows[row], starts[::2][window]))


def movement_statistics(series: Float32Array, usable: BoolArray) -> npt.NDArray[np.float64]:
    """Mean, standard deviation, mean absolute step and 95th percentile of each channel over usable bins, float64[4 C];
    zeros where none is."""
    values = series[usable].astype(np.float64)
    if len(values) < 2:
        return np.zeros(4 * series.shape[1])
    steps = np.abs(np.diff(values, axis=0)).mean(axis=0)
    return np.concatenate([values.mean(axis=0), values.std(axis=0), steps, np.percentile(values, 95, axis=0)])
