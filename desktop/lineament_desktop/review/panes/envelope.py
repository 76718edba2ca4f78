"""Fewer points for the screen, none of the peaks lost: what a long series looks like a few hundred pixels wide."""

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]
Values = npt.NDArray[np.float32]


def envelope(times: Times, values: Values, start: float, stop: float, bins: int) -> tuple[Times, Values]:
    """The part of a series between `start` and `stop` seconds, at most about two points a bin.

    times: ascending, [N]. values: [N], NaN where nothing was measured. Where there are more than two samples a bin,
    each bin gives its least and its greatest value, so that an event of a single frame stays visible at any zoom; a
    bin of NaN alone stays a gap. Bins are counted from the start of the series: panning does not make them flicker.
    """
    first = max(int(np.searchsorted(times, start)) - 1, 0)
    last = min(int(np.searchsorted(times, stop)) + 1, len(times))
    size = -(-(last - first) // max(bins, 1))
    if size <= 2:
        return times[first:last], values[first:last]
    first -= first % size
    edges = np.arange(first, last, size)
    spread = np.empty((len(edges), 2), dtype=np.float32)
    spread[:, 0] = np.fmin.reduceat(values[:last], edges)
    spread[:, 1] = np.fmax.reduceat(values[:last], edges)
    return np.repeat(times[edges], 2), spread.reshape(-1)


def spans_where(times: Times, flags: npt.NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Stretches of time whose samples are flagged, as (first second, second of the first sample after it)."""
    if not len(flags):
        return []
    steps = np.diff(np.concatenate(([False], flags, [False])).astype(np.int8))
    starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    ends = np.append(times, times[-1] + _frame_time(times))
    return list(zip(times[starts].tolist(), ends[stops].tolist(), strict=True))


def _frame_time(times: Times) -> float:
    return float(times[-1] - times[-2]) if len(times) > 1 else 0.0
