"""What every engine does: run units to their results, reading those that are finished."""

from collections.abc import Iterable
from types import TracebackType
from typing import Protocol, Self

from lineament.progress import CancelToken, EventSink
from lineament.search.runs.events import event_now
from lineament.search.runs.registry import Registry
from lineament.search.runs.results import DamagedResult
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit, UnitResult


class Engine(Protocol):
    """Runs units somewhere. Results do not depend on which engine, how many workers, or the order of the units.

    `workers` is how many units run at once. An engine is a context manager; leaving it ends its processes.
    """

    @property
    def workers(self) -> int: ...

    def run(
        self, units: Iterable[Unit], registry: Registry, run: Run, cancel: CancelToken, sink: EventSink
    ) -> dict[str, UnitResult]:
        """Results by unit key. Finished units are read, unfinished ones go on from their checkpoints.

        Units of one call do not depend on each other. Events go to the run's log and to `sink`, in this thread.
        Raises `Cancelled` once every running unit has saved, `StorageError` and `RunError`, and what a unit raises.
        """
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def read_finished(units: Iterable[Unit], run: Run, sink: EventSink) -> tuple[list[Unit], dict[str, UnitResult]]:
    """Units still to do, each once, and the results that are there. A damaged result is dropped and said so."""
    todo: list[Unit] = []
    results: dict[str, UnitResult] = {}
    for unit in dict.fromkeys(units):
        folder = run.unit_folder(unit.key)
        try:
            result = folder.result()
        except DamagedResult as damage:
            folder.discard()
            run.record(event_now("unit_restarted", unit.key, {"reason": str(damage)}), sink)
            result = None
        if result is None:
            todo.append(unit)
        else:
            results[unit.key] = result
            facts = {"unit_kind": unit.kind, "seconds": 0.0, "reused": True}
            run.record(event_now("unit_finished", unit.key, facts), sink)
    return todo, results
