"""Batches, training and supernets on a tiny cohort: what is drawn, what is learned, and that it goes on exactly."""

from dataclasses import replace

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.support.tiny_cohorts import tiny_cohort

from lineament.errors import ModelError
from lineament.features.cohort_features import CohortFeatures
from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import Widths, build_network, even_weights, one_hot_weights, only_weights
from lineament.models.architecture.space import SearchSpace
from lineament.search.batches import Sessions, draw_noise
from lineament.search.candidates import alone, hand_designed
from lineament.search.data import Fold, Part, SearchData
from lineament.search.phases.joint import joined_weights
from lineament.search.recipe import Recipe
from lineament.search.supernet import Supernet
from lineament.search.training import WeightTraining, even_attention, predict, require_number

RECIPE = Recipe(steps=30, persons=8, windows=3, rate=1e-2)
PART, FOLD = Part("official", 0), Fold(3, 0, 0)
WIDTHS = Widths(6, 8, 4)


@pytest.fixture(scope="module")
def features() -> CohortFeatures:
    return tiny_cohort(24, 4, signal="level", test=6)


@pytest.fixture(scope="module")
def data(features: CohortFeatures) -> SearchData:
    return SearchData(features)


def make_training(data: SearchData, space: SearchSpace, seed: int = 0, recipe: Recipe = RECIPE) -> WeightTraining:
    fitted, _ = data.fold(PART, FOLD)
    scalings, graphs = data.scalings(fitted), data.graphs(fitted)
    tensors = {a: {k: torch.from_numpy(g) for k, g in kinds.items()} for a, kinds in graphs.items()}
    network = build_network(space, tensors, WIDTHS, seed)
    sessions = Sessions(*data.resident("cpu"), data.features.present, scalings)
    return WeightTraining(network, sessions, fitted, data.part(PART).targets, recipe, seed)


HAND = alone(hand_designed(("action units", "gaze")), "action units").space


def test_batches_are_scaled_as_the_scalings_say(data: SearchData, features: CohortFeatures) -> None:
    training = make_training(data, HAND)
    scalings = data.scalings(data.fold(PART, FOLD)[0])
    batch = training.sessions.take(torch.tensor([3, 5]), torch.tensor([[2], [0]]), torch.ones(2, 1, dtype=torch.bool))
    np.testing.assert_allclose(batch.values[0, 0], scalings.channels.apply(features.values[3, 2]), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(batch.points[1, 0], scalings.points.apply(features.points[5, 0]), rtol=1e-5, atol=1e-5)


def test_only_usable_windows_are_drawn_and_none_twice(data: SearchData) -> None:
    sessions = make_training(data, HAND).sessions
    sessions.present = torch.tensor([[True, False, True, True], [False, False, False, True]] * 12 + [[True] * 4] * 6)
    for seed in range(20):
        batch = sessions.draw(torch.tensor([0, 1]), 3, torch.Generator().manual_seed(seed))
        assert batch.present.sum(dim=1).tolist() == [3, 1]
        assert bool((batch.values[1, 1:] == 0).all())
        assert len({tuple(w[0].tolist()) for w in batch.values[0]}) == 3
    (_, whole), *_ = sessions.whole(np.array([0, 1]), 2)
    assert whole.present.tolist() == [[True, True], [True, False]]


def test_evenly_spread_windows_reach_over_the_session(data: SearchData) -> None:
    sessions = make_training(data, HAND).sessions
    (_, few), *_ = sessions.whole(np.array([7]), 2)
    (_, every), *_ = sessions.whole(np.array([7]))
    np.testing.assert_array_equal(few.values[0], every.values[0, [0, 2]])


def test_noise_never_drops_all_attributes() -> None:
    recipe = Recipe(drop_attribute=0.9, drop_token=0.5)
    noise = draw_noise(recipe, 200, 2, 3, 4, torch.Generator().manual_seed(0))
    assert noise.attributes.sum(dim=1).min() == 1
    assert noise.attributes.mean() < 0.5
    assert noise.token.mean() == pytest.approx(1.0, abs=0.1)
    assert set(noise.token.unique().tolist()) == {0.0, 2.0}


def test_training_learns_a_level(data: SearchData, features: CohortFeatures) -> None:
    training, weights = make_training(data, HAND, recipe=RECIPE), only_weights(HAND)
    rows = data.fold(PART, FOLD)[1]

    def error() -> float:
        found = predict(training.network, weights, training.sessions, rows, training.target)
        return float(np.sqrt(np.mean((found - features.scores[rows]) ** 2)))

    before = error()
    for _ in range(training.steps):
        require_number(training.step(weights), training.step_count)
    assert error() < 0.7 * before


def test_training_goes_on_exactly(data: SearchData) -> None:
    weights = only_weights(HAND)
    straight, first, second = (make_training(data, HAND) for _ in range(3))
    for _ in range(9):
        straight.step(weights)
    for _ in range(4):
        first.step(weights)
    second.load_state_dict(first.state_dict())
    for _ in range(5):
        second.step(weights)
    for name, value in straight.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name]), name
    other = make_training(data, HAND, seed=1)
    assert not torch.equal(other.network.score.weight, make_training(data, HAND).network.score.weight)


def test_the_rate_falls_from_first_to_last(data: SearchData) -> None:
    training = make_training(data, HAND, recipe=Recipe(steps=3, persons=4, windows=2, rate=1e-2, last_rate=1e-3))
    rates = []
    for _ in range(4):
        training.step(only_weights(HAND))
        rates.append(training._optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([1e-2, 7.75e-3, 3.25e-3, 1e-3])


def test_a_session_without_windows_gets_the_mean(data: SearchData) -> None:
    training = make_training(data, HAND)
    training.sessions.present = training.sessions.present.clone()
    training.sessions.present[2] = False
    found = predict(training.network, only_weights(HAND), training.sessions, np.array([1, 2]), training.target)
    assert found[1] == pytest.approx(training.target.mean)
    assert found[0] != found[1]


def test_a_loss_that_is_no_number_is_said() -> None:
    with pytest.raises(ModelError, match="training loss is nan at step 3"):
        require_number(float("nan"), 3)


def test_a_supernet_with_one_hot_weights_is_the_architecture(data: SearchData) -> None:
    space = facial_space(("action units",), ("cnn",))
    genotype = alone(hand_designed(("action units",)), "action units").genotype
    supernet = Supernet(make_training(data, space), data.fold(PART, FOLD)[1])
    single = make_training(data, space.only(genotype))
    state = supernet.training.network.state_dict()
    single.network.load_state_dict({name: state[name] for name in single.network.state_dict()})
    other = Supernet(single, data.fold(PART, FOLD)[1])
    expected = other.validation_loss(only_weights(other.space))
    assert supernet.validation_loss(one_hot_weights(space, genotype)) == pytest.approx(expected, rel=1e-5)
    assert supernet.validation_loss(even_weights(space)) != pytest.approx(expected, rel=1e-5)


def test_operation_weights_follow_other_sessions_than_weights_do(data: SearchData) -> None:
    space = facial_space(("action units",), ("cnn",))
    fitted, held = data.fold(PART, FOLD)
    supernet = Supernet(make_training(data, space), held)
    seen: list[list[int]] = []
    choose = supernet.training.sessions.choose
    supernet.training.sessions.choose = lambda rows, *rest: (seen.append(rows.tolist()), choose(rows, *rest))[1]  # type: ignore[method-assign]
    weights = {name: values.requires_grad_() for name, values in even_weights(space).items()}
    loss = supernet.architecture_loss(weights)
    loss.backward()
    assert float(weights["action units.cnn.0-1"].grad.abs().sum()) > 0
    supernet.weight_step(even_weights(space))
    assert set(seen[0]) <= set(held.tolist())
    assert set(seen[1]) <= set(fitted.tolist())


def test_the_warm_up_hands_over_its_weights_under_the_joint_names(data: SearchData) -> None:
    names = ("action units", "gaze")
    single = make_training(data, facial_space(("gaze",), ("cnn",)), seed=1).network
    pruned = facial_space(names, ("cnn",)).restrict({"gaze.cnn.0-1": ("conv3", "skip")})
    joint = make_training(data, pruned, seed=2).network
    state = {name: value.numpy() for name, value in single.state_dict().items()}
    found = joined_weights(joint, {"gaze": state})
    assert all(name.split(".")[1] == "1" for name in found), "gaze is the second attribute"
    assert {name.split(".")[0] for name in found} == {"extractors", "values", "auxiliary"}
    kept = [name for name in found if ".cell.0-1." in name]
    assert kept
    assert all("conv3" in name for name in kept), "what was pruned falls away"
    taken = found["extractors.1.families.cnn.token.weight"]
    np.testing.assert_array_equal(taken, single.state_dict()["extractors.0.families.cnn.token.weight"])


def test_even_attention_stays_even(data: SearchData) -> None:
    space = hand_designed(("action units", "gaze")).space
    training = make_training(data, space)
    even_attention(training.network)
    training = WeightTraining(
        training.network, training.sessions, data.fold(PART, FOLD)[0], data.part(PART).targets, RECIPE, 0
    )
    for _ in range(3):
        training.step(only_weights(space))
    _, batch = next(training.sessions.whole(np.array([4])))
    with torch.inference_mode():
        scored = training.network(batch, only_weights(space))
        coded = training.network.encode(batch.values[0], batch.points[0], only_weights(space))
    assert scored.moment_attention[0].tolist() == pytest.approx([0.25] * 4)
    assert coded.attribute_attention.flatten().tolist() == pytest.approx([0.5] * 8)


def test_test_scores_are_nowhere_to_be_read(data: SearchData, features: CohortFeatures) -> None:
    part = data.part(PART)
    assert np.isnan(part.scores[part.test]).all()
    np.testing.assert_array_equal(part.scores[part.pool], features.scores[part.pool])
    shuffled = data.part(PART.shuffled(3)).scores[part.pool]
    assert sorted(shuffled) == sorted(features.scores[part.pool])
    assert (shuffled != features.scores[part.pool]).any()


def test_behaviour_parameters_teach_beside_the_score_and_leave_with_the_labels(features: CohortFeatures) -> None:
    """A head of their own learns them, they are hidden in the test sessions, and permuted labels take them along."""
    loud = features.values[..., 0].mean(axis=(1, 2))[:, None].astype(np.float64)
    data = SearchData(replace(features, behaviour=np.concatenate([loud, -3 * loud], axis=1)))
    known = data.part(PART)
    assert known.targets.shape == (len(features), 3)
    assert np.isnan(known.targets[known.test]).all()
    shuffled = data.part(PART.shuffled(4)).targets[known.pool]
    assert not np.array_equal(shuffled, known.targets[known.pool])
    assert {tuple(row) for row in shuffled} == {tuple(row) for row in known.targets[known.pool]}

    fitted, held = data.fold(PART, FOLD)
    recipe = replace(RECIPE, steps=80, behaviour=1.0)
    network = build_network(HAND, {}, replace(WIDTHS, behaviours=2), 0)
    sessions = Sessions(*data.resident("cpu"), features.present, data.scalings(fitted))
    training = WeightTraining(network, sessions, fitted, known.targets, recipe, 0)
    for _ in range(80):
        training.step(only_weights(HAND))
    _, batch = next(sessions.whole(held))
    with torch.inference_mode():
        found = network(batch, only_weights(HAND)).behaviour.numpy()
    assert np.corrcoef(found[:, 0], loud[held, 0])[0, 1] > 0.8
    assert np.corrcoef(found[:, 1], loud[held, 0])[0, 1] < -0.8
