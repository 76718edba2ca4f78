"""Intervals round cross-fitted predictions: CV+ (Barber et al., Annals of Statistics 2021) by MAPIE.

MAPIE wants estimators that it can fit; ours were fitted long ago. So sessions are handed to it by their number, and
"fitting" looks up which fold's members never saw the sessions that are left out.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def cross_conformal(
    of_fold: npt.NDArray[np.int64], table: FloatArray, scores: FloatArray, test: FloatArray, level: float
) -> FloatArray:
    """Intervals float64[m, 2] of m test sessions.

    of_fold: int64[n], the fold each calibration session was held out in. table: float64[folds, n], what each fold's
    members say of them. test: float64[folds, m]. The fold's own members are used for who it held out.
    """
    from mapie.regression import CrossConformalRegressor
    from sklearn.model_selection import PredefinedSplit

    n = len(scores)
    if not test.shape[1]:
        return np.empty((0, 2))
    estimator = _lookup_estimator()(np.hstack([table, test]), of_fold)
    regressor = CrossConformalRegressor(
        estimator=estimator, confidence_level=level, method="plus", cv=PredefinedSplit(of_fold)
    )
    numbers = np.arange(n + test.shape[1], dtype=np.float64)[:, None]
    regressor.fit_conformalize(numbers[:n], scores)
    _, intervals = regressor.predict_interval(numbers[n:])
    return np.asarray(intervals[:, :, 0], dtype=np.float64)


def left_out_intervals(predictions: FloatArray, scores: FloatArray, level: float) -> FloatArray:
    """Intervals float64[n, 2] of the calibration sessions themselves, each from the residuals of the others."""
    residuals = np.abs(scores - predictions)
    widths = np.array([_quantile(np.delete(residuals, i), level) for i in range(len(residuals))])
    return np.stack([predictions - widths, predictions + widths], axis=1)


def _quantile(residuals: FloatArray, level: float) -> float:
    """The ceil((n + 1) level)-th smallest, the largest where there are too few."""
    n = len(residuals)
    rank = min(int(np.ceil((n + 1) * level)), n)
    return float(np.sort(residuals)[rank - 1]) if n else 0.0


def _lookup_estimator() -> Any:
    from sklearn.base import BaseEstimator, RegressorMixin

    class Lookup(RegressorMixin, BaseEstimator):  # type: ignore[misc]
        """Predictions by session number from the fold that none of the sessions fitted on was held out in."""

        def __init__(self, table: FloatArray, of_fold: npt.NDArray[np.int64]) -> None:
            self.table = table
            self.of_fold = of_fold

        def fit(self, numbers: FloatArray, scores: FloatArray) -> "Lookup":
            seen = set(self.of_fold[numbers[:, 0].astype(np.int64)].tolist())
            left = sorted(set(self.of_fold.tolist()) - seen)
            self.fold_ = left[0] if left else None
            return self

        def predict(self, numbers: FloatArray) -> FloatArray:
            at = numbers[:, 0].astype(np.int64)
            if self.fold_ is None:
                return np.asarray(self.table[:, at].mean(axis=0))
            return np.asarray(self.table[self.fold_, at])

    return Lookup
