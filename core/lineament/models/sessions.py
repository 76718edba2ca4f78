"""Sessions of a cohort as windows ready to be scored, and a model's estimates after each of several amounts of time."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.features.cohort_features import CohortFeatures
from lineament.features.grid import EvenGrid
from lineament.features.window_statistics import N_WINDOW_STATISTICS, session_mean, window_statistics
from lineament.features.windows import WINDOW_BINS, Windows, WindowStream
from lineament.models.base import Model
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events

FloatArray = npt.NDArray[np.float64]


def windows_of_recordings(
    cohort: Cohort,
    seconds: float,
    *,
    absent: tuple[str, ...] = (),
    task: str = "reading sessions",
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> Iterator[Windows]:
    """Every session's windows by the very path a recording under review takes, up to `seconds`; none where none is.

    Raises `DatasetError` or `RecordingError` when a session cannot be read, `Cancelled`.
    """
    meter = ProgressMeter(task, len(cohort), "sessions", sink)
    for i in range(len(cohort)):
        if cancel is not None:
            cancel.raise_if_cancelled()
        windows = WindowStream(EvenGrid(absent)).update(cohort.recording(i))
        yield windows[: int(np.searchsorted(windows.times[:, 1], seconds + 1e-6, side="right"))]
        meter.advance()
    meter.finish()


def windows_of_features(features: CohortFeatures) -> Iterator[Windows]:
    """Every session's usable windows as `cohort_features` has them, one after the other without overlap."""
    for values, points, present in zip(features.values, features.points, features.present, strict=True):
        at = np.flatnonzero(present)
        yield Windows(at * WINDOW_BINS, np.asarray(values[at]), np.asarray(points[at]))


def statistics_of_features(features: CohortFeatures) -> FloatArray:
    """float64[N, N_WINDOW_STATISTICS]: what a searched model's ridge reads of each session; zeros without a window."""
    out = np.zeros((len(features), N_WINDOW_STATISTICS))
    for i, windows in enumerate(windows_of_features(features)):
        if len(windows):
            out[i] = session_mean(window_statistics(windows.values))
    return out


def estimates_over_time(model: Model, windows: Windows, times: Sequence[float]) -> FloatArray:
    """Scores float64[K] when only the first `times[k]` seconds had been seen; the constant where no window had ended.

    Windows are coded once; a shorter time uses the first of them.
    """
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
