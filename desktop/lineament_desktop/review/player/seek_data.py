"""What the seek bar shows of a recording and an estimate, a value for each column of pixels. No Qt."""

import numpy as np
import numpy.typing as npt

from lineament.models.prediction import Prediction
from lineament.recording import RecordingView
from lineament_desktop.review.panes.attention_scale import moment_weights, weight_reach

Bins = npt.NDArray[np.float64]


def analysed_share(recording: RecordingView, duration_s: float) -> float:
    """How far into the video rows reach, 0..1."""
    if recording.meta.complete:
        return 1.0
    if recording.n_rows == 0 or duration_s <= 0:
        return 0.0
    return float(min(recording.time_s[-1] / duration_s, 1.0))


def loss_share(recording: RecordingView, duration_s: float, columns: int) -> Bins:
    """Share of each column's time without a face, float64[columns], 0..1; time not measured yet counts as with one."""
    if recording.n_rows == 0 or duration_s <= 0:
        return np.zeros(columns)
    times = recording.time_s
    usual_gap = float(np.median(np.diff(times))) if len(times) > 1 else duration_s
    starts = np.append(times, times[-1] + usual_gap)
    lost = ~np.asarray(recording.column("success"), dtype=bool)
    lost_so_far = np.concatenate([[0.0], np.cumsum(lost * np.diff(starts))])
    edges = np.linspace(0.0, duration_s, columns + 1)
    share: Bins = np.diff(np.interp(edges, starts, lost_so_far)) * columns / duration_s
    return np.clip(share, 0.0, 1.0)


def blink_rate(recording: RecordingView, duration_s: float, columns: int) -> Bins:
    """Blinks in each column, float64[columns], 1 where there are most: ticks while they are few, a rate when many."""
    closed_s = np.array([blink.closed_s for blink in recording.meta.blinks])
    if len(closed_s) == 0 or duration_s <= 0:
        return np.zeros(columns)
    counts, _ = np.histogram(closed_s, bins=columns, range=(0.0, duration_s))
    return counts / max(int(counts.max()), 1)


def moment_density(prediction: Prediction, duration_s: float, columns: int) -> Bins:
    """Moment attention float64[columns], 0..1 between the ends of the range that the attention pane has for it.

    Windows that overlap are averaged; 0 where there is no window.
    """
    if duration_s <= 0 or len(prediction.window_times) == 0:
        return np.zeros(columns)
    edges = np.clip(prediction.window_times / duration_s * columns, 0, columns)
    first = np.minimum(edges[:, 0].astype(np.int64), columns - 1)
    after = np.maximum(np.ceil(edges[:, 1]).astype(np.int64), first + 1)
    weight = _covered(first, after, moment_weights(prediction).astype(np.float64), columns)
    covered = _covered(first, after, np.ones(len(first)), columns)
    mean = np.divide(weight, covered, out=np.zeros(columns), where=covered > 0.5)
    reach = weight_reach(prediction)
    return np.where(covered > 0.5, np.clip((mean - reach.low) / (reach.high - reach.low), 0.0, 1.0), 0.0)


def _covered(first: npt.NDArray[np.int64], after: npt.NDArray[np.int64], weights: Bins, columns: int) -> Bins:
    """Sum of the weights of all spans first..after (not included) over each column."""
    steps = np.zeros(columns + 1)
    np.add.at(steps, first, weights)
    np.add.at(steps, after, -weights)
    return np.cumsum(steps)[:columns]
