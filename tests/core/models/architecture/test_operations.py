"""Every operation by itself, and merged on its edge."""

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.core.models.architecture.conftest import NODES, TOLERANCE, WIDTH, build, seeded
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.facial_space import GRAPH_OPERATIONS, TEMPORAL_OPERATIONS
from lineament.models.architecture.mixed import FusionEdge, GraphEdge, TemporalEdge
from lineament.models.architecture.moments import delayed_correlations, unit_signal
from lineament.models.architecture.operations.moments.delays import DELAYS
from lineament.models.architecture.registry import FUSION, GRAPH, MOMENTS, SIGNAL, TEMPORAL


@pytest.mark.parametrize("name", list(TEMPORAL))
def test_temporal_operations_keep_the_shape_and_pass_gradients(name: str, maps: Tensor) -> None:
    operation = build(TEMPORAL, name)
    out = operation(maps)
    assert out.shape == maps.shape
    assert_all_used(operation, out)


@pytest.mark.parametrize("name", list(GRAPH))
def test_graph_operations_keep_the_shape_and_pass_gradients(name: str, nodes: Tensor, adjacency: Tensor) -> None:
    operation = build(GRAPH, name)
    out = operation(nodes, adjacency)
    assert out.shape == nodes.shape
    assert_all_used(operation, out)


@pytest.mark.parametrize("name", list(FUSION))
def test_fusion_operations_keep_the_shape_and_pass_gradients(name: str) -> None:
    left, right = torch.randn(2, 7, WIDTH, generator=seeded(), dtype=torch.float64)
    operation = build(FUSION, name)
    out = operation(left, right)
    assert out.shape == left.shape
    assert_all_used(operation, out)


def assert_all_used(operation: nn.Module, out: Tensor) -> None:
    parameters = list(operation.parameters())
    if parameters:
        gradients = torch.autograd.grad((out**2).sum(), parameters)
        assert all(float(gradient.abs().max()) > 0 for gradient in gradients)


def test_an_impulse_comes_back_where_each_kernel_puts_it() -> None:
    impulse = torch.zeros(1, WIDTH, 21, dtype=torch.float64)
    impulse[0, :, 10] = 1.0
    reach = {"skip": [10], "conv1": [10], "conv3": [9, 10, 11], "conv5": [8, 9, 10, 11, 12]}
    reach |= {"dil3": [8, 10, 12], "dil5": [6, 8, 10, 12, 14], "sep5": reach["conv5"], "avg3": reach["conv3"]}
    reach |= {"max3": reach["conv3"], "none": [], "sep3": reach["conv3"], "conv7": [7, 8, 9, 10, 11, 12, 13]}
    reach |= {"glu3": reach["conv3"], "glu5": reach["conv5"]}
    assert set(reach) == set(TEMPORAL)
    for name, places in reach.items():
        operation = build(TEMPORAL, name)
        answer = operation(impulse) - operation(torch.zeros_like(impulse))
        answered = answer.abs().sum(dim=(0, 1)).nonzero().flatten().tolist()
        assert answered == places, name


def test_pooling_and_convolution_are_torchs(maps: Tensor) -> None:
    assert torch.equal(build(TEMPORAL, "skip")(maps), maps)
    assert not build(TEMPORAL, "none")(maps).any()
    torch.testing.assert_close(build(TEMPORAL, "avg3")(maps), nn.AvgPool1d(3, 1, padding=1)(maps))
    torch.testing.assert_close(build(TEMPORAL, "max3")(maps), nn.MaxPool1d(3, 1, padding=1)(maps))
    for name, taps, dilation in (("conv3", 3, 1), ("conv5", 5, 1), ("dil3", 3, 2), ("dil5", 5, 2)):
        operation = build(TEMPORAL, name)
        reference = nn.Conv1d(WIDTH, WIDTH, taps, padding="same", dilation=dilation, bias=False, dtype=torch.float64)
        with torch.no_grad():
            reference.weight.copy_(operation.weight)
        torch.testing.assert_close(operation(maps), reference(maps), **TOLERANCE)


def test_a_separable_convolution_is_depthwise_then_pointwise(maps: Tensor) -> None:
    operation = build(TEMPORAL, "sep5")
    along = torch.nn.functional.conv1d(maps, operation.along.unsqueeze(1), padding=2, groups=WIDTH)
    torch.testing.assert_close(operation(maps), torch.einsum("ab,nbl->nal", operation.across, along), **TOLERANCE)


def test_a_gated_convolution_is_one_filter_times_anothers_opening(maps: Tensor) -> None:
    operation = build(TEMPORAL, "glu5")
    both = torch.nn.functional.conv1d(maps, operation.weight, operation.shift, padding=2)
    torch.testing.assert_close(operation(maps), both[:, :WIDTH] * torch.sigmoid(both[:, WIDTH:]), **TOLERANCE)


def random_weights(size: int, seed: int = 5) -> Tensor:
    return torch.softmax(torch.randn(size, generator=seeded(seed), dtype=torch.float64), dim=0).requires_grad_()


@pytest.mark.parametrize("names", [TEMPORAL_OPERATIONS, ("max3", "skip"), ("none", "skip"), ("max3", "conv5", "none")])
def test_a_merged_temporal_edge_is_the_weighted_sum(names: tuple[str, ...], maps: Tensor) -> None:
    edge = TemporalEdge(names, WIDTH).double()
    weights = random_weights(len(names))
    plain = sum(w * op(maps) for w, op in zip(weights, edge.operations.values(), strict=True))
    assert_same_with_gradients(edge(maps, weights), plain, [weights, *edge.parameters()])


@pytest.mark.parametrize("names", [GRAPH_OPERATIONS, ("none", "gat"), ("none", "skip"), ("sage", "virtual")])
def test_a_merged_graph_edge_is_the_weighted_sum(names: tuple[str, ...], nodes: Tensor, adjacency: Tensor) -> None:
    edge = GraphEdge(names, WIDTH).double()
    weights = random_weights(len(names))
    plain = sum(w * op(nodes, adjacency) for w, op in zip(weights, edge.operations.values(), strict=True))
    assert_same_with_gradients(edge(nodes, adjacency, weights), plain, [weights, *edge.parameters()])


def test_a_mixed_fusion_edge_is_the_weighted_sum() -> None:
    left, right = torch.randn(2, 7, WIDTH, generator=seeded(), dtype=torch.float64)
    edge = FusionEdge(list(FUSION), WIDTH).double()
    weights = random_weights(len(list(FUSION)))
    plain = sum(w * op(left, right) for w, op in zip(weights, edge.operations.values(), strict=True))
    assert_same_with_gradients(edge(left, right, weights), plain, [weights, *edge.parameters()])


@pytest.mark.parametrize("names", [("conv3",), ("max3",), ("none",)])
def test_an_edge_with_one_candidate_is_that_operation_whatever_its_weight(names: tuple[str, ...], maps: Tensor) -> None:
    edge = TemporalEdge(names, WIDTH).double()
    assert torch.equal(edge(maps, torch.ones(1)), edge.operations[names[0]](maps))


def assert_same_with_gradients(one: Tensor, other: Tensor, variables: list[Tensor]) -> None:
    torch.testing.assert_close(one, other, **TOLERANCE)
    pattern = torch.cos(torch.arange(one.numel(), dtype=one.dtype)).view_as(one)
    gradients = [torch.autograd.grad((out * pattern).sum(), variables, allow_unused=True) for out in (one, other)]
    for first, second in zip(*gradients, strict=True):
        torch.testing.assert_close(first, second, **TOLERANCE)


def test_fusion_operations_do_what_their_names_say() -> None:
    left, right = torch.randn(2, 7, WIDTH, generator=seeded(), dtype=torch.float64)
    assert torch.equal(build(FUSION, "skip")(left, right), left)
    assert torch.equal(build(FUSION, "sum")(left, right), left + right)
    glu, concat, attention = (build(FUSION, name) for name in ("glu", "concat", "attention"))
    both = glu.left(left) + glu.right(right)
    torch.testing.assert_close(glu(left, right), both[:, :WIDTH] * torch.sigmoid(both[:, WIDTH:]))
    joined = torch.cat([left, right], dim=1)
    matrix = torch.cat([concat.left.weight, concat.right.weight], dim=1)
    torch.testing.assert_close(concat(left, right), torch.relu(joined @ matrix.T + concat.left.bias))
    keys = torch.stack([attention.key(left), attention.key(right)], dim=1)
    values = torch.stack([attention.value(left), attention.value(right)], dim=1)
    query = attention.query(left).unsqueeze(1)
    expected = torch.nn.functional.scaled_dot_product_attention(query, keys, values).squeeze(1)
    torch.testing.assert_close(attention(left, right), expected, **TOLERANCE)


def test_mlp_and_virtual_node_look_at_no_edge(nodes: Tensor, adjacency: Tensor) -> None:
    mlp, virtual = build(GRAPH, "mlp"), build(GRAPH, "virtual")
    torch.testing.assert_close(mlp(nodes, adjacency), nodes @ mlp.weight)
    strongest = (nodes @ virtual.weight).max(dim=1, keepdim=True).values
    torch.testing.assert_close(virtual(nodes, adjacency), strongest.expand_as(nodes))
    assert torch.equal(build(GRAPH, "skip")(nodes, adjacency), nodes)
    assert not build(GRAPH, "none")(nodes, adjacency).any()


@pytest.mark.parametrize("name", [n for n in GRAPH_OPERATIONS if n != "none"])
def test_graph_operations_do_not_depend_on_the_order_of_nodes(name: str, nodes: Tensor, adjacency: Tensor) -> None:
    order = torch.randperm(NODES, generator=seeded(9))
    operation = build(GRAPH, name)
    moved = operation(nodes[:, order], adjacency[order][:, order])
    torch.testing.assert_close(moved, operation(nodes, adjacency)[:, order], **TOLERANCE)


@pytest.mark.parametrize("name", ["raw", "detrended", "rises"])
def test_delayed_correlations_are_numpys_shrunk(name: str) -> None:
    series = torch.randn(2, 3, 60, generator=seeded(), dtype=torch.float64)
    unit = unit_signal(series, name)
    found = delayed_correlations(unit, unit[:, :2])
    assert found.shape == (2, len(DELAYS), 3, 2)
    kind = SIGNAL.build(name)
    values = kind(series).numpy()
    values = values - values.mean(axis=-1, keepdims=True)
    size = np.sqrt(values.var(axis=-1) + kind.shrink)
    for place, delay in enumerate(DELAYS):
        for i in range(3):
            for j in range(2):
                products = values[:, i, : 60 - delay] * values[:, j, delay:]
                expected = products.mean(axis=-1) / (size[:, i] * size[:, j])
                np.testing.assert_allclose(found[:, place, i, j], expected, atol=1e-12)


def test_detrended_loses_what_is_slow_and_rises_what_falls() -> None:
    time = torch.arange(100, dtype=torch.float64)
    slow, quick = 3 + 0.05 * time, torch.sin(2 * torch.pi * time / 4)
    detrended = SIGNAL.build("detrended")((slow + quick)[None, None])[0, 0]
    np.testing.assert_allclose(detrended[20:-20], quick[20:-20], atol=0.1)
    tooth = torch.tensor([0.0, 0, 0, 1, 2, 3, 3, 3, 2, 1, 0, 0, 0], dtype=torch.float64)
    rises = SIGNAL.build("rises")(tooth[None, None])[0, 0]
    assert rises.tolist() == [0, 0, 0, 1, 2, 2, 1, 0, 0, 0, 0, 0, 0]


def test_an_echo_is_seen_at_its_delay_alone() -> None:
    first = torch.randn(1, 400, generator=seeded(), dtype=torch.float64)
    unit = unit_signal(torch.stack([first, first.roll(DELAYS[2], dims=-1)], dim=1), "raw")
    found = delayed_correlations(unit, unit)[0, :, 0, 1]
    assert int(found.argmax()) == 2
    assert float(found[2]) > 5 * float(found[[0, 1, 3]].abs().max())


@pytest.mark.parametrize(("name", "delays"), [("none", 0), ("now", 1), ("short", 2), ("long", 4)])
def test_readings_of_moments_see_their_delays_and_no_later_ones(name: str, delays: int) -> None:
    reading = MOMENTS.build(name, 3, 5, WIDTH).double()
    own = torch.randn(4, len(DELAYS), 3, 3, generator=seeded(), dtype=torch.float64)
    others = torch.randn(4, len(DELAYS), 3, 5, generator=seeded(1), dtype=torch.float64)
    share = torch.tensor(0.5, dtype=torch.float64)
    seen = reading(own, others, share).expand(4, WIDTH)
    for place in range(len(DELAYS)):
        for given in (own, others):
            changed = given.clone()
            changed[:, place] += 1.0
            both = (changed, others) if given is own else (own, changed)
            same = torch.equal(reading(*both, share).expand(4, WIDTH), seen)
            assert same == (place >= delays)
    alone = reading(own, others, torch.zeros((), dtype=torch.float64))
    torch.testing.assert_close(alone, reading(own, None, share))
