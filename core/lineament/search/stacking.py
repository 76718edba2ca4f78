"""Network and ridge together: weights that never go below zero nor above one in sum, learned out of fold.

prediction = m + sum_k w_k (p_k - m), where m is the mean of the scores that p was trained on (Wolpert 1992; Breiman
1996 for weights that are not negative). What the weights leave of one falls to the mean, so that predictors without
signal shrink to the constant.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


def stacking_weights(predictions: FloatArray, means: FloatArray, scores: FloatArray) -> FloatArray:
    """w float64[k] from out-of-fold predictions float64[k, n]; means float64[n]: of the scores each was trained on."""
    from scipy.optimize import nnls

    if not len(scores):
        return np.zeros(len(predictions))
    deviations = (predictions - means).T
    weights: FloatArray = nnls(deviations, scores - means)[0]
    if weights.sum() <= 1:
        return weights
    return _on_simplex(deviations, scores - means)


def _on_simplex(deviations: FloatArray, target: FloatArray) -> FloatArray:
    """Least squares with weights of at least zero that sum to one: a heavy row stands for the sum (Lawson, Hanson)."""
    from scipy.optimize import nnls

    heavy = 1e4 * max(float(np.linalg.norm(deviations)), 1.0)
    rows = np.vstack([deviations, np.full(deviations.shape[1], heavy)])
    weights: FloatArray = nnls(rows, np.append(target, heavy))[0]
    return np.asarray(weights / weights.sum())


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
