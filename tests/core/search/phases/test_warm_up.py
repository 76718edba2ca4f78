"""The warm-up: what it tries of a family, and that it finds what is there."""

import torch  # noqa: TID253
from tests.support.tiny_cohorts import tiny_cohort

from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import Widths, build_network
from lineament.search.batches import Sessions
from lineament.search.data import Fold, Part, SearchData
from lineament.search.phases.supernets import EvenWhileResting, best_choices, mean_table
from lineament.search.phases.warm_up import best_few
from lineament.search.plan import FROZEN
from lineament.search.recipe import Recipe
from lineament.search.strategies.loop import DifferentiableSearch, ScheduleSettings
from lineament.search.strategies.registry import differentiable
from lineament.search.strategies.selection import perturbation_scores
from lineament.search.supernet import Supernet
from lineament.search.training import WeightTraining

REACH = {"conv3", "conv5", "dil3", "dil5", "sep5", "glu5"}


def test_tables_are_averaged_over_the_runs_that_have_a_number() -> None:
    found = mean_table([{"e": {"a": 1.0, "b": 2.0}}, {"e": {"a": 3.0}, "f": {"c": 1.0}}])
    assert found == {"e": {"a": 2.0, "b": 2.0}, "f": {"c": 1.0}}


def test_the_best_and_its_closest_rivals() -> None:
    space = facial_space(("gaze",), ("cnn",))
    table = {e.name: {c: float(i) for i, c in enumerate(e.candidates)} for e in space.edges}
    table["gaze.cnn.1-2"]["conv1"] = 9.9
    best, second, third = best_few(space, table, 3)
    assert best == best_choices(space, table)
    changed = [{e for e in best if best[e] != other[e]} for other in (second, third)]
    assert changed[0] == {"gaze.cnn.1-2"}, "the closest edge first"
    assert len(changed[1]) == 1
    assert changed[0] != changed[1]
    assert best_choices(space, {})["gaze.cnn.input"] == "series", "the first where nothing is known"


def test_a_pattern_in_time_is_found_by_a_filter_with_reach() -> None:
    """Sawteeth that jump up or fall down: no filter of one sample tells them apart."""
    data = SearchData(tiny_cohort(200, 3, signal="order", test=4))
    fitted, held = data.fold(Part("official", 0), Fold(2, 1, 0))
    space = facial_space(("action units",), ("cnn",)).restrict({"action units.cnn.input": ("series",)})
    network = build_network(space, {}, Widths(6, 8, 4), 0)
    sessions = Sessions(*data.resident("cpu"), data.features.present, data.scalings(fitted))
    recipe = Recipe(persons=24, windows=3, rate=1e-2, weight_decay=0.05)
    training = WeightTraining(network, sessions, fitted, data.part(Part("official", 0)).targets, recipe, 0, steps=200)
    supernet = Supernet(training, held)
    method = EvenWhileResting(differentiable("drnas_pt"), FROZEN)
    search = DifferentiableSearch(supernet, method, ScheduleSettings.for_steps(200, FROZEN), 0)
    before = supernet.validation_loss(search.mean_weights())
    while not search.finished:
        search.step()
    weights = search.mean_weights()
    assert supernet.validation_loss(weights) < 0.4 * before, "the supernet learned"
    scores = perturbation_scores(supernet, weights, "action units.cnn.0-1")
    assert max(scores, key=scores.__getitem__) in REACH


def test_weights_rest_evenly_before_they_are_drawn() -> None:
    logits = {"e": torch.zeros(4)}
    resting = EvenWhileResting(differentiable("drnas_pt"), 0.5)
    generator = torch.Generator().manual_seed(0)
    assert resting.sample(logits, 4, 10, generator)["e"].tolist() == [0.25] * 4
    assert resting.sample(logits, 5, 10, generator)["e"].std() > 0.01
    one = EvenWhileResting(differentiable("gdas"), 0.5).sample(logits, 0, 10, generator)["e"]
    assert sorted(one.tolist()) == [0, 0, 0, 1], "one operation at a time is all it ever sees"
