"""Systems that train one architecture of the facial search space in a deal, from scratch, by the search's recipe."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from lineament.evaluation.systems.system import System
from lineament.search.candidates import Candidate
from lineament.search.phases import train
from lineament.search.runs.unit import Unit

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal


class Architecture(System):
    """Its units are those of a search: one candidate in one fold with one seed, tested too."""

    functions: ClassVar[Mapping[str, str]] = {train.KIND: train.FUNCTION}

    @abstractmethod
    def candidate(self, bench: "Bench", deal: "Deal") -> Candidate:
        """The architecture trained in a deal."""

    def unit(self, bench: "Bench", deal: "Deal") -> Unit:
        candidate = self.candidate(bench, deal)
        made = train.train_unit(bench.work(deal.part), candidate, deal.dev, deal.seed, test=True)
        return Unit(made.kind, made.settings, bench.cost(len(candidate.attributes), deal))
