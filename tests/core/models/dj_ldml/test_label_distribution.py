"""Targets, divergence and expectation of label distributions, against formulas written out and SciPy."""

import numpy as np
import pytest
import torch  # noqa: TID253
from scipy.special import softmax
from scipy.stats import entropy

from lineament.datasets import PHQ8, Scale
from lineament.errors import ModelError
from lineament.models.dj_ldml.label_distribution import LabelDistribution

BDI = Scale("BDI-II", 0, 63, ((0, "minimal"),))


@pytest.mark.parametrize("scale", [PHQ8, BDI])
@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0, 3.0, 5.0, 10.0])
def test_the_expectation_is_right_over_the_whole_range(scale: Scale, sigma: float) -> None:
    label = LabelDistribution(scale, sigma)
    scores = np.arange(scale.low, scale.high + 0.01, 0.25)
    expected = label.targets(scores) @ label.support
    assert np.abs(expected - scores).max() < 0.05


def test_without_the_wider_support_it_would_not_be() -> None:
    points, sigma = np.arange(64), 2.0
    target = np.exp(-(points**2) / (2 * sigma**2))
    assert target @ points / target.sum() == pytest.approx(1.30, abs=0.01)
    assert LabelDistribution(BDI, sigma).targets(np.array([0.0])) @ LabelDistribution(BDI, sigma).support < 0.02


def test_targets_are_the_normalised_gaussian() -> None:
    label = LabelDistribution(PHQ8, 1.5)
    np.testing.assert_array_equal(label.support, np.arange(-5, 30))
    raw = np.array([[np.exp(-((k - y) ** 2) / (2 * 1.5**2)) for k in range(-5, 30)] for y in (0.0, 11.0, 24.0)])
    np.testing.assert_allclose(label.targets(np.array([0.0, 11.0, 24.0])), raw / raw.sum(axis=1, keepdims=True))


def test_the_divergence_is_scipys() -> None:
    rng = np.random.default_rng(0)
    label = LabelDistribution(PHQ8, 0.5)  # far masses of so narrow a target are 0: 0 log 0 must be 0
    logits, scores = rng.normal(0, 2, (6, len(label.support))), rng.integers(0, 25, 6).astype(np.float64)
    expected = entropy(label.targets(scores), softmax(logits, axis=1), axis=1).mean()
    assert float(label.loss(torch.from_numpy(logits), scores)) == pytest.approx(expected, rel=1e-6)


def test_the_divergence_of_a_target_from_itself_is_none() -> None:
    label = LabelDistribution(PHQ8, 2.0)
    logits = torch.from_numpy(np.log(label.targets(np.array([3.0, 24.0]))))
    assert float(label.loss(logits, np.array([3.0, 24.0]))) == pytest.approx(0, abs=1e-9)
    assert label.expectation(logits).tolist() == pytest.approx([3, 24], abs=0.05)


def test_what_is_shown_has_the_scales_own_points() -> None:
    label = LabelDistribution(PHQ8, 1.0)
    masses = label.targets(np.array([0.0, 12.0, 24.0]))
    shown = label.folded(masses)
    assert shown.shape == (3, 25)
    np.testing.assert_array_equal(label.points, np.arange(25))
    np.testing.assert_allclose(shown.sum(axis=1), 1)
    np.testing.assert_allclose(shown[1], masses[1, 3:-3], atol=1e-12)
    assert shown[0, 0] == pytest.approx(masses[0, :4].sum())
    assert shown[2, 24] == pytest.approx(masses[2, -4:].sum())
    assert masses[0, 3] < 0.5 < shown[0, 0]


def test_the_usual_sigma_goes_with_the_scale() -> None:
    assert LabelDistribution.usual(BDI).sigma == pytest.approx(3)
    assert LabelDistribution.usual(PHQ8).sigma == pytest.approx(24 / 21)
    assert LabelDistribution.usual(Scale("yes or no", 0, 1, ((0, "no"),))).sigma == 0.5


@pytest.mark.parametrize("sigma", [0.0, 0.4, 10.5, float("nan")])
def test_sigmas_that_cannot_be_taught_are_refused(sigma: float) -> None:
    with pytest.raises(ModelError, match="sigma of"):
        LabelDistribution(PHQ8, sigma)
