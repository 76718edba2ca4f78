"""Persons held out: scored by the very path a recording takes, after each of several amounts of time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.features.windows import WindowStream
from lineament.models.base import Model
from lineament.models.sessions import estimates_over_time
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.baselines import RidgeBaseline, session_statistics
from lineament.training.data import one_person

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Held:
    """scores: float64[N]; estimates: float64[N, K], after each of K times; ridge: float64[N], on the whole sessions."""

    scores: FloatArray
    estimates: FloatArray
    ridge: FloatArray


def hold_out(
    model: Model,
    ridge: RidgeBaseline,
    cohort: Cohort,
    seconds: float,
    times: tuple[float, ...],
    cancel: CancelToken,
    sink: EventSink,
    task: str,
) -> Held:
    """Estimates of every person of `cohort` when only the first `times[k]` seconds had been seen, and ridge's."""
    meter = ProgressMeter(task, len(cohort), "persons", sink)
    estimates = np.full((len(cohort), len(times)), model.baseline)
    linear = np.empty(len(cohort))
    for i in range(len(cohort)):
        cancel.raise_if_cancelled()
        stream = WindowStream()
        estimates[i] = estimates_over_time(model, stream.update(cohort.recording(i)), times)
        person = one_person(stream.grid, seconds, cohort.sessions[i].score)
        linear[i] = ridge.predict(session_statistics(person))[0]
        meter.advance()
    meter.finish()
    return Held(cohort.scores, estimates, linear)
