"""The engine that runs units as tasks of a Ray cluster, on as many machines as belong to it."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from lineament.errors import LineamentError
from lineament.progress import Cancelled, CancelToken, EventSink
from lineament.search.engines.engine import read_finished
from lineament.search.engines.ray.link import Gone, Link
from lineament.search.engines.ray.shift import Shift
from lineament.search.runs.context import DEFAULT_POLICY, SavePolicy
from lineament.search.runs.errors import RunError
from lineament.search.runs.execution import Place
from lineament.search.runs.registry import Registry
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit, UnitResult


class RayEngine:
    """See `Engine`. Results are those of the engines of one machine, to the last bit on processors of one kind.

    address: "auto" for the cluster that this machine belongs to, or HOST:PORT. most: units that run at once; without
    it, one a core of the cluster. Machines may come and go. The run's folder is seen by this machine alone: data,
    checkpoints and results travel through Ray. Raises `RunError` where there is no Ray, no cluster, or one that cannot
    be used.
    """

    def __init__(self, address: str, most: int | None = None, policy: SavePolicy = DEFAULT_POLICY) -> None:
        self.address = address
        self._most = most
        self._policy = policy
        self._shifts = 0
        self._link: Link | None = Link(address)

    @property
    def workers(self) -> int:
        cores = self._link.cores if self._link is not None else 0
        return min(cores, self._most) if self._most is not None else cores

    def run(
        self, units: Iterable[Unit], registry: Registry, run: Run, cancel: CancelToken, sink: EventSink
    ) -> dict[str, UnitResult]:
        wanted = list(units)
        run.time_left.plan(wanted)
        todo, results = read_finished(wanted, run, sink)
        for unit in todo:
            registry.function(unit)  # a mistake is better found here than on every machine
        if todo:
            results.update(self._worked_off(todo, registry, run, cancel, sink))
        return {unit.key: results[unit.key] for unit in wanted}

    def _worked_off(
        self, units: list[Unit], registry: Registry, run: Run, cancel: CancelToken, sink: EventSink
    ) -> dict[str, UnitResult]:
        if self._link is None:
            self._link = Link(self.address)
        self._shifts += 1
        place = Place.of(run, self._policy)
        shift = Shift(self._shifts, self._link, self._most, registry, place, run, cancel, sink)
        try:
            return shift.work_off(units)
        except (Cancelled, LineamentError):
            raise
        except Gone as gone:
            self.close()
            raise RunError(
                f"the Ray cluster at {self.address} is gone ({gone})",
                path=run.folder,
                remedy="What arrived is kept: start the cluster again and resume the run, or resume it without --ray.",
            ) from gone
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave the cluster. What a unit did since its last checkpoint is lost, as in a kill."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
