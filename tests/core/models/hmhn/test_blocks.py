"""Each block beside the same formula written out in numpy, and gradients through all of them."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.models.hmhn.afb import AttentionFusion
from lineament.models.hmhn.backbone import ResidualBackbone
from lineament.models.hmhn.dff import DeepFeatureFusion
from lineament.models.hmhn.gwa import GridWiseAttention, to_grids, weigh_grids
from lineament.models.hmhn.losses import AffinityLoss, bands, partition_loss
from lineament.models.hmhn.mab import CrossAttentionHead, MultiHeadCrossAttention
from lineament.models.hmhn.network import HMHNNetwork
from lineament.models.hmhn.presets import FULL, PRESETS, SMALL, GwaMode, HMHNShape

TINY = HMHNShape(crop=32, widths=(6, 8), blocks=(1, 1), strides=(1, 1), gwa_hidden=5, heads=3, squeeze=4)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def softmax(values: np.ndarray, axis: int) -> np.ndarray:
    high = np.exp(values - values.max(axis=axis, keepdims=True))
    return high / high.sum(axis=axis, keepdims=True)


def grids_by_hand(pictures: np.ndarray, grids: int) -> np.ndarray:
    side = pictures.shape[2] // grids
    cut = [
        pictures[:, :, r * side : (r + 1) * side, c * side : (c + 1) * side] for r in range(grids) for c in range(grids)
    ]
    return np.stack(cut, axis=1)


def test_grids_are_counted_row_by_row_and_weighed_in_place() -> None:
    pictures = torch.rand(2, 3, 12, 12)
    np.testing.assert_array_equal(to_grids(pictures, 4), grids_by_hand(pictures.numpy(), 4))
    weights = torch.rand(2, 16, 3)
    expected = grids_by_hand(pictures.numpy(), 4) * weights.numpy()[..., None, None]
    np.testing.assert_allclose(grids_by_hand(weigh_grids(pictures, weights, 4).numpy(), 4), expected, rtol=1e-6)


@pytest.mark.parametrize("coarse", [1, 2])
@pytest.mark.parametrize("mode", ["relations", "self-gram"])
def test_grid_wise_attention_is_the_formula(mode: GwaMode, coarse: int) -> None:
    block = GridWiseAttention(24, 3, 5, mode, coarse).eval()
    pictures = torch.randn(2, 3, 24, 24)
    with torch.no_grad():
        found = block(pictures)
        seen = pictures.reshape(2, 3, 24 // coarse, coarse, 24 // coarse, coarse).mean(dim=(3, 5))
        features = grids_by_hand(block.features(seen).numpy(), 3) + block.position.numpy()[..., None, None]
    side = 8 // coarse
    if mode == "relations":
        flat = features.reshape(2, 9, -1)
        energy = np.einsum("bid,bjd->bij", flat, flat) / math.sqrt(3 * side * side) * block.gain.item()
        attention = softmax(energy, axis=2)
        weights = np.tanh(attention @ features.mean(axis=(3, 4)))
        np.testing.assert_allclose(found.attention.sum(dim=2), 1, rtol=1e-5)
    else:
        gram = np.einsum("bgcij,bgckj->bgcik", features, features) / math.sqrt(side)
        attention = softmax(gram, axis=1).mean(axis=(3, 4))
        weights = 9 * attention - 1
        np.testing.assert_allclose(found.attention.sum(dim=1), 1, rtol=1e-5)
    np.testing.assert_allclose(found.attention, attention, rtol=1e-4)
    np.testing.assert_allclose(found.weights, weights, rtol=1e-3, atol=1e-5)
    expected = grids_by_hand(pictures.numpy(), 3) * (1 + weights)[..., None, None]
    np.testing.assert_allclose(grids_by_hand(found.picture.numpy(), 3), expected, rtol=1e-3, atol=1e-5)


def test_relations_are_between_grids_and_not_one_hot_at_the_start() -> None:
    block = GridWiseAttention(112, 4, 16, "relations").train()
    attention = block(torch.randn(4, 3, 112, 112)).attention
    assert attention.shape == (4, 16, 16)
    assert attention.max() < 0.5


@pytest.mark.parametrize("mode", ["relations", "self-gram"])
def test_a_grids_weights_depend_on_the_others(mode: GwaMode) -> None:
    pictures = torch.randn(1, 3, 24, 24)
    changed = pictures.clone()
    changed[..., :8, :8] += 3
    block = GridWiseAttention(24, 3, 5, mode).eval()
    with torch.no_grad():
        before, after = (block(images).weights[0, -1] for images in (pictures, changed))
    assert (before - after).abs().max() > 1e-5


def test_grids_are_a_reshape_and_not_a_convolution() -> None:
    counts = [sum(p.numel() for p in GridWiseAttention(s, 4, 64, "relations").parameters()) for s in (112, 224)]
    assert counts[0] == counts[1] < 700


def test_where_a_grid_lies_matters() -> None:
    block = GridWiseAttention(24, 3, 5, "relations").eval()
    with torch.no_grad():
        block.position.normal_()
        weights = block(torch.ones(1, 3, 24, 24)).weights
    assert weights.std(dim=1).min() > 1e-3


def test_fusion_begins_near_the_picture_and_has_a_convolution_for_each_branch() -> None:
    block = DeepFeatureFusion()
    block.start_weak()
    pictures, maps = torch.randn(4, 3, 16, 16), torch.randn(4, 3, 16, 16)
    out = block(pictures, maps)
    assert out.shape == pictures.shape
    assert (out - pictures).abs().max() <= 1
    assert (out - pictures).std() < 0.5 * pictures.std()
    assert block.picture[0].weight is not block.map[0].weight
    assert sum(p.numel() for p in block.parameters()) == 5 * 81 + 4 * 6 + 2 + 3


def test_fusion_is_the_formula() -> None:
    block = DeepFeatureFusion(coarse=2).eval()
    pictures, maps = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 8, 8)

    def normed(x: np.ndarray) -> np.ndarray:
        return x / math.sqrt(1 + 1e-5)

    def convolved(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        size = x.shape[2]
        return sum(
            np.einsum("bchw,oc->bohw", padded[:, :, i : i + size, j : j + size], weight[:, :, i, j])
            for i in range(3)
            for j in range(3)
        )

    state = {name: value.numpy() for name, value in block.state_dict().items()}
    half = [x.numpy().reshape(2, 3, 4, 2, 4, 2).mean(axis=(3, 5)) for x in (pictures, maps)]
    joined = sum(
        np.maximum(normed(convolved(x, state[f"{name}.0.weight"])), 0)
        for x, name in zip(half, ("picture", "map"), strict=True)
    )
    deep = joined
    for i in range(2):
        y = normed(convolved(deep, state[f"residual.{i}.0.weight"]))
        deep = np.where(y > 0, y, 0.25 * y)
    added = np.tanh(convolved(deep + joined, state["out.weight"]) + state["out.bias"][:, None, None])
    expected = pictures.numpy() + added.repeat(2, axis=2).repeat(2, axis=3)
    with torch.no_grad():
        np.testing.assert_allclose(block(pictures, maps), expected, rtol=1e-4, atol=1e-5)


def test_backbone_of_the_full_preset_is_resnet_18() -> None:
    backbone = ResidualBackbone(FULL.widths, FULL.blocks, FULL.strides)
    assert sum(p.numel() for p in backbone.parameters()) == 11_689_512 - 513_000  # torchvision's, less its classifier
    names = set(backbone.state_dict())
    assert {"conv1.weight", "bn1.running_var", "layer2.0.downsample.0.weight", "layer4.1.bn2.bias"} <= names
    assert "layer1.0.downsample.0.weight" not in names


@pytest.mark.parametrize("name", PRESETS)
def test_presets_give_seven_by_seven_cells(name: str) -> None:
    shape = PRESETS[name]
    assert shape.cells == 7
    assert HMHNShape.from_json(shape.to_json()) == shape


def test_backbone_of_the_small_preset_has_the_cells_it_says() -> None:
    backbone = ResidualBackbone(SMALL.widths, SMALL.blocks, SMALL.strides, SMALL.kernels).eval()
    with torch.inference_mode():
        assert backbone(torch.rand(1, 3, 112, 112)).shape == (1, 96, 7, 7)


@pytest.mark.parametrize("kernels", [(3, 3, 3), (3, 1, 1), (1, 1, 1)])
@pytest.mark.parametrize("blocks", [(1, 1, 1), (2, 1, 2)])
def test_a_cell_sees_as_far_as_the_shape_says(kernels: tuple[int, ...], blocks: tuple[int, ...]) -> None:
    """The pixels that a cell's gradient reaches."""
    shape = replace(SMALL, crop=448, widths=(2, 2, 2), blocks=blocks, kernels=kernels)
    backbone = ResidualBackbone(shape.widths, shape.blocks, shape.strides, shape.kernels).eval()
    with torch.no_grad():
        for p in backbone.parameters():
            p.abs_().add_(0.01)
    pictures = torch.full((1, 3, 448, 448), 0.5, requires_grad=True)
    backbone.maxpool = torch.nn.AvgPool2d(3, stride=2, padding=1)  # a maximum's gradient reaches one pixel of nine
    backbone(pictures)[0, 0, 14, 14].backward()
    assert pictures.grad is not None
    reached = torch.nonzero(pictures.grad[0, 0].abs().sum(dim=0)).flatten()
    assert int(reached[-1] - reached[0]) + 1 == shape.view


def test_the_small_presets_cells_see_parts_of_the_face() -> None:
    assert SMALL.view < SMALL.crop / 2
    assert FULL.view > FULL.crop


@pytest.mark.parametrize(
    "changes",
    [
        *({"grids": 5}, {"grids": 0}, {"widths": (8,)}, {"strides": (2, 8)}, {"heads": 0}, {"gwa_mode": "x"}),
        *({"afb": "x"}, {"kernels": (3, 3, 3, 3, 3)}, {"kernels": (2,)}),
    ],
)
def test_sizes_that_do_not_fit_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"crops|stage|at least|there is no"):
        replace(TINY, **changes)  # type: ignore[arg-type]


def test_a_head_is_the_formula() -> None:
    head = CrossAttentionHead(8, 2, 4).eval()
    features = torch.randn(3, 8, 5, 5)
    with torch.no_grad():
        vector, spatial, gates = head(features)
        parts = head.spatial
        y = parts.narrow(features)
        by_hand = np.maximum(sum(part(y).numpy() for part in (parts.square, parts.row, parts.column)), 0).mean(axis=1)
        pooled = (features.numpy() * by_hand[:, None]).mean(axis=(2, 3))
        first, norm, _, second, _ = head.channel.gate
        hidden = pooled @ first.weight.numpy().T + first.bias.numpy()
        hidden = np.maximum(hidden / math.sqrt(1 + norm.eps), 0)
        gate = 1 / (1 + np.exp(-(hidden @ second.weight.numpy().T + second.bias.numpy())))
    np.testing.assert_allclose(spatial, by_hand, rtol=1e-4, atol=1e-6)
    assert spatial.min() >= 0
    np.testing.assert_allclose(gates, gate, rtol=1e-4)
    np.testing.assert_allclose(vector, pooled * gate, rtol=1e-3, atol=1e-6)


def test_heads_are_apart() -> None:
    looked = MultiHeadCrossAttention(8, 3, 2, 4).eval()(torch.randn(2, 8, 7, 7))
    assert looked.vectors.shape == (2, 3, 8)
    assert looked.spatial.shape == (2, 3, 7, 7)
    assert looked.gates.shape == (2, 3, 8)
    assert not torch.allclose(looked.spatial[:, 0], looked.spatial[:, 1])


def test_fusions_of_heads_are_the_formulas() -> None:
    vectors = torch.randn(4, 3, 6)
    weights = softmax(vectors.numpy(), axis=1)
    weighted, literal = AttentionFusion("softmax")(vectors), AttentionFusion("dan")(vectors)
    np.testing.assert_allclose(weighted.joined, (weights * vectors.numpy()).sum(axis=1), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(weighted.heads, vectors)
    np.testing.assert_allclose(literal.joined, np.log(weights).sum(axis=1), rtol=1e-4)
    assert literal.joined.max() < 0
    np.testing.assert_allclose(literal.heads, np.log(weights), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(weighted.slopes, weights, rtol=1e-4)
    given = vectors.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(AttentionFusion("dan")(given).joined.sum(), given)
    np.testing.assert_allclose(literal.slopes, slopes, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("mode", ["softmax", "dan"])
def test_a_single_head_is_left_as_it_is(mode: str) -> None:
    vectors = torch.randn(4, 1, 6)
    np.testing.assert_array_equal(AttentionFusion(mode)(vectors).joined, vectors[:, 0])  # type: ignore[arg-type]


def test_partition_loss_is_the_formula_and_pushes_heads_apart() -> None:
    heads = torch.randn(5, 4, 6, requires_grad=True)
    loss = partition_loss(heads)
    variance = heads.detach().double().numpy().var(axis=1, ddof=1).mean()
    assert loss.item() == pytest.approx(math.log(1 + 4 / variance), rel=1e-4)
    (slope,) = torch.autograd.grad(loss, heads)
    assert partition_loss(heads.detach() - 0.5 * slope) < loss
    assert (heads.detach() - 0.5 * slope).var(dim=1).mean() > heads.detach().var(dim=1).mean()
    assert partition_loss(2 * heads) < loss
    assert partition_loss(heads[:, :1]) == 0
    assert torch.isfinite(partition_loss(torch.ones(2, 3, 4)))


def test_affinity_loss_is_the_formula() -> None:
    loss, features, classes = AffinityLoss(3, 4), torch.randn(5, 4), torch.tensor([0, 2, 1, 2, 0])
    centres = loss.centres.detach().numpy()
    distance = ((features.numpy() - centres[classes]) ** 2).sum(axis=1).mean()
    assert loss(features, classes).item() == pytest.approx(distance / centres.var(axis=0, ddof=1).sum(), rel=1e-4)
    near = loss.centres.detach()[classes]
    assert loss(near, classes) < loss(near + 1, classes)


def test_bands_are_the_questionnaires() -> None:
    assert bands([0, 4, 5, 9.5, 10, 24, -1, math.nan], [0, 5, 10]) == [0, 0, 1, 1, 2, 2, 0, 0]


@pytest.mark.parametrize(
    "changes", [{}, {"gwa_mode": "self-gram"}, {"afb": "dan"}, {"coarse": 2}, {"heads": 1}, {"grids": 1}]
)
def test_gradients_reach_every_block(changes: dict[str, object]) -> None:
    network = HMHNNetwork(replace(TINY, dropout=0.0, **changes))  # type: ignore[arg-type]
    torch.nn.init.normal_(network.score.weight)
    output = network(torch.rand(6, 3, 32, 32))
    assert output.score.shape == (6,)
    (output.score.square().mean() + 0.1 * partition_loss(output.heads)).backward()
    without = [n for n, p in network.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    assert without == []
    silent = [
        block
        for block in ("gwa", "dff", "backbone", "mab", "score")
        if not any(p.grad.abs().sum() > 0 for p in network.get_submodule(block).parameters())
    ]
    assert silent == []
    if "gwa_mode" not in changes and "grids" not in changes:
        assert network.gwa.gain.grad.abs() > 0
        assert network.gwa.position.grad.abs().sum() > 0
