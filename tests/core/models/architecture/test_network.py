"""The network of a space: supernet against stand-alone networks, masks, attention, noise, seeds, gradients."""

from collections.abc import Callable

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.core.models.architecture.conftest import TOLERANCE

from lineament.features.channels import attribute_slices
from lineament.models.architecture import network as networks
from lineament.models.architecture.facial_space import (
    ATTRIBUTES,
    CELL_EDGES,
    GRAPH_OPERATIONS,
    TEMPORAL_OPERATIONS,
    facial_space,
)
from lineament.models.architecture.network import (
    Batch,
    FacialNetwork,
    Noise,
    Widths,
    build_network,
    only_weights,
)
from lineament.models.architecture.space import SearchSpace

MakeNetwork = Callable[..., FacialNetwork]


def double(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {edge: value.double() for edge, value in weights.items()}


def even_weights(space: SearchSpace) -> dict[str, torch.Tensor]:
    return double(networks.even_weights(space))


@pytest.fixture
def supernet(make_network: MakeNetwork) -> FacialNetwork:
    return make_network(facial_space())


def genotypes(count: int, space: SearchSpace | None = None) -> list:  # type: ignore[type-arg]
    rng = np.random.default_rng(11)
    return [(space or facial_space()).random(rng) for _ in range(count)]


@pytest.mark.parametrize("number", range(4))
def test_one_hot_weights_make_the_supernet_the_architecture_itself(
    number: int, supernet: FacialNetwork, make_network: MakeNetwork, batch: Batch
) -> None:
    genotype = genotypes(4)[number]
    alone = make_network(supernet.space.only(genotype), seed=2)
    inherit(alone, supernet)
    inside = supernet(batch, double(networks.one_hot_weights(supernet.space, genotype)))
    outside = alone(batch, double(only_weights(alone.space)))
    for one, other in zip(inside, outside, strict=True):
        torch.testing.assert_close(one, other, **TOLERANCE)


def inherit(alone: FacialNetwork, supernet: FacialNetwork) -> None:
    """Copy into an architecture the supernet's parameters of the same names."""
    state = supernet.state_dict()
    wanted = {name: value for name, value in alone.state_dict().items() if not name.endswith("adjacencies")}
    assert set(wanted) <= set(state)
    alone.load_state_dict({name: state[name] for name in wanted}, strict=False)


def test_every_operation_can_stand_alone_in_a_network(make_network: MakeNetwork, batch: Batch) -> None:
    space = facial_space(["gaze", "head pose"])
    genotype = genotypes(1, space)[0].to_json()
    for family, operations in (("cnn", TEMPORAL_OPERATIONS), ("gnn", GRAPH_OPERATIONS)):
        for operation in operations:
            chosen = {edge.name: edge.candidates[0] for edge in space.edges} | genotype
            chosen |= {"gaze.family": family, f"gaze.{family}.1-2": operation}
            network = make_network(space.only(space.genotype(chosen)))
            assert torch.isfinite(network(batch, double(only_weights(network.space))).score).all()


def test_absent_windows_change_nothing(supernet: FacialNetwork, batch: Batch) -> None:
    weights = even_weights(supernet.space)
    values, points = batch.values.clone(), batch.points.clone()
    values[~batch.present], points[~batch.present] = 99.0, -99.0
    for one, other in zip(
        supernet(batch, weights), supernet(Batch(values, points, batch.present), weights), strict=True
    ):
        torch.testing.assert_close(one, other, **TOLERANCE)
    cut = supernet(Batch(batch.values[2:, :2], batch.points[2:, :2], batch.present[2:, :2]), weights)
    whole = supernet(batch, weights)
    torch.testing.assert_close(cut.score, whole.score[2:], **TOLERANCE)
    torch.testing.assert_close(cut.auxiliary, whole.auxiliary[2:], **TOLERANCE)
    assert not whole.moment_attention[~batch.present].any()


def test_persons_do_not_look_at_each_other(supernet: FacialNetwork, batch: Batch) -> None:
    weights = even_weights(supernet.space)
    order = torch.tensor([2, 0, 1])
    moved = supernet(Batch(*(part[order] for part in batch)), weights)
    for one, other in zip(moved, supernet(batch, weights), strict=True):
        torch.testing.assert_close(one, other[order], **TOLERANCE)


def test_the_order_of_windows_does_not_change_the_score(supernet: FacialNetwork, batch: Batch) -> None:
    weights = even_weights(supernet.space)
    order = torch.tensor([3, 1, 0, 2])
    moved = supernet(Batch(*(part[:, order] for part in batch)), weights)
    still = supernet(batch, weights)
    torch.testing.assert_close(moved.score, still.score, **TOLERANCE)
    torch.testing.assert_close(moved.moment_attention, still.moment_attention[:, order], **TOLERANCE)


def test_both_attentions_sum_to_one(supernet: FacialNetwork, batch: Batch) -> None:
    weights = even_weights(supernet.space)
    coded = supernet.encode(batch.values.flatten(0, 1), batch.points.flatten(0, 1), weights)
    assert coded.tokens.shape == (12, 4, 8)
    ones = torch.ones(12, dtype=torch.float64)
    torch.testing.assert_close(coded.attribute_attention.sum(dim=1), ones)
    assert (coded.attribute_attention > 0).all()
    torch.testing.assert_close(supernet(batch, weights).moment_attention.sum(dim=1), ones[:3])


def test_encoding_and_pooling_by_hand_is_the_forward_pass(supernet: FacialNetwork, batch: Batch) -> None:
    """What streaming scorers do: windows coded one after the other, pooled at the end."""
    weights = even_weights(supernet.space)
    coded = [supernet.encode(batch.values[:, i], batch.points[:, i], weights) for i in range(4)]
    fused = torch.stack([c.fused for c in coded], dim=1)
    logits = torch.stack([c.moment_logits for c in coded], dim=1)
    score, attention = supernet.pool(fused, logits, batch.present)
    whole = supernet(batch, weights)
    torch.testing.assert_close(score, whole.score, **TOLERANCE)
    torch.testing.assert_close(attention, whole.moment_attention, **TOLERANCE)


def quiet_noise(persons: int = 3, windows: int = 4, attributes: int = 4, token: int = 8) -> Noise:
    ones = torch.ones
    return Noise(
        ones(persons, attributes),
        ones(persons * windows, attributes, token, dtype=torch.float64),
        ones(persons, 2 * token, dtype=torch.float64),
    )


@torch.no_grad()
def test_noise_of_ones_is_none_and_a_dropped_attribute_is_not_heard(supernet: FacialNetwork, batch: Batch) -> None:
    weights = even_weights(supernet.space)
    noise = quiet_noise()
    torch.testing.assert_close(supernet(batch, weights, noise).score, supernet(batch, weights).score, **TOLERANCE)
    noise.attributes[1, 2] = 0.0  # the second person's head pose
    dropped = supernet(batch, weights, noise)
    values = batch.values.clone()
    values[1, ..., attribute_slices()["head pose"]] = 7.0
    changed = supernet(Batch(values, batch.points, batch.present), weights, noise)
    assert float((dropped.score - supernet(batch, weights).score)[1].abs()) > 1e-6
    coded = supernet.encode(batch.values.flatten(0, 1), batch.points.flatten(0, 1), weights, noise)
    assert float(coded.attribute_attention[4:8, 2].max()) == 0.0
    torch.testing.assert_close(changed.moment_attention[[0, 2]], dropped.moment_attention[[0, 2]])
    torch.testing.assert_close(changed.score, dropped.score)
    torch.testing.assert_close(changed.auxiliary[:, [0, 1, 3]], dropped.auxiliary[:, [0, 1, 3]])
    assert float((changed.auxiliary - dropped.auxiliary)[1, 2].abs()) > 1e-6


@torch.no_grad()
def test_channel_noise_reaches_moments_alone(make_network: MakeNetwork, batch: Batch) -> None:
    channels = attribute_slices()["gaze"]
    dropped = torch.ones(3, batch.values.shape[-1], dtype=torch.float64)
    dropped[1, channels.start] = 0.0
    silent = batch.values.clone()
    for family in ("cnn", "moments"):
        network = make_network(facial_space(["gaze"], [family]))
        weights = even_weights(network.space)
        noise = quiet_noise(attributes=1)
        heard = network(batch, weights, noise).score
        changed = network(batch, weights, noise._replace(channels=dropped)).score
        assert torch.equal(changed[[0, 2]], heard[[0, 2]])
        assert torch.equal(changed[1], heard[1]) == (family == "cnn")
    silent[1, ..., channels.start] = 7.0  # what is dropped may be anything
    changed = network(batch, weights, noise._replace(channels=dropped)).score
    other = network(Batch(silent, batch.points, batch.present), weights, noise._replace(channels=dropped)).score
    torch.testing.assert_close(other, changed, **TOLERANCE)


def test_session_noise_scales_what_the_score_reads(supernet: FacialNetwork, batch: Batch) -> None:
    noise = quiet_noise()
    silent = noise._replace(session=torch.zeros_like(noise.session))
    score = supernet(batch, even_weights(supernet.space), silent).score
    torch.testing.assert_close(score, supernet.score.bias.expand(3))


def test_a_seed_gives_the_same_network_and_leaves_the_global_generator_alone(
    graphs: dict[str, dict[str, torch.Tensor]],
) -> None:
    space = facial_space(["gaze", "head pose"])
    before = torch.get_rng_state()
    one, same, other = (build_network(space, graphs, Widths(), seed).state_dict() for seed in (5, 5, 6))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["score.weight"], other["score.weight"])


@pytest.mark.parametrize("number", range(3))
def test_gradients_reach_every_parameter_of_an_architecture(
    number: int, make_network: MakeNetwork, batch: Batch
) -> None:
    # Attention over nodes whose scores all have one sign does not see its target vector (test_operations checks it).
    without_gat = [operation for operation in GRAPH_OPERATIONS if operation not in ("gat", "none")]
    space = facial_space().restrict({f"{a}.gnn.{edge}": without_gat for a in ATTRIBUTES for edge in CELL_EDGES})
    genotype = space.genotype(
        genotypes(3, space)[number].to_json()
        | {f"fusion.node {n}.operation": o for n, o in ((1, "glu"), (2, "concat"))}
        | {f"{a}.{f}.1-2": o for a in ATTRIBUTES for f, o in (("cnn", "conv3"), ("gnn", "gin"))}
    )
    network = make_network(space.only(genotype))
    out = network(batch, double(only_weights(network.space)))
    ((out.score**2).sum() + (out.auxiliary**2).sum()).backward()
    silent = {name for name, p in network.named_parameters() if p.grad is None or float(p.grad.abs().max()) < 1e-12}
    assert silent <= {"attribute_score.2.bias", "moment_score.2.bias"}  # a softmax does not see a shift


def test_gradients_reach_the_weights_of_every_edge_with_a_choice(supernet: FacialNetwork, batch: Batch) -> None:
    weights = {name: value.requires_grad_() for name, value in even_weights(supernet.space).items()}
    supernet(batch, weights).score.sum().backward()
    open_edges = [edge.name for edge in supernet.space.edges if len(edge.candidates) > 1]
    assert all(weights[name].grad is not None and weights[name].grad.any() for name in open_edges)


def test_a_single_attribute_needs_no_fusion_cell(make_network: MakeNetwork, batch: Batch) -> None:
    network = make_network(facial_space(["landmarks"]))
    out = network(batch, even_weights(network.space))
    assert out.auxiliary.shape == (3, 1)
    coded = network.encode(batch.values[0], batch.points[0], even_weights(network.space))
    assert torch.equal(coded.attribute_attention, torch.ones(4, 1, dtype=torch.float64))


def test_restricted_spaces_build_only_what_is_left(make_network: MakeNetwork, batch: Batch) -> None:
    space = facial_space(["gaze", "head pose"]).restrict(
        {"gaze.family": ["gnn"], "gaze.gnn.0-1": ["gcn", "skip"], "head pose.cnn.input": ["phase", "series"]}
    )
    network = make_network(space)
    names = [name for name, _ in network.named_parameters()]
    assert not any("extractors.0.families.cnn" in name for name in names)
    assert not any("amplitude" in name and "extractors.1.families.cnn" in name for name in names)
    assert torch.isfinite(network(batch, even_weights(space)).score).all()


def test_parameter_names_are_those_of_saved_models(graphs: dict[str, dict[str, torch.Tensor]]) -> None:
    """Weights are stored under these names; renaming one makes every saved network unreadable."""
    space = facial_space(["gaze", "head pose"])
    cnn = {"gaze.family": "cnn", "gaze.cnn.input": "series", "gaze.cnn.0-1": "conv3", "gaze.cnn.0-2": "sep5"}
    gnn = {"head pose.family": "gnn", "head pose.gnn.input": "phase", "head pose.gnn.graph": "full"}
    edges = {
        "gaze.cnn.1-2": "skip",
        "head pose.gnn.0-1": "gin",
        "head pose.gnn.0-2": "gat",
        "head pose.gnn.1-2": "sage",
    }
    fusion = {f"fusion.node {n}.{s}": "gaze" for n in (1, 2) for s in ("left", "right")}
    joined = {"fusion.node 1.operation": "glu", "fusion.node 2.operation": "attention"}
    genotype = space.genotype({**cnn, **gnn, **edges, "head pose.gnn.1-2": "sage", **fusion, **joined})
    network = build_network(space.only(genotype), graphs, Widths(), 0)
    families = ("extractors.0.families.cnn", "extractors.1.families.gnn")
    assert [n for n in network.state_dict() if n.startswith(families)] == [
        *(f"{families[0]}.{n}" for n in ("stems.series", "cell.0-1.operations.conv3.weight")),
        *(f"{families[0]}.cell.0-2.operations.sep5.{n}" for n in ("along", "across")),
        *(f"{families[0]}.gates.{i}.{n}" for i in range(3) for n in ("scale", "shift")),
        *(f"{families[0]}.token.{n}" for n in ("weight", "bias")),
        *(f"{families[1]}.{n}" for n in ("place", "gain", "adjacencies", "stems.phase")),
        *(f"{families[1]}.cell.0-1.operations.gin.{n}" for n in ("eps", "first", "bias", "second")),
        *(f"{families[1]}.cell.0-2.operations.gat.{n}" for n in ("weight", "source", "target")),
        *(f"{families[1]}.cell.1-2.operations.sage.{n}" for n in ("root", "neighbour")),
        *(f"{families[1]}.gates.{i}.{n}" for i in range(3) for n in ("scale", "shift")),
        *(f"{families[1]}.token.{n}" for n in ("weight", "bias")),
    ]
    rest = {n.split(".")[0] for n in network.state_dict() if not n.startswith("extractors")}
    assert rest == {"values", "attribute_score", "attribute_bias", "fusion", "moment_score", "score", "auxiliary"}


@torch.no_grad()
def test_correlations_with_the_whole_face_hear_the_other_attributes_and_no_channel_beyond(
    make_network: MakeNetwork, batch: Batch
) -> None:
    """One attribute's token moves with another's channels only where its partners are the whole face."""
    space = facial_space(["gaze", "head pose"], ["moments"])
    slices = attribute_slices()

    def gaze_token(partners: str, values: torch.Tensor) -> torch.Tensor:
        genotype = space.genotype({f"{a}.moments.partners": partners for a in ("gaze", "head pose")} | {
            edge.name: edge.candidates[-1] for edge in space.edges if not edge.name.endswith(".partners")
        })  # fmt: skip
        network = make_network(space.only(genotype))
        coded = network.encode(values.flatten(0, 1), batch.points.flatten(0, 1), only_weights(network.space))
        return coded.tokens[:, 0]

    for partners in ("own", "face"):
        for changed, heard in (("head pose", partners == "face"), ("action units", False)):
            values = batch.values.clone()
            values[..., slices[changed]] = values[..., slices[changed]].flip(-2)
            same = torch.allclose(gaze_token(partners, values), gaze_token(partners, batch.values))
            assert same != heard
