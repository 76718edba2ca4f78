"""The parameter tables are complete, and severity reaches behaviour as they say."""

import numpy as np
import pytest

from lineament.simulation import simulate_cohort
from lineament.simulation.parameters import CUE_INDEX, CUES, LIMITS, NUMBERS, link_means
from lineament.simulation.persons import draw_person, session_behaviour, without_effect
from lineament.simulation.population import REALISTIC, Population


def behaviours(multiplier: float, severity: float, n: int = 1500, cue: str = "smile_peak") -> np.ndarray:
    rng = np.random.default_rng(3)
    people = [draw_person(rng) for _ in range(n)]
    found = [
        session_behaviour(p, severity, rng, Population(multiplier=multiplier)).linked[CUE_INDEX[cue]] for p in people
    ]
    return np.array(found)


def test_every_number_names_its_source() -> None:
    assert all(number.source.strip() for number in NUMBERS.values())
    assert all(cue.source.strip() for cue in CUES)
    assert len({cue.name for cue in CUES}) == len(CUES) == 28


def test_natural_units_come_back_from_the_link_scale() -> None:
    values = REALISTIC.table.natural(link_means())
    for i, cue in enumerate(CUES):
        low, high = LIMITS.get(cue.name, (-np.inf, np.inf))
        assert values[i] == pytest.approx(np.clip(cue.mean, low, high), rel=1e-9)


@pytest.mark.parametrize("name", ["smile_peak", "smile_control", "head_speed", "answer_latency", "gaze_down_share"])
def test_the_mean_slope_is_the_tables(name: str) -> None:
    cue = CUES[CUE_INDEX[name]]
    difference = behaviours(1.0, 15, cue=name).mean() - behaviours(1.0, 5, cue=name).mean()
    # Axes follow severity with .8; two same seeds share habits and noise, so only slopes remain.
    assert difference == pytest.approx(0.8 * cue.slope, rel=0.12)


def test_habits_have_the_tables_spread() -> None:
    values = behaviours(0.0, 5, n=3000)
    cue = CUES[CUE_INDEX["smile_peak"]]
    assert values.std() == pytest.approx(np.hypot(cue.sd, cue.session_sd), rel=0.06)


def test_a_fifth_of_persons_shows_no_effect() -> None:
    rng = np.random.default_rng(0)
    silent = np.mean([not draw_person(rng).slope_factors.any() for _ in range(2000)])
    assert 0.17 < silent < 0.23


def test_without_effect_severity_changes_nothing() -> None:
    person = without_effect(draw_person(np.random.default_rng(5)))
    low, high = (session_behaviour(person, s, np.random.default_rng(1)).linked for s in (0.0, 24.0))
    np.testing.assert_array_equal(low, high)


def test_women_smile_more_often_and_frown_slopes_differ() -> None:
    rng = np.random.default_rng(11)
    people = [draw_person(rng) for _ in range(3000)]
    rate = np.array([p.habits[CUE_INDEX["smile_rate"]] for p in people])
    women = np.array([p.woman for p in people])
    difference = (rate[women].mean() - rate[~women].mean()) / 0.55
    assert 0.3 < difference < 0.52
    slopes = np.array([p.cue_slopes[CUE_INDEX["au04_mean"]] for p in people])
    assert slopes[women].max() < 0 < slopes[~women].min()


def test_cohort_scores_look_like_published_ones() -> None:
    scores = np.array([s.phq8 for s in simulate_cohort(6000).subjects])
    assert scores.mean() == pytest.approx(6.6, abs=0.3)
    assert scores.std() == pytest.approx(6.0, abs=0.3)
    assert 0.22 < (scores >= 10).mean() < 0.31
    assert scores.min() >= 0
    assert scores.max() <= 24


def test_single_cues_stay_weak() -> None:
    cohort = simulate_cohort(6000, seed=2)
    from lineament.simulation.cohort import session_truth

    linked = np.array([session_truth(cohort, i).linked for i in range(len(cohort))])
    scores = np.array([s.phq8 for s in cohort.subjects])
    correlations = [abs(np.corrcoef(linked[:, k], scores)[0, 1]) for k in range(linked.shape[1])]
    assert max(correlations) < 0.25


def test_a_larger_cohort_begins_with_the_smaller_one() -> None:
    small, large = simulate_cohort(3, seed=9), simulate_cohort(7, seed=9)
    assert [s.phq8 for s in small.subjects] == [s.phq8 for s in large.subjects[:3]]
    np.testing.assert_array_equal(
        small.session(2, seconds=30).column("AU12_r"), large.session(2, seconds=30).column("AU12_r")
    )
