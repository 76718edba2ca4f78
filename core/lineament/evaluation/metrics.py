"""What one system's predictions are worth, with bootstrap intervals over seeds and persons together.

A figure is the mean over seeds of the figure of one seed's predictions. In every draw persons (with all their sessions)
and seeds are both drawn with replacement, so that an interval holds for other persons and for training anew. All draws
are computed at once, as sums weighted by how often a session is in the draw.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.evaluation.cut_off import CutOff
from lineament.models.card import Estimate
from lineament.search.metrics import DRAWS

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Figures:
    """coverage: share of test sessions inside their interval; width: the intervals' mean, points. None: a constant
    ranks nobody, and where all of the test are on one side of the cut-off nobody can be ranked."""

    rmse: Estimate
    mae: Estimate
    ccc: Estimate | None
    pcc: Estimate | None
    f1: Estimate
    auc: Estimate | None
    coverage: Estimate
    width: Estimate

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


NAMES = tuple(f.name for f in fields(Figures))


@dataclass(frozen=True, eq=False)
class Draws:
    """sessions: float64[D + 1, n], each session's weight, rows summing to 1; seeds: float64[D + 1, S] likewise. The
    first row is the sample itself."""

    sessions: FloatArray
    seeds: FloatArray

    @classmethod
    def of(cls, persons: Sequence[str], seeds: int, seed: int = 0, draws: int = DRAWS) -> "Draws":
        rng = np.random.default_rng(seed)
        _, of_row = np.unique(np.asarray(persons, dtype=np.str_), return_inverse=True)
        count = int(of_row.max()) + 1
        drawn = rng.multinomial(count, np.full(count, 1 / count), draws)[:, of_row]
        whole = np.vstack([np.ones(len(of_row)), drawn]).astype(np.float64)
        trained = rng.multinomial(seeds, np.full(seeds, 1 / seeds), draws)
        each = np.vstack([np.ones(seeds), trained]).astype(np.float64)
        return cls(whole / whole.sum(axis=1, keepdims=True), each / seeds)

    def over_seeds(self, values: Sequence[FloatArray]) -> FloatArray:
        """float64[D + 1] of one float64[D + 1] a seed."""
        return np.asarray((self.seeds * np.stack(values, axis=1)).sum(axis=1))


def figures(
    predicted: FloatArray, intervals: FloatArray, scores: FloatArray, draws: Draws, cut_off: CutOff, *, ranks: bool
) -> Figures:
    """predicted float64[S, n]; intervals float64[S, n, 2]; scores float64[n]. ranks: False for a constant."""
    w = draws.sessions

    def of(values: Sequence[FloatArray]) -> Estimate | None:
        return estimate(draws.over_seeds(values))

    def sure(values: Sequence[FloatArray]) -> Estimate:
        found = of(values)
        assert found is not None
        return found

    agreement = [_agreement(w, p, scores) for p in predicted] if ranks else []
    inside = [(i[:, 0] <= scores) & (scores <= i[:, 1]) for i in intervals]
    positive = scores >= cut_off.score
    return Figures(
        rmse=sure(rmse_draws(predicted, scores, draws)),
        mae=sure([w @ np.abs(p - scores) for p in predicted]),
        ccc=of([ccc for ccc, _ in agreement]) if ranks else None,
        pcc=of([r for _, r in agreement]) if ranks else None,
        f1=sure([_f1(w, p >= cut_off.predicted, positive) for p in predicted]),
        auc=of([_auc(w, p, positive) for p in predicted]) if ranks else None,
        coverage=sure([w @ one.astype(np.float64) for one in inside]),
        width=sure([w @ (i[:, 1] - i[:, 0]) for i in intervals]),
    )


def rmse_draws(predicted: FloatArray, scores: FloatArray, draws: Draws) -> list[FloatArray]:
    """float64[D + 1] a seed."""
    return [np.sqrt(draws.sessions @ (p - scores) ** 2) for p in predicted]


def reachable_share(
    predicted: FloatArray, constant: FloatArray, oracle: FloatArray, scores: FloatArray, draws: Draws
) -> Estimate | None:
    """(constant - system) / (constant - oracle) in RMSE, the constant's predictions [S, n], the oracle's [n]."""
    own, none = (draws.over_seeds(rmse_draws(p, scores, draws)) for p in (predicted, constant))
    best = np.sqrt(draws.sessions @ (oracle - scores) ** 2)
    reachable = none - best
    return estimate(np.divide(none - own, reachable, out=np.full_like(own, np.nan), where=np.abs(reachable) > 1e-9))


def estimate(draws: FloatArray) -> Estimate | None:
    """The first value with the 2.5 and 97.5 percentiles of the others; draws without a value are left out; None where
    the sample itself has none."""
    others = draws[1:][np.isfinite(draws[1:])]
    if not np.isfinite(draws[0]) or not len(others):
        return None
    low, high = np.percentile(others, [2.5, 97.5])
    return Estimate(float(draws[0]), float(low), float(high))


def _agreement(w: FloatArray, predicted: FloatArray, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """CCC (Lin 1989) and Pearson's r, float64[D + 1] each; 0 where one side does not vary."""
    p, s = predicted - predicted.mean(), scores - scores.mean()
    shift = predicted.mean() - scores.mean()
    mean_p, mean_s = w @ p, w @ s
    var_p = np.maximum(w @ p**2 - mean_p**2, 0.0)
    var_s = np.maximum(w @ s**2 - mean_s**2, 0.0)
    covariance = w @ (p * s) - mean_p * mean_s
    spread = var_p + var_s + (mean_p - mean_s + shift) ** 2
    size = np.sqrt(var_p * var_s)
    ccc = np.divide(2 * covariance, spread, out=np.zeros_like(spread), where=spread > 1e-12)
    return ccc, np.divide(covariance, size, out=np.zeros_like(size), where=size > 1e-9)


def _f1(w: FloatArray, called: npt.NDArray[np.bool_], positive: npt.NDArray[np.bool_]) -> FloatArray:
    """2 TP / (2 TP + FP + FN), float64[D + 1]; 0 where nobody is positive and nobody called so."""
    hit = w @ (called & positive).astype(np.float64)
    either = w @ called.astype(np.float64) + w @ positive.astype(np.float64)
    return np.divide(2 * hit, either, out=np.zeros_like(hit), where=either > 0)


def _auc(w: FloatArray, predicted: FloatArray, positive: npt.NDArray[np.bool_]) -> FloatArray:
    """Chance that a positive session is predicted higher than a negative one, ties half; NaN where one is missing."""
    ill, well = predicted[positive], predicted[~positive]
    above = (ill[:, None] > well) + 0.5 * (ill[:, None] == well)
    w_ill, w_well = w[:, positive], w[:, ~positive]
    pairs = w_ill.sum(axis=1) * w_well.sum(axis=1)
    won = ((w_ill @ above) * w_well).sum(axis=1)
    return np.asarray(np.divide(won, pairs, out=np.full_like(pairs, np.nan), where=pairs > 0))
