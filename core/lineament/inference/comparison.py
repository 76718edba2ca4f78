"""Two models on one recording: what each says of the whole, and what it said on the way."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.errors import ModelError
from lineament.features.grid import EvenGrid
from lineament.features.windows import Windows, extract_windows
from lineament.models.base import KnowsPerson, Model
from lineament.models.card import ModelCard
from lineament.models.prediction import Prediction
from lineament.progress import CancelToken
from lineament.recording.view import RecordingView

FloatArray = npt.NDArray[np.float64]
MOST_POINTS = 120
"""Moments of a recording at which the estimate so far is asked for."""


@dataclass(frozen=True, eq=False)
class Along:
    """A model's last word, and its estimates after each of times float64[K], rising, seconds: scores float64[K]."""

    prediction: Prediction
    times: FloatArray
    scores: FloatArray


@dataclass(frozen=True, eq=False)
class Apart:
    """Two models where both had an estimate: times float64[K], seconds, and first less second, points."""

    times: FloatArray
    difference: FloatArray


def require_comparable(first: ModelCard, second: ModelCard) -> None:
    """Raises `ModelError` for models of different instruments."""
    if first.scale.name != second.scale.name:
        raise ModelError(
            f"{first.name} estimates the {first.scale.name} and {second.name} the {second.scale.name}, and points of "
            "different instruments cannot be compared",
            remedy="Choose two models of the same instrument.",
        )


def along_recording(
    model: Model, recording: RecordingView, prediction: Prediction, cancel: CancelToken | None = None
) -> Along:
    """For a model of signals, whose `prediction` of the whole recording is known. Each window is coded once.

    Raises `RecordingError` when a column is missing, `Cancelled`.
    """
    if isinstance(model, KnowsPerson):
        from lineament.models.mpdrm.movement import MovementStream

        windows: Windows = MovementStream(EvenGrid(model.absent)).update(recording)
    else:
        windows = extract_windows(recording, model.absent).windows
    if not len(windows):
        return Along(prediction, np.zeros(0), np.zeros(0))
    encoded = model.encode(windows)
    counts = np.unique(np.linspace(1, len(windows), min(len(windows), MOST_POINTS)).round().astype(int))
    scores = []
    for count in counts:
        if cancel is not None:
            cancel.raise_if_cancelled()
        scores.append(model.estimate(encoded.first(int(count)))[0])
    return Along(prediction, windows.times[counts - 1, 1], np.array(scores))


def along_predictions(predictions: Iterable[Prediction], cancel: CancelToken | None = None) -> Along:
    """For a model of face crops, which says something after every few seconds; at least one prediction."""
    times, scores, last = [], [], None
    for last in predictions:
        if cancel is not None:
            cancel.raise_if_cancelled()
        if last.score is not None and len(last.window_times):
            times.append(float(last.window_times[-1, 1]))
            scores.append(last.score)
    if last is None:
        raise ValueError("a comparison needs at least one prediction")
    return Along(last, np.array(times), np.array(scores))


def apart(first: Along, second: Along) -> Apart:
    """At the moments of either, from when both have an estimate on; each holds until its next."""
    if not len(first.times) or not len(second.times):
        return Apart(np.zeros(0), np.zeros(0))
    times = np.union1d(first.times, second.times)
    times = times[times >= max(first.times[0], second.times[0])]
    return Apart(times, _held(first, times) - _held(second, times))


def _held(one: Along, times: FloatArray) -> FloatArray:
    held: FloatArray = one.scores[np.searchsorted(one.times, times, side="right") - 1]
    return held
