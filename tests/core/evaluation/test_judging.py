"""Scaling and intervals from dev, the best control, paired tests over seeds, and Holm's adjustment."""

import numpy as np
import pytest

from lineament.evaluation.judging import best_control, compare_over_seeds, holm
from lineament.evaluation.predictions import SystemPredictions, half_width, scaled_by_dev
from lineament.evaluation.times import working_seconds
from lineament.search.comparison import compare
from lineament.search.runs import Event


def test_half_widths_are_the_finite_sample_quantile_of_one_session_a_person() -> None:
    scores = np.zeros(9)
    errors = np.array([1.0, -2, 3, -4, 5, -6, 7, -8, 9])
    persons = [str(i) for i in range(9)]
    assert half_width(errors, scores, persons, 0.8) == 8.0  # ceil(10 * .8) = the eighth smallest
    assert half_width(errors[:3], scores[:3], persons[:3], 0.8) == 3.0  # too few: the largest
    assert half_width(errors[:4], scores[:4], ["a", "a", "b", "b"], 0.5) == 3.0  # of 1 and 3, the second


def test_split_conformal_intervals_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    held = []
    for _ in range(400):
        errors = rng.normal(size=31)
        half = half_width(errors[:30], np.zeros(30), [str(i) for i in range(30)], 0.8)
        held.append(abs(errors[30]) <= half)
    assert np.mean(held) == pytest.approx(0.8, abs=0.06)


def test_whispering_predictions_are_raised_and_noise_is_lowered_by_dev_alone() -> None:
    rng = np.random.default_rng(1)
    scores = rng.uniform(0, 24, 60)
    persons = [str(i) for i in range(60)]
    quiet, test = 12 + 0.4 * (scores - 12), np.array([12.0, 16.0])
    held, scaled = scaled_by_dev(quiet, test, 12.0, scores, persons)
    assert scaled == pytest.approx([12.0, 22.0])  # 2.5 times as far
    assert held == pytest.approx(scores)
    _, lowered = scaled_by_dev(12 + rng.normal(0, 6, 60), test, 12.0, scores, persons)
    assert abs(lowered[1] - 12) < 2.0


def test_constants_and_a_single_dev_person_stay_as_they_are() -> None:
    test = np.array([7.0, 7.0])
    held, same = scaled_by_dev(np.full(5, 7.0), test, 7.0, np.arange(5.0), list("abcde"))
    assert np.array_equal(same, test)
    assert np.array_equal(held, np.full(5, 7.0))
    alone, own = np.array([3.0, 4.0]), np.array([9.0])
    held, same = scaled_by_dev(alone, own, 7.0, np.array([1.0, 2.0]), ["a", "a"])
    assert np.array_equal(held, alone)
    assert np.array_equal(same, own)


def predictions(dev_rmse: float, test: float) -> SystemPredictions:
    said = np.full((1, 2), test)
    return SystemPredictions(np.arange(2), said, said, np.zeros((1, 2, 2)), dev_rmse, 1)


def test_the_best_control_is_chosen_on_dev_whatever_the_test_says() -> None:
    found = {"constant": predictions(6.0, 0.0), "ridge": predictions(5.0, 20.0), "network": predictions(1.0, 0.0)}
    assert best_control(found, ["constant", "ridge"]) == "ridge"


def test_one_seed_is_compared_as_a_search_does_and_seeds_of_a_person_stay_together() -> None:
    rng = np.random.default_rng(0)
    scores, persons = rng.uniform(0, 24, 40), [str(i // 2) for i in range(40)]
    own, other = scores + rng.normal(0, 3, (2, 40)), scores + rng.normal(0, 5, (2, 40))
    assert compare_over_seeds(own[:1], other[:1], scores, persons) == compare(own[0], other[0], scores, persons)
    twice = compare_over_seeds(own[[0, 0]], other[[0, 0]], scores, persons)
    once = compare(own[0], other[0], scores, persons)
    # the same seed twice is no more evidence
    assert twice.p == pytest.approx(once.p)
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))
    both = compare_over_seeds(own, other, scores, persons)
    expected = np.sqrt(((other - scores) ** 2).mean()) - np.sqrt(((own - scores) ** 2).mean())
    assert both.rmse_gain == pytest.approx(expected)


def test_holm() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})
    assert holm({"a": 0.6, "b": 0.7}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


def test_seconds_are_summed_over_sessions_up_to_the_last_sign_of_life() -> None:
    def event(time: float, kind: str, unit: str | None) -> Event:
        return Event(time, kind, unit, {})

    events = [
        event(0, "session_started", None),
        event(1, "unit_started", "a"),
        event(3, "unit_progress", "a"),
        event(3, "unit_started", "b"),
        event(8, "unit_finished", "b"),
        event(50, "unit_started", "a"),  # killed at 3, gone on at 50
        event(54, "unit_finished", "a"),
        event(90, "unit_finished", "a"),  # read again
        event(91, "unit_started", "c"),
        event(93, "losses", "c"),
    ]
    assert working_seconds(events) == {"a": 6.0, "b": 5.0, "c": 2.0}
