"""Score face crops while they come: a crop, or clip of crops, that was scored once is never scored again."""

import numpy as np
import numpy.typing as npt

from lineament.crops.facts import CropRequest
from lineament.models import Prediction
from lineament.models.pixels import PixelModel, check_crops
from lineament.provenance import Provenance


class CropScorer:
    """Holds one model and what it has made of one video's crops so far.

        scorer = CropScorer(load_pixel_model(folder), recording.meta.provenance)
        cropper = LiveCropper(scorer.request.size)          # crops at scorer.request.rate a second are enough
        scorer.add(times_s, crops)                          # whenever there are new ones, in rising order
        prediction = scorer.score(seen_s)                   # whenever an estimate is to be shown

    After the last crop `score` says what `model.predict_crops` says of all of them. Not for several threads at once.
    """

    def __init__(self, model: PixelModel, provenance: Provenance, force: bool = False) -> None:
        """provenance: of the recording whose landmarks align the crops.

        Raises `ModelError` when its extractor is not the one the model was trained on, unless `force`.
        """
        self.model = model
        self.provenance = provenance
        self._forced = check_crops(model, model.crop_size, provenance, force=force)
        self._live = model.live_crops()
        self._last_s: float | None = None

    @property
    def request(self) -> CropRequest:
        """Which crops the model wants: their side in pixels, and how many a second."""
        return self.model.crop_request

    @property
    def last_s(self) -> float | None:
        """Seconds of the last crop that was added; None before the first. Crops must be later than that."""
        return self._last_s

    def add(self, times_s: npt.NDArray[np.float64], crops: npt.NDArray[np.uint8]) -> None:
        """Crops uint8[n, size, size, 3] RGB of the moments float64[n] (n may be 0); they are scored here.

        Frames without a good face (`LiveCropper.crop` gives None) are left out. Raises `ModelError` for crops of
        another size, `ValueError` for moments that do not rise or are no later than `last_s`.
        """
        check_crops(self.model, crops.shape[1], self.provenance, force=True)
        times = np.asarray(times_s, dtype=np.float64)
        before = -np.inf if self._last_s is None else self._last_s
        if len(times) != len(crops) or not (np.diff(np.concatenate([[before], times])) > 0).all():
            raise ValueError("each crop needs a moment of its own, later than the one before")
        if len(times):
            self._live.add(times, crops)
            self._last_s = float(times[-1])

    def score(self, seen_s: float | None = None) -> Prediction:
        """The estimate for what there is so far; abstains when too little is usable.

        seen_s: seconds of video seen, with a face or without; up to the last crop where it is not given.
        """
        return self._live.prediction(self.provenance, seen_s=seen_s, forced=self._forced)

    def reset(self) -> None:
        """Forget all crops, for instance because the video was analysed anew."""
        self._live = self.model.live_crops()
        self._last_s = None
