"""K runs at once are K runs one by one: predictions, gradients, clipping, resumption, and the path of the graph."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
import torch  # noqa: TID253
from tests.core.search.batched.conftest import RECIPE, MakeBench

from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import even_weights, only_weights
from lineament.models.architecture.space import SearchSpace
from lineament.search.batched.networks import clip_each, for_each, stack_inputs
from lineament.search.batched.stepping import WARM_UP, Step
from lineament.search.batched.training import BatchedTraining, batch_size
from lineament.search.candidates import hand_designed
from lineament.search.phases.common import Bench
from lineament.search.recipe import Recipe
from lineament.search.training import predict

HAND = hand_designed(("action units", "gaze")).space
WHOLE = facial_space(("action units", "gaze", "landmarks"))
Weights = Mapping[str, torch.Tensor]


def predictions(benches: list[Bench], weights: Weights) -> npt.NDArray[np.float64]:
    """Of all benches' held-out sessions, beside each other."""
    said = []
    for bench in benches:
        training = bench.training
        said.append(predict(training.network, weights, training.sessions, bench.held, training.target))
    return np.concatenate(said)


def assert_near(found: npt.NDArray[np.float64], expected: npt.NDArray[np.float64]) -> None:
    """Predictions in single precision: a rectifier that flips makes 1e-3 of the last bit of a weight, in a single
    training as here, and where that happens differs between processors."""
    differences = np.abs(found - expected)
    assert np.median(differences) < 1e-4
    assert differences.max() < 1e-2


def one_by_one(benches: list[Bench], weights: Weights, steps: int) -> list[list[float]]:
    """Losses by step and bench."""
    return [[bench.training.step(weights) for bench in benches] for _ in range(steps)]


def drawn(seed: int) -> SearchSpace:
    return WHOLE.only(WHOLE.random(np.random.default_rng(seed)))


def three(make_bench: MakeBench, space: SearchSpace, **how: object) -> list[Bench]:
    return [make_bench(space, fold, 5 + fold, **how) for fold in range(3)]


@pytest.mark.parametrize("space", [HAND, drawn(4)], ids=["hand", "all families"])
def test_twenty_steps_of_three_runs_are_those_of_each_alone(make_bench: MakeBench, space: SearchSpace) -> None:
    weights = only_weights(space)
    alone, together = three(make_bench, space), three(make_bench, space)
    before = predictions(alone, weights)
    expected = one_by_one(alone, weights, 20)
    training = BatchedTraining(together)
    losses = [training.step(weights).tolist() for _ in range(20)]
    training.hand_back()
    np.testing.assert_allclose(losses, expected, atol=1e-3)
    assert_near(predictions(together, weights), predictions(alone, weights))
    assert np.abs(predictions(alone, weights) - before).max() > 0.5, "something was learned"


@pytest.mark.parametrize("seed", [1, 4], ids=["graphs", "all families"])
def test_in_double_precision_nothing_but_the_last_digits_differs(make_bench: MakeBench, seed: int) -> None:
    space = drawn(seed)
    weights = {name: values.double() for name, values in only_weights(space).items()}
    alone, together = three(make_bench, space, double=True), three(make_bench, space, double=True)
    for bench in (*alone, *together):
        bench.training._standard = bench.training._standard.double()
    one_by_one(alone, weights, 20)
    training = BatchedTraining(together)
    for _ in range(20):
        training.step(weights)
    for place, bench in enumerate(alone):
        state = training.networks.state(place)
        for name, value in bench.training.network.state_dict().items():
            torch.testing.assert_close(state[name], value, atol=1e-9, rtol=1e-9)
    training.hand_back()
    assert np.abs(predictions(together, weights) - predictions(alone, weights)).max() < 1e-7


def test_a_supernet_takes_operation_weights_of_each_network(make_bench: MakeBench) -> None:
    space = facial_space(("action units",))
    generator = torch.Generator().manual_seed(0)
    own = [{n: torch.rand(w.shape, generator=generator) for n, w in even_weights(space).items()} for _ in range(2)]
    alone, together = ([make_bench(space, fold, fold) for fold in range(2)] for _ in range(2))
    expected = [[b.training.step(w) for b, w in zip(alone, own, strict=True)] for _ in range(3)]
    training = BatchedTraining(together)
    stacked = {name: torch.stack([weights[name] for weights in own]) for name in own[0]}
    losses = [training.step(stacked).tolist() for _ in range(3)]
    np.testing.assert_allclose(losses, expected, atol=1e-5)
    training.hand_back()
    assert_near(predictions(together, own[0]), predictions(alone, own[0]))


def test_no_network_hears_of_another(make_bench: MakeBench) -> None:
    training = BatchedTraining([make_bench(HAND, fold, fold) for fold in range(2)])
    inputs = stack_inputs([member.draw() for member in training.members], training.device)
    weights = for_each(only_weights(HAND), 2, training.device)
    training.networks.losses(inputs, weights, RECIPE)[0].backward()  # type: ignore[no-untyped-call]
    graded = [p.grad for p in training.networks.parameters.values() if p.grad is not None]
    assert any(float(gradient[0].abs().sum()) > 0 for gradient in graded)
    assert all(float(gradient[1].abs().sum()) == 0 for gradient in graded)


def test_every_gradient_is_clipped_by_its_own_length() -> None:
    generator = torch.Generator().manual_seed(1)
    shapes, scales = ((3, 4, 2), (3, 5), (3,)), torch.tensor([0.01, 1.0, 100.0])
    gradients = [torch.randn(s, generator=generator) * scales.view(-1, *[1] * (len(s) - 1)) for s in shapes]
    expected = []
    for place in range(3):
        parameters = [torch.nn.Parameter(torch.zeros_like(g[place])) for g in gradients]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient[place].clone()
        length = torch.nn.utils.clip_grad_norm_(parameters, 2.0)
        expected.append((length, [p.grad for p in parameters]))
    lengths = clip_each(gradients, 2.0)
    for place, (length, clipped) in enumerate(expected):
        torch.testing.assert_close(lengths[place], length)
        for gradient, one in zip(gradients, clipped, strict=True):
            torch.testing.assert_close(gradient[place], one)


def test_it_goes_on_exactly_and_either_way_of_training_from_the_other(make_bench: MakeBench) -> None:
    weights = only_weights(HAND)
    straight, first, second = (BatchedTraining(three(make_bench, HAND)) for _ in range(3))
    for _ in range(9):
        straight.step(weights)
    for _ in range(4):
        first.step(weights)
    second.load_state_dict(first.state_dict())
    first.hand_back()
    for _ in range(5):
        second.step(weights)
    _assert_equal(straight.state_dict(), second.state_dict())
    one_by_one(first.benches, weights, 5)
    straight.hand_back()
    assert_near(predictions(first.benches, weights), predictions(straight.benches, weights))


def _assert_equal(one: object, other: object) -> None:
    if isinstance(one, dict):
        assert isinstance(other, dict)
        assert one.keys() == other.keys()
        for key in one:
            _assert_equal(one[key], other[key])
    elif isinstance(one, list):
        assert isinstance(other, list)
        for mine, its in zip(one, other, strict=True):
            _assert_equal(mine, its)
    else:
        assert torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other  # type: ignore[arg-type]


def test_what_does_not_learn_rests(make_bench: MakeBench) -> None:
    benches = three(make_bench, HAND)
    for bench in benches:
        bench.training.network.attribute_bias.requires_grad_(False)
    training = BatchedTraining(benches)
    training.step(only_weights(HAND))
    assert float(training.networks.state(1)["attribute_bias"].abs().sum()) == 0


def test_runs_at_different_steps_are_refused(make_bench: MakeBench) -> None:
    benches = three(make_bench, HAND)
    benches[1].training.step(only_weights(HAND))
    with pytest.raises(ValueError, match=r"runs at steps \[0, 1\] cannot go on together"):
        BatchedTraining(benches)


def test_a_small_fold_has_a_small_batch(make_bench: MakeBench) -> None:
    assert batch_size(make_bench(HAND, 0, 0)) == RECIPE.persons
    assert batch_size(make_bench(HAND, 0, 0, recipe=Recipe(persons=200))) == 20


class Recorder:
    """A capture that records like a graph: nothing runs while it is made, and later it repeats on the same tensors."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails, self.captured, self.repeated = fails, 0, 0

    def __call__(self, step: Step, device: torch.device) -> Step:
        self.captured += 1
        if self.fails:
            raise RuntimeError("operation not permitted when stream is capturing\nand a long story")

        def repeat() -> torch.Tensor:
            self.repeated += 1
            return step()

        return repeat


@pytest.mark.parametrize("fails", [False, True])
def test_a_captured_step_is_the_same_training(make_bench: MakeBench, fails: bool) -> None:
    weights, recorder, warnings = only_weights(HAND), Recorder(fails=fails), list[str]()
    plain = BatchedTraining(three(make_bench, HAND))
    graph = BatchedTraining(three(make_bench, HAND), capture=recorder, warn=warnings.append)
    steps = WARM_UP + 4
    turned = dict(reversed(weights.items()))
    losses = [(plain.step(weights), graph.step(turned if n % 2 else weights)) for n in range(steps)]
    for one, other in losses:
        assert torch.equal(one, other)
    _assert_equal(plain.state_dict(), graph.state_dict())
    assert recorder.captured == 1, "also where it failed: it is not tried at every step"
    assert recorder.repeated == (0 if fails else 4)
    assert warnings == (["operation not permitted when stream is capturing"] if fails else [])


def test_a_graph_is_forgotten_where_a_state_is_loaded(make_bench: MakeBench) -> None:
    weights, recorder = only_weights(HAND), Recorder()
    plain = BatchedTraining(three(make_bench, HAND))
    graph = BatchedTraining(three(make_bench, HAND), capture=recorder)
    for _ in range(WARM_UP + 1):
        graph.step(weights)
    graph.load_state_dict(plain.state_dict())
    for _ in range(WARM_UP + 1):
        plain.step(weights)
        graph.step(weights)
    _assert_equal(plain.state_dict(), graph.state_dict())
    assert recorder.captured == 2
