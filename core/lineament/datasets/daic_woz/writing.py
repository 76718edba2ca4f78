"""Write any cohort as a copy of DAIC-WOZ would be: for programs that read that layout, and to test our own reader.

NNN_P/NNN_CLNF_*.txt             the columns DAIC-WOZ has; no features3D where there are no such landmarks
train_split_Depression_AVEC2017.csv, dev_split_..., test_split_..., full_test_split.csv
lineament_origin.json            whose sessions these are and whether they are simulated; not part of the corpus
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.daic_woz.labels import CUT_OFF, ITEMS
from lineament.datasets.daic_woz.layout import NEEDED
from lineament.datasets.scales import PHQ8
from lineament.datasets.writing import claim, three_digits, with_split, write_csv
from lineament.errors import DatasetError, RecordingError
from lineament.face.rotation import matrix_from_angles
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.recording import write_clnf
from lineament.recording.clnf import clnf_file
from lineament.recording.in_memory import InMemoryRecording
from lineament.recording.schema import COLUMNS
from lineament.recording.view import RecordingView
from lineament.storage import make_folder

FIRST_NUMBER = 300
EXCLUDED = (342, 394, 398, 460)
"""DAIC-WOZ's numbers begin at 300 and leave these out."""


def write_daic_woz(
    cohort: Cohort,
    folder: Path,
    *,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> None:
    """Write every session and the split files; sessions already there are kept, so a stopped run continues.

    Persons get DAIC-WOZ's numbers in the cohort's order, unless they have three digits already. The cohort's own split
    is kept; where no session has one, persons are dealt by their place (57 % train, 18 % dev, 25 % test).
    Raises `DatasetError` for what the layout cannot hold: another scale, several sessions a person, other splits,
    another cohort already in the folder; `StorageError` when the folder cannot be written.
    """
    sessions = _sessions(cohort)
    persons = [session.person_id for session in sessions]
    numbers = three_digits(persons, FIRST_NUMBER, EXCLUDED)
    make_folder(folder)
    claim(folder, cohort, sessions, "daic-woz", dict(zip(numbers, persons, strict=True)))
    there = [all(clnf_file(folder / f"{n}_P", n, kind).exists() for kind in NEEDED) for n in numbers]
    meter = ProgressMeter("writing sessions", len(cohort), "sessions", sink, skipped=sum(there))
    for i, number in enumerate(numbers):
        if cancel is not None:
            cancel.raise_if_cancelled()
        if not there[i]:
            write_clnf(as_clnf(cohort.recording(i)), folder, number)
            meter.advance()
    _write_splits(folder, sessions, numbers)
    meter.finish()


def as_clnf(view: RecordingView) -> InMemoryRecording:
    """A recording with the columns that only CLNF files have, as far as they follow from the others.

    Gaze in the head's frame is the gaze turned back by the head's rotation. A simulated person never sucks the lips,
    so AU28_c is False there. Raises `RecordingError` when there are no landmarks.
    """
    points = view.landmarks68(0, view.n_rows)
    if points is None:
        raise RecordingError(
            "the recording has no landmarks, which DAIC-WOZ's features file holds",
            remedy="Write a cohort whose recordings have them.",
        )
    columns: dict[str, npt.NDArray[np.generic]] = {name: view.column(name) for name in COLUMNS if view.has(name)}
    turns, gazes = [f"pose_R{axis}" for axis in "xyz"], [[f"gaze_{e}_{axis}" for axis in "xyz"] for e in (0, 1)]
    if all(name in columns for name in [*turns, *gazes[0], *gazes[1]]):
        rotation = matrix_from_angles(np.stack([columns[name] for name in turns], axis=1).astype(np.float64))
        for eye, names in enumerate(gazes):
            if f"gaze_h{eye}_x" in columns:
                continue
            gaze = np.stack([columns[name] for name in names], axis=1).astype(np.float64)
            turned = np.einsum("nij,ni->nj", rotation, gaze)
            columns |= {f"gaze_h{eye}_{axis}": turned[:, k].astype(np.float32) for k, axis in enumerate("xyz")}
    if view.meta.provenance.simulated:
        columns.setdefault("AU28_c", np.zeros(view.n_rows, dtype=np.bool_))
    return InMemoryRecording(view.meta, columns, points)


def _sessions(cohort: Cohort) -> list[Session]:
    """The sessions with a split each, where DAIC-WOZ's layout can hold them."""
    if cohort.scale.name != PHQ8.name:
        raise DatasetError(
            f"cohort {cohort.name} has {cohort.scale.name} scores, and DAIC-WOZ's files hold PHQ-8",
            remedy="Write it in another layout.",
        )
    return with_split(cohort, "DAIC-WOZ", visits=False, whole=True)


def _write_splits(folder: Path, sessions: Sequence[Session], numbers: Sequence[str]) -> None:
    of: dict[str, list[tuple[str, int, int, str]]] = {"train": [], "dev": [], "test": []}
    for session, number in zip(sessions, numbers, strict=True):
        score, gender = int(session.score), {"male": "1", "female": "0"}.get(session.gender, "")
        of[session.split].append((number, int(score >= CUT_OFF), score, gender))
    header = ("Participant_ID", "PHQ8_Binary", "PHQ8_Score", "Gender", *(f"PHQ8_{item}" for item in ITEMS))
    items = ("",) * len(ITEMS)
    for split in ("train", "dev"):
        rows = [(*row, *items) for row in of[split]]
        write_csv(folder / f"{split}_split_Depression_AVEC2017.csv", header, rows)
    test = folder / "test_split_Depression_AVEC2017.csv"
    write_csv(test, ("participant_ID", "Gender"), [(number, gender) for number, _, _, gender in of["test"]])
    write_csv(folder / "full_test_split.csv", ("Participant_ID", "PHQ_Binary", "PHQ_Score", "Gender"), of["test"])
