"""The oracle: calibrated, ahead of every linear predictor, nothing where scores are permuted, fast."""

import time
from functools import cache

import numpy as np
import pytest

from lineament.simulation import (
    PRESETS,
    SimulatedCohort,
    cohort_oracle,
    like_daic_woz,
    oracle,
    oracle_predictions,
    simulate_cohort,
)
from lineament.simulation.cohort import session_truth
from lineament.simulation.oracle import expected_phq8
from lineament.simulation.persons import observe_phq8
from lineament.simulation.population import REALISTIC

FloatArray = np.ndarray


@cache
def made(preset: str, n: int = 3000) -> tuple[SimulatedCohort, FloatArray, FloatArray, FloatArray]:
    """A cohort, its scores, what a linear predictor may know, and the oracle's predictions."""
    cohort = simulate_cohort(n, preset, 11)
    scores = np.array([float(s.phq8) for s in cohort.subjects])
    known = np.array([session_truth(cohort, i).known for i in range(len(cohort))])
    about = np.array([(1.0, s.person.woman, s.person.age) for s in cohort.subjects])
    product = known * about[:, 1:2]
    return cohort, scores, np.concatenate([known, about, product], axis=1), oracle_predictions(cohort)


def rmse(a: FloatArray | float, b: FloatArray) -> float:
    return float(np.sqrt(np.mean((a - b) ** 2)))


@pytest.mark.parametrize("preset", ["realistic", "strong", "planted", "matched", "longitudinal"])
def test_no_linear_predictor_beats_the_oracle(preset: str) -> None:
    _, scores, known, best = made(preset, 800 if preset == "longitudinal" else 3000)
    half = len(scores) // 2
    weights = np.linalg.lstsq(known[:half], scores[:half], rcond=None)[0]
    linear = known[half:] @ weights
    assert rmse(best[half:], scores[half:]) < rmse(linear, scores[half:])
    constant = rmse(scores.mean(), scores)
    assert rmse(best, scores) < 0.99 * constant


@pytest.mark.parametrize("preset", ["realistic", "strong", "planted"])
def test_the_oracle_is_calibrated(preset: str) -> None:
    """The mean score of those with a prediction is that prediction: slope 1, and no shift within its noise."""
    _, scores, _, best = made(preset)
    slope, _ = np.polyfit(best, scores, 1)
    assert slope == pytest.approx(1, abs=0.08)
    error = (scores - best).std() / np.sqrt(len(scores))
    assert abs(scores.mean() - best.mean()) < 3.5 * error
    for group in np.array_split(np.argsort(best), 4):
        spread = (scores - best)[group].std() / np.sqrt(len(group))
        assert abs(scores[group].mean() - best[group].mean()) < 3.5 * spread


def test_presets_are_as_hard_as_they_say() -> None:
    realistic = cohort_oracle(made("realistic")[0])
    assert 0.38 <= realistic.r <= 0.47  # .40-.45 and twice the standard error at 3,000 persons
    assert realistic.r_severity > realistic.r
    assert realistic.rmse > 5
    strong = cohort_oracle(made("strong")[0])
    assert 0.8 <= strong.r <= 0.9
    assert cohort_oracle(made("planted")[0]).r >= 0.94
    assert cohort_oracle(made("matched")[0]).r >= 0.25


def test_nothing_is_known_where_scores_are_permuted() -> None:
    found = cohort_oracle(simulate_cohort(400, "null", 3))
    assert found.r == 0
    assert found.ccc == pytest.approx(0, abs=1e-9)
    assert found.rmse == pytest.approx(found.constant_rmse)


def test_permuted_scores_are_the_same_scores() -> None:
    plain, permuted = simulate_cohort(300, "realistic", 5), simulate_cohort(300, "null", 5)
    scores, mixed = ([s.phq8 for s in cohort.subjects] for cohort in (plain, permuted))
    assert sorted(scores) == sorted(mixed)
    assert scores != mixed
    severity = [s.severity for s in permuted.subjects]
    assert abs(np.corrcoef(mixed, severity)[0, 1]) < 0.15


def test_expected_questionnaire_is_what_is_observed() -> None:
    rng = np.random.default_rng(0)
    for severity in (0.0, 1.3, 11.0, 23.5):
        mean = np.mean([observe_phq8(severity, rng) for _ in range(6000)])
        assert expected_phq8(np.array([severity]), REALISTIC)[0] == pytest.approx(mean, abs=0.12)


def test_a_cohorts_own_oracle_says_its_figures_in_words() -> None:
    found = cohort_oracle(like_daic_woz(seed=2))
    assert str(found).startswith(f"RMSE {found.rmse:.2f} (constant {found.constant_rmse:.2f})")
    assert oracle("strong", persons=50).rmse < oracle("null", persons=50).rmse


def test_the_oracle_takes_about_a_millisecond_a_session() -> None:
    cohort = simulate_cohort(200, "realistic", 1)
    oracle_predictions(cohort)
    started = time.process_time()
    oracle_predictions(cohort)
    assert time.process_time() - started < 200 * 0.004  # four times the goal, for a busy machine


def test_presets_share_their_settings_object() -> None:
    assert all(preset.settings() is preset.settings() for preset in PRESETS.values())
