"""Plain statistics of each window by itself, so that a session's are their mean and grow with it.

A ridge regression on such statistics is what a network must beat, and what it may lean on (see `models.read_out`).
"""

import numpy as np
import numpy.typing as npt

from lineament.features.channels import N_CHANNELS, attribute_slices

Float32Array = npt.NDArray[np.float32]

WINDOW_STATISTICS = ("mean", "deviation", "minimum", "maximum", "mean step")
"""Of each channel in a window; a step is the size of the difference between neighbouring tenths of a second."""
N_WINDOW_STATISTICS = len(WINDOW_STATISTICS) * N_CHANNELS


def window_statistics(values: Float32Array) -> Float32Array:
    """float32[W, N_WINDOW_STATISTICS], channel by channel, of unscaled windows float32[W, T, N_CHANNELS]."""
    steps = np.abs(np.diff(values, axis=1)).mean(axis=1)
    columns = (values.mean(axis=1), values.std(axis=1), values.min(axis=1), values.max(axis=1), steps)
    return np.asarray(np.stack(columns, axis=2).reshape(len(values), -1), dtype=np.float32)


def session_mean(statistics: Float32Array) -> npt.NDArray[np.float64]:
    """A session's statistics float64[N_WINDOW_STATISTICS]: the mean over its windows. At least one is needed."""
    mean: npt.NDArray[np.float64] = statistics.mean(axis=0, dtype=np.float64)
    return mean


def window_statistics_slices() -> dict[str, slice]:
    """Where each attribute's statistics lie in a row of them."""
    count = len(WINDOW_STATISTICS)
    return {name: slice(count * s.start, count * s.stop) for name, s in attribute_slices().items()}
