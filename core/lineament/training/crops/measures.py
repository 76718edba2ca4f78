"""What follows a training on face crops: intervals, the ridge control, and how well both do on persons held out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lineament.models.calibration import CALIBRATED_AT_S, LEVEL
from lineament.models.intervals import ConformalTable
from lineament.models.pixels import CropSource, FloatArray, IntArray, usable_s
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.baselines import RidgeBaseline
from lineament.training.crops.videos import CropVideos

Times = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class HeldVideos:
    """rows: int64[n] of the videos. scores: float64[n]. estimates: float64[n, K], after each of K times; a video that
    is shorter counts whole."""

    rows: IntArray
    scores: FloatArray
    estimates: FloatArray


@dataclass(frozen=True, eq=False)
class Measured:
    """test: the test videos, after each of `times` (s). ridge: float64[n], the control's estimates of them."""

    times: Times
    conformal: ConformalTable
    test: HeldVideos
    ridge: FloatArray
    ridge_penalty: float


def measured(
    videos: CropVideos,
    over_time: Callable[[CropSource, Times], FloatArray],
    statistics: Callable[[int], FloatArray],
    cancel: CancelToken,
    sink: EventSink,
) -> Measured:
    """Calibrate on the calibration videos, then measure on the test videos, which are touched here for the first time.

    over_time: estimates float64[K] of one video when only the first `times[k]` usable seconds had been seen.
    statistics: float64[S], what the ridge control reads of the i-th video.
    """
    times = times_of(videos, "calibration")
    conformal = calibrated(hold_out(videos, "calibration", times, over_time, cancel, sink), videos, times)
    seen = {name: _statistics(videos, name, statistics, cancel, sink) for name in ("train", "dev", "test")}
    known = [(seen[name], videos.scores[videos.rows(name)]) for name in ("train", "dev")]
    ridge = RidgeBaseline(*known[0], *known[1])
    test = hold_out(videos, "test", times, over_time, cancel, sink)
    return Measured(times, conformal, test, ridge.predict(seen["test"]), ridge.penalty)


def times_of(videos: CropVideos, split: str) -> Times:
    """The usual amounts of time (s), up to what half of the split's videos have; at least the shortest."""
    half = float(np.median([usable_s(videos.sources[i].times) for i in videos.rows(split)]))
    return tuple(t for t in CALIBRATED_AT_S if t <= half) or CALIBRATED_AT_S[:1]


def hold_out(
    videos: CropVideos,
    split: str,
    times: Times,
    over_time: Callable[[CropSource, Times], FloatArray],
    cancel: CancelToken,
    sink: EventSink,
) -> HeldVideos:
    """Estimates of every video of a split; see `measured`."""
    rows = videos.rows(split)
    meter = ProgressMeter(f"scoring {split} videos", len(rows), "videos", sink)
    estimates = np.empty((len(rows), len(times)))
    for n, i in enumerate(rows):
        cancel.raise_if_cancelled()
        estimates[n] = over_time(videos.sources[i], times)
        meter.advance()
    meter.finish()
    return HeldVideos(rows, videos.scores[rows], estimates)


def calibrated(held: HeldVideos, videos: CropVideos, times: Times) -> ConformalTable:
    """Intervals from one video a person, the first: several of one person are not exchangeable with other persons'."""
    persons = np.array(videos.person_ids)[held.rows]
    first = np.sort(np.unique(persons, return_index=True)[1])
    residuals = held.scores[first, None] - held.estimates[first]
    return ConformalTable.calibrate(LEVEL, times, [residuals[:, k] for k in range(len(times))])


def _statistics(
    videos: CropVideos, split: str, statistics: Callable[[int], FloatArray], cancel: CancelToken, sink: EventSink
) -> FloatArray:
    rows = videos.rows(split)
    meter = ProgressMeter(f"measuring {split} crops", len(rows), "videos", sink)
    found = []
    for i in rows:
        cancel.raise_if_cancelled()
        found.append(statistics(int(i)))
        meter.advance()
    meter.finish()
    return np.stack(found)
