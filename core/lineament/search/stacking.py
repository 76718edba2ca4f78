"""Scale and mixture of predictors, learned out of fold: weights that never go below zero.

prediction = m + sum_k w_k (p_k - m), where m is the mean of the scores that p was trained on (Wolpert 1992; Breiman
1996 for weights that are not negative). Predictors without signal shrink to the constant. A network trained with much
dropout says too little of what it knows, and its one weight may well be 2: every network and every ridge is scaled so
before it is judged (our choice), or errors would compare how hard they were regularised.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
MOST = 3.0
"""Largest weight. A predictor that hardly leaves the mean is noise, not whispered knowledge (our choice)."""


def stacking_weights(predictions: FloatArray, means: FloatArray, scores: FloatArray) -> FloatArray:
    """w float64[k] from out-of-fold predictions float64[k, n]; means float64[n]: of the scores each was trained on."""
    from scipy.optimize import lsq_linear

    if not len(scores):
        return np.zeros(len(predictions))
    deviations = (predictions - means).T
    weights: FloatArray = lsq_linear(deviations, scores - means, bounds=(0.0, MOST), tol=1e-12).x
    return weights


def stacked(weights: FloatArray, predictions: FloatArray, means: FloatArray) -> FloatArray:
    """float64[...]: predictions float64[k, ...] around means float64[...]."""
    return np.asarray(means + np.tensordot(weights, predictions - means, axes=1))


def cross_fitted(
    predictions: FloatArray, means: FloatArray, scores: FloatArray, folds: Sequence[Rows]
) -> tuple[FloatArray, FloatArray]:
    """Stacked out-of-fold predictions float64[n] and, float64[folds, k], the weights of each fold, which are learned
    without its sessions: what a stack is judged by."""
    found = np.empty(len(scores))
    weights = np.empty((len(folds), len(predictions)))
    for fold, held in enumerate(folds):
        others = np.setdiff1d(np.arange(len(scores)), held)
        weights[fold] = stacking_weights(predictions[:, others], means[others], scores[others])
        found[held] = stacked(weights[fold], predictions[:, held], means[held])
    return found, weights


@dataclass(frozen=True, eq=False)
class Scaled:
    """held: float64[n], each session by a weight learned without its fold. weight: learned from all."""

    held: FloatArray
    weight: float

    @classmethod
    def of(cls, held: FloatArray, means: FloatArray, scores: FloatArray, folds: Sequence[Rows]) -> "Scaled":
        """From out-of-fold predictions float64[n] as they came."""
        alone = held[None]
        return cls(cross_fitted(alone, means, scores, folds)[0], float(stacking_weights(alone, means, scores)[0]))

    def applied(self, predictions: FloatArray, means: FloatArray) -> FloatArray:
        """The weight of all on predictions for others."""
        return np.asarray(means + self.weight * (predictions - means))
