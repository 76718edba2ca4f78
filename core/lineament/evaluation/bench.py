"""The means of an evaluation: settings, data, run, engine; systems make their units with it and search with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from lineament.evaluation.data import EvaluationData
from lineament.evaluation.deals import Deal, parts_of
from lineament.evaluation.settings import EvaluationSettings
from lineament.progress import CancelToken, EventSink
from lineament.search.budget import Budget
from lineament.search.config import SearchConfig
from lineament.search.data import Part
from lineament.search.engines.engine import Engine
from lineament.search.runs.registry import Registry
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit, UnitResult
from lineament.search.work import Work


@dataclass(frozen=True)
class Bench:
    """Made once for an evaluation."""

    settings: EvaluationSettings
    data: EvaluationData
    run: Run
    engine: Engine
    registry: Registry
    cancel: CancelToken
    sink: EventSink

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.settings)

    def work(self, part: Part, budget: float = 0.0, *, config: SearchConfig | None = None, label: str = "") -> Work:
        """A search's means on one part, for what is made of the search's pieces."""
        search = config or self.settings.search
        work = Work(
            search, part, self.data, self.run, self.engine, self.registry, self.cancel, self.sink, Budget(budget)
        )
        work.label = label
        return work

    def results(self, phase: str, units: Sequence[Unit]) -> list[UnitResult]:
        """Run units, those finished earlier are read; results in their order. Raises what `Engine.run` raises."""
        costs = {unit.key: unit.cost for unit in units}
        self.run.emit("phase_started", sink=self.sink, phase=phase, units=len(costs), cost=sum(costs.values()))
        found = self.engine.run(units, self.registry, self.run, self.cancel, self.sink)
        self.run.emit("phase_finished", sink=self.sink, phase=phase)
        return [found[unit.key] for unit in units]

    def cost(self, attributes: int, deal: Deal) -> float:
        """Of training one architecture, in a search's units of budget."""
        folds = 2 if deal.dev.count < 2 else deal.dev.count
        return self.work(deal.part).plan.training(attributes, folds, test=True)
