"""The stage that decides: a short list is retrained from scratch over grouped folds and seeds.

All candidates get one seed, the better half the others (successive halving). The mean error ranks them, and the
one-standard-error rule takes the smallest of those that cannot be told from the best. Seeds and folds tell more than
further candidates do: with one training each, exhaustive search over 343 architectures found an average one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lineament.search.candidates import Candidate, distinct
from lineament.search.phases.train import evaluate
from lineament.search.plan import half
from lineament.search.ranking import Evaluated, ranked, simplest_within_one_se
from lineament.search.work import Work

PHASE = "short list"


@dataclass(frozen=True)
class ShortList:
    """ranked: best first, those with all seeds before those with one; winner: by the one-standard-error rule."""

    ranked: tuple[Evaluated, ...]
    winner: Evaluated


def run_short_list(work: Work, proposed: Sequence[Candidate], units: float) -> ShortList:
    """Retrain the first of `proposed` that so many units pay for."""
    candidates = distinct(proposed, work.plan.candidates(units))
    folds = work.folds(PHASE, work.config.folds)
    with work.phase(PHASE, work.plan.short_list(len(candidates))):
        first = ranked(evaluate(work, PHASE, candidates, folds, range(1)), work.scores)
        kept = [one.candidate for one in first[: half(len(first))]]
        if work.config.repeats == 1:
            finalists = first[: len(kept)]
        else:
            finalists = ranked(evaluate(work, PHASE, kept, folds, range(work.config.repeats)), work.scores)
        order = tuple(finalists) + tuple(one for one in first if one.candidate not in kept)
        show(work, order)
    return ShortList(order, simplest_within_one_se(finalists, work.scores, work.persons))


def show(work: Work, order: Sequence[Evaluated]) -> None:
    """Send the leaderboard as it stands."""
    work.emit("leaderboard", entries=[one.to_json(work.scores) for one in order])
