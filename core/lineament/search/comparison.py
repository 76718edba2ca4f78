"""Whether one predictor is better than another, on the same persons: a sign-flip test and a bootstrap interval."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
DRAWS = 10_000
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Comparison:
    """rmse_gain: how much lower the error of the first is, with its 95 % interval (bootstrap over persons).
    p: two-sided, paired permutation of who made which error."""

    rmse_gain: float
    low: float
    high: float
    p: float

    @property
    def better(self) -> bool:
        """Both tests say so; `worse` likewise. Neither means that they cannot be told apart."""
        return self.p < SIGNIFICANT and self.low > 0

    @property
    def worse(self) -> bool:
        return self.p < SIGNIFICANT and self.high < 0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "better": self.better, "worse": self.worse}


def compare(
    predicted: FloatArray, other: FloatArray, scores: FloatArray, persons: Sequence[str], seed: int = 0
) -> Comparison:
    """How much better `predicted` is than `other`, both float64[n]; sessions of a person stay together."""
    _, of_row = np.unique(np.asarray(persons, dtype=np.str_), return_inverse=True)
    counts = np.bincount(of_row)
    own: FloatArray = np.bincount(of_row, weights=(predicted - scores) ** 2).astype(np.float64)
    others: FloatArray = np.bincount(of_row, weights=(other - scores) ** 2).astype(np.float64)
    rng = np.random.default_rng(seed)
    gain = _gain(own, others, counts)
    draws = rng.integers(0, len(counts), (DRAWS // 5, len(counts)))
    gains = _gain(own[draws], others[draws], counts[draws])
    low, high = np.percentile(gains, [2.5, 97.5])
    return Comparison(float(gain), float(low), float(high), _sign_flip(others - own, rng))


def _gain(own: FloatArray, others: FloatArray, counts: npt.NDArray[Any]) -> FloatArray:
    total = counts.sum(axis=-1)
    return np.asarray(np.sqrt(others.sum(axis=-1) / total) - np.sqrt(own.sum(axis=-1) / total))


def _sign_flip(differences: FloatArray, rng: np.random.Generator) -> float:
    """Two-sided p of the mean difference when each person's sign is a coin's; 1 where nothing differs."""
    if not np.any(differences):
        return 1.0
    observed = abs(differences.sum())
    beyond = 0
    for _ in range(10):
        signs = rng.integers(0, 2, (DRAWS // 10, len(differences))) * 2 - 1
        beyond += int((np.abs(signs @ differences) >= observed * (1 - 1e-12)).sum())
    return (beyond + 1) / (DRAWS + 1)
