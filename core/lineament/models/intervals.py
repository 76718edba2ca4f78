"""Split-conformal intervals that depend on how much was seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lineament.datasets.scales import Scale

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ConformalTable:
    """For each amount of usable time (s): how far below and above the estimate the interval reaches.

    Both ends come from the signed residuals of calibration persons, each with the finite-sample quantile at
    (1 - level) / 2 (split conformal, Lei et al. 2018, both tails apart because scores pile up at the scale's low end).
    Widths are made non-increasing in time, by taking the widest of all longer times, which can only raise coverage.
    """

    level: float
    usable_s: tuple[float, ...]
    below: tuple[float, ...]
    above: tuple[float, ...]

    @classmethod
    def calibrate(cls, level: float, usable_s: Sequence[float], residuals: Sequence[FloatArray]) -> Self:
        """residuals[k]: observed minus estimated score of every calibration person after usable_s[k] seconds."""
        below = np.array([conformal_quantile(-r, level) for r in residuals])
        above = np.array([conformal_quantile(r, level) for r in residuals])
        widen = [np.maximum.accumulate(ends[::-1])[::-1] for ends in (below, above)]
        return cls(level, tuple(map(float, usable_s)), *(tuple(map(float, ends)) for ends in widen))

    @classmethod
    def whole_scale(cls, level: float, scale: Scale) -> Self:
        """For a model that is not calibrated yet: every interval is the whole scale."""
        span = float(scale.high - scale.low)
        return cls(level, (1.0,), (span,), (span,))

    def interval(self, score: float, usable_s: float, scale: Scale) -> tuple[float, float]:
        """Interval round an estimate, cut to the scale; between amounts of time in proportion to their logarithm."""
        at = np.log(max(usable_s, 1e-3))
        grid = np.log(self.usable_s)
        low = score - float(np.interp(at, grid, self.below))
        high = score + float(np.interp(at, grid, self.above))
        return max(low, float(scale.low)), min(high, float(scale.high))

    def to_json(self) -> dict[str, Any]:
        return {"level": self.level, "usable_s": self.usable_s, "below": self.below, "above": self.above}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        ends = (tuple(float(v) for v in data[name]) for name in ("usable_s", "below", "above"))
        return cls(float(data["level"]), *ends)


def conformal_quantile(scores: FloatArray, level: float) -> float:
    """One-sided finite-sample quantile: the ceil((n + 1)(1 + level) / 2)-th smallest, the largest if n is small."""
    n = len(scores)
    rank = int(np.ceil((n + 1) * (1 - (1 - level) / 2)))
    return float(np.sort(scores)[min(rank, n) - 1])
