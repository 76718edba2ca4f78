"""Alarms: what must not be learnable from a simulated cohort is not, and what must be is (behaviour model, section 7).

The slow tests are the alarms proper, at sizes where a leak of r .1 is seen; the fast ones see gross leaks.
"""

from functools import cache

import numpy as np
import pytest
from tools.cohort_figures import FEATURES, FloatArray, bent, channels_of, gather, means, ridge, rmse

from lineament.face import AU_NAMES
from lineament.simulation import SimulatedCohort, oracle_predictions, simulate_cohort

N_AU = len(AU_NAMES)


@cache
def gathered(preset: str, n: int, seconds: float, seed: int = 0) -> tuple[SimulatedCohort, dict[str, FloatArray]]:
    cohort = simulate_cohort(n, preset, seed, seconds=seconds)
    return cohort, gather(cohort)


def scores_of(cohort: SimulatedCohort) -> FloatArray:
    return np.array([float(s.phq8) for s in cohort.subjects])


def held_out(features: FloatArray, scores: FloatArray, train: int) -> tuple[float, float]:
    """r and RMSE of ridge fitted on the first `train` persons, on the others; r 0 where it predicts a constant."""
    predicted, _ = ridge(features[:train], scores[:train], features[train:])
    truth = scores[train:]
    r = float(np.corrcoef(predicted, truth)[0, 1]) if np.ptp(predicted) > 0 else 0.0
    return r, rmse(predicted, truth)


def cross_validated(features: FloatArray, scores: FloatArray, folds: int = 5) -> float:
    """r of ridge over folds of persons."""
    part = np.arange(len(scores)) % folds
    predicted = np.empty(len(scores))
    for k in range(folds):
        predicted[part == k] = ridge(features[part != k], scores[part != k], features[part == k])[0]
    return float(np.corrcoef(predicted, scores)[0, 1])


def test_strong_is_learnt_from_joint_features_and_not_from_single_channels() -> None:
    cohort, known = gathered("strong", 210, 240)
    scores = scores_of(cohort)
    assert held_out(known["joint"], scores, 140)[0] > 0.5
    assert abs(held_out(known["means"], scores, 140)[0]) < 0.35
    assert abs(held_out(known["song"], scores, 140)[0]) < 0.45


def test_planted_order_is_seen_by_one_feature_of_a_small_cohort() -> None:
    cohort, known = gathered("planted", 100, 110)
    scores = scores_of(cohort)
    r, error = held_out(known["joint"][:, -1:], scores, 60)
    assert r > 0.75
    assert error < 0.7 * rmse(scores[:60].mean(), scores[60:])
    assert abs(held_out(known["song"], scores, 60)[0]) < 0.5


def test_joint_features_of_toys_say_nothing_once_scores_are_permuted() -> None:
    cohort, known = gathered("strong", 210, 240)
    scores = np.random.default_rng(0).permutation(scores_of(cohort))
    assert abs(held_out(known["joint"], scores, 140)[0]) < 0.35


def test_measured_channels_of_one_session_are_what_the_figures_say() -> None:
    """The tool's features are finite, one row a person, and means are means of the channels a model reads."""
    cohort, known = gathered("planted", 100, 110)
    assert {name: values.shape for name, values in known.items()} == {
        "means": (100, 47),
        "song": (100, 47 * 12),
        "joint": (100, 13),
    }
    assert all(np.isfinite(values).all() for values in known.values())
    np.testing.assert_allclose(known["means"][3], means(channels_of(cohort, 3)))
    assert set(FEATURES) == set(known)


def test_ridge_finds_a_line_and_a_parabola_bends_it() -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((400, 5))
    line = 10 + 2 * x[:, 0] + 0.1 * rng.standard_normal(400)
    predicted, left_out = ridge(x[:200], line[:200], x[200:])
    assert rmse(predicted, line[200:]) < 0.2
    assert rmse(left_out, line[:200]) < 0.2
    curve = np.clip(1.5 * np.maximum(x[:, 0] + 1, 0) ** 2, 0, 24)
    straight, left_out = ridge(x[:200], curve[:200], x[200:])
    assert rmse(bent(straight, left_out, curve[:200]), curve[200:]) < 0.6 * rmse(straight, curve[200:])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_realistic_cohorts_do_not_leak() -> None:
    cohort, known = gathered("realistic", 1500, 300)
    scores = scores_of(cohort)
    best = oracle_predictions(cohort)
    single = [abs(np.corrcoef(known["means"][:, k], scores)[0, 1]) for k in range(known["means"].shape[1])]
    assert max(single) < 0.25
    assert cross_validated(known["means"][:, :N_AU], scores) <= 0.30 + 0.03  # and a standard error
    for name in FEATURES:
        r, error = held_out(known[name], scores, 1000)
        assert error > 5
        assert error > rmse(best[1000:], scores[1000:])
        assert r < np.corrcoef(best[1000:], scores[1000:])[0, 1]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_is_learnt_from_permuted_scores() -> None:
    cohort, known = gathered("realistic", 1500, 300)
    permuted = np.random.default_rng(3).permutation(scores_of(cohort))
    for name in FEATURES:
        r, error = held_out(known[name], permuted, 1000)
        assert abs(r) < 0.12
        assert error > 0.99 * rmse(permuted[:1000].mean(), permuted[1000:])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_matched_sets_are_seen_in_joint_features_alone() -> None:
    cohort, known = gathered("matched", 1200, 400)
    scores = scores_of(cohort)
    of_means = held_out(known["means"], scores, 700)[0]
    of_joint = held_out(known["joint"], scores, 700)[0]
    assert abs(of_means) < 0.10
    assert of_joint > abs(of_means) + 0.06
    assert of_joint < np.corrcoef(oracle_predictions(cohort)[700:], scores[700:])[0, 1]
