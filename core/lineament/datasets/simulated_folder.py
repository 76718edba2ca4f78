"""Open a folder that `write_cohort` wrote: manifest, labels and one Parquet file a session (`simulation.storage`)."""

import csv
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineament.datasets.checks import check_labels, check_recording, missing_sessions, named
from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.scales import SCALES
from lineament.errors import DatasetError
from lineament.recording.in_memory import InMemoryRecording
from lineament.recording.session_file import read_session
from lineament.simulation.session import EXTRACTOR
from lineament.simulation.storage import COHORT_SCHEMA, LABEL_COLUMNS

MANIFEST, LABELS = "cohort.json", "labels.csv"
_AGAIN = "Write the cohort again."


def open_simulated(folder: Path, *, skip_missing: bool = False) -> Cohort:
    """The cohort of a folder that `write_cohort` wrote; its recordings are read when asked for.

    skip_missing: leave out labelled sessions without a file, and say so in the notes. Raises `DatasetError` when the
    manifest or the labels cannot be used or a session's file is not there.
    """
    manifest = _manifest(folder)
    scale = SCALES.get(str(manifest.get("scale")))
    if scale is None:
        raise DatasetError(
            f"the scale {manifest.get('scale')} is not known", path=folder, remedy=f"Use one of: {', '.join(SCALES)}."
        )
    sessions = _labels(folder)
    check_labels(sessions, scale, folder / LABELS)
    sessions, notes = _with_files(folder, sessions, skip_missing=skip_missing)
    return Cohort(
        name=folder.name,
        sessions=tuple(sessions),
        read=_SessionFiles(tuple(session.files[0] for session in sessions)),
        extractor=EXTRACTOR,
        simulated=bool(manifest["simulated"]),
        scale=scale,
        notes=notes,
    )


@dataclass(frozen=True)
class _SessionFiles:
    """Reads the i-th file; a class and no closure, so that worker processes can be given it."""

    files: tuple[Path, ...]

    def __call__(self, i: int) -> InMemoryRecording:
        recording = read_session(self.files[i])
        check_recording(recording, lambda _: self.files[i])
        return recording


def _with_files(folder: Path, sessions: list[Session], *, skip_missing: bool) -> tuple[list[Session], tuple[str, ...]]:
    there = [session for session in sessions if session.files[0].is_file()]
    if len(there) == len(sessions):
        return sessions, ()
    missing = [session.session_id for session in sessions if not session.files[0].is_file()]
    if not skip_missing or not there:
        raise missing_sessions(missing, folder, "Write the cohort again: the sessions that are there are kept")
    return there, (f"Left out, because their files are missing: {named(missing)}.",)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    remedy = "Choose a folder that `lineament simulate cohort` has finished writing."
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError(f"no cohort is there ({error.strerror})", path=folder, remedy=remedy) from error
    except ValueError as error:
        raise DatasetError("cohort.json is damaged", path=folder, remedy=remedy) from error
    if not isinstance(facts, dict) or not isinstance(facts.get("schema_version"), int) or "simulated" not in facts:
        raise DatasetError("cohort.json is not a cohort's manifest", path=folder, remedy=remedy)
    if facts["schema_version"] > COHORT_SCHEMA:
        raise DatasetError(
            f"the cohort has schema {facts['schema_version']}, this version reads up to {COHORT_SCHEMA}",
            path=folder,
            remedy="Update Lineament.",
        )
    return facts


def _labels(folder: Path) -> list[Session]:
    path = folder / LABELS
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in LABEL_COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise DatasetError(f"the labels lack {', '.join(missing)}", path=path, remedy=_AGAIN)
            rows = list(reader)
    except OSError as error:
        raise DatasetError(f"the labels cannot be read ({error.strerror})", path=path, remedy=_AGAIN) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError("the labels are not a table of text", path=path, remedy=_AGAIN) from error
    if not rows:
        raise DatasetError("the labels are empty", path=path, remedy=_AGAIN)
    cut = [str(i) for i, row in enumerate(rows, 2) if any(row[name] is None for name in LABEL_COLUMNS)]
    if cut:
        raise DatasetError(f"lines of the labels are cut short: {named(cut)}", path=path, remedy=_AGAIN)
    without = [row["session_id"] for row in rows if not row["phq8"]]
    if without:
        raise DatasetError(f"sessions have no score: {named(without)}", path=path, remedy=_AGAIN)
    seen: Counter[str] = Counter()
    try:
        return [_session(folder, row, seen) for row in rows]
    except ValueError as error:
        raise DatasetError(
            f"the labels hold a value that is no number ({error})",
            path=path,
            remedy="Correct it or write the cohort again.",
        ) from error


def _session(folder: Path, row: dict[str, str], seen: Counter[str]) -> Session:
    """The session of one line; `seen` counts each person's lines, which stand in the order of the visits."""
    seen[row["person_id"]] += 1
    return Session(
        person_id=row["person_id"],
        session_id=row["session_id"],
        score=float(row["phq8"]),
        split=row["split"],
        gender=row["gender"],
        age=float(row["age"]) if row["age"] else None,
        visit=seen[row["person_id"]],
        files=(folder / row["file"],),
    )
