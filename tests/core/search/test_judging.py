"""The figures a search is judged by: stacking, intervals, paired tests, metrics, ridge, ranking."""

import numpy as np
import pytest

from lineament.models.architecture.space import Genotype
from lineament.search.candidates import Candidate
from lineament.search.comparison import compare
from lineament.search.conformal import cross_conformal, left_out_intervals
from lineament.search.metrics import coverage, measure
from lineament.search.ranking import Evaluated, ranked, simplest_within_one_se
from lineament.search.read_out import BehaviourReadOut, read_out_of_fold
from lineament.search.ridge import PENALTIES, Ridge, channel_means, ridge_path
from lineament.search.stacking import MOST, Scaled, cross_fitted, stacked, stacking_weights

PERSONS = [f"p{i}" for i in range(120)]


@pytest.fixture
def scores() -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 24, 120)


def test_stacking_finds_the_weights_of_a_mixture(scores: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    parts = rng.normal(size=(2, 120))
    means = np.full(120, 3.0)
    target = 3.0 + 0.3 * parts[0] + 0.5 * parts[1]
    np.testing.assert_allclose(stacking_weights(parts + 3.0, means, target), [0.3, 0.5], atol=1e-9)


def test_stacking_amplifies_the_timid_within_bounds_and_turns_nothing_round(scores: np.ndarray) -> None:
    rng = np.random.default_rng(2)
    means = np.full(120, scores.mean())
    timid = means + 0.4 * (scores - means)
    weights = stacking_weights(np.stack([timid, means + rng.normal(size=120)]), means, scores)
    np.testing.assert_allclose(weights, [2.5, 0], atol=1e-6)
    whisper = means + 1e-6 * (scores - means)
    assert stacking_weights(whisper[None], means, scores)[0] == pytest.approx(MOST)
    against = means - (scores - means)
    np.testing.assert_allclose(stacking_weights(np.stack([against, against]), means, scores), [0, 0], atol=1e-9)


def test_a_predictor_is_scaled_without_its_own_fold(scores: np.ndarray) -> None:
    means = np.full(120, scores.mean())
    folds = [np.arange(fold, 120, 3) for fold in range(3)]
    timid = means + 0.5 * (scores - means)
    scaled = Scaled.of(timid, means, scores, folds)
    assert scaled.weight == pytest.approx(2.0)
    np.testing.assert_allclose(scaled.held, scores)
    np.testing.assert_allclose(scaled.applied(means + 1.0, means), means + 2.0)


def test_a_stack_of_noise_falls_back_to_the_mean(scores: np.ndarray) -> None:
    means = np.full(120, scores.mean())
    noise = means + np.random.default_rng(3).normal(size=(2, 120)) * 7
    weights = stacking_weights(noise, means, scores)
    assert weights.max() < 0.2
    np.testing.assert_allclose(stacked(np.zeros(2), noise, means), means)


def test_cross_fitted_weights_do_not_see_their_own_fold(scores: np.ndarray) -> None:
    means = np.full(120, scores.mean())
    folds = [np.arange(fold, 120, 3) for fold in range(3)]
    predictions = np.stack([means, means + np.random.default_rng(4).normal(size=120)])
    held, weights = cross_fitted(predictions, means, scores, folds)
    changed = scores.copy()
    changed[folds[0]] = 24 - changed[folds[0]]
    _, again = cross_fitted(predictions, means, changed, folds)
    np.testing.assert_array_equal(weights[0], again[0])
    assert held.shape == (120,)


def test_cross_conformal_intervals_cover_what_they_promise() -> None:
    rng = np.random.default_rng(5)
    n, m, folds = 800, 2000, 5
    of_fold = rng.permutation(np.arange(n) % folds)
    truth = rng.normal(size=n + m)
    observed = truth + rng.normal(size=n + m)
    said = truth + 0.1 * rng.normal(size=(folds, n + m))
    intervals = cross_conformal(of_fold, said[:, :n], observed[:n], said[:, n:], 0.8)
    assert coverage(intervals, observed[n:])["coverage"] == pytest.approx(0.8, abs=0.04)


def test_cross_conformal_asks_each_fold_only_about_whom_it_held_out() -> None:
    """CV+ by hand (Barber et al. 2021, equation 9): quantiles of mu_k(i)(x) -/+ R_i."""
    rng = np.random.default_rng(6)
    n, m, folds, level = 39, 4, 3, 0.8
    of_fold = np.arange(n) % folds
    scores, test = rng.normal(size=n), rng.normal(size=(folds, m))
    table = np.full((folds, n), np.nan)
    table[of_fold, np.arange(n)] = 0.3
    residuals = np.abs(scores - 0.3)
    intervals = cross_conformal(of_fold, np.nan_to_num(table, nan=99.0), scores, test, level)
    low = np.sort(test[of_fold] - residuals[:, None], axis=0)[round((n + 1) * (1 - level)) - 1]
    high = np.sort(test[of_fold] + residuals[:, None], axis=0)[round((n + 1) * level) - 1]
    np.testing.assert_allclose(intervals, np.stack([low, high], axis=1))
    assert cross_conformal(of_fold, table, scores, test[:, :0], level).shape == (0, 2)


def test_a_session_takes_no_part_in_its_own_interval() -> None:
    scores = np.zeros(11)
    scores[0] = 50.0
    intervals = left_out_intervals(np.zeros(11), scores, 0.8)
    np.testing.assert_array_equal(intervals[0], [0, 0])
    assert intervals[1, 1] == 0.0  # the ninth of ten residuals
    assert left_out_intervals(np.zeros(11), scores, 0.95)[1, 1] == 50.0


def test_a_better_predictor_is_told_from_a_worse_one(scores: np.ndarray) -> None:
    rng = np.random.default_rng(7)
    good, bad = scores + rng.normal(size=120), scores + 3 * rng.normal(size=120)
    found = compare(good, bad, scores, PERSONS)
    assert found.better
    assert not found.worse
    assert found.low < found.rmse_gain < found.high
    back = compare(bad, good, scores, PERSONS)
    assert back.worse
    assert back.rmse_gain == pytest.approx(-found.rmse_gain)
    same = compare(good, good, scores, PERSONS)
    assert (same.p, same.better, same.worse) == (1.0, False, False)


def test_the_test_of_equal_predictors_is_calibrated() -> None:
    """Two equally bad predictors are called different in about 5 of 100 cases, and better in fewer."""
    rng = np.random.default_rng(8)
    ps, better = [], 0
    for seed in range(60):
        scores = rng.normal(size=40)
        found = compare(rng.normal(size=40), rng.normal(size=40), scores, PERSONS[:40], seed)
        ps.append(found.p)
        better += found.better
    assert 0.3 < np.mean(ps) < 0.7
    assert better <= 5


def test_sessions_of_a_person_stay_together(scores: np.ndarray) -> None:
    """Ten copies of four persons are four persons: no certainty comes from copying."""
    few = np.tile(scores[:4], 10)
    persons = [f"p{i}" for i in range(4)] * 10
    assert compare(few + 1, few + 2, few, persons).p > 0.05


def test_metrics_by_hand(scores: np.ndarray) -> None:
    predicted = 0.5 * scores + 2
    found = measure(predicted, scores, PERSONS)
    error = predicted - scores
    assert found.rmse.value == pytest.approx(np.sqrt((error**2).mean()))
    assert found.mae.value == pytest.approx(np.abs(error).mean())
    assert found.r is not None
    assert found.r.value == pytest.approx(1.0)
    ccc = 2 * np.cov(predicted, scores, bias=True)[0, 1]
    ccc /= predicted.var() + scores.var() + (predicted.mean() - scores.mean()) ** 2
    assert found.ccc is not None
    assert found.ccc.value == pytest.approx(ccc)
    assert found.ccc.low < ccc < found.ccc.high
    assert measure(np.full(120, 12.0), scores, PERSONS, constant=True).ccc is None


def test_ridge_path_equals_scikit_learn() -> None:
    from sklearn.linear_model import Ridge as Reference

    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(20, 50)), rng.normal(size=20)
    path = ridge_path(x, y)
    for penalty, weights in zip(PENALTIES[::5], path[::5], strict=True):
        np.testing.assert_allclose(weights, Reference(penalty, fit_intercept=False).fit(x, y).coef_, atol=1e-8)


def test_ridge_learns_where_there_is_something_and_shrinks_where_there_is_nothing() -> None:
    rng = np.random.default_rng(10)
    x = rng.normal(size=(100, 30))
    y = 10 + x[:, 0] - x[:, 1]
    persons = PERSONS[:100]
    found = Ridge.fit(x[:80], y[:80], persons[:80])
    assert np.sqrt(np.mean((found.predict(x[80:]) - y[80:]) ** 2)) < 0.3
    nothing = Ridge.fit(x[:80], rng.normal(size=80), persons[:80])
    assert nothing.penalty > 100 * found.penalty
    lonely = Ridge.fit(x[:3], y[:3], ["p0"] * 3)
    assert np.abs(lonely.predict(x[80:]) - y[:3].mean()).max() < 0.1


def test_channel_means_leave_out_windows_that_are_not_there() -> None:
    values = np.arange(2 * 3 * 2 * 1, dtype=np.float32).reshape(2, 3, 2, 1)
    present = np.array([[True, False, True], [False, False, False]])
    np.testing.assert_allclose(channel_means(values, present), [[2.5], [0.0]])


def _evaluated(name: str, parameters: int, errors: np.ndarray, scores: np.ndarray) -> Evaluated:
    candidate = Candidate(name, "test", ("gaze",), Genotype((("gaze.family", name),)))
    return Evaluated(candidate, parameters, scores + errors)


def test_the_one_se_rule_takes_the_smallest_that_cannot_be_told_from_the_best(scores: np.ndarray) -> None:
    rng = np.random.default_rng(11)
    noise = rng.normal(size=(3, 120))
    best = _evaluated("best", 900, 1.999 * noise, scores)
    alike = _evaluated("alike", 300, 2.0 * noise[:, rng.permutation(120)], scores)
    small_but_worse = _evaluated("worse", 100, 2.6 * noise, scores)
    given = [small_but_worse, alike, best]
    assert ranked(given, scores)[-1] is small_but_worse
    assert simplest_within_one_se(given, scores, PERSONS) is alike
    assert simplest_within_one_se([small_but_worse, best], scores, PERSONS) is best


def test_ranking_is_by_the_mean_over_seeds_and_not_by_the_luckiest(scores: np.ndarray) -> None:
    lucky = np.stack([np.full(120, 1.0), np.full(120, 6.0)])
    steady = np.full((2, 120), 3.0)
    order = ranked([_evaluated("lucky", 1, lucky, scores), _evaluated("steady", 9, steady, scores)], scores)
    assert [one.candidate.name for one in order] == ["steady", "lucky"]
    assert order[0].rmse(scores) == pytest.approx(3.0)


def test_a_read_out_of_behaviour_beats_the_answer_alone_and_never_sees_its_fold(scores: np.ndarray) -> None:
    rng = np.random.default_rng(5)
    behaviour = rng.normal(size=(120, 6))
    told = 12 + 3 * behaviour[:, 0] - 2 * behaviour[:, 1] + rng.normal(size=120)
    answers = np.full(120, 12.0) + 0.05 * rng.normal(size=120)
    folds = [np.arange(fold, 120, 3) for fold in range(3)]
    read = read_out_of_fold(answers, behaviour, told, PERSONS, folds)
    assert np.corrcoef(read, told)[0, 1] > 0.9
    changed = told.copy()
    changed[folds[0]] = 24 - changed[folds[0]]
    again = read_out_of_fold(answers, behaviour, changed, PERSONS, folds)
    np.testing.assert_array_equal(again[folds[0]], read[folds[0]])
    noise = read_out_of_fold(answers, behaviour, scores, PERSONS, folds)
    assert np.sqrt(((noise - scores) ** 2).mean()) < 1.1 * scores.std()


def test_a_read_out_goes_into_a_networks_last_layer() -> None:
    rng = np.random.default_rng(6)
    sessions = rng.normal(size=(9, 4)).astype(np.float32)
    state = {
        "score.weight": rng.normal(size=(1, 4)).astype(np.float32),
        "score.bias": rng.normal(size=1).astype(np.float32),
        "behaviour.weight": rng.normal(size=(3, 4)).astype(np.float32),
        "behaviour.bias": rng.normal(size=3).astype(np.float32),
        "fusion.weight": np.ones(2, dtype=np.float32),
    }
    mean, spread = 7.0, 5.0
    answers = mean + spread * (sessions @ state["score.weight"].T + state["score.bias"])[:, 0]
    behaviour = sessions @ state["behaviour.weight"].T + state["behaviour.bias"]
    read_out = BehaviourReadOut(1.5, 0.4, np.array([0.2, -1.0, 3.0]))
    folded = read_out.folded(state, mean, spread)
    assert set(folded) == {"score.weight", "score.bias", "fusion.weight"}
    alone = mean + spread * (sessions @ folded["score.weight"].T + folded["score.bias"])[:, 0]
    np.testing.assert_allclose(alone, read_out(answers, behaviour), rtol=1e-5)
