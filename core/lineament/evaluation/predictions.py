"""From a system's trainings to its predictions for the test: scaled and given intervals by dev alone.

Every system is treated alike. What a training says of dev decides how far its deviations from the mean are trusted
(`search.stacking.Scaled`), and the absolute errors on dev, each with a scale learnt from other dev persons, give the
intervals (split conformal prediction, Lei et al. 2018). Networks that stop early have seen dev once more, so theirs may
be somewhat narrow: what the table shows is how often they held in the test.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.datasets.folds import grouped_folds
from lineament.datasets.scales import Scale
from lineament.evaluation.data import EvaluationData
from lineament.evaluation.deals import Deal
from lineament.search.runs.unit import UnitResult
from lineament.search.stacking import Scaled

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
SCALING_FOLDS = 5


@dataclass(frozen=True, eq=False)
class SystemPredictions:
    """S seeds, n test sessions in the order of `rows`. test: float64[S, n], scaled and inside the scale; raw: as they
    came; intervals: float64[S, n, 2]. dev_rmse: the mean over all trainings. parameters: of the largest."""

    rows: Rows
    test: FloatArray
    raw: FloatArray
    intervals: FloatArray
    dev_rmse: float
    parameters: int


@dataclass(frozen=True, eq=False)
class _Judged:
    """One training's test sessions."""

    rows: Rows
    raw: FloatArray
    test: FloatArray
    intervals: FloatArray
    dev_rmse: float


def collect(
    deals: Sequence[Deal], results: Sequence[UnitResult], data: EvaluationData, level: float
) -> SystemPredictions:
    """All trainings of one system, results in the order of the deals."""
    rows = np.unique(np.concatenate([data.part(deal.part).test for deal in deals]))
    seeds = max(deal.seed for deal in deals) + 1
    test, raw = np.full((seeds, len(rows)), np.nan), np.full((seeds, len(rows)), np.nan)
    intervals, errors = np.full((seeds, len(rows), 2), np.nan), []
    for deal, result in zip(deals, results, strict=True):
        one = _judge(deal, result, data, level)
        at = np.searchsorted(rows, one.rows)
        test[deal.seed, at], raw[deal.seed, at], intervals[deal.seed, at] = one.test, one.raw, one.intervals
        errors.append(one.dev_rmse)
    parameters = max(int(result.values["parameters"]) for result in results)
    return SystemPredictions(rows, test, raw, intervals, float(np.mean(errors)), parameters)


def _judge(deal: Deal, result: UnitResult, data: EvaluationData, level: float) -> _Judged:
    fitted, dev, test = deal.rows(data)
    said = dict(zip(result.arrays["rows"].tolist(), result.arrays["predictions"].tolist(), strict=True))
    on_dev, raw = (np.array([said[int(row)] for row in side], dtype=np.float64) for side in (dev, test))
    scores, persons = data.part(deal.part).scores, [data.features.person_ids[i] for i in dev]
    mean = float(scores[fitted].mean())
    held, scaled = scaled_by_dev(on_dev, raw, mean, scores[dev], persons)
    scale = data.features.scale
    half = half_width(held, scores[dev], persons, level)
    inside = _inside(scaled, scale)
    ends = np.stack([_inside(scaled - half, scale), _inside(scaled + half, scale)], axis=1)
    return _Judged(test, raw, inside, ends, float(np.sqrt(np.mean((_inside(held, scale) - scores[dev]) ** 2))))


def scaled_by_dev(
    on_dev: FloatArray, on_test: FloatArray, mean: float, scores: FloatArray, persons: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    """Dev predictions, each scaled by a weight learnt from other dev persons, and test predictions, by that of all.

    mean: of the scores trained on. A constant, and predictions judged by fewer than two dev persons, stay as they are.
    """
    people = len(set(persons))
    if people < 2 or np.allclose(on_dev, mean):
        return on_dev, on_test
    means = np.full(len(on_dev), mean)
    folds = grouped_folds(persons, scores, min(SCALING_FOLDS, people))
    scaled = Scaled.of(on_dev, means, scores, folds)
    return scaled.held, scaled.applied(on_test, np.full(len(on_test), mean))


def half_width(predicted: FloatArray, scores: FloatArray, persons: Sequence[str], level: float) -> float:
    """The ceil((n + 1) level)-th smallest absolute error, the largest where there are too few.

    One session a person, the first: several of one person are not exchangeable with those of others.
    """
    first = np.sort(np.unique(np.asarray(persons, dtype=np.str_), return_index=True)[1])
    errors = np.sort(np.abs(scores - predicted)[first])
    return float(errors[min(int(np.ceil((len(errors) + 1) * level)), len(errors)) - 1])


def _inside(values: FloatArray, scale: Scale) -> FloatArray:
    return np.clip(values, scale.low, scale.high)
