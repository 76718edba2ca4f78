"""A simulated cohort as a folder: manifest, labels, one Parquet file a session; the truth apart.

cohort.json          schema version, preset, seed, how it was made
labels.csv           person_id, session_id, file, phq8, phq8_binary, gender, age, split
sessions/ID.parquet  the recording's columns; the 68 points as x_0 .. y_67 in sixteenths of a pixel
truth/truth.csv      true severity and behaviour parameters, which no model may read
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from lineament.errors import StorageError
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.provenance import utc_now
from lineament.recording.session_file import LOST_POINT, POINT_STEPS
from lineament.simulation.cohort import SimulatedCohort, Subject, session_truth
from lineament.simulation.session import SIMULATOR_VERSION, SimulatedRecording
from lineament.storage import atomic_file, write_atomically
from lineament.version import __version__

COHORT_SCHEMA = 1
LABEL_COLUMNS = ("person_id", "session_id", "file", "phq8", "phq8_binary", "gender", "age", "split")


def write_cohort(
    cohort: SimulatedCohort,
    folder: Path,
    *,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> int:
    """Simulate every session and write the folder; sessions already there are kept, so a stopped run continues.

    Gives how many sessions were simulated. Raises `StorageError` when the folder cannot be written or holds another
    cohort.
    """
    try:
        (folder / "sessions").mkdir(parents=True, exist_ok=True)
        (folder / "truth").mkdir(exist_ok=True)
        _claim(cohort, folder)
        made = _write_sessions(cohort, folder, cancel, sink)
        _write_labels(cohort, folder)
        _write_truth(cohort, folder)
        _write_manifest(cohort, folder)
        return made
    except OSError as error:
        raise StorageError(
            f"the cohort could not be written ({error.strerror or error})",
            path=folder,
            remedy="Choose a folder that may be written, with enough free space.",
        ) from error


def _claim(cohort: SimulatedCohort, folder: Path) -> None:
    """Say whose sessions the folder holds before the first is written, or refuse to mix two cohorts."""
    path = folder / "truth" / "made_by.json"
    facts = {
        "simulator_version": SIMULATOR_VERSION,
        "preset": cohort.preset.name,
        "like": cohort.like,
        "seed": cohort.seed,
        "seconds": cohort.seconds,
        "fps": cohort.fps,
    }
    said = json.dumps(facts, indent=1) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") != said:
        raise StorageError(
            "the folder holds another simulated cohort", path=folder, remedy="Choose another folder or delete it."
        )
    write_atomically(path, said.encode())


def split_of(i: int, n: int) -> str:
    """Person-disjoint split by position: 57 % train, 18 % dev, 25 % test, the shares of DAIC-WOZ."""
    share = (i + 0.5) / n
    return "train" if share < 0.57 else "dev" if share < 0.75 else "test"


def _write_sessions(cohort: SimulatedCohort, folder: Path, cancel: CancelToken | None, sink: EventSink) -> int:
    """How many were simulated."""
    there = [session_file(folder, s).exists() for s in cohort.subjects]
    meter = ProgressMeter("simulating sessions", len(cohort), "sessions", sink, skipped=sum(there))
    for i, subject in enumerate(cohort.subjects):
        if cancel is not None:
            cancel.raise_if_cancelled()
        if not there[i]:
            write_session(cohort.session(i), session_file(folder, subject))
            meter.advance()
    meter.finish()
    return len(there) - sum(there)


def session_file(folder: Path, subject: Subject) -> Path:
    """Where a cohort's folder holds a session."""
    return folder / "sessions" / f"{subject.file_stem}.parquet"


def write_session(recording: SimulatedRecording, path: Path) -> None:
    """One recording as Parquet, written beside and then renamed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: pa.array(values) for name, values in recording.columns.items()}
    scaled = np.rint(recording.points * POINT_STEPS)
    points = np.where(np.isfinite(scaled), np.clip(scaled, -32767, 32767), LOST_POINT).astype(np.int16)
    for axis, letter in enumerate("xy"):
        columns |= {f"{letter}_{k}": pa.array(points[:, k, axis]) for k in range(68)}
    facts = {
        "schema_version": COHORT_SCHEMA,
        "point_steps": POINT_STEPS,
        "provenance": recording.meta.provenance.to_json(),
        "blinks": [asdict(blink) for blink in recording.meta.blinks],
    }
    table = pa.table(columns).replace_schema_metadata({"lineament": json.dumps(facts)})
    with atomic_file(path) as stream:
        pq.write_table(table, stream, compression="zstd", use_dictionary=False)


def _write_labels(cohort: SimulatedCohort, folder: Path) -> None:
    places = {person: i for i, person in enumerate(dict.fromkeys(s.person_id for s in cohort.subjects))}
    rows = [
        (
            subject.person_id,
            subject.session_id,
            f"sessions/{subject.file_stem}.parquet",
            subject.phq8,
            int(subject.phq8 >= 10),
            subject.gender,
            f"{subject.person.age:.0f}",
            subject.split or split_of(places[subject.person_id], len(places)),
        )
        for subject in cohort.subjects
    ]
    _write_csv(folder / "labels.csv", LABEL_COLUMNS, rows)


def _write_truth(cohort: SimulatedCohort, folder: Path) -> None:
    rows = [
        (s.session_id, f"{s.severity:.4f}", *(f"{value:.6f}" for value in session_truth(cohort, i).known))
        for i, s in enumerate(cohort.subjects)
    ]
    _write_csv(
        folder / "truth" / "truth.csv", ("session_id", "severity", *cohort.preset.settings().population.names), rows
    )


def _write_csv(path: Path, header: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())


def _write_manifest(cohort: SimulatedCohort, folder: Path) -> None:
    facts = {
        "schema_version": COHORT_SCHEMA,
        "simulated": True,
        "note": "Simulated behaviour. It shows that software works and says nothing about people.",
        "scale": "PHQ-8",
        "preset": cohort.preset.name,
        "toy": cohort.preset.toy,
        "like": cohort.like,
        "seed": cohort.seed,
        "persons": cohort.persons,
        "seconds": cohort.seconds,
        "fps": cohort.fps,
        "app_version": __version__,
        "utc_time": utc_now(),
    }
    write_atomically(folder / "cohort.json", (json.dumps(facts, indent=1) + "\n").encode())
