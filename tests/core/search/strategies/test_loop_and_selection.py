"""The loop of a differentiable search, and how architectures are chosen from what it learned."""

from typing import Any

import pytest
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.space import Edge, SearchSpace
from lineament.search.relaxation import EdgeWeights, entropy, one_hot, uniform_weights, without
from lineament.search.strategies.errors import StrategyError
from lineament.search.strategies.loop import DifferentiableSearch, ScheduleSettings
from lineament.search.strategies.selection import (
    PerturbationSelection,
    argmax_genotype,
    candidates_to_keep,
    perturbation_scores,
)
from lineament.search.testing import CONDITIONAL_SPACE, FLAT_SPACE, AnalyticSupernet, synthetic_table


def supernet(space: SearchSpace = FLAT_SPACE, **settings: Any) -> AnalyticSupernet:
    return AnalyticSupernet(synthetic_table(space, seed=0), space, **settings)


class TestLoop:
    def test_logits_rest_for_the_first_share_of_the_steps_and_then_move(self) -> None:
        search = DifferentiableSearch(supernet(), "darts", ScheduleSettings(steps=20, frozen=0.25))
        start = search.mean_weights()
        records = [search.step() for _ in range(20)]
        assert [record.architecture_loss is None for record in records] == [True] * 5 + [False] * 15
        assert records[4].weights == {name: tuple(values.tolist()) for name, values in start.items()}
        assert all(records[4].weights[edge] != records[5].weights[edge] for edge in start)
        assert [record.step for record in records] == list(range(1, 21))
        assert search.finished
        with pytest.raises(StrategyError, match="finished"):
            search.step()

    def test_every_step_trains_the_network_once_with_weights_that_carry_no_gradient(self) -> None:
        class Watching(AnalyticSupernet):
            def weight_step(self, weights: EdgeWeights) -> float:
                assert not any(values.requires_grad for values in weights.values())
                return super().weight_step(weights)

        relaxed = Watching(synthetic_table(FLAT_SPACE, seed=0), FLAT_SPACE)
        search = DifferentiableSearch(relaxed, "drnas", ScheduleSettings(steps=8))
        while not search.finished:
            search.step()
        assert relaxed.weight_steps == 8

    def test_architecture_and_weight_step_draw_afresh(self) -> None:
        seen: list[Tensor] = []

        class Watching(AnalyticSupernet):
            def weight_step(self, weights: EdgeWeights) -> float:
                seen.append(weights["edge0"])
                return super().weight_step(weights)

            def architecture_loss(self, weights: EdgeWeights) -> Tensor:
                seen.append(weights["edge0"].detach())
                return super().architecture_loss(weights)

        relaxed = Watching(synthetic_table(FLAT_SPACE, seed=0), FLAT_SPACE)
        DifferentiableSearch(relaxed, "drnas", ScheduleSettings(steps=4, frozen=0.0)).step()
        assert not torch.equal(seen[0], seen[1])

    def test_the_networks_own_gradients_are_left_alone(self) -> None:
        own = torch.ones((), requires_grad=True)

        class Network(AnalyticSupernet):
            def architecture_loss(self, weights: EdgeWeights) -> Tensor:
                return own * super().architecture_loss(weights)

        relaxed = Network(synthetic_table(FLAT_SPACE, seed=0), FLAT_SPACE)
        DifferentiableSearch(relaxed, "darts", ScheduleSettings(steps=4, frozen=0.0)).step()
        assert own.grad is None

    def test_the_gradient_of_the_analytic_supernet_is_exact(self) -> None:
        relaxed = supernet(CONDITIONAL_SPACE)
        logits = {e.name: torch.randn(len(e.candidates), dtype=torch.float64) for e in CONDITIONAL_SPACE.possible()}

        def loss(values: Tensor, name: str) -> Tensor:
            return relaxed.architecture_loss(
                {n: torch.softmax(values if n == name else v, 0) for n, v in logits.items()}
            )

        for name, values in logits.items():
            assert torch.autograd.gradcheck(lambda v, n=name: loss(v, n), values.clone().requires_grad_())

    def test_the_analytic_loss_is_minus_the_expected_accuracy(self) -> None:
        table = synthetic_table(CONDITIONAL_SPACE, seed=0)
        relaxed = supernet(CONDITIONAL_SPACE)
        for genotype, accuracy in table.items():
            weights = {
                e.name: one_hot(len(e.candidates), e.candidates.index(genotype.get(e.name) or e.candidates[-1]))
                for e in CONDITIONAL_SPACE.possible()
            }
            assert relaxed.validation_loss(weights) == pytest.approx(-accuracy)
        families = {"cnn": [], "gnn": [], "none": []}
        for genotype, accuracy in table.items():
            families[genotype["family"]].append((genotype, accuracy))
        conv = [a for g, a in families["cnn"] if g["kernel"] == "conv"]
        cnn = (sum(conv) / 2 + sum(a for g, a in families["cnn"] if g["kernel"] != "conv")) / 3
        others = sum(a for _, a in families["gnn"]) / 2 + families["none"][0][1]
        assert relaxed.validation_loss(uniform_weights(CONDITIONAL_SPACE)) == pytest.approx(-(cnn + others) / 3)

    def test_a_loss_that_is_no_number_is_one_sentence(self) -> None:
        class Diverged(AnalyticSupernet):
            def weight_step(self, weights: EdgeWeights) -> float:
                return float("nan")

        relaxed = Diverged(synthetic_table(FLAT_SPACE, seed=0), FLAT_SPACE)
        with pytest.raises(StrategyError, match="training loss of the search is nan at step 1"):
            DifferentiableSearch(relaxed, "darts").step()

    def test_schedules(self) -> None:
        assert ScheduleSettings().frozen_steps == 150
        assert ScheduleSettings.for_steps(600).rate == pytest.approx(2e-2)
        assert ScheduleSettings.for_steps(1200).rate == pytest.approx(1e-2)
        assert ScheduleSettings.for_steps(20).rate == 0.1
        for bad in ({"steps": 0}, {"frozen": 1.5}, {"rate": 0.0}):
            with pytest.raises(StrategyError):
                ScheduleSettings(**bad)

    def test_a_saved_state_is_not_touched_by_later_steps(self) -> None:
        search = DifferentiableSearch(supernet(), "drnas", ScheduleSettings(steps=10, frozen=0.0))
        search.step()
        state = search.state_dict()
        before = {name: values.clone() for name, values in state["logits"].items()}
        moment = state["moments"]["exp_avg"].clone()
        search.step()
        assert all(torch.equal(state["logits"][name], values) for name, values in before.items())
        assert torch.equal(state["moments"]["exp_avg"], moment)


class TestChoosing:
    def test_argmax_drops_edges_that_do_not_exist(self) -> None:
        weights = uniform_weights(CONDITIONAL_SPACE)
        weights["family"] = torch.tensor([0.1, 0.6, 0.3])
        weights["graph"] = torch.tensor([0.4, 0.6])
        found = argmax_genotype(CONDITIONAL_SPACE, weights)
        assert found.to_json() == {"entry": "series", "family": "gnn", "graph": "learned"}

    def test_taking_a_candidate_away(self) -> None:
        torch.testing.assert_close(without(torch.tensor([0.5, 0.3, 0.2]), 0), torch.tensor([0.0, 0.6, 0.4]))
        torch.testing.assert_close(without(torch.tensor([1.0, 0.0, 0.0]), 0), torch.tensor([0.0, 0.5, 0.5]))

    def test_entropy_goes_from_decided_to_even(self) -> None:
        assert entropy([1.0]) == 0
        assert entropy(one_hot(4, 2).tolist()) == 0
        assert entropy([1 / 7] * 7) == pytest.approx(1)

    def test_scores_are_the_rise_of_the_loss(self) -> None:
        space = SearchSpace("one edge", (Edge("e", ("a", "b", "c")),))
        table = {space.genotype({"e": name}): value for name, value in (("a", 1.0), ("b", 5.0), ("c", 3.0))}
        scores = perturbation_scores(AnalyticSupernet(table, space), uniform_weights(space), "e")
        assert scores == pytest.approx({"a": 3 - 4, "b": 3 - 2, "c": 0}, abs=1e-6)

    def test_an_edge_without_a_choice_scores_nothing(self) -> None:
        relaxed = supernet(CONDITIONAL_SPACE)
        assert perturbation_scores(relaxed, uniform_weights(CONDITIONAL_SPACE), "entry") == {"series": 0.0}

    def test_pruning_keeps_two_and_one_with_weights(self) -> None:
        scores = {"skip": 3.0, "conv3": -1.0, "avg": 2.0, "conv5": 0.5, "max": 1.0}
        assert candidates_to_keep(scores, 3) == ("skip", "avg", "max")
        assert candidates_to_keep(scores, 3, {"conv3", "conv5"}) == ("skip", "avg", "conv5")
        assert candidates_to_keep(scores, 1, {"conv3"}) == ("skip", "conv3")
        assert candidates_to_keep(scores, 9) == tuple(scores)
        assert candidates_to_keep({"only": 0.0}, 3, {"other"}) == ("only",)


class TestPerturbation:
    def test_the_order_is_random_and_an_edge_comes_after_the_one_that_opens_it(self) -> None:
        orders = set()
        for seed in range(20):
            selection = PerturbationSelection(
                supernet(CONDITIONAL_SPACE), uniform_weights(CONDITIONAL_SPACE), tuning_steps=0, seed=seed
            )
            order = tuple(selection.state_dict()["order"])
            assert order.index("family") < min(order.index("kernel"), order.index("graph"))
            assert order.index("kernel") < order.index("width")
            orders.add(order)
        assert len(orders) > 1

    def test_only_edges_that_exist_are_measured_and_the_network_is_tuned_between_them(self) -> None:
        table = synthetic_table(CONDITIONAL_SPACE, seed=0)
        table = {g: a + (10 if g["family"] == "cnn" else 0) + (10 if g.get("kernel") == "conv" else 0)
                 for g, a in table.items()}  # fmt: skip
        relaxed = AnalyticSupernet(table, CONDITIONAL_SPACE)
        selection = PerturbationSelection(relaxed, uniform_weights(CONDITIONAL_SPACE), tuning_steps=3)
        with pytest.raises(Exception, match="family"):
            selection.genotype()
        records = []
        while not selection.finished:
            records.append(selection.step())
        assert [record.edge for record in records if record.kept] == ["family", "kernel", "width"]
        assert relaxed.weight_steps == 6
        assert [record.kept is None for record in records] == [False, True, True, True] * 2 + [False]
        best = max((g for g in table if g.get("kernel") == "conv"), key=lambda g: table[g])
        assert selection.genotype() == best
        assert set(selection.scores) == {"family", "kernel", "width"}
        with pytest.raises(StrategyError, match="decided"):
            selection.step()

    def test_decided_edges_weigh_one_operation_while_the_rest_is_measured(self) -> None:
        selection = PerturbationSelection(supernet(), uniform_weights(FLAT_SPACE), tuning_steps=0)
        first = selection.step()
        decided = selection.weights()[first.edge]
        candidates = FLAT_SPACE.edge(first.edge).candidates
        assert sorted(decided.tolist()) == [0.0] * (len(candidates) - 1) + [1.0]
        assert candidates[int(decided.argmax())] == first.kept == max(first.scores, key=lambda name: first.scores[name])
        second = selection.step()
        weights = {**uniform_weights(FLAT_SPACE), first.edge: decided}
        assert second.scores == perturbation_scores(supernet(), weights, second.edge)

    def test_a_loss_that_is_no_number_is_one_sentence(self) -> None:
        class Diverged(AnalyticSupernet):
            def validation_loss(self, weights: EdgeWeights) -> float:
                return float("inf")

        relaxed = Diverged(synthetic_table(FLAT_SPACE, seed=0), FLAT_SPACE)
        with pytest.raises(StrategyError, match="edge"):
            PerturbationSelection(relaxed, uniform_weights(FLAT_SPACE)).step()
