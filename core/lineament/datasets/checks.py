"""What must hold of any cohort's labels and recordings, whatever folder they come from."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lineament.datasets.scales import Scale
from lineament.errors import DatasetError, RecordingError
from lineament.recording.schema import COLUMNS
from lineament.recording.view import RecordingView

SHOWN = 5
"""So many names stand in a sentence; the rest are counted."""

MAX_HOLES = 0.5
"""Share of the frames with a face in which a column may lack a number before the session is refused (our choice)."""

_MEASURED = ("au_intensity", "gaze", "pose")
_ROWS_AT_ONCE = 3000


class Labelled(Protocol):
    """What the checks read of a session."""

    @property
    def person_id(self) -> str: ...
    @property
    def session_id(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def split(self) -> str: ...


def named(names: Iterable[str]) -> str:
    """The first names, and how many more there are: "300, 301, 302, 303, 304 and 7 more"."""
    every = list(names)
    rest = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + rest


def missing_sessions(names: Sequence[str], folder: Path, remedy: str) -> DatasetError:
    """The error for labelled sessions without files."""
    kind = "session has" if len(names) == 1 else "sessions have"
    return DatasetError(
        f"{len(names)} labelled {kind} no files: {named(names)}",
        path=folder,
        remedy=f"{remedy}, or ask for missing sessions to be skipped.",
    )


def check_labels(sessions: Sequence[Labelled], scale: Scale, path: Path, *, person_disjoint: bool = True) -> None:
    """Raises `DatasetError` naming the sessions: none, ids twice, scores off the scale, persons in two splits.

    person_disjoint: False for corpora whose own partitions share persons (AVEC): those are told in a note, and whoever
    asks for the split is refused.
    """
    if not sessions:
        raise DatasetError("there are no labelled sessions", path=path, remedy="Choose the folder of a whole cohort.")
    if person_disjoint:
        check_person_disjoint(sessions, path.name)
    twice = [name for name, count in Counter(s.session_id for s in sessions).items() if count > 1]
    if twice:
        raise DatasetError(
            f"sessions stand more than once in the labels: {named(twice)}", path=path, remedy="Keep one line of each."
        )
    outside = [
        f"{s.session_id} has {s.score:g}"
        for s in sessions
        if not (scale.low <= s.score <= scale.high and float(s.score).is_integer())
    ]
    if outside:
        raise DatasetError(
            f"{scale.name} scores are whole numbers from {scale.low} to {scale.high}, but {named(outside)}",
            path=path,
            remedy="Correct the labels.",
        )


def check_person_disjoint(sessions: Sequence[Labelled], where: str) -> None:
    """Raises `DatasetError` that names the persons who stand in two splits."""
    first: dict[str, str] = {}
    shared: dict[str, tuple[str, str]] = {}
    for session in sessions:
        split = first.setdefault(session.person_id, session.split)
        if split != session.split:
            shared.setdefault(session.person_id, (split, session.split))
    if not shared:
        return
    person, (one, other) = next(iter(shared.items()))
    what = (
        f"person {person} of {where} is in both {one} and {other}"
        if len(shared) == 1
        else f"{len(shared)} persons of {where} are in more than one split: {named(shared)}"
    )
    raise DatasetError(
        what,
        remedy="Use person-disjoint folds (holdout or nested-cv), or give all sessions of a person the same split.",
    )


def check_recording(recording: RecordingView, file_of: Callable[[str], Path]) -> None:
    """Raises `RecordingError` when a session has no frame with a face, or a column without numbers in most of them.

    file_of: the file a column comes from ("landmarks" for the 68 points). Fewer frames without a number are for the
    features to leave out.
    """
    found = np.asarray(recording.column("success"), dtype=np.bool_)
    if not found.any():
        raise RecordingError(
            f"none of the session's {recording.n_rows:,} frames has a face",
            path=file_of("success"),
            remedy="Leave this session out of the cohort.",
        )
    holes = {
        name: ~np.isfinite(np.asarray(recording.column(name), dtype=np.float32))
        for name, column in COLUMNS.items()
        if column.group in _MEASURED and column.dtype.kind == "f" and recording.has(name)
    }
    if recording.landmarks68(0, 1) is not None:
        holes["landmarks"] = _rows_without_points(recording)
    for name, hole in holes.items():
        count = int((hole & found).sum())
        if count > MAX_HOLES * found.sum():
            raise RecordingError(
                f"{name} holds no number in {count:,} of {found.sum():,} frames with a face",
                path=file_of(name),
                remedy="Copy or export this session again, or leave it out of the cohort.",
            )


def _rows_without_points(recording: RecordingView) -> npt.NDArray[np.bool_]:
    """bool[n_rows]; read in pieces, because the mesh of a long recording does not fit in memory."""
    holes = np.ones(recording.n_rows, dtype=np.bool_)
    for start in range(0, recording.n_rows, _ROWS_AT_ONCE):
        points = recording.landmarks68(start, min(start + _ROWS_AT_ONCE, recording.n_rows))
        if points is not None:
            holes[start : start + len(points)] = ~np.isfinite(points).all(axis=(1, 2))
    return holes
