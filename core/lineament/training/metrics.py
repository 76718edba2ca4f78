"""How well predictions fit, with bootstrap intervals over persons."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from lineament.models.card import Estimate, Metrics

FloatArray = npt.NDArray[np.float64]
Metric = Callable[[FloatArray, FloatArray], float]
RESAMPLES = 2000


def rmse(predicted: FloatArray, observed: FloatArray) -> float:
    return float(np.sqrt(np.mean((predicted - observed) ** 2)))


def mae(predicted: FloatArray, observed: FloatArray) -> float:
    return float(np.mean(np.abs(predicted - observed)))


def ccc(predicted: FloatArray, observed: FloatArray) -> float:
    """Concordance correlation (Lin 1989); 0 for a constant."""
    covariance = float(np.mean((predicted - predicted.mean()) * (observed - observed.mean())))
    spread = float(predicted.var() + observed.var() + (predicted.mean() - observed.mean()) ** 2)
    return 2 * covariance / spread if spread > 0 else 0.0


def correlation(predicted: FloatArray, observed: FloatArray) -> float:
    """Pearson's r; 0 where one side does not vary."""
    if predicted.std() < 1e-9 or observed.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(predicted, observed)[0, 1])


def bootstrap(statistic: Callable[[npt.NDArray[np.int64]], float], n: int, seed: int = 0) -> Estimate:
    """A statistic of rows, with the 2.5 and 97.5 percentiles of `RESAMPLES` draws of persons with replacement."""
    rng = np.random.default_rng(seed)
    draws = [statistic(rng.integers(0, n, n)) for _ in range(RESAMPLES)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Estimate(statistic(np.arange(n)), float(low), float(high))


def measure(predicted: FloatArray, observed: FloatArray, *, constant: bool = False) -> Metrics:
    """All metrics of one predictor; a constant has no CCC and no r."""

    def of(metric: Metric) -> Estimate:
        return bootstrap(lambda rows: metric(predicted[rows], observed[rows]), len(observed))

    return Metrics(of(rmse), of(mae), None if constant else of(ccc), None if constant else of(correlation))


def rmse_gain(predicted: FloatArray, other: FloatArray, observed: FloatArray) -> Estimate:
    """How much lower the RMSE of `predicted` is than that of `other` on the same persons (paired bootstrap)."""
    return bootstrap(
        lambda rows: rmse(other[rows], observed[rows]) - rmse(predicted[rows], observed[rows]), len(observed)
    )
