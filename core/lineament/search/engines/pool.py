"""The engine that runs units in processes of their own, one a core, each with one thread."""

import time
from collections import Counter, deque
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from lineament.errors import LineamentError
from lineament.progress import Cancelled, CancelToken, EventSink
from lineament.search.engines.engine import read_finished
from lineament.search.engines.worker import Failed, Finished, Ready, Stopped, Task
from lineament.search.engines.workers import LAST_WORDS_S, Worker, speaking
from lineament.search.runs.context import DEFAULT_POLICY, SavePolicy
from lineament.search.runs.errors import RunError
from lineament.search.runs.events import Event, event_now
from lineament.search.runs.execution import Place
from lineament.search.runs.registry import Registry
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit, UnitResult

ATTEMPTS = 3
"""So often is a unit begun whose worker dies: the first time and two repetitions."""
POLL_S = 0.05
"""How soon a cancellation is noticed."""
START_PATIENCE_S = 1.0
"""A unit that has not yet reported a step when it is stopped has nothing to save: it is killed after so long."""
STOP_PATIENCE_S = 30.0
"""Units that have not saved and stopped by then are killed; their last checkpoints stay."""


class PoolEngine:
    """See `Engine`. Processes start with the first units and stay for later calls, on this run or another."""

    def __init__(self, workers: int, policy: SavePolicy = DEFAULT_POLICY) -> None:
        self.workers = workers
        self._policy = policy
        self._team: list[Worker] = []

    def run(
        self, units: Iterable[Unit], registry: Registry, run: Run, cancel: CancelToken, sink: EventSink
    ) -> dict[str, UnitResult]:
        wanted = list(units)
        run.time_left.workers = self.workers
        run.time_left.plan(wanted)
        todo, results = read_finished(wanted, run, sink)
        for unit in todo:
            registry.function(unit)  # a mistake is better found here than in every worker
        place = Place.of(run, self._policy)
        try:
            results.update(_Shift(self.workers, self._team, registry, place, run, cancel, sink).work_off(todo))
        except (Cancelled, LineamentError):
            raise
        except BaseException:
            self.close()
            raise
        return {unit.key: results[unit.key] for unit in wanted}

    def close(self) -> None:
        """End the processes at once. What a unit did since its last checkpoint is lost, as in a kill."""
        while self._team:
            worker = self._team.pop()
            # one that is still loading its libraries hears nothing yet, and has nothing to lose
            worker.end(LAST_WORDS_S if worker.ready else 0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Shift:
    """One call of `PoolEngine.run`: hands out units, hears workers, replaces those that die."""

    def __init__(
        self,
        size: int,
        team: list[Worker],
        registry: Registry,
        place: Place,
        run: Run,
        cancel: CancelToken,
        sink: EventSink,
    ) -> None:
        self._size = size
        self._team = team
        self._registry = registry
        self._place = place
        self._run = run
        self._cancel = cancel
        self._sink = sink
        self._waiting: deque[Unit] = deque()
        self._results: dict[str, UnitResult] = {}
        self._deaths: Counter[str] = Counter()
        self._idle_deaths = 0
        self._ending: Exception | None = None
        self._stop_asked_at = float("inf")
        self._stepped: set[str] = set()

    def work_off(self, units: list[Unit]) -> dict[str, UnitResult]:
        """Dearest first, so that no long one is left for the end."""
        self._waiting = deque(sorted(units, key=lambda unit: -unit.cost))
        while self._busy or (self._waiting and self._ending is None):
            if self._cancel.cancelled:
                self._end_with(Cancelled())
            if self._ending is None:
                self._hand_out()
            else:
                self._give_up()
            for worker in speaking(self._team, POLL_S):
                self._hear(worker)
        if self._ending is not None:
            raise self._ending
        return self._results

    @property
    def _busy(self) -> list[Worker]:
        return [worker for worker in self._team if worker.unit is not None]

    def _hand_out(self) -> None:
        while len(self._team) < min(self._size, len(self._busy) + len(self._waiting)):
            self._team.append(Worker())
        for worker in self._team:
            if worker.ready and worker.unit is None and self._waiting:
                worker.start(Task(self._waiting.popleft(), self._registry, self._place))

    def _hear(self, worker: Worker) -> None:
        try:
            for message in worker.heard():
                self._take(worker, message)
        except EOFError:
            self._bury(worker)

    def _take(self, worker: Worker, message: object) -> None:
        if isinstance(message, Event):
            if message.kind == "unit_progress" and message.unit is not None:
                self._stepped.add(message.unit)
            self._record(message)
        elif isinstance(message, Ready):
            worker.ready = True
        elif isinstance(message, Failed):
            worker.unit = None
            self._end_with(message.exception())
        elif isinstance(message, Stopped):
            worker.unit = None
            self._end_with(Cancelled())
        elif isinstance(message, Finished) and worker.unit is not None:
            self._results[worker.unit.key] = self._run.result(worker.unit.key)
            worker.unit = None
            self._idle_deaths = 0

    def _record(self, event: Event) -> None:
        try:
            self._run.record(event, self._sink)
        except LineamentError as error:  # a full disk; units still get the chance to save
            self._end_with(error)

    def _end_with(self, error: Exception) -> None:
        """Stop all units; the first reason counts."""
        if self._ending is None:
            self._ending = error
            self._stop_asked_at = time.monotonic()
            for worker in self._team:
                worker.stop_unit()

    def _give_up(self) -> None:
        """End workers that have had the time to save, or have nothing to save."""
        waited = time.monotonic() - self._stop_asked_at
        for worker in self._busy:
            steps = worker.unit is not None and worker.unit.key in self._stepped
            if waited > (STOP_PATIENCE_S if steps else START_PATIENCE_S):
                self._team.remove(worker)
                worker.end(patience_s=0.0)

    def _bury(self, worker: Worker) -> None:
        """A worker has died: its unit is begun again from its checkpoint, if it was not the third time."""
        self._team.remove(worker)
        how = _cause(worker.end())
        unit = worker.unit
        if unit is None:
            self._idle_deaths += 1
            if self._idle_deaths >= ATTEMPTS:
                self._end_with(_broken(self._run, f"worker processes cannot be kept alive: the last one {how}"))
        elif self._run.unit_folder(unit.key).finished:
            self._results[unit.key] = self._run.result(unit.key)
            facts = {"unit_kind": unit.kind, "seconds": 0.0, "reused": True}
            self._record(event_now("unit_finished", unit.key, facts))
        else:
            self._retry(unit, how)

    def _retry(self, unit: Unit, how: str) -> None:
        self._deaths[unit.key] += 1
        deaths = self._deaths[unit.key]
        if deaths >= ATTEMPTS:
            reason = f"the worker process of a unit of kind {unit.kind} died {deaths} times; the last time it {how}"
            self._end_with(_broken(self._run, reason))
            return
        self._waiting.appendleft(unit)
        reason = f"its worker process {how}"
        self._record(event_now("unit_retried", unit.key, {"reason": reason, "attempt": deaths + 1}))


def _cause(status: int | None) -> str:
    return f"was killed by signal {-status}" if status is not None and status < 0 else f"ended with status {status}"


def _broken(run: Run, reason: str) -> RunError:
    return RunError(
        reason,
        path=run.folder,
        remedy="Most often memory ran out: use fewer workers or close other programs, then resume the run.",
    )
