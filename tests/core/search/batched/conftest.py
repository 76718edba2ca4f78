"""A tiny cohort, and a network in one of its folds ready to be trained."""

from collections.abc import Callable

import pytest
import torch  # noqa: TID253
from tests.support.tiny_cohorts import tiny_cohort

from lineament.models.architecture.network import Widths, build_network
from lineament.models.architecture.space import SearchSpace
from lineament.search.batches import Sessions
from lineament.search.data import Fold, Part, SearchData
from lineament.search.phases.common import Bench
from lineament.search.recipe import Recipe
from lineament.search.training import WeightTraining

PART = Part("official", 0)
RECIPE = Recipe(steps=30, persons=8, windows=3)

MakeBench = Callable[..., Bench]


@pytest.fixture(scope="session")
def data() -> SearchData:
    return SearchData(tiny_cohort(30, 4, signal="level", test=6))


@pytest.fixture(scope="session")
def make_bench(data: SearchData) -> MakeBench:
    """`make_bench(space, fold, seed, double=False, recipe=RECIPE, device="cpu")`."""

    def make(
        space: SearchSpace,
        fold: int,
        seed: int,
        *,
        double: bool = False,
        recipe: Recipe = RECIPE,
        device: str = "cpu",
    ) -> Bench:
        fitted, held = data.fold(PART, Fold(3, 0, fold))
        graphs = {a: {k: torch.from_numpy(g) for k, g in kinds.items()} for a, kinds in data.graphs(fitted).items()}
        network = build_network(space, graphs, Widths(6, 8, 4), seed).to(device)
        values, points = data.resident(device)
        if double:
            network, values, points = network.double(), values.double(), points.double()
        sessions = Sessions(values, points, data.features.present, data.scalings(fitted))
        return Bench(WeightTraining(network, sessions, fitted, data.part(PART).targets, recipe, seed), fitted, held)

    return make
