"""From events in seconds to values in frames."""

from typing import Literal

import numpy as np
from scipy.signal import lfilter

from lineament.simulation.types import BoolArray, FloatArray


def add_events(
    signal: FloatArray,
    fps: float,
    start: FloatArray,
    rise: FloatArray | float,
    hold: FloatArray | float,
    fall: FloatArray | float,
    peak: FloatArray | float,
    how: Literal["max", "add"] = "max",
) -> None:
    """Draw events with smooth onset, apex and offset into `signal` (float64[n]) in place; times in seconds."""
    if len(start) == 0:
        return
    start, rise, hold, fall, peak = (
        np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(start, rise, hold, fall, peak)
    )
    total = rise + hold + fall
    first = np.floor(start * fps).astype(np.int64)
    reach = int(np.ceil(total.max() * fps)) + 2
    frames = first[:, None] + np.arange(reach)
    t = frames / fps - start[:, None]
    up = np.clip(t / rise[:, None], 0, 1)
    down = np.clip((total[:, None] - t) / fall[:, None], 0, 1)
    x = np.minimum(up, down)
    values = peak[:, None] * x * x * (3 - 2 * x)
    inside = (frames >= 0) & (frames < len(signal)) & (x > 0)
    ufunc = np.maximum if how == "max" else np.add
    ufunc.at(signal, frames[inside], values[inside])


def mask_of(spans: FloatArray, n: int, fps: float) -> BoolArray:
    """Frames inside any of the spans float64[k, 2] (seconds)."""
    steps = np.zeros(n + 1, dtype=np.int64)
    edges = np.clip(np.rint(spans * fps).astype(np.int64), 0, n)
    np.add.at(steps, edges[:, 0], 1)
    np.add.at(steps, edges[:, 1], -1)
    return np.asarray(np.cumsum(steps[:-1]) > 0)


def wander(n: int, fps: float, time_constant: float, sd: float, rng: np.random.Generator) -> FloatArray:
    """A stationary first-order random walk with the given sd and time constant in seconds, float64[n]."""
    keep = float(np.exp(-1 / (fps * time_constant)))
    noise = rng.standard_normal(n, dtype=np.float32) * np.float32(np.sqrt(1 - keep**2))
    noise[0] /= np.sqrt(1 - keep**2)
    walk: FloatArray = sd * lfilter([1.0], [1.0, -keep], noise)
    return walk


def slow_wander(n: int, fps: float, time_constant: float, sd: float, rng: np.random.Generator) -> FloatArray:
    """As `wander`, drawn forty times a time constant and joined by straight lines: for what changes over seconds."""
    step = max(int(fps * time_constant / 40), 1)
    nodes = wander(n // step + 2, fps / step, time_constant, sd, rng)
    return np.interp(np.arange(n), step * np.arange(len(nodes)), nodes) if step > 1 else nodes[:n]


def rhythm(n: int, fps: float, hertz: float, rng: np.random.Generator) -> tuple[FloatArray, float]:
    """A noisy oscillation round `hertz` with variance 1, float64[n], and its root-mean-square speed per second."""
    keep = float(np.exp(-1 / (fps * 0.8 / hertz)))
    a1, a2 = -2 * keep * np.cos(2 * np.pi * hertz / fps), keep**2
    variance = (1 + a2) / ((1 - a2) * ((1 + a2) ** 2 - a1**2))
    settle = int(5 * fps / hertz)
    noise = rng.standard_normal(n + settle)
    wave = lfilter([1.0], [1.0, a1, a2], noise)[settle:] / np.sqrt(variance)
    speed = fps * np.sqrt(2 * (1 + a1 / (1 + a2)))
    return wave, float(speed)


def smooth(signal: FloatArray, fps: float, seconds: float) -> FloatArray:
    """Exponential smoothing forward in time with the given time constant."""
    keep = float(np.exp(-1 / (fps * seconds)))
    smoothed: FloatArray = lfilter([1 - keep], [1.0, -keep], signal, zi=[keep * signal[0]])[0]
    return smoothed


def block_mean(signal: FloatArray, factor: int) -> FloatArray:
    """Mean over blocks of `factor` frames along the first axis: what a slower camera integrates."""
    if factor == 1:
        return signal
    whole = len(signal) // factor * factor
    mean: FloatArray = signal[0:whole:factor].copy()  # several times faster than a mean over a short middle axis
    for part in range(1, factor):
        mean += signal[part:whole:factor]
    mean /= factor
    return mean
