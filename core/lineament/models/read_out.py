"""The last step of a searched model: the networks' mean and a ridge on plain statistics, added with weights learnt.

Stacking (Wolpert 1992) with weights that are not negative (Breiman 1996), learnt on predictions for persons that no
part had seen. Where one side knows nothing new its weight falls to zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lineament.errors import DatasetError

FloatArray = npt.NDArray[np.float64]

FURTHEST = 6.0
"""Standardised statistics are cut here, so that a single mismeasured channel cannot carry the score away."""


@dataclass(frozen=True, eq=False)
class StatisticsRidge:
    """Ridge regression on sessions' statistics: centre, spread and weights float64[S]; target: the mean score."""

    centre: FloatArray
    spread: FloatArray
    weights: FloatArray
    target: float

    @classmethod
    def fit(cls, statistics: npt.NDArray[np.floating[Any]], scores: FloatArray, penalty: float) -> Self:
        """On standardised statistics [N, S] of training persons. Channels that never change get no weight.

        Raises `DatasetError` without persons or for a penalty that is not above zero.
        """
        if not len(scores) or not penalty > 0:
            raise DatasetError(
                f"ridge cannot be fitted to {len(scores)} persons with penalty {penalty:g}",
                remedy="Give training persons and a penalty above zero.",
            )
        x = np.asarray(statistics, dtype=np.float64)
        centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
        z = np.clip((x - centre) / spread, -FURTHEST, FURTHEST)
        target = float(scores.mean())
        weights = np.linalg.solve(z.T @ z + penalty * np.eye(z.shape[1]), z.T @ (scores - target))
        return cls(centre, spread, weights, target)

    def predict(self, statistics: npt.NDArray[np.floating[Any]]) -> FloatArray:
        """Scores [...] of statistics [..., S]."""
        z = np.clip((statistics - self.centre) / self.spread, -FURTHEST, FURTHEST)
        predicted: FloatArray = self.target + z @ self.weights
        return predicted


@dataclass(frozen=True)
class ReadOut:
    """score = intercept + network * (mean of the networks) + linear * (ridge), in points of the scale."""

    intercept: float
    network: float
    linear: float

    def __call__(self, networks: float, ridge: float) -> float:
        return self.intercept + self.network * networks + self.linear * ridge

    @classmethod
    def fit(cls, networks: FloatArray, ridge: FloatArray, scores: FloatArray) -> Self:
        """Least squares with both weights at least 0, on out-of-fold predictions [N] in points.

        Raises `DatasetError` when something is not a number.
        """
        from scipy.optimize import nnls

        x, y = np.stack([networks, ridge], axis=1).astype(np.float64), scores.astype(np.float64)
        if not len(y) or not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise DatasetError(
                "the read-out cannot be learnt: there is no out-of-fold prediction, or one is not a number",
                remedy="Train the networks again, with a lower learning rate if they diverged.",
            )
        centre = x.mean(axis=0)
        (a, b), _ = nnls(x - centre, y - y.mean())
        return cls(float(y.mean() - centre @ np.array([a, b])), float(a), float(b))

    @classmethod
    def network_alone(cls) -> Self:
        return cls(0.0, 1.0, 0.0)

    def to_json(self) -> dict[str, float]:
        return {"intercept": self.intercept, "network": self.network, "linear": self.linear}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError` when something is missing or no number."""
        return cls(float(data["intercept"]), float(data["network"]), float(data["linear"]))
