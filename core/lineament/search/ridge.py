"""Ridge regression on session statistics: the control that every network has to beat, and its partner in the stack."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
PENALTIES = tuple(float(penalty) for penalty in np.logspace(0, 5, 21))
CLIP = 6.0
"""Standardised statistics are cut here."""
INNER_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Ridge:
    """prediction = mean + clip((x - centre) / spread) @ weights."""

    centre: FloatArray
    spread: FloatArray
    weights: FloatArray
    mean: float
    penalty: float

    @classmethod
    def fit(cls, statistics: FloatArray, scores: FloatArray, persons: Sequence[str]) -> "Ridge":
        """The penalty has the lowest squared error over grouped folds of the sessions fitted on (scikit-learn)."""
        from sklearn.linear_model import RidgeCV
        from sklearn.model_selection import GroupKFold

        centre = statistics.mean(axis=0)
        spread = np.maximum(statistics.std(axis=0), 1e-9)
        x, mean = np.clip((statistics - centre) / spread, -CLIP, CLIP), float(scores.mean())
        inner = min(INNER_FOLDS, len(set(persons)))
        if inner < 2:
            return cls(centre, spread, np.zeros(x.shape[1]), mean, PENALTIES[-1])
        splits = list(GroupKFold(inner).split(x, groups=list(persons)))
        model = RidgeCV(PENALTIES, fit_intercept=False, cv=splits).fit(x, scores - mean)
        return cls(centre, spread, np.asarray(model.coef_, dtype=np.float64), mean, float(model.alpha_))

    def predict(self, statistics: FloatArray) -> FloatArray:
        """float64[n] on the scale."""
        x = np.clip((statistics - self.centre) / self.spread, -CLIP, CLIP)
        return np.asarray(self.mean + x @ self.weights)


def channel_means(values: npt.NDArray[np.float32], present: npt.NDArray[np.bool_]) -> FloatArray:
    """float64[N, C] of windows float32[N, W, T, C]: each channel's mean over a session's usable windows."""
    weights = present / np.maximum(present.sum(axis=1, keepdims=True), 1)
    return np.einsum("nw,nwc->nc", weights, values.mean(axis=2, dtype=np.float64))
