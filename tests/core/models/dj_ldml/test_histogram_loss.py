"""The histogram loss against counting by hand, its limits, and which pairs there are at all."""

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.datasets import PHQ8
from lineament.models.dj_ldml.histogram_loss import (
    ORDERED,
    HistogramSettings,
    Labelled,
    Pairs,
    histogram,
    joined,
    ordered_histogram_loss,
    pairs_between,
    pairs_within,
    soft_pair_loss,
)

FloatArray = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def random_clips(n: int, seed: int, dimensions: int = 8, groups: int | None = None) -> Labelled:
    rng = np.random.default_rng(seed)
    embedding = rng.normal(size=(n, dimensions))
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    owners = np.arange(n) if groups is None else np.arange(n) % groups
    scores = rng.integers(0, 25, n if groups is None else groups)[owners].astype(np.float64)
    return Labelled(torch.from_numpy(embedding), torch.from_numpy(scores), torch.from_numpy(owners))


def counted(clips: Labelled) -> tuple[FloatArray, FloatArray]:
    """Cosines and score distances of all pairs of different groups, by plain loops."""
    x, y, g = (part.numpy() for part in clips)
    found = [
        (float(x[i] @ x[j]), abs(float(y[i] - y[j])))
        for i in range(len(y))
        for j in range(i + 1, len(y))
        if g[i] != g[j]
    ]
    return np.array([s for s, _ in found]), np.array([d for _, d in found])


def share_reversed(closer: FloatArray, farther: FloatArray, a: FloatArray, b: FloatArray) -> float:
    """P(s- > s+) of weighted draws, by comparing each with each."""
    above = (farther[:, None] > closer[None, :]).astype(float)
    return float(b @ above @ a / (a.sum() * b.sum()))


def ordered_clips(n: int = 40) -> Labelled:
    """Embeddings along a quarter of a circle, in the order of the scores."""
    scores = np.linspace(0, 24, n).round()
    angle = scores / 24 * np.pi / 2
    embedding = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Labelled(torch.from_numpy(embedding), torch.from_numpy(scores), torch.arange(n))


@pytest.mark.parametrize("seed", range(4))
def test_soft_pairs_estimate_the_chance_of_reversal(seed: int) -> None:
    clips, tau, nodes = random_clips(48, seed), 3.0, 401
    cosines, distances = counted(clips)
    similar = np.exp(-(distances**2) / (2 * tau**2))
    expected = share_reversed(cosines, cosines, similar, 1 - similar)
    # draws that fall on the same node count whole: half of the chance that two draws share a node is binning error
    assert float(soft_pair_loss(pairs_within(clips), tau, nodes)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_tau_to_nothing_is_the_original_loss(seed: int) -> None:
    clips = random_clips(60, seed, dimensions=4)
    cosines, distances = counted(clips)
    same = (distances == 0).astype(float)
    expected = share_reversed(cosines, cosines, same, 1 - same)
    pairs = pairs_within(clips)
    original = float(soft_pair_loss(pairs, 0.0, 401))
    assert original == pytest.approx(expected, abs=0.02)
    assert float(soft_pair_loss(pairs, 1e-3, 401)) == pytest.approx(original, abs=1e-12)
    assert float(soft_pair_loss(pairs, 4.0, 401)) != pytest.approx(original, abs=1e-3)


def test_the_kernel_is_the_piecewise_one_of_the_paper() -> None:
    rng = np.random.default_rng(0)
    s, w, nodes = rng.uniform(-1, 1, 200), rng.random(200), 21
    expected = np.zeros(nodes)
    for value, weight in zip(s, w, strict=True):
        place = (value + 1) / (2 / (nodes - 1))
        r = min(int(np.floor(place)), nodes - 2)
        expected[r] += weight * (r + 1 - place)
        expected[r + 1] += weight * (place - r)
    found = histogram(torch.from_numpy(s), torch.from_numpy(w), nodes)
    np.testing.assert_allclose(found.numpy(), expected / w.sum(), atol=1e-12)


@pytest.mark.parametrize("extreme", [-1.0, 1.0])
def test_histograms_sum_to_one(extreme: float) -> None:
    clips = random_clips(30, 5)
    pairs = pairs_within(clips)
    similarity = torch.cat([pairs.similarity, torch.tensor([extreme], dtype=torch.float64)])
    for weights in (torch.ones_like(similarity), torch.rand_like(similarity)):
        assert float(histogram(similarity, weights, 151).sum()) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("kind", ["soft pairs", ORDERED])
def test_an_ordered_embedding_has_little_loss_and_a_random_one_a_half(kind: str) -> None:
    settings = HistogramSettings(kind)
    assert float(settings.loss(pairs_within(ordered_clips()), PHQ8)) < 0.1
    random = [float(settings.loss(pairs_within(random_clips(64, seed)), PHQ8)) for seed in range(6)]
    assert np.mean(random) == pytest.approx(0.5, abs=0.04)


def test_ordered_histograms_by_hand() -> None:
    clips, bounds = random_clips(40, 7), (2.0, 6.0)
    cosines, distances = counted(clips)
    ranges = [distances <= 2, (distances > 2) & (distances <= 6), distances > 6]
    total = 0.0
    for d, e, weight in ((0, 1, 1), (0, 2, 2), (1, 2, 1)):
        a, b = cosines[ranges[d]], cosines[ranges[e]]
        total += weight * share_reversed(a, b, np.ones(len(a)), np.ones(len(b)))
    found = float(ordered_histogram_loss(pairs_within(clips), bounds, 401))
    assert found == pytest.approx(total / 4, abs=0.015)


def test_ranges_without_pairs_are_left_out() -> None:
    pairs = Pairs(torch.tensor([0.9, 0.1]), torch.tensor([0.0, 20.0]))
    assert float(ordered_histogram_loss(pairs, (2.0, 6.0))) == pytest.approx(0, abs=1e-6)
    reversed_pairs = Pairs(torch.tensor([0.1, 0.9]), torch.tensor([0.0, 20.0]))
    assert float(ordered_histogram_loss(reversed_pairs, (2.0, 6.0))) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("distances", [[], [0.0], [0.0, 0.0]])
def test_nothing_to_order_is_no_loss_and_has_a_gradient(distances: list[float]) -> None:
    similarity = torch.linspace(0, 0.5, len(distances), requires_grad=True)
    pairs = Pairs(similarity, torch.tensor(distances))
    for settings in (HistogramSettings(), HistogramSettings(ORDERED)):
        loss = settings.loss(pairs, PHQ8)
        assert float(loss.detach()) == 0
        loss.backward()  # type: ignore[no-untyped-call]


def test_clips_of_one_video_form_no_pair() -> None:
    """Four videos, two clips each, the clips of a video alike and the videos not ordered: with pairs of the same video
    the loss would be small for an embedding that knows nothing but the video."""
    embedding = torch.eye(4, dtype=torch.float64).repeat_interleave(2, dim=0)
    scores = torch.tensor([0.0, 8.0, 16.0, 24.0], dtype=torch.float64).repeat_interleave(2)
    owners = torch.arange(4).repeat_interleave(2)
    apart = pairs_within(Labelled(embedding, scores, owners))
    assert len(apart.similarity) == 8 * 7 // 2 - 4
    assert float(apart.similarity.max()) == 0
    with_own = pairs_within(Labelled(embedding, scores, torch.arange(8)))
    assert float(soft_pair_loss(with_own, 2.0)) < 0.2
    assert float(soft_pair_loss(apart, 2.0)) == pytest.approx(1)


def test_pairs_with_the_memory_leave_out_the_same_video_too() -> None:
    now, before = random_clips(6, 1, groups=3), random_clips(9, 2, groups=3)
    found = pairs_between(now, before)
    x, y = now.embedding.numpy(), before.embedding.numpy()
    expected = sorted(float(x[i] @ y[j]) for i in range(6) for j in range(9) if i % 3 != j % 3)
    np.testing.assert_allclose(sorted(found.similarity.tolist()), expected, atol=1e-12)
    both = joined(pairs_within(now), found)
    assert len(both.distance) == len(both.similarity) == len(pairs_within(now).similarity) + len(expected)


def test_the_gradient_draws_similar_pairs_together() -> None:
    similarity = torch.tensor([0.20, 0.205], requires_grad=True)
    loss = soft_pair_loss(Pairs(similarity, torch.tensor([0.0, 20.0])), 2.0)
    loss.backward()  # type: ignore[no-untyped-call]
    assert similarity.grad is not None
    assert float(similarity.grad[0]) < 0 < float(similarity.grad[1])


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="ordered histograms"):
        HistogramSettings("hard")
