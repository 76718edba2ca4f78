"""The read-out of a searched model, and intervals as MAPIE makes them."""

import numpy as np
import pytest
from tests.support.models import make_hand_designed, make_searched, make_windows

from lineament.datasets import PHQ8, Cohort
from lineament.errors import DatasetError
from lineament.features.cohort_features import cohort_features
from lineament.features.window_statistics import N_WINDOW_STATISTICS, session_mean, window_statistics
from lineament.features.windows import WINDOW_BINS
from lineament.models import ConformalTable
from lineament.models.calibration import calibrate
from lineament.models.read_out import ReadOut, StatisticsRidge
from lineament.models.sessions import (
    estimates_over_time,
    statistics_of_features,
    windows_of_features,
    windows_of_recordings,
)
from lineament.simulation import simulate_cohort


def test_statistics_of_a_window_are_the_textbook_ones() -> None:
    values = make_windows(3).values
    statistics = window_statistics(values)
    assert statistics.shape == (3, N_WINDOW_STATISTICS)
    channel = values[1, :, 7].astype(np.float64)
    expected = [channel.mean(), channel.std(), channel.min(), channel.max(), np.abs(np.diff(channel)).mean()]
    np.testing.assert_allclose(statistics[1, 35:40], expected, rtol=1e-5)
    parts = np.concatenate([window_statistics(values[i : i + 1]) for i in range(3)])
    np.testing.assert_array_equal(statistics, parts)
    np.testing.assert_allclose(session_mean(statistics)[35:40], statistics[:, 35:40].mean(axis=0), rtol=1e-5)


def test_ridge_reads_standardised_statistics_and_cuts_what_lies_far_out() -> None:
    ridge = StatisticsRidge(np.array([3.0, 1.0]), np.array([2.0, 1e-9]), np.array([1.5, 0.0]), 7.0)
    np.testing.assert_allclose(ridge.predict(np.array([[5.0, 1.0], [1.0, 1.0]])), [8.5, 5.5])
    assert ridge.predict(np.array([1e9, 1e9])) == pytest.approx(7 + 6 * 1.5)


def test_read_out_leaves_to_the_mean_what_its_weights_leave_of_one() -> None:
    out = ReadOut.around(6.0, 0.5, 0.2)
    assert out(6.0, 6.0) == pytest.approx(6.0)
    assert out(8.0, 5.0) == pytest.approx(6 + 0.5 * 2 - 0.2 * 1)
    assert ReadOut.around(6.0, 0.0, 0.0)(20.0, 1.0) == 6.0
    assert ReadOut.from_json(out.to_json()) == out


def test_score_of_a_searched_model_is_its_read_out() -> None:
    model = make_searched()
    windows = make_windows(8)
    encoded = model.encode(windows)
    networks, _ = model.networks_estimate(encoded)
    assert model.ridge is not None
    linear = float(model.ridge.predict(session_mean(window_statistics(windows.values))))
    expected = np.clip(-0.5 + 0.6 * networks + 0.5 * linear, 0, 24)
    assert model.estimate(encoded)[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("level", [0.8, 0.9])
@pytest.mark.parametrize("n", [37, 142, 500])
def test_intervals_equal_those_of_mapie(n: int, level: float) -> None:
    from mapie.conformity_scores import AbsoluteConformityScore
    from mapie.regression import SplitConformalRegressor
    from sklearn.base import BaseEstimator, RegressorMixin

    class Given(RegressorMixin, BaseEstimator):  # type: ignore[misc]
        """A regressor that was trained elsewhere: its input is its estimate."""

        fitted_ = True

        def fit(self, x: np.ndarray, y: np.ndarray) -> "Given":
            raise AssertionError("split conformal never fits")

        def predict(self, x: np.ndarray) -> np.ndarray:
            return x[:, 0]

    rng = np.random.default_rng(n)
    estimated = rng.uniform(4, 20, n)
    observed = estimated + rng.exponential(4, n) - 3
    mapie = SplitConformalRegressor(
        Given(), confidence_level=level, conformity_score=AbsoluteConformityScore(sym=False), prefit=True
    )
    mapie.conformalize(estimated[:, None], observed)
    _, ends = mapie.predict_interval(np.array([[12.0]]))
    table = ConformalTable.calibrate(level, (60,), [observed - estimated])
    assert (12 - table.below[0], 12 + table.above[0]) == pytest.approx(ends[0, :, 0].tolist(), abs=1e-6)


def test_calibration_cuts_persons_to_several_lengths() -> None:
    model = make_searched(conformal=None)
    assert model.conformal.interval(9, 60, PHQ8) == (0, 24)
    cohort = Cohort.from_simulation(simulate_cohort(12, seed=8, seconds=70))
    sessions = list(windows_of_recordings(cohort, 60))
    table = calibrate(model, sessions, cohort.scores, times=(20, 60))
    estimates = np.array([estimates_over_time(model, windows, (20, 60)) for windows in sessions])
    residuals = cohort.scores - estimates[:, 1]
    assert table.above[1] == pytest.approx(np.sort(residuals)[11])  # of 12 persons, rank ceil(13 * .9) = 12
    assert table.usable_s == (20, 60)
    with pytest.raises(DatasetError, match="Set at least 10 labelled persons apart"):
        calibrate(model, sessions[:9], cohort.scores[:9], times=(20, 60))


def test_estimates_over_time_use_what_had_been_seen() -> None:
    model = make_hand_designed()
    windows = make_windows(6)  # begin every five seconds
    found = estimates_over_time(model, windows, (5, 20, 35))
    assert found[0] == model.baseline
    assert found[1] == pytest.approx(model.estimate(model.encode(windows[:3]))[0])
    assert found[2] == pytest.approx(model.estimate(model.encode(windows))[0])
    assert (estimates_over_time(model, windows[:0], (20,)) == model.baseline).all()


def test_sessions_come_from_recordings_and_from_features_alike() -> None:
    cohort = Cohort.from_simulation(simulate_cohort(2, seed=8, seconds=70))
    features = cohort_features(cohort, 60)
    statistics = statistics_of_features(features)
    both = zip(windows_of_recordings(cohort, 60), windows_of_features(features), statistics, strict=True)
    for live, batch, row in both:
        assert live.times[-1, 1] <= 60
        assert (batch.firsts % WINDOW_BINS == 0).all()
        shared = np.isin(live.firsts, batch.firsts)
        assert shared.sum() == len(batch)
        np.testing.assert_allclose(live.values[shared], batch.values, atol=1e-4)
        np.testing.assert_allclose(row, session_mean(window_statistics(batch.values)))
