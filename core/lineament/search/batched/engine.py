"""The engine for a GPU: trainings of one architecture run as one batched model, everything else one after the other."""

from collections.abc import Iterable, Sequence

from lineament.progress import CancelToken, EventSink
from lineament.search.batched.group import Host, execute_group, grouped
from lineament.search.engines.engine import read_finished
from lineament.search.engines.inline import InlineEngine
from lineament.search.engines.threads import one_thread
from lineament.search.runs.context import DEFAULT_POLICY, SavePolicy
from lineament.search.runs.execution import Place, execute_unit, lacked_memory
from lineament.search.runs.registry import Registry
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit, UnitResult

MOST = 64
"""Units trained together at most: nine seeds of five folds fit; more mainly take memory (our choice)."""


class BatchedEngine(InlineEngine):
    """See `Engine`. Units trained together end as they do alone up to rounding, and either engine goes on where the
    other stopped. A group that memory does not suffice for is halved, down to units by themselves.

    most: so many units run together at most. On a GPU this has not been run yet; on the CPU it is no faster than units
    one by one, so `choose_engine` takes it for GPUs alone.
    """

    def __init__(self, policy: SavePolicy = DEFAULT_POLICY, most: int = MOST) -> None:
        super().__init__(policy)
        self._most = most

    def run(
        self, units: Iterable[Unit], registry: Registry, run: Run, cancel: CancelToken, sink: EventSink
    ) -> dict[str, UnitResult]:
        wanted = list(units)
        run.time_left.plan(wanted)
        todo, results = read_finished(wanted, run, sink)
        host = Host(registry, Place.of(run, self._policy), cancel, lambda event: run.record(event, sink), run.result)
        waiting = grouped(todo, registry, self._most)[::-1]
        # units of a group each take the time of all of them, so that many are done in it
        run.time_left.workers = max((len(group) for group in waiting), default=1)
        with one_thread():
            while waiting:
                cancel.raise_if_cancelled()
                group = waiting.pop()
                if not _carried_out(group, host):
                    run.emit("group_halved", sink=sink, units=len(group), reason="memory did not suffice")
                    left = [unit for unit in group if not run.unit_folder(unit.key).finished]
                    half = (len(left) + 1) // 2
                    waiting += [part for part in (left[half:], left[:half]) if part]
        results.update({unit.key: run.result(unit.key) for unit in todo})
        return {unit.key: results[unit.key] for unit in wanted}


def _carried_out(group: Sequence[Unit], host: Host) -> bool:
    """Run a group; False where memory does not suffice for it. One unit alone says so itself, as an error."""
    if len(group) == 1:
        execute_unit(group[0], host.registry, host.place, host.cancel, host.sink, host.dependency)
        return True
    try:
        execute_group(group, host)
    except (MemoryError, RuntimeError) as error:
        if not lacked_memory(error):
            raise
        return False
    return True
