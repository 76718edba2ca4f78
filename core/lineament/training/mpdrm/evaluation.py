"""MPDRM's visits held out: scored by the very path a recording takes, knowing each person's earlier visits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.features.grid import EvenGrid
from lineament.models.base import EncodedWindows
from lineament.models.card import Estimate, Metrics
from lineament.models.mpdrm.model import MpdrmModel
from lineament.models.mpdrm.movement import MovementStream, movement_series
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.metrics import Metric, bootstrap, ccc, correlation, mae, rmse
from lineament.training.mpdrm.data import MovementData, movement_statistics

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class HeldVisits:
    """N visits in the order of persons and visits. scores: float64[N]; persons: int64[N]; estimates: float64[N, K],
    after each of K times, knowing earlier visits; alone: float64[N], whole visits without that; habit_share:
    float64[N], 0 for visits without a window; statistics, change: what the ridges read (`change_statistics`)."""

    scores: FloatArray
    persons: IntArray
    estimates: FloatArray
    alone: FloatArray
    habit_share: FloatArray
    statistics: FloatArray
    change: FloatArray


def hold_out_visits(
    model: MpdrmModel,
    cohort: Cohort,
    seconds: float,
    times: tuple[float, ...],
    cancel: CancelToken,
    sink: EventSink,
    task: str,
) -> HeldVisits:
    """Every visit of `cohort` when only its first `times[k]` seconds had been seen, and all of earlier visits.

    The constant stands where no window had ended. Raises what reading a recording raises, `Cancelled`.
    """
    names = {person: i for i, person in enumerate(dict.fromkeys(cohort.person_ids))}
    persons = np.array([names[person] for person in cohort.person_ids], dtype=np.int64)
    order = np.lexsort((np.array([s.visit for s in cohort.sessions]), persons))
    meter = ProgressMeter(task, len(cohort), "sessions", sink)
    estimates, alone = np.full((len(order), len(times)), model.baseline), np.full(len(order), model.baseline)
    share, statistics = np.zeros(len(order)), []
    before: list[EncodedWindows] = []
    for row, i in enumerate(order):
        cancel.raise_if_cancelled()
        if row and persons[i] != persons[order[row - 1]]:
            before = []
        stream = MovementStream(EvenGrid(model.absent))
        windows = stream.update(cohort.recording(int(i)))
        windows = windows[: int(np.searchsorted(windows.times[:, 1], seconds + 1e-6, side="right"))]
        bins = round(seconds * 10)
        series, usable = movement_series(stream.grid)
        statistics.append(movement_statistics(series[:bins], usable[:bins]))
        if len(windows):
            encoded = model.encode(windows)
            known = model.earlier_visits(before) if before else None
            for k, time in enumerate(times):
                count = int(np.searchsorted(windows.times[:, 1], time + 1e-6, side="right"))
                if count:
                    estimates[row, k], _, account = model.estimate_knowing(encoded.first(count), known)
                    share[row] = account.habit_share
            alone[row] = model.estimate(encoded)[0]
            before.append(encoded)
        meter.advance()
    meter.finish()
    found, who = np.array(statistics), persons[order]
    visits = np.array([s.visit for s in cohort.sessions])[order]
    return HeldVisits(cohort.scores[order], who, estimates, alone, share, found, change_statistics(found, who, visits))


def visit_statistics(data: MovementData) -> FloatArray:
    """`movement_statistics` of every visit, float64[N, S]."""
    return np.array(
        [movement_statistics(s.astype(np.float32), u) for s, u in zip(data.series, data.usable, strict=True)]
    )


def log_statistics(statistics: FloatArray) -> FloatArray:
    """Means as they are, spreads and steps in logarithms, float64[N, 3 C] of `visit_statistics` [N, 4 C]: how much a
    face moves is multiplied by habit and illness, so that logarithms are what differences may be taken of."""
    mean, spread, step, _ = np.split(statistics, 4, axis=1)
    return np.concatenate([mean, np.log(spread + 0.02), np.log(step + 0.005)], axis=1)


def change_statistics(statistics: FloatArray, persons: IntArray, visits: IntArray) -> FloatArray:
    """Each visit's statistics, and beside them what they are above their mean over the person's earlier visits (zeros
    without any), float64[N, 2 S]: what a ridge that knows the person reads."""
    change = np.zeros_like(statistics)
    for i, (person, visit) in enumerate(zip(persons, visits, strict=True)):
        earlier = (persons == person) & (visits < visit)
        if earlier.any():
            change[i] = statistics[i] - statistics[earlier].mean(axis=0)
    return np.concatenate([statistics, change], axis=1)


def one_visit_each(persons: IntArray, seed: int) -> IntArray:
    """A row of each person, drawn at random: split-conformal intervals need persons that are alike, not visits."""
    rng = np.random.default_rng(seed)
    return np.array([rng.choice(np.flatnonzero(persons == person)) for person in np.unique(persons)])


def measure_by_person(
    predicted: FloatArray, observed: FloatArray, persons: IntArray, *, constant: bool = False
) -> Metrics:
    """All metrics over visits, with intervals from draws of persons (visits of a person are alike)."""
    rows = _rows_of(persons)

    def of(metric: Metric) -> Estimate:
        return bootstrap(lambda at: metric(*_both(predicted, observed, rows, at)), len(rows))

    return Metrics(of(rmse), of(mae), None if constant else of(ccc), None if constant else of(correlation))


def gain_by_person(predicted: FloatArray, other: FloatArray, observed: FloatArray, persons: IntArray) -> Estimate:
    """How much lower the RMSE of `predicted` is than that of `other` on the same visits; draws of persons, paired."""
    rows = _rows_of(persons)

    def gain(at: IntArray) -> float:
        return rmse(*_both(other, observed, rows, at)) - rmse(*_both(predicted, observed, rows, at))

    return bootstrap(gain, len(rows))


def measures(predictors: Mapping[str, FloatArray], observed: FloatArray, persons: IntArray) -> dict[str, Metrics]:
    """`measure_by_person` of each predictor by name, of which one is "constant"."""
    return {
        name: measure_by_person(values, observed, persons, constant=name == "constant")
        for name, values in predictors.items()
    }


def _rows_of(persons: IntArray) -> list[IntArray]:
    return [np.flatnonzero(persons == person) for person in np.unique(persons)]


def _both(a: FloatArray, b: FloatArray, rows: list[IntArray], at: IntArray) -> tuple[FloatArray, FloatArray]:
    chosen = np.concatenate([rows[int(i)] for i in at])
    return a[chosen], b[chosen]
