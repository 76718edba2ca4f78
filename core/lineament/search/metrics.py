"""How well predictions fit, with bootstrap intervals over persons, all draws at once."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.models.card import Estimate, Metrics

FloatArray = npt.NDArray[np.float64]
DRAWS = 2000


def measure(
    predicted: FloatArray, scores: FloatArray, persons: Sequence[str], *, constant: bool = False, seed: int = 0
) -> Metrics:
    """RMSE, MAE, CCC (Lin 1989) and Pearson's r of predictions float64[n]; a constant has no CCC and no r."""
    n = len(scores)
    rng = np.random.default_rng(seed)
    _, of_row = np.unique(np.asarray(persons, dtype=np.str_), return_inverse=True)
    counts = np.bincount(of_row)
    drawn = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), DRAWS)
    # how often each session is in each draw; the first row is the sample itself
    weights = np.vstack([np.ones(n), drawn[:, of_row]]).astype(np.float64)
    weights /= weights.sum(axis=1, keepdims=True)
    error = predicted - scores
    rmse, mae = np.sqrt(weights @ error**2), weights @ np.abs(error)
    if constant:
        return Metrics(_estimate(rmse), _estimate(mae), None, None)
    ccc, r = _agreement(weights, predicted, scores)
    return Metrics(_estimate(rmse), _estimate(mae), _estimate(ccc), _estimate(r))


def _agreement(weights: FloatArray, predicted: FloatArray, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean_p, mean_s = weights @ predicted, weights @ scores
    var_p = np.maximum(weights @ predicted**2 - mean_p**2, 0.0)
    var_s = np.maximum(weights @ scores**2 - mean_s**2, 0.0)
    covariance = weights @ (predicted * scores) - mean_p * mean_s
    spread = var_p + var_s + (mean_p - mean_s) ** 2
    size = np.sqrt(var_p * var_s)
    ccc = np.divide(2 * covariance, spread, out=np.zeros_like(spread), where=spread > 1e-12)
    r = np.divide(covariance, size, out=np.zeros_like(size), where=size > 1e-9)
    return ccc, r


def _estimate(draws: FloatArray) -> Estimate:
    low, high = np.percentile(draws[1:], [2.5, 97.5])
    return Estimate(float(draws[0]), float(low), float(high))


def coverage(intervals: FloatArray, scores: FloatArray) -> dict[str, float]:
    """Share of scores inside their intervals float64[n, 2], and the intervals' mean width."""
    inside = (intervals[:, 0] <= scores) & (scores <= intervals[:, 1])
    return {"coverage": float(inside.mean()), "width": float((intervals[:, 1] - intervals[:, 0]).mean())}


def metrics_json(metrics: Metrics) -> dict[str, Any]:
    return asdict(metrics)
