"""Non-negative least squares for many right-hand sides that share one small matrix."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SWEEPS = 100
"""Enough for intensities exact to a thousandth."""
_CHUNK = 512


def solve_nonnegative(gram: FloatArray, scores: FloatArray, ridge: FloatArray, sweeps: int = SWEEPS) -> FloatArray:
    """x >= 0 that minimises x' gram x - 2 scores' x + ridge' x^2 for each row of scores, float64[N, K].

    gram: [K, K] positive semi-definite, ridge: [K] positive. Cyclic coordinate descent (Franc, Hlavac and Navara 2005),
    a fixed number of sweeps over all rows at once. The same batch gives the same bits; a row in another batch may
    differ in the last one.
    """
    solution = np.empty(scores.shape, dtype=np.float64)
    for start in range(0, len(scores), _CHUNK):
        solution[start : start + _CHUNK] = _descend(gram, scores[start : start + _CHUNK], ridge, sweeps)
    return solution


def _descend(gram: FloatArray, scores: FloatArray, ridge: FloatArray, sweeps: int) -> FloatArray:
    """Each coordinate in turn jumps to its best value: what its score leaves after the others had their part."""
    curvature = gram + np.diag(ridge)
    diagonal = np.diag(curvature)[:, None]
    pull = curvature / diagonal
    np.fill_diagonal(pull, 0.0)
    alone = np.ascontiguousarray(scores.T, dtype=np.float64) / diagonal
    x = np.zeros_like(alone)
    for _ in range(sweeps):
        for k in range(len(x)):
            np.maximum(alone[k] - pull[k] @ x, 0.0, out=x[k])
    return np.asarray(x.T)
