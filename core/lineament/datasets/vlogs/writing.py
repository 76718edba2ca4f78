"""Write any cohort as a copy of D-Vlog or LMVD would be: visual features and labels; sound is not simulated."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.scales import VLOG_LABEL
from lineament.datasets.vlogs.layout import LABELS
from lineament.datasets.vlogs.recordings import GAZE_171, RATES, UNITS_171
from lineament.datasets.writing import claim, in_scale, with_split, write_csv
from lineament.errors import RecordingError
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.recording.schema import group
from lineament.recording.view import RecordingView
from lineament.storage import atomic_file, make_folder

FloatArray = npt.NDArray[np.float64]

_FOLDS = {"train": "train", "dev": "valid", "test": "test"}
_LMVD_FRAMES = 915
"""Rows of every file of LMVD: three minutes; longer vlogs are cut, shorter ones end in zeros."""


def write_d_vlog(
    cohort: Cohort, folder: Path, *, cancel: CancelToken | None = None, sink: EventSink = ignore_events
) -> None:
    """Write I/I_visual.npy, one row a second and zeros without a face, and labels.csv; what is there is kept.

    PHQ-8 becomes the label (`in_scale`). Splits and errors: as `write_daic_woz`; `RecordingError` for recordings
    without landmarks.
    """
    labelled = in_scale(cohort, VLOG_LABEL)
    sessions = with_split(labelled, "D-Vlog", visits=False)
    names = [str(i) for i in range(len(sessions))]
    paths = [folder / name / f"{name}_visual.npy" for name in names]
    _write_arrays(
        labelled, sessions, "d-vlog", folder, dict(zip(names, paths, strict=True)), _d_vlog_rows, cancel, sink
    )
    rows = []
    for session, name, path in zip(sessions, names, paths, strict=True):
        seconds = len(np.load(path, mmap_mode="r"))
        word = "depression" if session.score else "normal"
        rows.append((name, word, seconds, session.gender[:1], _FOLDS[session.split]))
    write_csv(folder / LABELS, ("index", "label", "duration", "gender", "fold"), rows)


def write_lmvd(
    cohort: Cohort, folder: Path, *, cancel: CancelToken | None = None, sink: EventSink = ignore_events
) -> None:
    """Write visual/001.npy [915, 171], five rows a second, label/001_Depression.csv and a table with the splits.

    Errors as `write_d_vlog`; `RecordingError` also for recordings without gaze, pose or units, or below 5 Hz.
    """
    labelled = in_scale(cohort, VLOG_LABEL)
    sessions = with_split(labelled, "LMVD", visits=False)
    names = [f"{i:03d}" for i in range(1, len(sessions) + 1)]
    paths = {name: folder / "visual" / f"{name}.npy" for name in names}
    _write_arrays(labelled, sessions, "lmvd", folder, paths, _lmvd_rows, cancel, sink)
    make_folder(folder / "label")
    for session, name in zip(sessions, names, strict=True):
        write_csv(folder / "label" / f"{name}_Depression.csv", (f"{session.score:.0f}",), ())
    rows = [(name, f"{s.score:.0f}", _FOLDS[s.split]) for s, name in zip(sessions, names, strict=True)]
    write_csv(folder / LABELS, ("index", "label", "fold"), rows)


def _write_arrays(
    cohort: Cohort,
    sessions: Sequence[Session],
    layout: str,
    folder: Path,
    paths: dict[str, Path],
    rows_of: Callable[[RecordingView], FloatArray],
    cancel: CancelToken | None,
    sink: EventSink,
) -> None:
    make_folder(folder)
    persons = (session.person_id for session in sessions)
    claim(folder, cohort, sessions, layout, dict(zip(paths, persons, strict=True)))
    there = [path.exists() for path in paths.values()]
    meter = ProgressMeter("writing sessions", len(cohort), "sessions", sink, skipped=sum(there))
    for i, path in enumerate(paths.values()):
        if cancel is not None:
            cancel.raise_if_cancelled()
        if not there[i]:
            rows = rows_of(cohort.recording(i))
            make_folder(path.parent)
            with atomic_file(path) as stream:
                np.save(stream, rows, allow_pickle=False)
            meter.advance()
    meter.finish()


def _d_vlog_rows(view: RecordingView) -> FloatArray:
    """float64[T, 136], all x before all y."""
    at = _every(view, RATES[136])
    found = np.asarray(view.column("success"), dtype=np.bool_)[at]
    points = _points(view)[at]
    points[~found] = 0.0
    return points.transpose(0, 2, 1).reshape(len(at), -1)


def _lmvd_rows(view: RecordingView) -> FloatArray:
    """float64[915, 171]; where the face is lost, the numbers of the last frame that shows it."""
    # A simulated person never sucks the lips.
    unseen = {"AU28_c"} if view.meta.provenance.simulated else set()
    needed = {*GAZE_171, *group("pose"), *UNITS_171} - unseen
    missing = sorted(name for name in needed if not view.has(name))
    if missing:
        raise _lacks(", ".join(missing[:4]))
    at = _every(view, RATES[171])[:_LMVD_FRAMES]
    found = np.asarray(view.column("success"), dtype=np.bool_)
    known = np.flatnonzero(found)
    if not len(known):
        return np.zeros((_LMVD_FRAMES, 171))
    at = known[np.maximum(np.searchsorted(known, at, side="right") - 1, 0)]
    lips = np.zeros(view.n_rows)
    units = [np.asarray(view.column(n) if view.has(n) else lips, dtype=np.float64)[at] for n in UNITS_171]
    gaze, pose = ([view.column(n)[at].astype(np.float64) for n in names] for names in (GAZE_171, group("pose")))
    points = _points(view)[at].transpose(2, 1, 0).reshape(136, -1)
    rows = np.stack([*units, *points, *gaze, *np.zeros((6, len(at))), *pose], axis=1)
    return np.concatenate([rows, np.zeros((_LMVD_FRAMES - len(rows), 171))])


def _every(view: RecordingView, rate: float) -> npt.NDArray[np.int64]:
    """The first row at or after each tick; raises `RecordingError` when there are fewer rows than ticks."""
    times = view.time_s
    ticks = np.arange(int(np.floor(times[-1] * rate + 1e-6)) + 1) / rate
    at = np.minimum(np.searchsorted(times, ticks - 1e-6), view.n_rows - 1)
    if len(np.unique(at)) < len(at):
        raise RecordingError(
            f"the recording has fewer than {rate:g} rows a second", remedy="Write a cohort of a higher rate."
        )
    return at


def _points(view: RecordingView) -> FloatArray:
    points = view.landmarks68(0, view.n_rows)
    if points is None:
        raise _lacks("landmarks")
    return points.astype(np.float64)


def _lacks(what: str) -> RecordingError:
    return RecordingError(
        f"the recording has no {what}, which this layout holds", remedy="Write a cohort whose recordings have them."
    )
