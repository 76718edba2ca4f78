"""What a card keeps of the predictions for test persons, so that their calibration can be drawn: no person's own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

BINS = 10
LEAST = 5
"""Persons of a bin at least: of fewer nothing is kept."""
Z95 = 1.959964


@dataclass(frozen=True)
class Bin:
    """Test persons with neighbouring estimates: how many, the mean estimate, the mean of what they scored with its 95 %
    interval (normal, from the standard error), and the share of them inside their own intervals."""

    persons: int
    predicted: float
    observed: float
    low: float
    high: float
    inside: float


@dataclass(frozen=True)
class Reliability:
    """Held-out predictions in `BINS` bins of as many persons each, rising; level: what the intervals promise; inside:
    the share of all persons that they hold."""

    level: float
    persons: int
    inside: float
    bins: tuple[Bin, ...]

    @classmethod
    def of(cls, level: float, predicted: FloatArray, observed: FloatArray, ends: FloatArray) -> Self:
        """predicted, observed: float64[N], points. ends: float64[N, 2], the intervals. N may be any number."""
        inside = (observed >= ends[:, 0]) & (observed <= ends[:, 1])
        order = np.argsort(predicted, kind="stable")
        groups = np.array_split(order, min(BINS, max(len(order) // LEAST, 1)))
        bins = tuple(_bin(predicted[g], observed[g], inside[g]) for g in groups if len(g) >= LEAST)
        return cls(level, len(order), float(inside.mean()) if len(order) else 0.0, bins)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError` when something is missing or of another kind."""
        bins: Sequence[Mapping[str, Any]] = data["bins"]
        return cls(float(data["level"]), int(data["persons"]), float(data["inside"]), tuple(Bin(**one) for one in bins))


def _bin(predicted: FloatArray, observed: FloatArray, inside: npt.NDArray[np.bool_]) -> Bin:
    mean, n = float(observed.mean()), len(observed)
    reach = Z95 * float(observed.std(ddof=1)) / n**0.5
    return Bin(n, float(predicted.mean()), mean, mean - reach, mean + reach, float(inside.mean()))
