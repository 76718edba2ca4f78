"""Held-out videos, scored by the very path a recording takes, after each of several amounts of time."""

import math
from dataclasses import dataclass

import numpy as np

from lineament.models.calibration import CALIBRATED_AT_S, LEVEL
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.intervals import ConformalTable
from lineament.models.pixels import CropSource, FloatArray, IntArray, spacing_s, usable_s
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.dj_ldml_data import CropVideos


@dataclass(frozen=True, eq=False)
class HeldVideos:
    """rows: int64[n] of the videos. scores: float64[n]. estimates: float64[n, K], after each of K times; a video that
    is shorter counts whole."""

    rows: IntArray
    scores: FloatArray
    estimates: FloatArray


def times_of(videos: CropVideos, split: str) -> tuple[float, ...]:
    """The usual amounts of time (s), up to what half of the split's videos have; at least the shortest."""
    half = float(np.median([usable_s(videos.sources[i].times) for i in videos.rows(split)]))
    return tuple(t for t in CALIBRATED_AT_S if t <= half) or CALIBRATED_AT_S[:1]


def hold_out(
    model: DjLdmlModel, videos: CropVideos, split: str, times: tuple[float, ...], cancel: CancelToken, sink: EventSink
) -> HeldVideos:
    """Estimates of every video of a split when only the first `times[k]` usable seconds had been seen."""
    rows = videos.rows(split)
    meter = ProgressMeter(f"scoring {split} videos", len(rows), "videos", sink)
    estimates = np.empty((len(rows), len(times)))
    for n, i in enumerate(rows):
        estimates[n] = _over_time(model, videos.sources[i], times, cancel)
        meter.advance()
    meter.finish()
    return HeldVideos(rows, videos.scores[rows], estimates)


def _over_time(model: DjLdmlModel, source: CropSource, times: tuple[float, ...], cancel: CancelToken) -> FloatArray:
    """float64[K]; before the first clip is over, its score stands."""
    starts, masses = model.video_masses(source, cancel)
    last_moments = starts + model.clip.seconds - model.clip.step_s
    found = np.empty(len(times))
    for k, seconds in enumerate(times):
        crops = min(math.ceil(seconds / spacing_s(source.times)), len(source.times))
        seen = int((last_moments <= source.times[crops - 1] + model.clip.tolerance_s).sum())
        found[k] = model.video_score(masses[: max(seen, 1)])
    return found


def calibrated(held: HeldVideos, videos: CropVideos, times: tuple[float, ...]) -> ConformalTable:
    """Intervals from one video a person, the first: several of one person are not exchangeable with other persons'."""
    persons = np.array(videos.person_ids)[held.rows]
    first = np.sort(np.unique(persons, return_index=True)[1])
    residuals = held.scores[first, None] - held.estimates[first]
    return ConformalTable.calibrate(LEVEL, times, [residuals[:, k] for k in range(len(times))])
