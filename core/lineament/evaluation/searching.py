"""A search among the learners of one part: a search's own phases up to the short list, whose winner is taken.

Final ensemble and controls are left out, because the evaluation retrains the winner and has controls of its own.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lineament.evaluation.errors import EvaluationError
from lineament.search.candidates import Candidate
from lineament.search.data import Part
from lineament.search.phases.propose import propose
from lineament.search.phases.short_list import run_short_list
from lineament.search.search import FUNCTIONS as SEARCH_FUNCTIONS
from lineament.search.search import whole_space

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench

FUNCTIONS: Mapping[str, str] = SEARCH_FUNCTIONS


def search_architecture(bench: "Bench", part: Part, label: str) -> Candidate:
    """The winner for the learners of `part`; nobody tested on takes part.

    Raises `EvaluationError` for a budget too small, and what units raise.
    """
    budget, config = float(bench.settings.search_budget), bench.settings.search
    work = bench.work(part, config=config, label=label)
    least = sum(work.plan.least_by_phase.values())
    if budget < least:
        raise EvaluationError(
            f"a search inside every outer fold cannot be had for {budget:,.0f} training steps",
            remedy=f"Give --budget at least {round(least + 0.5):,}, or a finished search with --searched.",
        )
    # a search sets aside what its final ensemble and controls take, which are not trained here
    work.budget.total = budget + work.plan.reserved
    proposals = propose(work, whole_space(config))
    return run_short_list(work, proposals.candidates, work.budget.left - work.plan.reserved).winner.candidate
