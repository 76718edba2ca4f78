"""DJ-LDML's estimate while crops come one after the other: a clip is scored once, and its crops are then let go."""

import numpy as np

from lineament.models.dj_ldml.clips import ClipPlaces, clip_places, read_clips
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.pixels import FloatArray, HeldCrops, UInt8Array
from lineament.models.prediction import Prediction
from lineament.provenance import Provenance


class LiveDjLdml:
    """Implements `LiveCrops`.

    A clip is settled once crops have come up to its last moment: no later crop can be nearer to any of its moments, and
    no earlier place can become a clip's. What is settled is scored in `add`. A clip at the end that a later crop might
    still change counts as if nothing more came, and is scored in `prediction`.
    """

    def __init__(self, model: DjLdmlModel) -> None:
        self._model = model
        self._span = (model.clip.frames - 1) * model.clip.step_s
        self._times = np.zeros(0)
        self._starts = np.zeros(0)
        self._tail = HeldCrops.none(model.crop_size)
        self._masses = self._scored(self._places(), np.zeros(0))
        self._next = -np.inf

    def add(self, times: FloatArray, crops: UInt8Array) -> None:
        """See `LiveCrops.add`."""
        self._times = np.concatenate([self._times, times])
        self._tail = self._tail.and_then(times, crops).since(self._next)
        if not len(self._tail.times):
            return
        last, places = float(self._tail.times[-1]), self._places()
        starts = places.in_order()
        settled = starts[starts + self._span <= last]
        if len(settled):
            self._masses = np.concatenate([self._masses, self._scored(places, settled)])
            self._starts = np.concatenate([self._starts, settled])
            self._next = float(settled[-1]) + self._model.clip.every_s - 1e-6
        self._tail = self._tail.since(max(self._next, last - self._span))

    def prediction(self, provenance: Provenance, *, seen_s: float | None, forced: bool) -> Prediction:
        """See `LiveCrops.prediction`."""
        places = self._places()
        open_ended = places.in_order()
        starts = np.concatenate([self._starts, open_ended])
        masses = np.concatenate([self._masses, self._scored(places, open_ended)])
        return self._model.prediction(self._times, starts, masses, provenance, seen_s=seen_s, forced=forced)

    def _places(self) -> ClipPlaces:
        return clip_places(self._tail.times, self._model.clip)

    def _scored(self, places: ClipPlaces, starts: FloatArray) -> FloatArray:
        return self._model.masses(read_clips(self._tail, places.rows(starts)))
