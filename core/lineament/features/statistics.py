"""Twelve statistics a channel over a session, after Song, Jaiswal, Shen and Valstar (TAFFC 2022, and its code):
mean, standard deviation, maximum and minimum of x[t], of x[t+1] - x[t] and of x[t] - x[t+2]."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.features.channels import CHANNELS, attribute_slices

Float32Array = npt.NDArray[np.float32]

STATISTICS = tuple(
    f"{statistic} of {series}"
    for series in ("value", "step", "two steps back")
    for statistic in ("mean", "deviation", "maximum", "minimum")
)
STATISTIC_NAMES = tuple(f"{channel}, {statistic}" for channel in CHANNELS for statistic in STATISTICS)
N_STATISTICS = len(STATISTIC_NAMES)


def session_statistics(windows: Float32Array) -> Float32Array:
    """float32[N_STATISTICS], channel by channel, of a session's usable windows float32[K, T, N_CHANNELS].

    Differences stay inside a window (our choice), so that none spans a stretch without a face. Zeros without windows.
    """
    if not len(windows):
        return np.zeros(N_STATISTICS, dtype=np.float32)
    series = (windows, np.diff(windows, axis=1), windows[:, :-2] - windows[:, 2:])
    columns = [column for x in series for column in _four(x.reshape(-1, x.shape[2]))]
    return np.ascontiguousarray(np.stack(columns, axis=1), dtype=np.float32).reshape(N_STATISTICS)


def statistics_slices() -> dict[str, slice]:
    """Where each attribute's statistics lie in a row of them."""
    count = len(STATISTICS)
    return {name: slice(count * s.start, count * s.stop) for name, s in attribute_slices().items()}


def _four(x: Float32Array) -> tuple[npt.NDArray[Any], ...]:
    return x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64), x.max(axis=0), x.min(axis=0)
