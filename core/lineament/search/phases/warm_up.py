"""Warm-up: every attribute and family by itself, over folds and seeds, to shrink the space and choose a family.

Operations are pruned by what their removal does to the loss, on average over all runs (by mean weight where a method
chooses by weight): in our study that left 13 times fewer architectures with a mean five points higher, while pruning by
weight kept the bad tail. The family is chosen by retraining the best architectures of each from scratch, the smaller
one where they cannot be told apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from lineament.models.architecture.facial_space import NOT_PARAMETRIC, REPRESENTATIONS, facial_space
from lineament.models.architecture.space import SearchSpace
from lineament.search.candidates import Candidate, represented
from lineament.search.phases.common import make_bench, saved_network
from lineament.search.phases.supernets import (
    Table,
    best_choices,
    mean_table,
    measure_removals,
    supernet_values,
    train_supernet,
)
from lineament.search.phases.train import evaluate
from lineament.search.plan import kept_of, steps_for
from lineament.search.ranking import Evaluated, simplest_within_one_se
from lineament.search.runs.context import UnitContext
from lineament.search.runs.unit import Array, Unit, UnitResult
from lineament.search.strategies.registry import differentiable
from lineament.search.strategies.selection import candidates_to_keep
from lineament.search.work import Work

PHASE = "warm-up"
KIND = "warm_up"
FUNCTION = "lineament.search.phases.warm_up:warm_up_supernet"
STAND_IN = "uniform_pt"
"""Warms up for methods that have no operation weights."""


@dataclass(frozen=True)
class WarmUp:
    """space: what is left. table: mean worth of every candidate of the chosen families. keys: attribute -> unit by
    (fold, repeat). run_tables: (fold, repeat) -> the same of one run. families: what the choice rested on."""

    space: SearchSpace
    table: Table
    keys: Mapping[str, Mapping[tuple[int, int], str]]
    run_tables: Mapping[tuple[int, int], Table]
    families: Mapping[str, Mapping[str, Any]]

    def to_json(self) -> dict[str, Any]:
        return {"space": self.space.to_json(), "worth": self.table, "families": dict(self.families)}


@dataclass(frozen=True)
class _Runs:
    """The runs of one attribute and family."""

    attribute: str
    family: str
    space: SearchSpace
    tables: Mapping[tuple[int, int], Table]
    keys: Mapping[tuple[int, int], str]

    @property
    def table(self) -> Table:
        return mean_table(list(self.tables.values()))


def run_warm_up(work: Work, space: SearchSpace, units: float) -> WarmUp:
    """Warm up every attribute and family and shrink `space`."""
    genotypes, repeats = work.plan.family_choice(units)
    choosing = work.plan.families(genotypes, repeats)
    method = work.config.method if work.config.method_facts.differentiable else STAND_IN
    learns = differentiable(method).learns
    fixed = work.plan.warm_up(0, learns=learns)
    steps = steps_for(units - choosing - fixed, (work.plan.warm_up(1000, learns=learns) - fixed) / 1000)
    with work.phase(PHASE, work.plan.warm_up(steps, learns=learns) + choosing):
        runs = _train(work, method, steps, learns)
        families = {a: _choose(work, list(own), genotypes, repeats) for a, own in groupby(runs, lambda r: r.attribute)}
    chosen = [run for run in runs if run.family == families[run.attribute]["chosen"]]
    kept: dict[str, tuple[str, ...]] = {}
    for run in chosen:
        kept[f"{run.attribute}.family"] = (run.family,)
        kept |= _kept(run)
    return WarmUp(
        space=space.restrict(kept),
        table={edge: numbers for run in chosen for edge, numbers in run.table.items()},
        keys={run.attribute: run.keys for run in chosen},
        run_tables={
            at: {edge: numbers for run in chosen for edge, numbers in run.tables[at].items()} for at in chosen[0].tables
        },
        families=families,
    )


def _train(work: Work, method: str, steps: int, learns: bool) -> list[_Runs]:
    folds = work.folds("search", work.config.search_folds)
    places = [(fold.fold, repeat) for fold in folds for repeat in range(work.config.search_repeats)]
    spaces, units = work.plan.single_spaces(), []
    for attribute, family, space in spaces:
        cost = work.plan.supernet(space, steps, learns=learns) + work.plan.measured(space)
        for fold, repeat in places:
            settings = {
                **work.network_settings(),
                "fold": folds[fold].to_json(),
                "repeat": repeat,
                "attribute": attribute,
                "family": family,
                "method": method,
                "steps": steps,
                "measure": work.config.selects_by == "perturbation",
            }
            if set(work.config.representations) < set(REPRESENTATIONS):
                settings["representations"] = list(work.config.representations)
            units.append(Unit(KIND, settings, cost))
    results = work.units(PHASE, units)
    runs = []
    for i, (attribute, family, space) in enumerate(spaces):
        own = dict(zip(places, results[i * len(places) : (i + 1) * len(places)], strict=True))
        tables = {at: worth(result) for at, result in own.items()}
        runs.append(_Runs(attribute, family, space, tables, {at: result.unit_key for at, result in own.items()}))
    return runs


def worth(result: UnitResult) -> Table:
    """What a supernet's candidates are worth: the cost of their removal, or their weights where it was not measured."""
    return dict(result.values["removals"] or result.values["weights"])


def _choose(work: Work, runs: Sequence[_Runs], genotypes: int, repeats: int) -> dict[str, Any]:
    """The family of one attribute, with what the choice rested on."""
    if len(runs) == 1:
        return {"chosen": runs[0].family}
    folds = work.folds("search", work.config.search_folds)
    families = []
    for run in runs:
        tried = [
            Candidate(f"{run.attribute} {run.family} {i + 1}", "family", (run.attribute,), run.space.genotype(choices))
            for i, choices in enumerate(best_few(run.space, run.table, genotypes))
        ]
        found = evaluate(work, PHASE, tried, folds, range(repeats))
        together = np.concatenate([one.predictions for one in found])
        parameters = round(sum(one.parameters for one in found) / len(found))
        families.append(Evaluated(tried[0], parameters, together))
    winner = simplest_within_one_se(families, work.scores, work.persons)
    table = {
        run.family: {"rmse": one.rmse(work.scores), "parameters": one.parameters}
        for run, one in zip(runs, families, strict=True)
    }
    return {"chosen": runs[families.index(winner)].family, "families": table}


def best_few(space: SearchSpace, table: Table, count: int) -> list[dict[str, str]]:
    """The best candidate everywhere; then the same with the second best where that is closest, and so on."""
    best = best_choices(space, table)
    margins = []
    for edge in space.edges:
        numbers = table.get(edge.name, {})
        order = sorted(numbers, key=lambda name: -numbers[name])
        if len(order) > 1:
            margins.append((numbers[order[0]] - numbers[order[1]], edge.name, order[1]))
    others = [{**best, edge: second} for _, edge, second in sorted(margins)]
    return [best, *others][:count]


def _kept(run: _Runs) -> dict[str, tuple[str, ...]]:
    """The better half of every edge's candidates, with one among them that learns."""
    kept = {}
    for edge, numbers in run.table.items():
        if len(numbers) > 1 and not edge.endswith(".family"):
            learned = [name for name in numbers if name not in NOT_PARAMETRIC]
            kept[edge] = candidates_to_keep(numbers, kept_of(len(numbers)), learned)
    return kept


def warm_up_supernet(
    context: UnitContext, settings: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """Unit function: one attribute, one family, one fold, one seed. values: weights, argmax genotype, validation loss,
    removals (None unless measured); arrays: the network's weights."""
    whole = facial_space((settings["attribute"],), (settings["family"],))
    space = represented(whole, settings.get("representations", REPRESENTATIONS))
    bench = make_bench(context, settings, space, steps=settings["steps"])
    search = train_supernet(context, bench, settings["method"], settings["steps"])
    removals = measure_removals(context, search) if settings["measure"] else None
    return {**supernet_values(search), "removals": removals}, saved_network(bench.training.network)
