"""What the units of several phases share: building a network in a fold, and telling how it goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch  # noqa: TID253

from lineament.models.architecture.network import FacialNetwork, Widths, build_network
from lineament.models.architecture.space import SearchSpace
from lineament.search.batches import Rows, Sessions
from lineament.search.data import Fold, Part, SearchData
from lineament.search.recipe import Recipe
from lineament.search.runs.context import UnitContext
from lineament.search.strategies.loop import StepRecord
from lineament.search.training import WeightTraining, even_attention, load_network

REPORTS = 60
"""So many times at most a unit reports losses and weights."""


@dataclass(frozen=True)
class Bench:
    """A network in a fold, ready to be trained."""

    training: WeightTraining
    fitted: Rows
    held: Rows


def make_bench(
    context: UnitContext,
    settings: Mapping[str, Any],
    space: SearchSpace,
    *,
    steps: int | None = None,
    warm: Callable[[FacialNetwork], Mapping[str, Any]] | None = None,
) -> Bench:
    """A network of `space` for the fold in `settings`; its weights, noise and batches come from the unit's seed.

    warm: what weights the network begins with, by name; those get `Recipe.warm_share` of the rate. Others are fresh.
    """
    data = context.data
    assert isinstance(data, SearchData)
    part, fold = Part.from_json(settings["part"]), Fold.from_json(settings["fold"])
    recipe, device = Recipe.from_json(settings["recipe"]), settings.get("device", "cpu")
    fitted, held = data.fold(part, fold)
    graphs = data.graphs(fitted) if reads_graphs(space) else {}
    tensors = {a: {k: torch.from_numpy(g) for k, g in kinds.items()} for a, kinds in graphs.items()}
    network = build_network(space, tensors, Widths(**settings["widths"]), context.seed)
    if not settings["attention"]:
        even_attention(network)
    warmed = dict(warm(network)) if warm is not None else {}
    load_network(network, {**network.state_dict(), **warmed})
    values, points = data.resident(device)
    sessions = Sessions(values, points if reads_points(space) else None, data.features.present, data.scalings(fitted))
    training = WeightTraining(
        network.to(device),
        sessions,
        fitted,
        data.part(part).targets[:, : 1 + network.widths.behaviours],
        recipe,
        context.seed,
        steps=steps,
        scales=dict.fromkeys(warmed, recipe.warm_share),
        parts=context.parts,
    )
    return Bench(training, fitted, held)


def reads_points(space: SearchSpace) -> bool:
    """Whether some architecture of the space reads the 68 points."""
    return any(edge.name.startswith("landmarks.gnn.") for edge in space.possible())


def reads_graphs(space: SearchSpace) -> bool:
    """Whether some architecture of the space has a graph."""
    return any(".gnn." in edge.name for edge in space.possible())


def resume(context: UnitContext, load: Callable[[Mapping[str, Any]], None]) -> None:
    """Go on from the unit's checkpoint, if it has one."""
    state = context.load()
    if state is not None:
        load(state)


def report_step(context: UnitContext, space: SearchSpace, record: StepRecord, steps: int) -> None:
    """Send a supernet's losses, and weights and entropies of its open edges, now and then."""
    context.progress(record.step, steps)
    if record.step % max(steps // REPORTS, 1) and record.step != steps:
        return
    context.emit("losses", step=record.step, train=record.training_loss, validation=record.architecture_loss)
    open_edges = [edge for edge in space.possible() if len(edge.candidates) > 1]
    weights = {e.name: dict(zip(e.candidates, record.weights[e.name], strict=True)) for e in open_edges}
    context.emit("operation_weights", step=record.step, edges=weights)
    context.emit("entropies", step=record.step, edges={e.name: record.entropies[e.name] for e in open_edges})


def saved_network(network: FacialNetwork) -> dict[str, Any]:
    """A network's weights as arrays of a unit's result; `network_of` takes them back."""
    return {f"network/{name}": value.detach().cpu().numpy() for name, value in network.state_dict().items()}


def network_of(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The weights among a unit's arrays."""
    return {name.removeprefix("network/"): value for name, value in arrays.items() if name.startswith("network/")}
