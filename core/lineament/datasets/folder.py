"""Open a cohort folder: `cohort.json`, `labels.csv` and one Parquet file a session (see `simulation.storage`)."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from lineament.datasets.cohort import Cohort, Session
from lineament.datasets.scales import SCALES
from lineament.errors import DatasetError, RecordingError
from lineament.provenance import Provenance
from lineament.recording.in_memory import InMemoryRecording
from lineament.recording.view import Blink, FaceSummary, RecordingMeta
from lineament.simulation.session import EXTRACTOR
from lineament.simulation.storage import COHORT_SCHEMA, LABEL_COLUMNS, LOST_POINT

_POINTS = frozenset(f"{letter}_{k}" for letter in "xy" for k in range(68))


def open_cohort(folder: Path) -> Cohort:
    """The cohort of a folder; its recordings are read when asked for.

    Raises `DatasetError` when the folder, its manifest or its labels cannot be used.
    """
    manifest = _manifest(folder)
    sessions, files = _labels(folder)
    scale = SCALES.get(str(manifest.get("scale")))
    if scale is None:
        raise DatasetError(
            f"the scale {manifest.get('scale')} is not known", path=folder, remedy=f"Use one of: {', '.join(SCALES)}."
        )
    return Cohort(
        name=folder.name,
        sessions=tuple(sessions),
        read=lambda i: read_session(folder / files[i]),
        extractor=EXTRACTOR,
        simulated=bool(manifest["simulated"]),
        scale=scale,
    )


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "cohort.json"
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


def _labels(folder: Path) -> tuple[list[Session], list[str]]:
    path = folder / "labels.csv"
    sessions, files = [], []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in LABEL_COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise DatasetError(f"the labels lack {', '.join(missing)}", path=path, remedy="Write the cohort again.")
            for row in reader:
                sessions.append(_session(row))
                files.append(row["file"])
    except OSError as error:
        raise DatasetError(
            f"the labels cannot be read ({error.strerror})", path=path, remedy="Write the cohort again."
        ) from error
    except ValueError as error:
        raise DatasetError(
            f"the labels hold a value that is no number ({error})",
            path=path,
            remedy="Correct it or write the cohort again.",
        ) from error
    if not sessions:
        raise DatasetError("the labels are empty", path=path, remedy="Write the cohort again.")
    return sessions, files


def _session(row: dict[str, str]) -> Session:
    age = float(row["age"]) if row["age"] else None
    return Session(row["person_id"], row["session_id"], float(row["phq8"]), row["split"], row["gender"], age)


def read_session(path: Path) -> InMemoryRecording:
    """One session's file; raises `RecordingError` when it is missing or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    remedy = "Delete it and write the cohort again; the other sessions are kept."
    try:
        table = pq.read_table(path)
        facts = json.loads((table.schema.metadata or {})[b"lineament"])
        steps = int(facts["point_steps"])
        provenance = Provenance.from_json(facts["provenance"])
        blinks = tuple(Blink(**blink) for blink in facts["blinks"])
        columns = {name: table.column(name).to_numpy() for name in table.column_names if name not in _POINTS}
        points = np.stack(
            [np.stack([table.column(f"{letter}_{k}").to_numpy() for k in range(68)], axis=1) for letter in "xy"], axis=2
        )
    except OSError as error:
        raise RecordingError("the session cannot be read", path=path, remedy=remedy) from error
    except (pa.ArrowInvalid, KeyError, TypeError, ValueError) as error:
        raise RecordingError("the session's file is damaged", path=path, remedy=remedy) from error
    found = np.asarray(columns["success"], dtype=bool)
    pixels = np.where(points == LOST_POINT, np.nan, points / steps).astype(np.float32)
    times, sizes = columns["timestamp"][found], columns["face_size"][found]
    first, last, size = (float(times[0]), float(times[-1]), float(sizes.mean())) if len(times) else (0.0, 0.0, 0.0)
    face = FaceSummary(0, len(times), first, last, size)
    meta = RecordingMeta(1, provenance, None, (face,), 0, blinks, len(times), complete=True)
    return InMemoryRecording(meta, columns, pixels)
