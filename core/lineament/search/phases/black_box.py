"""Methods that only ask for architectures and are told their losses: each is trained from scratch in every fold."""

from collections.abc import Mapping

from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.search.candidates import Candidate
from lineament.search.phases.train import evaluate
from lineament.search.ranking import Evaluated, ranked
from lineament.search.strategies.registry import black_box
from lineament.search.work import Work

PHASE = "search"
AT_ONCE = 4
"""Architectures asked for before the first is told, whatever the number of workers, so that it changes nothing."""


def run_black_box(work: Work, space: SearchSpace, units: float) -> list[Candidate]:
    """As many evaluations as so many units pay for; candidates for the short list, best first.

    Each evaluation is every search fold with one seed. An architecture asked for again costs nothing and is told again;
    a method that asks for nothing new 20 times over has seen its space.
    """
    strategy = black_box(work.config.method, space, work.seed("black box"))
    affordable = int(units / work.plan.evaluation())
    folds = work.folds("search", work.config.search_folds)
    found: dict[Genotype, Evaluated] = {}
    with work.phase(PHASE, affordable * work.plan.evaluation()):
        idle = 0
        while len(found) < affordable and idle < 20:
            asked = [strategy.ask() for _ in range(min(AT_ONCE, affordable - len(found)))]
            new = list(dict.fromkeys(genotype for genotype in asked if genotype not in found))
            named = [
                Candidate(f"{work.config.method} {len(found) + i + 1}", work.config.method, work.config.attributes, g)
                for i, g in enumerate(new)
            ]
            for one in evaluate(work, PHASE, named, folds, range(1)):
                found[one.candidate.genotype] = one
            for genotype in asked:
                strategy.tell(genotype, found[genotype].rmse(work.scores))
            idle = 0 if new else idle + 1
            _tell(work, found)
    return [one.candidate for one in ranked(list(found.values()), work.scores)]


def _tell(work: Work, found: Mapping[Genotype, Evaluated]) -> None:
    best = ranked(list(found.values()), work.scores)[:10]
    work.emit("leaderboard", entries=[one.to_json(work.scores) for one in best], evaluations=len(found))
