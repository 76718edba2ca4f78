"""The last step of a searched model: the networks' mean and a ridge on plain statistics, added with weights learnt.

Stacking (Wolpert 1992) with weights that are not negative (Breiman 1996), learnt on predictions for persons that no
part had seen. Where one side knows nothing new its weight falls to zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

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
    def around(cls, mean: float, network: float, linear: float) -> Self:
        """mean + network * (networks - mean) + linear * (ridge - mean): what the weights leave of one is the mean's."""
        return cls((1 - network - linear) * mean, network, linear)

    @classmethod
    def network_alone(cls) -> Self:
        return cls(0.0, 1.0, 0.0)

    def to_json(self) -> dict[str, float]:
        return {"intercept": self.intercept, "network": self.network, "linear": self.linear}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError` when something is missing or no number."""
        return cls(float(data["intercept"]), float(data["network"]), float(data["linear"]))
