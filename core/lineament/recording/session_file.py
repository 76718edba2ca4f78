"""One session of a simulated cohort as a file: the recording's columns, and the 68 points in parts of a pixel."""

import json
from pathlib import Path

import numpy as np

from lineament.errors import RecordingError
from lineament.provenance import Provenance
from lineament.recording.in_memory import InMemoryRecording
from lineament.recording.view import Blink, FaceSummary, RecordingMeta

POINT_STEPS = 16
"""Of a pixel."""
LOST_POINT = -32768
_STEPS = "point_steps"
_POINTS = frozenset(f"{letter}_{k}" for letter in "xy" for k in range(68))


def is_session_file(path: Path) -> bool:
    """Whether this is such a file; what cannot be read at all is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        facts = json.loads((pq.read_schema(path).metadata or {}).get(b"lineament", b"{}"))
    except (OSError, ValueError, pa.ArrowInvalid):
        return False
    return isinstance(facts, dict) and _STEPS in facts


def read_session(path: Path) -> InMemoryRecording:
    """One session's file; raises `RecordingError` when it is missing or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    remedy = "Delete it and write the cohort again; the other sessions are kept."
    try:
        table = pq.read_table(path)
        facts = json.loads((table.schema.metadata or {})[b"lineament"])
        steps = int(facts[_STEPS])
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
