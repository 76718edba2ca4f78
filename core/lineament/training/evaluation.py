"""Persons held out: scored by the very path a recording takes, after each of several amounts of time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.features.windows import Windows, WindowStream
from lineament.models.hand_designed import HandDesignedModel
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
    model: HandDesignedModel,
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
        estimates[i] = _estimates(model, stream.update(cohort.recording(i)), times)
        person = one_person(stream.grid, seconds, cohort.sessions[i].score)
        linear[i] = ridge.predict(session_statistics(person))[0]
        meter.advance()
    meter.finish()
    return Held(cohort.scores, estimates, linear)


def _estimates(model: HandDesignedModel, windows: Windows, times: tuple[float, ...]) -> FloatArray:
    """Windows are coded once; a shorter time uses the first of them. Without a window it is the constant."""
    out = np.full(len(times), model.baseline)
    if not len(windows):
        return out
    encoded = model.encode(windows)
    ends = windows.times[:, 1]
    for k, seconds in enumerate(times):
        count = int(np.searchsorted(ends, seconds + 1e-6, side="right"))
        if count:
            out[k] = model.estimate(encoded.first(count))[0]
    return out
