"""Which control is the one to beat, and whether a system beats it, on the same persons."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from lineament.evaluation.predictions import SystemPredictions
from lineament.search.comparison import Comparison, compare

FloatArray = npt.NDArray[np.float64]


def best_control(found: Mapping[str, SystemPredictions], controls: Sequence[str]) -> str:
    """The control with the lowest RMSE on dev, so that the test chooses nothing; among equals the first."""
    return min(controls, key=lambda name: found[name].dev_rmse)


def compare_over_seeds(own: FloatArray, other: FloatArray, scores: FloatArray, persons: Sequence[str]) -> Comparison:
    """Predictions float64[S, n]: `search.comparison.compare` of the errors of all seeds, a person's together."""
    seeds = len(own)
    return compare(own.reshape(-1), other.reshape(-1), np.tile(scores, seeds), list(persons) * seeds)


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """Adjusted for so many comparisons (Holm 1979)."""
    order = sorted(p, key=lambda name: p[name])
    adjusted, highest = {}, 0.0
    for rank, name in enumerate(order):
        highest = max(highest, min((len(order) - rank) * p[name], 1.0))
        adjusted[name] = highest
    return adjusted
