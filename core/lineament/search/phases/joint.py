"""The joint search: all extractors and the fusion cell at once, from the warm-up's weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineament.models.architecture.network import FacialNetwork
from lineament.models.architecture.space import SearchSpace
from lineament.search.phases.common import make_bench, network_of, saved_network
from lineament.search.phases.supernets import supernet_values, train_supernet
from lineament.search.phases.warm_up import WarmUp
from lineament.search.plan import steps_for
from lineament.search.runs.context import UnitContext
from lineament.search.runs.unit import Array, Unit, UnitResult
from lineament.search.strategies.registry import differentiable
from lineament.search.work import Work

PHASE = "joint"
KIND = "joint"
FUNCTION = "lineament.search.phases.joint:joint_supernet"


@dataclass(frozen=True)
class JointRun:
    """One fold and seed; `result` has the values of `supernet_values` and the network's weights."""

    settings: Mapping[str, Any]
    result: UnitResult


def run_joint(work: Work, space: SearchSpace, warm: WarmUp | None, units: float) -> list[JointRun]:
    """The supernet of `space` over folds and seeds; each begins with the weights that the warm-up found for the same
    fold, so that no supernet has seen the sessions its operation weights follow."""
    learns = differentiable(work.config.method).learns
    fixed = work.plan.joint(space, 0, learns=learns)
    steps = steps_for(units - fixed, (work.plan.joint(space, 1000, learns=learns) - fixed) / 1000)
    cost = work.plan.supernet(space, steps, learns=learns)
    all_settings = []
    for fold in work.folds("search", work.config.search_folds):
        for repeat in range(work.config.search_repeats):
            keys = {a: own[fold.fold, repeat] for a, own in warm.keys.items()} if warm is not None else {}
            settings = {
                **work.network_settings(),
                "fold": fold.to_json(),
                "repeat": repeat,
                "space": space.to_json(),
                "method": work.config.method,
                "steps": steps,
                "warm": keys,
            }
            all_settings.append(settings)
    with work.phase(PHASE, cost * work.plan.runs):
        results = work.units(PHASE, [Unit(KIND, settings, cost) for settings in all_settings])
    return [JointRun(settings, result) for settings, result in zip(all_settings, results, strict=True)]


def joint_supernet(context: UnitContext, settings: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """Unit function: one fold, one seed. values and arrays as in the warm-up."""
    space = SearchSpace.from_json(settings["space"])
    warm = {a: network_of(context.dependency(key).arrays) for a, key in settings["warm"].items()}
    bench = make_bench(
        context, settings, space, steps=settings["steps"], warm=lambda network: joined_weights(network, warm)
    )
    search = train_supernet(context, bench, settings["method"], settings["steps"])
    return supernet_values(search), saved_network(bench.training.network)


def joined_weights(network: FacialNetwork, warm: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The weights of single-attribute networks under the names that the joint one has for them.

    Extractors, each attribute's value layer and its own head carry over; what was pruned falls away, and fusion and
    attention begin afresh. Graphs belong to the fold and stay.
    """
    found: dict[str, Any] = {}
    parameters = dict(network.named_parameters())
    for attribute, state in warm.items():
        at = network.attributes.index(attribute)
        for part in ("extractors", "values", "auxiliary"):
            for name, value in state.items():
                moved = f"{part}.{at}.{name.removeprefix(f'{part}.0.')}"
                if name.startswith(f"{part}.0.") and moved in parameters and parameters[moved].shape == value.shape:
                    found[moved] = value
    return found
