"""MMP and its parts against numpy, and gradients through every block."""

import numpy as np
import pytest
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import N_CHANNELS
from lineament.models.mpdrm.blocks import KERNELS, AttentivePooling, ChannelTemporalAttention, MotionPattern, Stem
from lineament.models.mpdrm.encoders import MDFN, MPFN
from lineament.models.mpdrm.network import MpdrmNetwork, seeded_network
from lineament.models.mpdrm.shape import MpdrmShape

Array = np.ndarray


def numbers(tensor: Tensor) -> Array:
    return tensor.detach().double().numpy()


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def gelu(x: Array) -> Array:
    from scipy.special import ndtr

    return x * ndtr(x)


def convolve(x: Array, layer: nn.Conv1d) -> Array:
    """Every output by its sum over the kernel, for any stride, padding and groups; x [N, C, T]."""
    weight, stride, pad = numbers(layer.weight), layer.stride[0], int(layer.padding[0])
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad)))
    outputs, per_group, kernel = weight.shape
    length = (padded.shape[2] - kernel) // stride + 1
    found = np.zeros((len(x), outputs, length))
    for o in range(outputs):
        first = o // (outputs // layer.groups) * per_group
        for t in range(length):
            part = padded[:, first : first + per_group, t * stride : t * stride + kernel]
            found[:, o, t] = (part * weight[o]).sum(axis=(1, 2))
    return found if layer.bias is None else found + numbers(layer.bias)[:, None]


def attended(x: Array, block: ChannelTemporalAttention) -> Array:
    first, _, second = block.channel
    summary = np.concatenate([x.mean(axis=2), x.max(axis=2)], axis=1)
    hidden = gelu(summary @ numbers(first.weight).T + numbers(first.bias))
    channel = sigmoid(hidden @ numbers(second.weight).T + numbers(second.bias))
    moment = sigmoid(convolve(np.stack([x.mean(axis=1), x.max(axis=1)], axis=1), block.moment))
    return x * channel[:, :, None] * moment


def draw(*size: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(1).standard_normal(size).astype(np.float32))


def test_channel_temporal_attention_is_its_formula() -> None:
    block, x = ChannelTemporalAttention(8), draw(3, 8, 20)
    np.testing.assert_allclose(numbers(block(x)), attended(numbers(x), block), atol=1e-5)


@pytest.mark.parametrize("length", [32, 33])
def test_mmp_is_its_formula(length: int) -> None:
    block, x = MotionPattern(4, 8).eval(), draw(2, 4, length)
    with torch.no_grad():
        block.norm.running_mean.uniform_(-1, 1)
        block.norm.running_var.uniform_(0.5, 2)
        block.norm.weight.uniform_(0.5, 2)
    series = numbers(x)
    motion = np.zeros_like(series)
    motion[:, :, :-1] = series[:, :, 1:] - series[:, :, :-1]
    scales = [convolve(convolve(series, within), mix) for within, mix in block.branches]
    scales.append(convolve(convolve(motion, block.motion[0]), block.motion[1]))
    joined = convolve(np.concatenate(scales, axis=1), block.join)
    n = block.norm
    centred = (joined - numbers(n.running_mean)[:, None]) / np.sqrt(numbers(n.running_var)[:, None] + n.eps)
    patterns = gelu(centred * numbers(n.weight)[:, None] + numbers(n.bias)[:, None])
    halves = np.stack([series[:, :, i : i + 2].mean(axis=2) for i in range(0, length, 2)], axis=2)
    expected = attended(patterns, block.attention) + convolve(halves, block.residual[1])
    assert expected.shape == (2, 8, (length + 1) // 2)
    np.testing.assert_allclose(numbers(block(x)), expected, atol=1e-5)


def test_mmp_has_a_branch_for_each_of_four_scales_and_sees_that_far() -> None:
    block = MotionPattern(3, 8).eval()
    assert [within.kernel_size[0] for within, _ in block.branches] == [3, 5, 9, 15] == list(KERNELS)
    for branch, kernel in zip(block.branches, KERNELS, strict=True):
        x = torch.zeros(1, 3, 64, requires_grad=True)
        branch(x)[0, :, 16].sum().backward()
        assert int((x.grad.abs().sum(dim=1)[0] > 0).sum()) == kernel


def test_the_motion_branch_does_not_see_what_stands_still() -> None:
    block = MotionPattern(3, 8).eval()
    still, moved = torch.zeros(1, 3, 32), draw(1, 3, 1).expand(1, 3, 32)
    seen: list[Tensor] = []
    block.motion.register_forward_hook(lambda module, given, made: seen.append(made))
    block(still)
    block(moved)
    assert torch.equal(seen[0], seen[1])


def test_attentive_pooling_is_its_formula() -> None:
    block, x = AttentivePooling(8), draw(3, 8, 16)
    first, _, second = block.score
    logits = convolve(np.tanh(convolve(numbers(x), first)), second)
    attention = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    mean = (attention * numbers(x)).sum(axis=2)
    spread = np.sqrt((attention * (numbers(x) - mean[:, :, None]) ** 2).sum(axis=2) + 1e-4)
    np.testing.assert_allclose(numbers(block(x)), np.concatenate([mean, spread], axis=1), atol=1e-5)


def test_the_stem_weighs_attributes() -> None:
    stem, x = Stem(8), draw(5, N_CHANNELS, 64)
    stemmed = stem(x)
    assert stemmed.series.shape == (5, 8, 32)
    np.testing.assert_allclose(numbers(stemmed.attributes.sum(dim=1)), 1, atol=1e-6)
    with torch.no_grad():
        stem.bias[2] += 30
    np.testing.assert_allclose(numbers(stem(x).attributes[:, 2]), 1, atol=1e-6)


def test_both_networks_have_one_form_and_their_own_weights(shape: MpdrmShape) -> None:
    network = seeded_network(shape, 0)
    depression, person = network.mdfn.state_dict(), network.mpfn.state_dict()
    assert {k: v.shape for k, v in depression.items()} == {
        k: v.shape for k, v in person.items() if not k.startswith("projector.")
    }
    assert not torch.equal(depression["token.weight"], person["token.weight"])
    windows = draw(6, 256, N_CHANNELS)
    assert network.mdfn(windows).values.shape == (6, shape.token)
    points = network.mpfn.project(network.mpfn(windows).values)
    np.testing.assert_allclose(numbers(points.norm(dim=1)), 1, atol=1e-5)


def test_tokens_are_centred_over_the_windows_of_training(shape: MpdrmShape) -> None:
    tokens = MDFN(shape).train()(draw(32, 256, N_CHANNELS) + 3).values
    np.testing.assert_allclose(numbers(tokens.mean(dim=0)), 0, atol=1e-5)
    np.testing.assert_allclose(numbers(tokens.var(dim=0, unbiased=False)), 1, atol=3e-2)


def test_how_much_a_channel_moves_is_read_in_logarithms(shape: MpdrmShape) -> None:
    """Twice the movement adds the same whatever it was, beside what the convolutions make of it."""
    encoder, still = MDFN(shape).eval(), draw(1, 256, N_CHANNELS)
    read: list[Tensor] = []
    encoder.norm.register_forward_hook(lambda module, given, made: read.append(given[0][0, -3 * N_CHANNELS :]))
    for factor in (1, 2, 4):
        encoder(factor * still)
    level, once, twice = numbers(read[0]), numbers(read[1] - read[0]), numbers(read[2] - read[1])
    np.testing.assert_allclose(level[:N_CHANNELS], numbers(still[0].mean(dim=0)), atol=1e-5)
    np.testing.assert_allclose(once[N_CHANNELS:], np.log(2), atol=0.02)
    np.testing.assert_allclose(twice[N_CHANNELS:], np.log(2), atol=0.02)


def learns_everywhere(module: nn.Module, loss: Tensor, but: tuple[str, ...] = ()) -> None:
    loss.backward()  # type: ignore[no-untyped-call]
    for name, parameter in module.named_parameters():
        if not name.startswith(but):
            assert parameter.grad is not None, name
            assert parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize(
    ("block", "given"),
    [
        (ChannelTemporalAttention(8), draw(4, 8, 32)),
        (MotionPattern(4, 8), draw(4, 4, 32)),
        (AttentivePooling(8), draw(4, 8, 32)),
    ],
)
def test_gradients_reach_every_parameter_and_the_input(block: nn.Module, given: Tensor) -> None:
    x = given.clone().requires_grad_()
    weights = torch.from_numpy(np.random.default_rng(2).standard_normal(block(x).shape).astype(np.float32))
    learns_everywhere(block, (block(x) * weights).sum())
    assert x.grad is not None
    assert (x.grad.abs().sum(dim=(0, 2)) > 0).all()


def test_gradients_of_the_contrast_reach_all_of_mpfn(shape: MpdrmShape) -> None:
    mpfn = MPFN(shape)
    points = mpfn.project(mpfn(draw(8, 256, N_CHANNELS)).values)
    learns_everywhere(mpfn, (points[:4] * points[4:]).sum())


def test_gradients_of_the_score_reach_all_but_the_person(shape: MpdrmShape) -> None:
    """The map from f_p to f_d, and MPFN, are taught by losses of their own."""
    network: MpdrmNetwork = seeded_network(shape, 0)
    nn.init.normal_(network.suppression.align.weight)
    coded = network.encode(draw(8, 256, N_CHANNELS))
    person = coded.person.view(2, 4, -1).mean(dim=1).detach()
    present, known = torch.ones(2, 4, dtype=torch.bool), torch.tensor([True, False])
    scored = network.score(coded.depression.view(2, 4, -1), person, present, known)
    learns_everywhere(network, scored.score.square().sum(), ("mpfn.", "suppression.align."))
    assert all(p.grad is None for p in network.mpfn.parameters())
    assert network.suppression.align.weight.grad is None
