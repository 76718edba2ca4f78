"""The draws of differentiable methods: right distributions, right gradients, right schedules."""

import math

import numpy as np
import pytest
import torch  # noqa: TID253
from scipy.special import betainc
from torch import Tensor  # noqa: TID253
from torch.distributions import Dirichlet, kl_divergence  # noqa: TID253

from lineament.search.strategies.relaxations.beta_darts import BetaDarts, unevenness
from lineament.search.strategies.relaxations.darts import Darts
from lineament.search.strategies.relaxations.drnas import (
    DrNAS,
    concentrations,
    divergence_from_flat,
    draw_dirichlet,
)
from lineament.search.strategies.relaxations.gdas import Gdas
from lineament.search.strategies.relaxations.uniform import Uniform


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_dirichlet_draw_moves_with_its_concentration_as_its_distribution_function_says() -> None:
    """For two candidates x ~ Beta(a, b), and dx/da = -(dF/da) / (dF/dx) at the drawn x; F by SciPy."""
    for a, b in ((0.3, 0.7), (1.0, 1.0), (2.5, 0.6), (6.0, 9.0)):
        c = torch.tensor([[a, b]] * 40, dtype=torch.float64, requires_grad=True)
        x = draw_dirichlet(c, generator())
        (gradient,) = torch.autograd.grad(x[:, 0].sum(), c)
        drawn = x[:, 0].detach().numpy()
        inside = (drawn > 1e-3) & (drawn < 1 - 1e-3)
        h = 1e-6
        density = (betainc(a, b, drawn + h) - betainc(a, b, drawn - h)) / (2 * h)
        by_a = -(betainc(a + h, b, drawn) - betainc(a - h, b, drawn)) / (2 * h) / density
        by_b = -(betainc(a, b + h, drawn) - betainc(a, b - h, drawn)) / (2 * h) / density
        np.testing.assert_allclose(gradient[:, 0].numpy()[inside], by_a[inside], rtol=2e-2, atol=1e-3)
        np.testing.assert_allclose(gradient[:, 1].numpy()[inside], by_b[inside], rtol=2e-2, atol=1e-3)


def test_the_gradient_of_an_expectation_over_many_candidates() -> None:
    """E[sum_i v_i x_i^2] under Dirichlet(c) has a closed form; its gradient is the mean of the draws' gradients."""
    c = torch.tensor([0.5, 1.0, 2.0, 4.0], dtype=torch.float64, requires_grad=True)
    values = torch.tensor([1.0, -2.0, 0.5, 3.0], dtype=torch.float64)
    whole = c.sum()
    (expected,) = torch.autograd.grad((values * c * (c + 1) / (whole * (whole + 1))).sum(), c)
    x = draw_dirichlet(c.expand(200_000, 4), generator())
    (measured,) = torch.autograd.grad((x.square() @ values).mean(), c)
    torch.testing.assert_close(measured, expected, rtol=0.03, atol=3e-3)


def test_dirichlet_draws_have_the_right_moments_and_survive_extreme_concentrations() -> None:
    c = torch.tensor([0.2, 1.0, 3.0]).expand(50_000, 3)
    x = draw_dirichlet(c, generator())
    torch.testing.assert_close(x.mean(0), c[0] / c[0].sum(), rtol=0.02, atol=2e-3)
    extreme = torch.tensor([[1e-4, 1e-4], [1e4, 1e-4], [50.0, 50.0]], requires_grad=True)
    drawn = draw_dirichlet(extreme, generator())
    assert bool(torch.isfinite(drawn).all())
    torch.testing.assert_close(drawn.sum(-1), torch.ones(3))
    (gradient,) = torch.autograd.grad(drawn[:, 0].sum(), extreme)
    assert bool(torch.isfinite(gradient).all())


def test_drnas_begins_at_the_flat_distribution_and_is_held_there_edge_by_edge() -> None:
    logits = {"a": torch.zeros(3), "b": torch.tensor([1.0, -2.0]), "c": torch.tensor([0.5, 0.0, 2.0])}
    assert torch.equal(concentrations(logits["a"]), torch.ones(3))
    expected = sum(
        kl_divergence(Dirichlet(c), Dirichlet(torch.ones_like(c))) for c in map(concentrations, logits.values())
    )
    assert isinstance(expected, Tensor)
    torch.testing.assert_close(DrNAS(kl_weight=1e-3).regulariser(logits, 0, 10), 1e-3 * expected)
    assert float(divergence_from_flat(torch.ones(2, 5)).abs().max()) < 1e-6
    mean = DrNAS().mean_weights(logits)
    torch.testing.assert_close(mean["b"], torch.tensor([2.0, math.exp(-2)]) / (2 + math.exp(-2)))


def test_darts_weighs_by_softmax_and_uniform_not_at_all() -> None:
    logits = {"a": torch.tensor([0.0, math.log(3.0)]), "b": torch.tensor([1.0, 1.0, 1.0])}
    weights = Darts().sample(logits, 0, 1, generator())
    torch.testing.assert_close(weights["a"], torch.tensor([0.25, 0.75]))
    assert torch.equal(Uniform().sample(logits, 0, 1, generator())["a"], torch.tensor([0.5, 0.5]))
    assert float(Darts().regulariser(logits, 0, 1)) == float(Uniform().regulariser(logits, 0, 1)) == 0


def test_gdas_draws_one_candidate_as_often_as_its_softmax_says() -> None:
    logits = {f"e{i}": torch.tensor([0.0, 1.0, -1.0]) for i in range(20_000)}
    drawn = torch.stack(list(Gdas().sample(logits, 5, 10, generator()).values()))
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(drawn.sum(-1), torch.ones(len(drawn)))
    torch.testing.assert_close(drawn.mean(0), torch.softmax(logits["e0"], 0), rtol=0.05, atol=0.01)


def test_gdas_gradients_go_straight_through_the_soft_draw_at_the_scheduled_temperature() -> None:
    method = Gdas(warmest=5.0, coldest=0.1)
    for step, temperature in ((0, 5.0), (9, 0.1)):
        alpha = torch.tensor([0.3, -0.2, 0.1], dtype=torch.float64, requires_grad=True)
        values = torch.tensor([1.0, 2.0, -1.0], dtype=torch.float64)
        drawn = method.sample({"e": alpha}, step, 10, generator(3))["e"]
        (gradient,) = torch.autograd.grad(drawn @ values, alpha)
        gumbel = -torch.empty(1, 3, dtype=torch.float64).exponential_(generator=generator(3)).log()[0]
        soft = torch.softmax((torch.log_softmax(alpha, 0) + gumbel) / temperature, 0)
        (expected,) = torch.autograd.grad(soft @ values, alpha)
        torch.testing.assert_close(gradient, expected)
        assert int(drawn.argmax()) == int(soft.argmax())


def test_beta_decay_rises_from_nothing_and_pulls_the_larger_weights_down() -> None:
    logits = {"a": torch.tensor([2.0, 0.0, -1.0]), "b": torch.tensor([0.5, 0.0])}
    method = BetaDarts(decay=3.0)
    assert float(method.regulariser(logits, 0, 11)) == 0
    expected = (unevenness(logits["a"]) + unevenness(logits["b"])) / 2
    torch.testing.assert_close(method.regulariser(logits, 5, 11), 1.5 * expected)
    torch.testing.assert_close(method.regulariser(logits, 10, 11), 3.0 * expected)
    alpha = logits["a"].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(unevenness(alpha), alpha)
    torch.testing.assert_close(gradient, torch.softmax(alpha.detach(), 0) - 1 / 3)


@pytest.mark.parametrize("method", [DrNAS(), Darts(), Gdas(), BetaDarts(), Uniform()])
def test_edges_of_different_sizes_are_kept_apart_and_in_order(method: Darts) -> None:
    logits = {name: torch.randn(size, generator=generator(size)) for name, size in (("x", 3), ("y", 2), ("z", 3))}
    for weights in (method.sample(logits, 1, 4, generator()), method.mean_weights(logits)):
        assert list(weights) == ["x", "y", "z"]
        assert [len(values) for values in weights.values()] == [3, 2, 3]
        for values in weights.values():
            torch.testing.assert_close(values.sum(), torch.tensor(1.0))
    assert method.sample({}, 0, 1, generator()) == {}
    assert float(method.regulariser({}, 0, 1)) == 0
