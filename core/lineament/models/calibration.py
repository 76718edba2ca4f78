"""A model's intervals from persons that took no part in its training, each cut to several amounts of time."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from lineament.errors import DatasetError
from lineament.features.windows import Windows
from lineament.models.base import Model
from lineament.models.intervals import ConformalTable
from lineament.models.sessions import estimates_over_time

LEVEL = 0.8
CALIBRATED_AT_S = (20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 450.0)
MIN_PERSONS = 10
"""With fewer the finite-sample quantile of either tail at level .8 would be beyond the largest residual."""


def calibrate(
    model: Model,
    sessions: Iterable[Windows],
    scores: npt.NDArray[np.float64],
    *,
    times: Sequence[float] = CALIBRATED_AT_S,
    level: float = LEVEL,
) -> ConformalTable:
    """The table of intervals of `model`. sessions: windows of one session a person; scores [N], observed.

    times: seconds, rising; none longer than the sessions are. Raises `DatasetError` for fewer than ten persons.
    """
    estimates = np.array([estimates_over_time(model, windows, times) for windows in sessions])
    if len(estimates) != len(scores) or len(scores) < MIN_PERSONS:
        raise DatasetError(
            f"intervals cannot be calibrated on {len(estimates)} sessions with {len(scores)} scores",
            remedy=f"Set at least {MIN_PERSONS} labelled persons apart for it.",
        )
    return ConformalTable.calibrate(level, times, [scores - estimates[:, k] for k in range(len(times))])
