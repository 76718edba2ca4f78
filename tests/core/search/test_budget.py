"""Prices, plans and candidates: what is paid for, and what is always on the short list."""

import numpy as np
import pytest

from lineament.models.architecture.facial_space import ATTRIBUTES, FAMILIES, facial_space
from lineament.search.budget import Budget, forward_cost, perturbation_cost, require_enough, step_cost
from lineament.search.candidates import alone, distinct, hand_designed, plain_fusion, searched_space
from lineament.search.config import PRESETS, SearchConfig
from lineament.search.errors import SearchError
from lineament.search.plan import MOST_STEPS, Plan, Size, steps_for
from lineament.search.runs.unit import Unit
from lineament.search.search import whole_space


def test_the_unit_is_a_step_of_one_architecture_of_all_attributes() -> None:
    space = facial_space()
    for seed in range(5):
        assert step_cost(space.only(space.random(np.random.default_rng(seed)))) == pytest.approx(1.0)


def test_supernets_cost_more_than_what_is_in_them() -> None:
    whole = facial_space()
    for attribute in ATTRIBUTES:
        for family in FAMILIES:
            single = facial_space((attribute,), (family,))
            assert step_cost(single) < step_cost(whole)
    pruned = whole.restrict({"gaze.cnn.0-1": ("conv3", "skip")})
    assert 1 < step_cost(pruned) < step_cost(whole)
    assert step_cost(whole.restrict({"gaze.family": ("cnn",)})) < step_cost(whole)


def test_looking_costs_less_than_learning() -> None:
    space = facial_space(("gaze",), ("cnn",))
    assert forward_cost(space, 288) == pytest.approx(0.35 * step_cost(space))
    # every candidate of every open edge once, and the edge as it stands
    evaluations = sum(len(e.candidates) + 1 for e in space.possible() if len(e.candidates) > 1)
    assert perturbation_cost(space, 96) == pytest.approx(evaluations * forward_cost(space, 96))


def test_a_unit_is_paid_for_once() -> None:
    budget = Budget(10)
    one, other = Unit("train", {"a": 1}, 3.0), Unit("train", {"a": 2}, 2.0)
    budget.charge("short list", [one, other])
    budget.charge("final", [one])
    assert budget.spent == {"short list": 5.0, "final": 0.0}
    assert budget.left == 5.0


def test_too_little_is_refused_with_what_would_do() -> None:
    require_enough(100, 100, "darts")
    with pytest.raises(SearchError, match=r"1,000 steps is too small for darts\. Use at least 1,235"):
        require_enough(1000, 1234.5, "darts")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("method", ["drnas_pt", "darts", "evolution"])
def test_presets_pay_for_their_phases_and_leave_every_phase_more_than_the_least(preset: str, method: str) -> None:
    config = SearchConfig.preset(preset, method=method)
    plan = Plan(config, Size(40, 12, 12) if preset == "quick" else Size(142, 47, 48))
    assert plan.least < 0.8 * config.budget
    left = float(config.budget)
    for phase, least in plan.least_by_phase.items():
        if phase == "short list":
            assert left - plan.reserved >= least
            break
        given = plan.allot(phase, left)
        assert given > least
        left -= given


def test_steps_that_a_share_pays_for() -> None:
    assert steps_for(1000, 2.0) == 500
    assert steps_for(1e9, 2.0) == MOST_STEPS
    assert steps_for(-5, 2.0) > 0


@pytest.mark.parametrize("names", [ATTRIBUTES, ATTRIBUTES[:3], ATTRIBUTES[1:3]])
def test_the_plain_fusion_is_a_multiple_of_the_sum(names: tuple[str, ...]) -> None:
    import torch

    from lineament.models.architecture.fusion_cell import FusionCell
    from lineament.models.architecture.network import only_weights

    space = searched_space(names, ("cnn",), fusion_search=False)
    single = hand_designed(names).space
    tokens = torch.randn(5, len(names), 8, generator=torch.Generator().manual_seed(0))
    for one in (space, single):
        fused = FusionCell(one, names, 8)(tokens, {edge.name: torch.ones(1) for edge in one.edges})
        ratio = fused / tokens.sum(dim=1)
        assert ratio.std() < 1e-4
        assert float(ratio.mean()) == pytest.approx(3.0 if len(names) == 2 else 2.0, rel=1e-4)
    assert set(only_weights(single)) == {edge.name for edge in single.edges}


def test_the_hand_designed_network_and_one_attribute_of_it() -> None:
    hand = hand_designed(ATTRIBUTES)
    hand.space.validate(hand.genotype)
    gaze = alone(hand, "gaze")
    assert gaze.genotype["gaze.cnn.0-1"] == "conv3"
    assert gaze.attributes == ("gaze",)
    assert not any(edge.startswith("fusion") for edge, _ in gaze.genotype.choices)
    assert plain_fusion(("gaze",)) == {}
    assert distinct([hand, gaze, hand_designed(ATTRIBUTES), alone(hand, "gaze")]) == [hand, gaze]
    assert distinct([hand, gaze], 1) == [hand]


def test_representations_leave_an_edge_what_can_enter_it() -> None:
    config = SearchConfig(representations=("series",), attributes=("gaze", "landmarks"))
    space = whole_space(config)
    assert space.edge("gaze.cnn.input").candidates == ("series",)
    assert space.edge("landmarks.gnn.input").candidates == ("amplitude",)
    assert whole_space(SearchConfig()).content_hash == searched_space(ATTRIBUTES, FAMILIES).content_hash
    fewer, whole = (
        Plan(one, Size(60, 20, 12)) for one in (config, config.with_changes(representations=("phase", "series")))
    )
    assert fewer.warm_up(50, learns=True) < whole.warm_up(50, learns=True)
