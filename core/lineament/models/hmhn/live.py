"""HMHN's estimate while crops come one after the other: each is scored once."""

from dataclasses import replace

import numpy as np

from lineament.models.hmhn.model import CropScores, HMHNModel
from lineament.models.pixels import FloatArray, UInt8Array, spread_rows
from lineament.models.prediction import Prediction, RegionAttention
from lineament.provenance import Provenance


class LiveHMHN:
    """Implements `LiveCrops`."""

    def __init__(self, model: HMHNModel) -> None:
        self._model = model
        self._times = np.zeros(0)
        self._found = model.score_crops(np.zeros((0, model.crop_size, model.crop_size, 3), np.uint8))

    def add(self, times: FloatArray, crops: UInt8Array) -> None:
        """See `LiveCrops.add`."""
        self._found = CropScores.joined([self._found, self._model.score_crops(crops)])
        self._times = np.concatenate([self._times, times])

    def prediction(self, provenance: Provenance, *, seen_s: float | None, forced: bool) -> Prediction:
        """Of as many crops as are scored of a whole recording, the same ones; every crop that came has its map, so that
        the picture finds one near any moment."""
        rows = spread_rows(len(self._times), self._model.crops)
        found = self._found.take(rows)
        estimate = self._model.prediction(self._times, rows, found, provenance, seen_s=seen_s, forced=forced)
        if estimate.region_attention is None:
            return estimate
        return replace(estimate, region_attention=RegionAttention(self._times, self._found.maps))
