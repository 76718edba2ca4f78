"""How a budget is shared out: how long supernets train, how many architectures are tried and retrained.

Folds and seeds are settings and stay; the budget decides the rest. What the final ensemble and the controls need is
set aside first. Shares are our choice: a little less than half goes to the short list, the stage that decides.
"""

from dataclasses import dataclass
from math import ceil

from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.space import SearchSpace
from lineament.search.budget import (
    ARCHITECTURE,
    BATCH_WINDOWS,
    FORWARD,
    OVERHEAD,
    perturbation_cost,
    step_cost,
)
from lineament.search.candidates import represented, searched_space
from lineament.search.config import SearchConfig

FEWEST_STEPS, MOST_STEPS = 20, 1500
"""Of a supernet."""
FEWEST_EVALUATIONS = 2
SHARES = {"warm-up": 0.34, "joint": 0.22, "black box": 0.56, "short list": 0.44}
FAMILY_SHARE = 0.45
"""Of the warm-up's units, at most so many go into the choice of families."""
FROZEN = 0.25
"""Share of a supernet's steps during which operation weights rest."""


@dataclass(frozen=True)
class Size:
    """Sessions to learn from and to test on, and windows of a session."""

    pool: int
    test: int
    windows: int


@dataclass(frozen=True)
class Plan:
    """Costs of one search of `config` on a cohort of `size`."""

    config: SearchConfig
    size: Size

    def training(self, attributes: int, folds: int, *, test: bool = False) -> float:
        """Units of training one architecture in one fold and predicting who is held out (and the test sessions)."""
        each = OVERHEAD + ARCHITECTURE * attributes
        sessions = ceil(self.size.pool / folds) + (self.size.test if test else 0)
        return each * (self.batch * self.config.recipe.steps + FORWARD * sessions * self.size.windows / BATCH_WINDOWS)

    @property
    def batch(self) -> float:
        """The recipe's batch in standard ones."""
        return self.config.recipe.persons * self.config.recipe.windows / BATCH_WINDOWS

    @property
    def every(self) -> int:
        return len(self.config.attributes)

    @property
    def singles(self) -> int:
        """Networks of one attribute beside those of all."""
        return self.every if self.every > 1 else 0

    @property
    def listed(self) -> int:
        """Those of them that the short list holds."""
        return self.singles if self.config.rivals else 0

    @property
    def final(self) -> float:
        c = self.config
        return c.folds * c.repeats * self.training(self.every, c.folds, test=True)

    @property
    def controls(self) -> float:
        c = self.config
        drawn = (c.random_controls + 1) * c.folds * self.training(self.every, c.folds, test=True)
        return self.final + drawn + self.singles * c.folds * c.repeats * self.training(1, c.folds, test=True)

    @property
    def reserved(self) -> float:
        return self.final + self.controls

    def short_list(self, candidates: int) -> float:
        """All with one seed, the better half with the others."""
        c = self.config
        kept = half(candidates) if c.repeats > 1 else 0
        singles = min(self.listed, candidates)
        trained = candidates - singles + kept * (c.repeats - 1)
        return c.folds * (trained * self.training(self.every, c.folds) + singles * self.training(1, c.folds))

    @property
    def fewest_candidates(self) -> int:
        """Two that were found and, where they may win, the hand-designed network and every attribute alone."""
        return min(self.listed + (3 if self.config.rivals else 2), self.config.short_list)

    def candidates(self, units: float) -> int:
        """How many architectures the short list may hold for so many units."""
        count = self.fewest_candidates
        while count < self.config.short_list and self.short_list(count + 1) <= units:
            count += 1
        return count

    @property
    def runs(self) -> int:
        return self.config.search_folds * self.config.search_repeats

    @property
    def validation_windows(self) -> int:
        sessions = ceil(self.size.pool / self.config.search_folds)
        return sessions * min(self.size.windows, self.config.recipe.validation_windows)

    def supernet(self, space: SearchSpace, steps: int, *, learns: bool) -> float:
        """Units of so many steps of a supernet, its operation weights learning after the frozen ones."""
        architecture = steps - int(FROZEN * steps) if learns else 0
        return self.batch * step_cost(space) * (steps + architecture)

    def measured(self, space: SearchSpace) -> float:
        """Units of measuring every removal once, where that is how operations are chosen."""
        if self.config.selects_by == "argmax":
            return 0.0
        return perturbation_cost(space, self.validation_windows)

    def discretised(self, space: SearchSpace) -> float:
        """Units of deciding every edge of a supernet one after the other, with tuning in between."""
        if self.config.selects_by == "argmax":
            return 0.0
        edges = sum(len(edge.candidates) > 1 for edge in space.possible())
        return self.measured(space) + self.batch * edges * self.config.tuning_steps * step_cost(space)

    def single_spaces(self) -> list[tuple[str, str, SearchSpace]]:
        """(attribute, family, space) of every supernet of the warm-up."""
        c = self.config
        return [(a, f, self._single(a, f)) for a in c.attributes for f in c.families]

    def _single(self, attribute: str, family: str) -> SearchSpace:
        return represented(facial_space((attribute,), (family,)), self.config.representations)

    def families(self, genotypes: int, repeats: int) -> float:
        """Units of choosing between families by retraining so many genotypes of each."""
        c = self.config
        if len(c.families) < 2:
            return 0.0
        pairs = self.every * len(c.families)
        return pairs * genotypes * c.search_folds * repeats * self.training(1, c.search_folds)

    def family_choice(self, units: float) -> tuple[int, int]:
        """Genotypes of a family and seeds that `FAMILY_SHARE` of the warm-up's units pay for."""
        for genotypes, repeats in ((3, self.config.search_repeats), (2, self.config.search_repeats), (2, 1)):
            if self.families(genotypes, repeats) <= FAMILY_SHARE * units:
                return genotypes, repeats
        return 1, 1

    def warm_up(self, steps: int, *, learns: bool) -> float:
        """Units of all supernets of the warm-up."""
        each = [self.supernet(s, steps, learns=learns) + self.measured(s) for _, _, s in self.single_spaces()]
        return self.runs * sum(each)

    def joint(self, space: SearchSpace, steps: int, *, learns: bool) -> float:
        return self.runs * (self.supernet(space, steps, learns=learns) + self.discretised(space))

    def evaluation(self) -> float:
        """Units of one standalone evaluation for a black-box method: every fold, one seed."""
        return self.config.search_folds * self.training(self.every, self.config.search_folds)

    @property
    def least_by_phase(self) -> dict[str, float]:
        """What each phase needs at the least, in the order of the phases."""
        c, least = self.config, {}
        if c.warms_up:
            least["warm-up"] = self.warm_up(FEWEST_STEPS, learns=True) + self.families(1, 1)
        if not c.method_facts.differentiable:
            least["black box"] = FEWEST_EVALUATIONS * self.evaluation()
        elif c.joint:
            least["joint"] = self.joint(self.dearest_space, FEWEST_STEPS, learns=True)
        return {**least, "short list": self.short_list(self.fewest_candidates)}

    @property
    def least(self) -> float:
        """The smallest budget with which every phase can be run."""
        return self.reserved + sum(self.least_by_phase.values())

    def allot(self, phase: str, left: float) -> float:
        """What a phase may spend of what is left, while those after it get their share, and at least what they need.

        The short list takes no more than it can use; the rest is the search's.
        """
        least, left = self.least_by_phase, left - self.reserved
        names = list(least)
        later = names[names.index(phase) + 1 :]
        searching = [name for name in (phase, *later) if name != "short list"]
        shares = {name: SHARES[name] / sum(SHARES[n] for n in (phase, *later)) for name in (phase, *later)}
        spare = max(left * shares["short list"] - self.short_list(self.config.short_list), 0.0)
        given = left * shares[phase] + spare * SHARES[phase] / sum(SHARES[name] for name in searching)
        return min(given, left - sum(least[name] for name in later))

    @property
    def dearest_space(self) -> SearchSpace:
        """The dearest space that the warm-up can leave."""
        c = self.config
        space = searched_space(
            c.attributes, c.families, fusion_search=c.fusion_search, representations=c.representations
        )
        if not c.warms_up:
            return space
        kept: dict[str, tuple[str, ...]] = {}
        for attribute in c.attributes:
            pruned = {family: _pruned(self._single(attribute, family)) for family in c.families}
            dearest = max(pruned, key=lambda family: step_cost(pruned[family]))
            kept |= {edge.name: edge.candidates for edge in pruned[dearest].edges}
        return space.restrict(kept)


def steps_for(units: float, each: float) -> int:
    """Steps of a supernet that so many units pay for at `each` a step, within `FEWEST_STEPS` and `MOST_STEPS`."""
    return int(min(max(units / each, FEWEST_STEPS), MOST_STEPS)) if each > 0 else FEWEST_STEPS


def half(candidates: int) -> int:
    """How many candidates get the remaining seeds."""
    return max(ceil(candidates / 2), min(candidates, 3))


def kept_of(candidates: int) -> int:
    """How many of an edge's candidates the warm-up leaves: half, though two where there are two."""
    return max(ceil(candidates / 2), min(candidates, 2))


def _pruned(space: SearchSpace) -> SearchSpace:
    """A space of one attribute and family with as many candidates as the warm-up leaves."""
    return space.restrict({edge.name: edge.candidates[: kept_of(len(edge.candidates))] for edge in space.edges})
