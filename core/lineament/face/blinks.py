"""Blinks: when the lids fall, meet and open again."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_RATE_HZ = 120.0
_SMOOTHING_S = 0.025
_LONGEST_GAP_S = 0.25
_LEAST_DROP = 0.3
_LONGEST_CLOSURE_S = 0.7
_REACH_S = 0.8
"""How far to each side of the closest moment open lids are looked for."""
_STARTED, _REOPENED = 0.15, 0.25


@dataclass(frozen=True)
class Blink:
    """Seconds at which the lids start to fall, are most closed, and are open again."""

    start_s: float
    closed_s: float
    end_s: float


def find_blinks(openness: npt.NDArray[np.float32] | FloatArray, times_s: FloatArray) -> tuple[Blink, ...]:
    """Blinks in a series of `eye_openness` (0 closed .. 1 as wide as the person opens), any frame rate, NaN = no face.

    A blink is a dip of at least .3 below what the lids open to within .8 s on either side, of which the deeper half
    lasts at most .7 s (our choices; spontaneous blinks last .1-.4 s, Stern, Walrath and Goldstein 1984). It starts
    where 15 % of the dip is reached and ends where 25 % is left. Gaps of more than .25 s split the series.
    """
    known = np.isfinite(openness)
    times, values = np.asarray(times_s, dtype=np.float64)[known], np.asarray(openness, dtype=np.float64)[known]
    if len(times) == 0:
        return ()
    breaks = np.flatnonzero(np.diff(times) > _LONGEST_GAP_S) + 1
    blinks: list[Blink] = []
    for part_times, part in zip(np.split(times, breaks), np.split(values, breaks), strict=True):
        if len(part) >= 3:
            blinks.extend(_blinks_of_run(part, part_times))
    return tuple(blinks)


def _blinks_of_run(openness: FloatArray, times_s: FloatArray) -> list[Blink]:
    """Blinks of one stretch without gaps."""
    from scipy.signal import find_peaks

    grid = np.arange(times_s[0], times_s[-1] + 0.5 / _RATE_HZ, 1.0 / _RATE_HZ)
    if len(grid) < 3:
        return []
    even = _smooth(np.interp(grid, times_s, openness), times_s)
    lows = _separate(even, [low for low in find_peaks(-even)[0] if _depth(even, low) >= _LEAST_DROP])
    saddles = [int(a + np.argmax(even[a:b])) for a, b in pairwise(lows)]
    blinks: list[Blink] = []
    for low, first, last in zip(lows, [0, *saddles], [*saddles, len(even) - 1], strict=False):
        depth = _depth(even, low)
        risen = even - even[low]
        left, right = risen[first : low + 1][::-1], risen[low : last + 1]
        if (_steps_until(left, 0.5 * depth) + _steps_until(right, 0.5 * depth)) / _RATE_HZ <= _LONGEST_CLOSURE_S:
            start = low - _steps_until(left, (1.0 - _STARTED) * depth)
            end = low + _steps_until(right, (1.0 - _REOPENED) * depth)
            blinks.append(Blink(*(float(grid[0] + i / _RATE_HZ) for i in (start, low, end))))
    return blinks


def _depth(even: FloatArray, low: int) -> float:
    """How far the lids are below the lesser of the widest openings shortly before and after."""
    reach = round(_REACH_S * _RATE_HZ)
    before, after = even[max(low - reach, 0) : low + 1].max(), even[low : low + reach + 1].max()
    return float(min(before, after) - even[low])


def _separate(even: FloatArray, lows: list[int]) -> list[int]:
    """Of low points between which the lids hardly open, the lowest one."""
    kept: list[int] = []
    for low in lows:
        opened = even[kept[-1] : low].max() - max(even[kept[-1]], even[low]) if kept else np.inf
        if opened >= _LEAST_DROP:
            kept.append(int(low))
        elif even[low] < even[kept[-1]]:
            kept[-1] = int(low)
    return kept


def _smooth(even: FloatArray, times_s: FloatArray) -> FloatArray:
    """Running mean over 25 ms, which touches only series faster than that."""
    if len(times_s) < 2 or np.median(np.diff(times_s)) > _SMOOTHING_S:
        return even
    width = max(int(_SMOOTHING_S * _RATE_HZ) | 1, 1)
    padded = np.pad(even, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def _steps_until(risen: FloatArray, above: float) -> float:
    """How many (fractional) steps from the closest moment until the lids first rise over a level; all if never."""
    over = np.flatnonzero(risen > above)
    if len(over) == 0:
        return float(len(risen) - 1)
    i = int(over[0])
    return float(i - 1 + (above - risen[i - 1]) / (risen[i] - risen[i - 1]))
