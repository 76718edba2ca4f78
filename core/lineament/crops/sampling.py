"""Which frames of a video are cut: those nearest to an even grid of times."""

import numpy as np
import numpy.typing as npt


def sampled_frames(times_s: npt.NDArray[np.float64], rate: float) -> npt.NDArray[np.int64]:
    """Ranks of the frames nearest to 0, 1 / rate, 2 / rate ... seconds, rising and each once, int64[n].

    times_s: seconds of every frame, rising. A rate above the video's takes every frame once.
    """
    if not len(times_s):
        return np.zeros(0, dtype=np.int64)
    grid = np.arange(int(np.floor(times_s[-1] * rate + 1e-6)) + 1) / rate
    after = np.clip(np.searchsorted(times_s, grid), 0, len(times_s) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(times_s[before] - grid) <= np.abs(times_s[after] - grid) + 1e-9
    return np.asarray(np.unique(np.where(nearer, before, after)), dtype=np.int64)
