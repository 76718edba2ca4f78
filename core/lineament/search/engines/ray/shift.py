"""One call of `RayEngine.run`: sends units out, keeps what comes back, sends out again what was lost."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from lineament.errors import LineamentError
from lineament.progress import Cancelled, CancelToken, EventSink
from lineament.search.engines.pool import ATTEMPTS, POLL_S
from lineament.search.engines.ray.errand import versions
from lineament.search.engines.ray.letters import Done, Drop, EndShift, Errand, Letter, Lost, Saved, Send
from lineament.search.engines.ray.link import Link
from lineament.search.engines.worker import Failed, Stopped
from lineament.search.runs.errors import RunError
from lineament.search.runs.events import Event, event_now
from lineament.search.runs.execution import Place
from lineament.search.runs.registry import Registry
from lineament.search.runs.results import UnitFolder
from lineament.search.runs.run import FACTS, UNITS, Run
from lineament.search.runs.unit import Unit, UnitResult
from lineament.storage import write_atomically

STOP_PATIENCE_S = 10.0
"""Units that have not saved and stopped by then are given up; their last checkpoints stay."""
NOBODY_S = 60.0
"""A cluster without a core for so long gets none any more."""
_RESULT = "result.json"

_numbers = count(1)
"""Of attempts, for all shifts of this process: a letter of an old one is known by its number."""


@dataclass
class _Attempt:
    """One try at a unit. heard: whether it has said a word yet."""

    unit: Unit
    heard: bool = False


@dataclass(eq=False)
class Shift:
    """number: which one it is of the connection's. most: units that run at once, if not one a core."""

    number: int
    link: Link
    most: int | None
    registry: Registry
    place: Place
    run: Run
    cancel: CancelToken
    sink: EventSink
    _versions: dict[str, str] = field(default_factory=lambda: versions())
    _waiting: deque[Unit] = field(default_factory=deque)
    _out: dict[int, _Attempt] = field(default_factory=dict)
    _results: dict[str, UnitResult] = field(default_factory=dict)
    _tries: Counter[str] = field(default_factory=Counter)
    _faults: Counter[str] = field(default_factory=Counter)
    _ending: Exception | None = None
    _patience_ends: float = float("inf")
    _had_cores_at: float = field(default_factory=time.monotonic)

    def work_off(self, units: list[Unit]) -> dict[str, UnitResult]:
        """Dearest first, so that no long one is left for the end. Raises `Gone` and what `Engine.run` raises."""
        self._waiting = deque(sorted(units, key=lambda unit: -unit.cost))
        while self._out or (self._waiting and self._ending is None):
            if self.cancel.cancelled:
                self._end_with(Cancelled())
            if self._ending is None:
                self._send_out()
            elif time.monotonic() > self._patience_ends:
                self._drop(list(self._out))
            for letter in self.link.heard(POLL_S):
                self._read(letter)
        if self._ending is not None:
            raise self._ending
        return self._results

    def _send_out(self) -> None:
        size = self.link.cores if self.most is None else min(self.link.cores, self.most)
        self.run.time_left.workers = max(size, 1)
        if size:
            self._had_cores_at = time.monotonic()
        elif time.monotonic() - self._had_cores_at > NOBODY_S:
            remedy = "Add one by `ray start --address`, then resume the run, or resume it without --ray."
            self._end_with(RunError("no machine is left in the Ray cluster", path=self.run.folder, remedy=remedy))
        while self._waiting and len(self._out) < size:
            self._send(self._waiting.popleft())

    def _send(self, unit: Unit) -> None:
        number = next(_numbers)
        try:
            self.run.unit_folder(unit.key).begin(unit)
            errand = Errand(
                unit,
                self.registry.functions,
                self.place,
                luggage(unit, self.run),
                self._versions,
                self.number,
            )
        except LineamentError as error:
            self._end_with(error)
            return
        self._out[number] = _Attempt(unit)
        self._tries[unit.key] += 1
        self.link.send(Send(number, errand, self.registry.loader))

    def _read(self, letter: Letter) -> None:
        attempt = self._out.get(letter.attempt)
        if attempt is None:
            return  # of an attempt that was given up
        attempt.heard = True
        try:
            self._take(letter.attempt, attempt.unit, letter.content)
        except LineamentError as error:  # a full disk; units still get the chance to save
            self._end_with(error)

    def _take(self, number: int, unit: Unit, content: object) -> None:
        folder = self.run.unit_folder(unit.key)
        if isinstance(content, Event):
            self._record(content)
        elif isinstance(content, Saved):
            write_atomically(folder.checkpoint, content.checkpoint)
        elif isinstance(content, Done):
            del self._out[number]
            keep_result(folder, content)
            self._results[unit.key] = self.run.result(unit.key)
            self._record(content.event)
        elif isinstance(content, Stopped):
            del self._out[number]
            self._end_with(Cancelled())
        elif isinstance(content, Failed):
            del self._out[number]
            self._end_with(content.exception())
        elif isinstance(content, Lost):
            del self._out[number]
            self._retry(unit, content)

    def _record(self, event: Event) -> None:
        """At the time of its arrival: clocks of several machines differ."""
        self.run.record(replace(event, time=event_now("arrived", None, {}).time), self.sink)

    def _retry(self, unit: Unit, lost: Lost) -> None:
        """Send the unit out again from its checkpoint. A machine that goes away is not the unit's fault; one that loses
        its process on machines that stay is not sent out for ever."""
        if self._ending is not None:
            return
        self._faults[unit.key] += not lost.machine
        if self._faults[unit.key] >= ATTEMPTS:
            raise RunError(
                f"a unit of kind {unit.kind} was lost {ATTEMPTS} times; the last time {lost.reason}",
                path=self.run.folder,
                remedy="Most often memory ran out: use fewer workers or larger machines, then resume the run.",
            )
        self._waiting.appendleft(unit)
        facts = {"reason": lost.reason, "attempt": self._tries[unit.key] + 1}
        self._record(event_now("unit_retried", unit.key, facts))

    def _end_with(self, error: Exception) -> None:
        """Stop all units; the first reason counts. Those that have not begun have nothing to save."""
        if self._ending is None:
            self._ending = error
            self._patience_ends = time.monotonic() + STOP_PATIENCE_S
            self.link.send(EndShift(self.number))
            self._drop([number for number, attempt in self._out.items() if not attempt.heard])

    def _drop(self, numbers: list[int]) -> None:
        for number in numbers:
            del self._out[number]
            self.link.send(Drop(number))


def luggage(unit: Unit, run: Run) -> dict[str, bytes]:
    """What a unit needs of its run's folder, by path: what the run is, the unit's own checkpoint, and the results of
    earlier units, whose keys stand in its settings."""
    keys = [text for text in _texts(unit.settings) if (run.folder / UNITS / text / _RESULT).is_file()]
    folders = [run.unit_folder(key).path for key in dict.fromkeys([unit.key, *keys])]
    files = [run.folder / FACTS, *(path for folder in folders for path in _files(folder))]
    return {path.relative_to(run.folder).as_posix(): path.read_bytes() for path in files}


def keep_result(folder: UnitFolder, done: Done) -> None:
    """Write a result as the unit itself would: what makes it finished comes last. Raises `StorageError`."""
    for name in sorted(done.files, key=lambda name: name == _RESULT):
        write_atomically(folder.path / name, done.files[name])
    folder.remove_checkpoint()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix in (".json", ".safetensors")]


def _texts(value: object) -> list[str]:
    """All texts in JSON that could be a unit's key."""
    if isinstance(value, str):
        return [value] if value.isalnum() else []
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []
