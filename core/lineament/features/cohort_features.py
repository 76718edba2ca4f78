"""A cohort's features, computed once, cached by content and held in memory: what training and searching read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.datasets.scales import Scale
from lineament.errors import DatasetError, RecordingError
from lineament.features.channels import N_CHANNELS, N_POINTS, absent_channels
from lineament.features.checking import check_readable, check_scores, check_splits
from lineament.features.cohort_cache import FeatureArrays, read_arrays, remove_arrays, write_arrays
from lineament.features.events import FeatureWarning
from lineament.features.grid import RATE, EvenGrid
from lineament.features.points import N_POINT_FEATURES
from lineament.features.sources import hash_of, session_sources, simulator_source
from lineament.features.statistics import N_STATISTICS, session_statistics
from lineament.features.windows import WINDOW_BINS, Windows, cut_windows
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.recording.view import RecordingView

FEATURES_METHOD = 1
"""Raised whenever recordings become other numbers, so that arrays made by an older version are made again."""

Rows = Sequence[int] | npt.NDArray[np.int64] | slice


@dataclass(frozen=True, eq=False)
class CohortFeatures:
    """Features of N sessions of W windows of ten seconds, one after the other without overlap.

    values: float32[N, W, T, N_CHANNELS], unscaled input channels, relative to the rest of the session's first 20 usable
    seconds. points: float32[N, W, 68, 32], unscaled node features of the landmarks (`point_spectra`). present:
    bool[N, W], which windows are usable; the others are zeros. statistics: float32[N, N_STATISTICS]
    (`session_statistics`). scores: float64[N]. behaviour: float64[N, K], see `Cohort`, or None. absent: input channels
    that the cohort's extractor does not give; they are zeros. fingerprint: of labels, splits, persons and what the
    recordings are made from, never of the arrays' bytes, whose last bits differ between machines. folder: where the
    arrays are cached.

    A copy sent to another process carries the folder in place of the arrays, which that process maps.
    """

    values: npt.NDArray[np.float32]
    points: npt.NDArray[np.float32]
    present: npt.NDArray[np.bool_]
    statistics: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float64]
    person_ids: tuple[str, ...]
    session_ids: tuple[str, ...]
    splits: tuple[str, ...]
    absent: tuple[str, ...]
    name: str
    extractor: str
    simulated: bool
    scale: Scale
    fingerprint: str
    folder: Path | None = None
    behaviour: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def unusable(self) -> tuple[str, ...]:
        """Sessions without a single usable window."""
        return tuple(s for s, some in zip(self.session_ids, self.present.any(axis=1), strict=True) if not some)

    def rows_of(self, split: str) -> npt.NDArray[np.int64]:
        """Rows of one split, in order."""
        return np.flatnonzero(np.array(self.splits) == split)

    def take(self, rows: Rows) -> "CohortFeatures":
        """The sessions of these rows, in this order; a slice shares the arrays."""
        chosen = np.arange(len(self))[rows]
        if np.array_equal(chosen, np.arange(len(self))):
            return self
        at = rows if isinstance(rows, slice) else chosen
        return replace(
            self,
            values=self.values[at],
            points=self.points[at],
            present=self.present[at],
            statistics=self.statistics[at],
            scores=self.scores[at],
            behaviour=None if self.behaviour is None else self.behaviour[at],
            person_ids=tuple(self.person_ids[i] for i in chosen),
            session_ids=tuple(self.session_ids[i] for i in chosen),
            splits=tuple(self.splits[i] for i in chosen),
            fingerprint=hash_of([self.fingerprint, "rows", chosen.tolist()]),
            folder=None,
        )

    def with_scores(self, scores: npt.NDArray[np.float64]) -> "CohortFeatures":
        """The same sessions with other scores, as the control with permuted labels has them."""
        return replace(self, scores=scores, fingerprint=hash_of([self.fingerprint, "scores", scores.tolist()]))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.folder is None:
            return CohortFeatures, tuple(vars(self).values())
        light = {name: value for name, value in vars(self).items() if name not in _HEAVY}
        return _mapped_again, (light,)


_HEAVY = ("values", "points", "present", "statistics")


def _mapped_again(light: dict[str, Any]) -> CohortFeatures:
    arrays = read_arrays(light["folder"])
    if arrays is None:
        raise DatasetError(
            "the cached features of the cohort are gone or damaged",
            path=light["folder"],
            remedy="Start again: they are then made anew.",
        )
    return CohortFeatures(**{name: getattr(arrays, name) for name in _HEAVY}, **light)


def cohort_features(
    cohort: Cohort,
    seconds: float = 480.0,
    *,
    cache: Path | None = None,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> CohortFeatures:
    """Features of the first `seconds` of every session. cache: a folder in which they are kept and looked for.

    Sessions without a usable window stay, with nothing present. Raises `DatasetError` for scores outside the scale, a
    split without one usable window or sessions that lack what others have, `RecordingError` for a session that cannot
    be read or whose column holds no numbers, `StorageError` when the cache cannot be written, `Cancelled`.
    """
    check_scores(cohort)
    if int(seconds * RATE) < WINDOW_BINS:
        raise DatasetError(f"{seconds:g} s of each session hold no window", remedy="Use at least ten seconds.")
    cancel = cancel or CancelToken()
    sources = session_sources(cohort, cache, cancel)
    folder = (
        cache / hash_of([FEATURES_METHOD, seconds, sources, simulator_source(cohort)]) if cache is not None else None
    )
    arrays = _cached(folder, sink) if folder is not None else None
    if arrays is None:
        arrays = make_arrays(cohort, seconds, cancel, sink)
        if folder is not None:
            write_arrays(folder, arrays)
            arrays = read_arrays(folder) or arrays
    splits = tuple(session.split for session in cohort.sessions)
    check_splits(cohort, arrays.present)
    return CohortFeatures(
        values=arrays.values,
        points=arrays.points,
        present=arrays.present,
        statistics=arrays.statistics,
        scores=cohort.scores,
        person_ids=cohort.person_ids,
        session_ids=tuple(session.session_id for session in cohort.sessions),
        splits=splits,
        absent=arrays.absent,
        name=cohort.name,
        extractor=cohort.extractor,
        simulated=cohort.simulated,
        scale=cohort.scale,
        fingerprint=hash_of([FEATURES_METHOD, seconds, sources, cohort.identity()]),
        folder=folder,
        behaviour=cohort.behaviour,
    )


def _cached(folder: Path, sink: EventSink) -> FeatureArrays | None:
    arrays = read_arrays(folder)
    if arrays is None and folder.exists():
        sink(FeatureWarning(f"The cached features in {folder.name} are damaged and are made anew."))
        remove_arrays(folder)
    return arrays


def make_arrays(cohort: Cohort, seconds: float, cancel: CancelToken, sink: EventSink) -> FeatureArrays:
    """Read every recording once; raises what `cohort_features` does."""
    n, count = len(cohort), int(seconds * RATE) // WINDOW_BINS
    values = np.zeros((n, count, WINDOW_BINS, N_CHANNELS), dtype=np.float32)
    points = np.zeros((n, count, N_POINTS, N_POINT_FEATURES), dtype=np.float32)
    present = np.zeros((n, count), dtype=bool)
    statistics = np.zeros((n, N_STATISTICS), dtype=np.float32)
    absent: tuple[str, ...] = ()
    meter = ProgressMeter("computing features", n, "persons", sink)
    for i in range(n):
        cancel.raise_if_cancelled()
        recording = cohort.recording(i)
        lacking = _absent_of(cohort, i, recording)
        absent = _agreed(cohort, i, absent if i else lacking, lacking)
        windows = _windows_of(cohort, i, recording, absent, sink)
        at = windows.firsts // WINDOW_BINS
        at = at[at < count]
        values[i, at], points[i, at], present[i, at] = windows.values[: len(at)], windows.points[: len(at)], True
        statistics[i] = session_statistics(windows.values[: len(at)])
        meter.advance()
    meter.finish()
    return FeatureArrays(values, points, present, statistics, absent)


def _windows_of(cohort: Cohort, i: int, recording: RecordingView, absent: tuple[str, ...], sink: EventSink) -> Windows:
    grid = EvenGrid(absent)
    grid.update(recording, complete=True)
    check_readable(cohort, i, recording, grid, sink)
    return cut_windows(grid, WINDOW_BINS)


def _absent_of(cohort: Cohort, i: int, recording: RecordingView) -> tuple[str, ...]:
    try:
        return absent_channels(recording)
    except RecordingError as error:
        what = f"session {cohort.sessions[i].session_id}: {error.what}"
        raise RecordingError(what, remedy="Complete its files or leave the session out of the labels.") from error


def _agreed(cohort: Cohort, i: int, absent: tuple[str, ...], lacking: tuple[str, ...]) -> tuple[str, ...]:
    """What all sessions lack; a cohort in which only some lack it would teach which session is which."""
    if lacking == absent:
        return absent
    odd = sorted(set(lacking) ^ set(absent))
    verb = "lacks" if set(lacking) - set(absent) else "has"
    raise DatasetError(
        f"session {cohort.sessions[i].session_id} of cohort {cohort.name} {verb} {', '.join(odd[:3])}"
        f"{' and more' if len(odd) > 3 else ''}, unlike those before it",
        remedy="Complete its files or leave the session out of the labels.",
    )
