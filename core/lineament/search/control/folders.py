"""Runs in a folder of runs: what each is on, and whether it runs, was stopped or interrupted, failed or is finished."""

import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineament.search.cohort_source import KEPT
from lineament.search.monitor.state import RunState, StateReader
from lineament.search.outcome_files import OUTCOME
from lineament.search.runs.errors import RunError
from lineament.search.runs.events import Event
from lineament.search.runs.lock import RunLock
from lineament.search.runs.plain import from_text
from lineament.search.runs.run import EVENTS, FACTS, LOCK, read_facts
from lineament.storage import writing_to

TAIL = 1 << 16
"""Bytes of a log's end in which its last words are looked for."""


@dataclass(frozen=True)
class RunSummary:
    """One run as a list shows it. config: its settings. created: UTC, as in `run.json`. A damaged run has a state that
    says so and no settings."""

    folder: Path
    state: RunState
    created: str
    config: dict[str, Any]
    cohort: str

    @property
    def resumable(self) -> bool:
        return self.state.kind in ("stopped", "interrupted", "failed")


class RunsReader:
    """Lists runs again and again; those in which nothing has happened since are not read again."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[float, ...], RunSummary]] = {}

    def runs(self, parent: Path, others: Iterable[Path] = ()) -> list[RunSummary]:
        """All runs directly in a folder, and others, newest first."""
        folders = dict.fromkeys([*(path.parent for path in parent.glob(f"*/{FACTS}")), *others])
        self._known = {folder: self._look(folder) for folder in folders}
        return sorted((one for _, one in self._known.values()), key=lambda one: one.created, reverse=True)

    def _look(self, folder: Path) -> tuple[tuple[float, ...], RunSummary]:
        written = tuple(_written(folder / name) for name in (FACTS, EVENTS, OUTCOME))
        known = self._known.get(folder)
        if known is not None and known[0] == written and not known[1].state.live:
            return known
        return written, summary_of_run(folder)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def summary_of_run(folder: Path) -> RunSummary:
    """Never raises: what cannot be read is said in the state's sentence."""
    try:
        facts = read_facts(folder)
    except RunError as error:
        return RunSummary(folder, RunState("unreadable", str(error)), "", {}, "")
    reader, log = StateReader(folder), folder / EVENTS
    for event in last_events(log):
        reader.take(event)
    state = reader.state(time.monotonic(), _age_of(log))
    return RunSummary(folder, state, facts.created, dict(facts.config), _cohort_of(folder))


def last_events(log: Path) -> list[Event]:
    """Events at the end of a log, and its first one, which says that the run was begun."""
    try:
        with log.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            first = stream.readline()
            stream.seek(max(size - TAIL, len(first)))
            if size - TAIL > len(first):
                stream.readline()  # half a line
            lines = [first, *stream.read().splitlines()]
    except OSError:
        return []
    events = []
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            found = from_text(line)
            events.append(Event(found["time"], found["kind"], found["unit"], found["values"]))
    return events


def _age_of(log: Path) -> float:
    """Seconds since the log was written; long where it is missing or the clock was set back."""
    try:
        age = time.time() - log.stat().st_mtime
    except OSError:
        return float("inf")
    return age if age >= 0 else float("inf")


def _cohort_of(folder: Path) -> str:
    try:
        return (folder / KEPT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def remove_run(folder: Path) -> None:
    """Delete a run with all it found.

    Raises `RunError` for a folder without a run or one that is worked in, `StorageError` where it may not be deleted.
    """
    read_facts(folder)
    RunLock(folder / LOCK).release()  # nobody holds it
    with writing_to(folder):
        shutil.rmtree(folder)
