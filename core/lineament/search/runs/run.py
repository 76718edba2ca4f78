"""A run's folder: what is searched and of what, its units and their results, its events, and a lock.

run.json            schema and application version, config and its hash, fingerprint of the data, hash of the space,
                    seed, time of creation, digest of all this
units/<key>/        unit.json, checkpoint.safetensors while it runs, then result.json and arrays.safetensors
events.jsonl        see `events.py`
lock, lock.pid      held while a process works in the run
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lineament.progress import EventSink, ignore_events
from lineament.provenance import utc_now
from lineament.search.runs.errors import RunError
from lineament.search.runs.events import Event, EventLog, event_now, read_events
from lineament.search.runs.lock import RunLock
from lineament.search.runs.plain import canonical_hash, from_text, plain, to_text
from lineament.search.runs.results import DamagedResult, UnitFolder
from lineament.search.runs.time_left import TimeLeft
from lineament.search.runs.unit import Unit, UnitResult
from lineament.storage import make_folder, write_atomically, writing_to
from lineament.version import __version__

RUN_SCHEMA = 1
FACTS, EVENTS, LOCK, UNITS = "run.json", "events.jsonl", "lock", "units"
TIME_LEFT_INTERVAL_S = 2.0
"""So often is the time left told while units report."""


@dataclass(frozen=True)
class RunFacts:
    """What `run.json` says. Nothing in it changes after the run was created."""

    config: Mapping[str, Any]
    fingerprint: str
    space_hash: str
    seed: int
    config_hash: str
    created: str
    app_version: str
    schema_version: int = RUN_SCHEMA


class Run:
    """One search on disk. Made by `create`, `open` (to work in it) or `view` (to read it, also while it is worked in).

    time_left: for this session; engines plan their units in it, orchestrators may `expect` later work.
    """

    def __init__(self, folder: Path, facts: RunFacts, lock: RunLock | None) -> None:
        self.folder = folder
        self.facts = facts
        self.time_left = TimeLeft()
        self._lock = lock
        self._log = EventLog(folder / EVENTS)
        self._told_left_at = 0.0

    @classmethod
    def create(
        cls, folder: Path, config: Mapping[str, Any], fingerprint: str, *, space_hash: str = "", seed: int = 0
    ) -> Self:
        """Begin a run in a new or empty folder.

        Raises `RunError` when the folder holds a run or anything else, `StorageError` when it may not be written.
        """
        make_folder(folder)
        _refuse_used(folder)
        lock = RunLock(folder / LOCK)
        try:
            _refuse_used(folder)  # again: another process may have begun one before the lock was ours
            clean = plain(config)
            facts = RunFacts(clean, fingerprint, space_hash, seed, canonical_hash(clean), utc_now(), __version__)
            write_atomically(folder / FACTS, to_text(_with_digest(asdict(facts)), indent=1).encode())
            run = cls(folder, facts, lock)
            run.emit("session_started", resumed=False, finished=0)
        except BaseException:
            lock.release()
            raise
        return run

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        fingerprint: str | None = None,
        config: Mapping[str, Any] | None = None,
        space_hash: str | None = None,
    ) -> Self:
        """Go on with a run. What is given must equal what the run was begun with; nothing is changed if it does not.

        Raises `RunError` when there is no run, its `run.json` is damaged, it belongs to another version, cohort, search
        space or config, or another process works in it.
        """
        facts = read_facts(folder)
        _refuse_other_version(folder, facts)
        _refuse_other_work(folder, facts, fingerprint, config, space_hash)
        lock = RunLock(folder / LOCK)
        try:
            run = cls(folder, facts, lock)
            run._remove_scraps()
            run.emit("session_started", resumed=True, finished=sum(unit.finished for unit in run._unit_folders()))
        except BaseException:
            lock.release()
            raise
        return run

    @classmethod
    def view(cls, folder: Path) -> Self:
        """Read a run, whoever works in it and whichever application version began it. Raises `RunError`."""
        return cls(folder, read_facts(folder), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the run, so that it can be opened again."""
        self._log.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def unit_folder(self, key: str) -> UnitFolder:
        return UnitFolder(self.folder / UNITS, key)

    def result(self, key: str) -> UnitResult:
        """The result of a finished unit; raises `RunError` when it is not there or damaged."""
        try:
            result = self.unit_folder(key).result()
        except DamagedResult as damage:
            raise _unusable(self.folder, key, str(damage)) from damage
        if result is None:
            raise _unusable(self.folder, key, "the unit is not finished")
        return result

    def finished_units(self) -> list[Unit]:
        """Units with a result, by key; whether it is whole shows when it is read."""
        found = [unit.unit() for unit in self._unit_folders() if unit.finished]
        return [unit for unit in found if unit is not None]

    def events(self) -> list[Event]:
        """All events so far, of all sessions."""
        return read_events(self.folder / EVENTS)

    def emit(self, kind: str, *, sink: EventSink = ignore_events, **values: object) -> None:
        """Write an event of the run itself and hand it to `sink`; raises `StorageError`."""
        self.record(event_now(kind, None, values), sink)

    def record(self, event: Event, sink: EventSink = ignore_events) -> None:
        """Write an event, learn the time left from it, and hand it to `sink`; raises `StorageError`."""
        if self._lock is None:
            raise ValueError("this run was opened for reading or is closed")
        self._log.write(event)
        self.time_left.observe(event)
        sink(event)
        # a clock that was set back is no reason to be silent until it has caught up
        if event.unit is not None and not 0 <= event.time - self._told_left_at < TIME_LEFT_INTERVAL_S:
            self._told_left_at = event.time
            if (seconds := self.time_left.seconds(event.time)) is not None:
                self.emit("time_left", sink=sink, seconds=round(seconds, 1))

    def _unit_folders(self) -> list[UnitFolder]:
        units = self.folder / UNITS
        return [UnitFolder(units, path.name) for path in sorted(units.glob("*")) if path.is_dir()]

    def _remove_scraps(self) -> None:
        """What a kill left of files that were being written."""
        with writing_to(self.folder):
            for path in [*self.folder.glob("*.tmp"), *self.folder.glob(f"{UNITS}/*/*.tmp")]:
                path.unlink(missing_ok=True)


def read_facts(folder: Path) -> RunFacts:
    """What a run's `run.json` says; raises `RunError` when it is missing, damaged or of another schema."""
    path = folder / FACTS
    try:
        content = from_text(path.read_bytes())
    except FileNotFoundError as error:
        raise RunError(
            "this is not the folder of a search", path=folder, remedy="Choose the folder given to --out."
        ) from error
    except OSError as error:
        raise RunError(
            f"the run cannot be read ({error.strerror})", path=folder, remedy="Check the disk and its permissions."
        ) from error
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(content, dict) or not isinstance(content.get("schema_version"), int):
        raise _damaged(path)
    if content["schema_version"] != RUN_SCHEMA:
        raise RunError(
            f"the run has schema version {content['schema_version']}, this version works with {RUN_SCHEMA}",
            path=folder,
            remedy="Open it with the version of Lineament that began it.",
        )
    try:
        digest = content.pop("digest")
        if _with_digest(content)["digest"] != digest:
            raise _damaged(path)
        return RunFacts(**content)
    except (KeyError, TypeError) as error:
        raise _damaged(path) from error


def _with_digest(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {**facts, "digest": canonical_hash(facts)}


def _damaged(path: Path) -> RunError:
    return RunError(
        f"{path.parent.name}'s description of the run is damaged or was edited",
        path=path,
        remedy="Put the original file back, or start a new run in another folder.",
    )


def _unusable(folder: Path, key: str, reason: str) -> RunError:
    return RunError(
        f"the result of unit {key} cannot be used ({reason})",
        path=folder,
        remedy="Resume the run: units without a usable result are computed again.",
    )


def _refuse_used(folder: Path) -> None:
    if (folder / FACTS).exists():
        raise RunError(
            "the folder already holds a search",
            path=folder,
            remedy=f"Go on with it by `lineament search resume {folder}`, or choose another folder.",
        )
    left = {path.name for path in folder.iterdir() if not path.name.endswith(".tmp")} - {LOCK, f"{LOCK}.pid"}
    if left:
        raise RunError("the folder is not empty", path=folder, remedy="Choose a new or an empty folder.")


def _refuse_other_version(folder: Path, facts: RunFacts) -> None:
    if facts.app_version != __version__:
        raise RunError(
            f"the run was begun by version {facts.app_version} of Lineament, this is {__version__}",
            path=folder,
            remedy=f"Resume it with {facts.app_version}, or start a new run in another folder.",
        )


def _refuse_other_work(
    folder: Path,
    facts: RunFacts,
    fingerprint: str | None,
    config: Mapping[str, Any] | None,
    space_hash: str | None,
) -> None:
    if fingerprint is not None and fingerprint != facts.fingerprint:
        raise RunError(
            "the run was begun on another cohort, or the cohort has changed since",
            path=folder,
            remedy="Resume it with the cohort it was begun on, or start a new run in another folder.",
        )
    if config is not None and canonical_hash(plain(config)) != facts.config_hash:
        raise RunError(
            f"the run was begun with other settings ({', '.join(_differences(plain(config), facts.config))})",
            path=folder,
            remedy="Resume it with the settings it was begun with, or start a new run in another folder.",
        )
    if space_hash is not None and space_hash != facts.space_hash:
        raise RunError(
            "the run was begun in another search space",
            path=folder,
            remedy="Resume it with the space it was begun in, or start a new run in another folder.",
        )


def _differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in {**one, **other} if (name in one, one.get(name)) != (name in other, other.get(name)))
