"""What is refused before anything is trained on it, in a sentence that names session and column."""

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.errors import DatasetError, RecordingError
from lineament.features.channels import sources
from lineament.features.events import FeatureWarning
from lineament.features.grid import EvenGrid
from lineament.progress import EventSink
from lineament.recording.view import RecordingView

MAX_UNREADABLE = 0.5
"""A session is refused when a larger share of the frames that show a face has a column without a number in it."""


def check_scores(cohort: Cohort) -> None:
    """Raises `DatasetError` when there are no sessions or a score is no number of the scale."""
    if not len(cohort):
        raise DatasetError(f"cohort {cohort.name} has no sessions", remedy="Choose a cohort with labelled sessions.")
    for session in cohort.sessions:
        if not cohort.scale.low <= session.score <= cohort.scale.high:
            raise DatasetError(
                f"session {session.session_id} of cohort {cohort.name} has the score {session.score:g}, outside "
                f"{cohort.scale.name}'s {cohort.scale.low} to {cohort.scale.high}",
                remedy="Correct the labels.",
            )


def check_splits(cohort: Cohort, present: npt.NDArray[np.bool_]) -> None:
    """Raises `DatasetError` when the cohort or one of its splits has no usable window at all."""
    usable = present.any(axis=1)
    for name in dict.fromkeys(session.split for session in cohort.sessions):
        rows = [session.split == name for session in cohort.sessions]
        if not usable[rows].any():
            which = f"of the {name} sessions" if name else "session"
            raise DatasetError(
                f"none {which} of cohort {cohort.name} has ten usable seconds in a row",
                remedy="Check that the recordings show a face with a confidence of .8 or more.",
            )


def check_readable(cohort: Cohort, i: int, recording: RecordingView, grid: EvenGrid, sink: EventSink) -> None:
    """Names the worst column of a session in which frames with a face have something that is no number.

    Few such frames are left out with a `FeatureWarning`, as lost frames are. Raises `RecordingError` when they are more
    than `MAX_UNREADABLE` of the frames with a face.
    """
    if not grid.unreadable_rows:
        return
    session, files = cohort.sessions[i].session_id, cohort.source_files(i)
    what = (
        f"session {session} has no number in {_worst_column(recording, grid.absent)} in {grid.unreadable_rows:,} of "
        f"{grid.found_rows:,} frames that show a face"
    )
    if grid.unreadable_rows > MAX_UNREADABLE * grid.found_rows:
        raise RecordingError(
            what,
            path=files[0] if len(files) == 1 else None,
            remedy="Export it again or leave the session out of the labels.",
        )
    sink(FeatureWarning(f"S{what[1:]}; they are left out."))


def _worst_column(recording: RecordingView, absent: tuple[str, ...]) -> str:
    found = np.asarray(recording.column("success"), dtype=bool) if recording.has("success") else slice(None)
    lost = {
        name: int((~np.isfinite(np.asarray(recording.column(name)[found], dtype=np.float64))).sum())
        for name in sources(absent)
    }
    worst = max(lost, key=lambda name: lost[name])
    return f"column {worst}" if lost[worst] else "its landmarks"
