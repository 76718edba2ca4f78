"""What happens in a run, one JSON line an event in `events.jsonl`, for whoever watches now or looks later.

A line is {"time": seconds since 1970 (UTC), "kind": ..., "unit": key or null, "values": {...}}. Kinds and the values
they always have (more may be there); floats without a value (NaN) are null:

session_started   resumed: whether the run was begun earlier; finished: units that were done by then
phase_started     phase: name; units: how many, as far as known; cost: their expected cost
phase_finished    phase
unit_started      unit_kind; settings; cost; resumed: whether it goes on from a checkpoint
unit_progress     step; steps
unit_finished     unit_kind; seconds: working time of this session, 0 where an earlier result was read; reused
unit_restarted    reason: a checkpoint or result was damaged, and the unit starts over
unit_retried      reason; attempt: 2 is the first repetition; its worker process died
graph_not_captured  reason: a GPU's step could not be captured as a CUDA graph and runs eagerly
group_halved      units; reason: a batch of runs did not fit the GPU's memory
batch_halved      parts; reason: a unit's batch did not fit memory and is computed in so many parts from here on
paused            somebody wished so; nothing is computed until `continued`
continued         after a pause
session_ended     how: "finished", "stopped" or "failed"; why: one sentence, empty unless it failed
losses            step; and by name what was measured, e.g. train, validation
operation_weights step; edges: {edge: {operation: weight, summing to 1}}
entropies         step; edges: {edge: entropy of its weights over the logarithm of their number, 0 to 1}
leaderboard       entries: [{name, ...}], best first
time_left         seconds, or null while nothing is known
"""

import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from lineament.search.runs.plain import plain, to_text
from lineament.storage import writing_to

REQUIRED: Mapping[str, frozenset[str]] = {
    "session_started": frozenset({"resumed", "finished"}),
    "phase_started": frozenset({"phase", "units", "cost"}),
    "phase_finished": frozenset({"phase"}),
    "unit_started": frozenset({"unit_kind", "settings", "cost", "resumed"}),
    "unit_progress": frozenset({"step", "steps"}),
    "unit_finished": frozenset({"unit_kind", "seconds", "reused"}),
    "unit_restarted": frozenset({"reason"}),
    "unit_retried": frozenset({"reason", "attempt"}),
    "losses": frozenset({"step"}),
    "operation_weights": frozenset({"step", "edges"}),
    "entropies": frozenset({"step", "edges"}),
    "leaderboard": frozenset({"entries"}),
    "time_left": frozenset({"seconds"}),
}
"""Values that events of each kind always carry; further kinds and values are allowed."""


@dataclass(frozen=True)
class Event:
    """One event; `unit` is the key of the unit it comes from, None for the run's own."""

    time: float
    kind: str
    unit: str | None
    values: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {"time": self.time, "kind": self.kind, "unit": self.unit, "values": dict(self.values)}


def event_now(kind: str, unit: str | None, values: Mapping[str, object]) -> Event:
    """An event of this moment; raises `ValueError` when a value its kind always has is missing."""
    missing = REQUIRED.get(kind, frozenset()) - values.keys()
    if missing:
        raise ValueError(f"an event of kind {kind} needs {', '.join(sorted(missing))}")
    return Event(round(time.time(), 3), kind, unit, _finite(plain(values)))


def _finite(value: Any) -> Any:
    """Readers in other languages know no NaN."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


class EventLog:
    """Appends events to a file, each flushed. One process at a time has it open; the run's lock sees to that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: FileIO | None = None

    def write(self, event: Event) -> None:
        """Raises `StorageError` when the disk is full; the file then ends with the last whole line."""
        line = to_text(event.to_json()).encode() + b"\n"
        with writing_to(self._path.parent):
            stream = self._opened()
            end = stream.tell()
            try:
                while line:  # a disk that fills takes a part of the line before it says so
                    line = line[stream.write(line) :]
            except OSError:
                stream.truncate(end)
                raise

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _opened(self) -> FileIO:
        if self._stream is None:
            self._stream = FileIO(self._path, "ab")
            self._stream.truncate(_whole_lines(self._path))
            self._stream.seek(0, os.SEEK_END)
        return self._stream


def _whole_lines(path: Path) -> int:
    """Bytes up to the end of the last whole line: a kill may have cut the one after it."""
    content = path.read_bytes()
    return content.rfind(b"\n") + 1


def read_events(path: Path) -> list[Event]:
    """All events, in the order in which they were written; a half-written or damaged line is left out."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [event for line in lines if (event := event_of(line)) is not None]


def event_of(line: bytes) -> Event | None:
    """The event of one line; None for a damaged one. Events hold no floats without a value, so plain JSON will do."""
    try:
        found = json.loads(line)
        return Event(found["time"], found["kind"], found["unit"], found["values"])
    except (ValueError, KeyError, TypeError):
        return None
