"""Which architectures come onto the short list, the most trusted first."""

from collections.abc import Sequence
from dataclasses import dataclass

from lineament.models.architecture.space import SearchSpace
from lineament.search.candidates import Candidate, alone, distinct, hand_designed, plain_fusion
from lineament.search.phases.black_box import run_black_box
from lineament.search.phases.discretise import run_discretise
from lineament.search.phases.joint import run_joint
from lineament.search.phases.supernets import best_choices
from lineament.search.phases.warm_up import WarmUp, run_warm_up
from lineament.search.work import Work


@dataclass(frozen=True)
class Proposals:
    """singles: every attribute alone, out of the best architecture found. space: what was left to search in."""

    candidates: tuple[Candidate, ...]
    singles: tuple[Candidate, ...]
    space: SearchSpace
    warm_up: WarmUp | None


def propose(work: Work, space: SearchSpace) -> Proposals:
    """Search `space` by the method of the settings, leaving the short list its share."""
    config, plan = work.config, work.plan
    warm = None
    if config.warms_up:
        warm = run_warm_up(work, space, plan.allot("warm-up", work.budget.left))
        space = warm.space
    if not config.method_facts.differentiable:
        found = run_black_box(work, space, plan.allot("black box", work.budget.left))
    elif config.joint:
        units = plan.allot("joint", work.budget.left)
        found = run_discretise(work, space, run_joint(work, space, warm, units))
    else:
        assert warm is not None
        found = _from_warm_up(work, space, warm)
    return _with_rivals(work, space, warm, found)


def _from_warm_up(work: Work, space: SearchSpace, warm: WarmUp) -> list[Candidate]:
    """Without a joint phase: each attribute's best by itself, a plain sum of all."""
    names = work.config.attributes
    fusion = plain_fusion(names)

    def built(name: str, table: dict[str, dict[str, float]]) -> Candidate:
        return Candidate(name, "warm-up", names, space.genotype({**best_choices(space, table), **fusion}))

    each = [built(f"warm-up run {i + 1}", table) for i, table in enumerate(warm.run_tables.values())]
    return distinct([built("mean of the warm-up", warm.table), *each])


def _with_rivals(work: Work, space: SearchSpace, warm: WarmUp | None, found: Sequence[Candidate]) -> Proposals:
    """What was found, the hand-designed network, every attribute alone, and random architectures of what is left."""
    names, rng = work.config.attributes, work.rng("random candidates")
    hand = hand_designed(names)
    singles = [alone(found[0] if found else hand, name) for name in names] if len(names) > 1 else []
    drawn = [
        Candidate(f"random {i + 1}", "random", names, space.random(rng)) for i in range(work.config.random_candidates)
    ]
    first = [*([hand, *singles] if work.config.rivals else ()), *found[:2]]
    return Proposals(tuple(distinct([*first, *found[2:], *drawn])), tuple(singles), space, warm)
