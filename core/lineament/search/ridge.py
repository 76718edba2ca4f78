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
        """statistics float64[n, p]; the penalty has the lowest squared error over folds of the persons fitted on."""
        centre = statistics.mean(axis=0)
        spread = np.maximum(statistics.std(axis=0), 1e-9)
        x, mean = np.clip((statistics - centre) / spread, -CLIP, CLIP), float(scores.mean())
        errors = np.zeros(len(PENALTIES))
        for fitted, held in _inner_folds(persons):
            own = float(scores[fitted].mean())
            answers = x[held] @ ridge_path(x[fitted], scores[fitted] - own).T
            errors += ((answers.T + own - scores[held]) ** 2).sum(axis=1)
        # the strongest penalty where there is nothing to choose by
        best = len(PENALTIES) - 1 - int(np.argmin(errors[::-1]))
        return cls(centre, spread, ridge_path(x, scores - mean)[best], mean, PENALTIES[best])

    def predict(self, statistics: FloatArray) -> FloatArray:
        """float64[n] on the scale."""
        x = np.clip((statistics - self.centre) / self.spread, -CLIP, CLIP)
        return np.asarray(self.mean + x @ self.weights)


def ridge_path(x: FloatArray, y: FloatArray) -> FloatArray:
    """Weights float64[penalties, p] for every penalty from one singular value decomposition, without an intercept."""
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    pull = u.T @ y
    shrunk = np.stack([s * pull / (s**2 + penalty) for penalty in PENALTIES])
    return np.asarray(shrunk @ vt)


def _inner_folds(persons: Sequence[str]) -> list[tuple[Rows, Rows]]:
    """Fitted and held-out rows; persons are dealt out in their order. No fold where there is one person only."""
    _, of_row = np.unique(np.asarray(persons, dtype=np.str_), return_inverse=True)
    count = min(INNER_FOLDS, int(of_row.max(initial=0)) + 1)
    if count < 2:
        return []
    return [(np.flatnonzero(of_row % count != fold), np.flatnonzero(of_row % count == fold)) for fold in range(count)]


def channel_means(values: npt.NDArray[np.float32], present: npt.NDArray[np.bool_]) -> FloatArray:
    """float64[N, C] of windows float32[N, W, T, C]: each channel's mean over a session's usable windows."""
    weights = present / np.maximum(present.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.einsum("nw,nwc->nc", weights, values.mean(axis=2, dtype=np.float64)))
