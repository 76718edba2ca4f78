"""Write any cohort as a copy of E-DAIC would be: for programs that read that layout, and to test our own reader.

NNN_P/features/NNN_OpenFace2.1.0_Pose_gaze_AUs.csv    4 + 49 columns, no landmarks
labels/train_split.csv, dev_split.csv, test_split.csv
lineament_origin.json                                 whose sessions these are; not part of the corpus
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.daic_woz.labels import CUT_OFF
from lineament.datasets.daic_woz.writing import EXCLUDED
from lineament.datasets.e_daic.layout import SPLIT_FILES, features_file
from lineament.datasets.scales import PHQ8
from lineament.datasets.writing import claim, in_scale, three_digits, with_split, write_csv
from lineament.errors import RecordingError
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.recording.openface_layout import OPENFACE_COLUMNS
from lineament.recording.schema import INTENSITY_UNITS, PRESENCE_UNITS, group
from lineament.recording.view import RecordingView
from lineament.storage import make_folder, write_atomically

FIRST_NUMBER, FIRST_TEST_NUMBER = 300, 600
COLUMNS = (
    *("frame", "timestamp", "confidence", "success"),
    *group("pose"),
    *group("gaze"),
    *(f"{unit}_r" for unit in INTENSITY_UNITS),
    *(f"{unit}_c" for unit in PRESENCE_UNITS),
)
HEADER = ("Participant_ID", "Gender", "PHQ_Binary", "PHQ_Score", "PCL-C (PTSD)", "PTSD Severity")


def write_e_daic(
    cohort: Cohort, folder: Path, *, cancel: CancelToken | None = None, sink: EventSink = ignore_events
) -> None:
    """Write every session and the split files; sessions already there are kept, so a stopped run continues.

    Persons of train and dev get numbers from 300 on, those of test from 600 on, unless all have three digits already.
    Splits and errors: as `write_daic_woz`; `RecordingError` for recordings without E-DAIC's columns.
    """
    sessions = with_split(in_scale(cohort, PHQ8), "E-DAIC", visits=False, whole=True)
    numbers = _numbers(sessions)
    make_folder(folder)
    persons = (session.person_id for session in sessions)
    claim(folder, cohort, sessions, "e-daic", dict(zip(numbers, persons, strict=True)))
    paths = [features_file(folder, number) for number in numbers]
    there = [path.exists() for path in paths]
    meter = ProgressMeter("writing sessions", len(cohort), "sessions", sink, skipped=sum(there))
    for i, path in enumerate(paths):
        if cancel is not None:
            cancel.raise_if_cancelled()
        if not there[i]:
            make_folder(path.parent)
            write_atomically(path, _table(cohort.recording(i)))
            meter.advance()
    make_folder(folder / "labels")
    for split, name in SPLIT_FILES.items():
        rows = [_row(s, number) for s, number in zip(sessions, numbers, strict=True) if s.split == split]
        write_csv(folder / "labels" / name, HEADER, rows)
    meter.finish()


def _row(session: Session, number: str) -> tuple[object, ...]:
    score = int(session.score)
    return number, session.gender, int(score >= CUT_OFF), score, "", ""


def _numbers(sessions: Sequence[Session]) -> list[str]:
    persons = [session.person_id for session in sessions]
    early = [session.person_id for session in sessions if session.split != "test"]
    late = [session.person_id for session in sessions if session.split == "test"]
    if three_digits(persons, 0) == persons:
        return persons
    number = dict(zip(early, _from(FIRST_NUMBER, early), strict=True))
    after = max([FIRST_TEST_NUMBER, *(int(one) + 1 for one in number.values())])
    number |= dict(zip(late, _from(after, late), strict=True))
    return [number[person] for person in persons]


def _from(first: int, persons: Sequence[str]) -> list[str]:
    return three_digits([f"{i}." for i in range(len(persons))], first, EXCLUDED)


def _table(view: RecordingView) -> bytes:
    """The CSV of one session with the decimals of OpenFace; zeros where the face is lost."""
    known = [name for name in COLUMNS if view.has(name)]
    # A simulated person never sucks the lips.
    unseen = {"AU28_c"} if view.meta.provenance.simulated else set()
    missing = [name for name in COLUMNS if name not in known and name not in unseen]
    if missing:
        raise RecordingError(
            f"the recording has no {', '.join(missing[:4])}, which E-DAIC's features hold",
            remedy="Write a cohort whose recordings have them.",
        )
    lips = np.zeros(view.n_rows)
    values = [np.asarray(view.column(n), dtype=np.float64) if n in known else lips for n in COLUMNS]
    rows: npt.NDArray[np.float64] = np.nan_to_num(np.stack(values, axis=1))
    rows[:, 0] += 1
    decimals = {column.name: column.decimals for column in OPENFACE_COLUMNS}
    line = ", ".join(f"%.{decimals[name]}f" for name in COLUMNS) + "\n"
    return (", ".join(COLUMNS) + "\n" + line * len(rows) % tuple(rows.ravel().tolist())).encode()
