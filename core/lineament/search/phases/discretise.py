"""From a joint supernet to one architecture: edge by edge, the operation whose removal hurts most stays, and the
network is tuned before the next edge is decided."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch  # noqa: TID253

from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.search.candidates import Candidate, distinct
from lineament.search.phases.common import make_bench, network_of, resume
from lineament.search.phases.joint import JointRun
from lineament.search.phases.supernets import best_choices, mean_table
from lineament.search.runs.context import UnitContext
from lineament.search.runs.unit import Array, Unit
from lineament.search.strategies.selection import PerturbationSelection
from lineament.search.supernet import Supernet
from lineament.search.training import load_network
from lineament.search.work import Work

PHASE = "discretise"
KIND = "discretise"
FUNCTION = "lineament.search.phases.discretise:discretise_supernet"


def run_discretise(work: Work, space: SearchSpace, runs: Sequence[JointRun]) -> list[Candidate]:
    """Candidates for the short list, the most trusted first: what all runs agree on, then what each one says."""
    attributes = work.config.attributes
    argmax = [Genotype.from_json(run.result.values["argmax"]) for run in runs]
    means = mean_table([run.result.values["weights"] for run in runs])
    found = [
        Candidate("mean weights", "argmax", attributes, space.genotype(best_choices(space, means))),
        *(Candidate(f"weights of run {i + 1}", "argmax", attributes, g) for i, g in enumerate(argmax)),
    ]
    if work.config.selects_by == "argmax":
        return distinct(found)
    cost = work.plan.discretised(space)
    units = [
        Unit(KIND, {**run.settings, "tuning_steps": work.config.tuning_steps, "joint": run.result.unit_key}, cost)
        for run in runs
    ]
    with work.phase(PHASE, cost * len(units)):
        results = work.units(PHASE, units)
    scores = mean_table([result.values["removals"] for result in results])
    perturbed = [
        Candidate("mean removals", "perturbation", attributes, space.genotype(best_choices(space, scores))),
        *(
            Candidate(f"removals of run {i + 1}", "perturbation", attributes, Genotype.from_json(r.values["genotype"]))
            for i, r in enumerate(results)
        ),
    ]
    return distinct([*perturbed, *found])


def discretise_supernet(
    context: UnitContext, settings: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """Unit function: one joint supernet. values: genotype, removals by edge and candidate."""
    space = SearchSpace.from_json(settings["space"])
    joint = context.dependency(settings["joint"])
    bench = make_bench(context, settings, space, steps=settings["steps"])
    load_network(bench.training.network, network_of(joint.arrays))
    bench.training.tuning = True
    weights = {edge: torch.tensor(list(numbers.values())) for edge, numbers in joint.values["weights"].items()}
    supernet = Supernet(bench.training, bench.held)
    selection = PerturbationSelection(supernet, weights, tuning_steps=settings["tuning_steps"], seed=context.seed)
    resume(context, selection.load_state_dict)
    edges = sum(len(edge.candidates) > 1 for edge in space.possible())
    while not selection.finished:
        selection.step()
        context.progress(len(selection.scores), edges)
        context.checkpoint(len(selection.scores), selection.state_dict)
    return {"genotype": selection.genotype().to_json(), "removals": selection.scores}, {}
