"""Write any cohort as a folder of OpenFace 2.x CSVs with labels.csv."""

import re
from pathlib import Path

from lineament.datasets.checks import named
from lineament.datasets.cohort import Cohort
from lineament.datasets.openface_folder.labels import EXTRA, LABELS, NEEDED
from lineament.datasets.writing import claim, with_split, write_csv
from lineament.errors import DatasetError
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.recording import write_openface_csv
from lineament.storage import make_folder

_PLAIN = re.compile(r"[\w.+-]+")


def write_openface_folder(
    cohort: Cohort, folder: Path, *, cancel: CancelToken | None = None, sink: EventSink = ignore_events
) -> None:
    """Write SESSION.csv for every session, then labels.csv; sessions already there are kept.

    Scores stay on the cohort's own scale, which the column instrument names. Splits: as `write_daic_woz`, with several
    sessions a person. Raises `DatasetError` for ids that are no file names and for another cohort in the folder,
    `StorageError`.
    """
    sessions = with_split(cohort, "this layout", visits=True)
    odd = [s.session_id for s in sessions if not _PLAIN.fullmatch(s.session_id) or s.session_id == Path(LABELS).stem]
    if odd:
        raise DatasetError(f"sessions cannot be names of files: {named(odd)}", remedy="Call them otherwise.")
    make_folder(folder)
    claim(folder, cohort, sessions, "openface", {})
    paths = [folder / f"{session.session_id}.csv" for session in sessions]
    there = [path.exists() for path in paths]
    meter = ProgressMeter("writing sessions", len(cohort), "sessions", sink, skipped=sum(there))
    for i, path in enumerate(paths):
        if cancel is not None:
            cancel.raise_if_cancelled()
        if not there[i]:
            write_openface_csv(cohort.recording(i), path)
            meter.advance()
    rows = [
        (
            *(s.person_id, s.visit, f"{s.score:g}", s.session_id, path.name, s.split, s.gender),
            "" if s.age is None else f"{s.age!r}",
            cohort.scale.name,
        )
        for s, path in zip(sessions, paths, strict=True)
    ]
    write_csv(folder / LABELS, (*NEEDED, *EXTRA), rows)
    meter.finish()
