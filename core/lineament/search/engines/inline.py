"""The engine that runs one unit after the other in the calling thread: for a GPU, for tests, for one core."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from lineament.progress import CancelToken, EventSink
from lineament.search.engines.engine import read_finished
from lineament.search.engines.threads import one_thread
from lineament.search.runs.context import DEFAULT_POLICY, SavePolicy
from lineament.search.runs.execution import Place, execute_unit
from lineament.search.runs.registry import Registry
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit, UnitResult


class InlineEngine:
    """See `Engine`. `policy` says how often units save."""

    workers = 1

    def __init__(self, policy: SavePolicy = DEFAULT_POLICY) -> None:
        self._policy = policy

    def run(
        self, units: Iterable[Unit], registry: Registry, run: Run, cancel: CancelToken, sink: EventSink
    ) -> dict[str, UnitResult]:
        wanted = list(units)
        run.time_left.workers = self.workers
        run.time_left.plan(wanted)
        todo, results = read_finished(wanted, run, sink)
        place = Place.of(run, self._policy)
        with one_thread():
            for unit in todo:
                cancel.raise_if_cancelled()
                execute_unit(unit, registry, place, cancel, lambda event: run.record(event, sink), run.result)
                results[unit.key] = run.result(unit.key)
        return {unit.key: results[unit.key] for unit in wanted}

    def close(self) -> None:
        """Nothing is kept between runs."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
