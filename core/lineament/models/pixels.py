"""What models that look at aligned face crops share: where crops come from, what such a model offers, and how its
estimate becomes a prediction."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from lineament.crops.facts import CropRequest
from lineament.errors import ModelError
from lineament.models.card import ModelCard
from lineament.models.intervals import ConformalTable
from lineament.models.predicting import MIN_USABLE_S, MIN_USABLE_SHARE, abstention, extractor_family
from lineament.models.prediction import Prediction, RegionAttention, ScoreProvenance
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.provenance import Provenance, utc_now
from lineament.version import __version__

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
UInt8Array = npt.NDArray[np.uint8]
IntArray = npt.NDArray[np.int64]

ATTRIBUTE = "face"
"""The one attribute of a model that sees the whole face at once."""
USUAL_RATES = {112: 8.0, 224: 2.0}
"""Crops a second by their side, as `lineament crops` cuts them where nothing else is asked for."""


class CropSource(Protocol):
    """The aligned face crops of one recording, read by row."""

    @property
    def times(self) -> FloatArray:
        """float64[T], rising: seconds of the crops there are; moments without a usable face have none."""
        ...

    @property
    def size(self) -> int:
        """Side of the square crops in pixels."""
        ...

    def read(self, rows: IntArray) -> UInt8Array:
        """uint8[n, size, size, 3], RGB. Raises `LineamentError` when the store is damaged."""
        ...


class LiveCrops(Protocol):
    """What a model has made of the crops it was given so far; `inference.CropScorer` holds one."""

    def add(self, times: FloatArray, crops: UInt8Array) -> None:
        """Crops uint8[n, size, size, 3] RGB at seconds float64[n], rising and later than all before."""
        ...

    def prediction(self, provenance: Provenance, *, seen_s: float | None, forced: bool) -> Prediction:
        """What `predict_crops` would say of the crops given so far."""
        ...


@runtime_checkable
class PixelModel(Protocol):
    """A trained system that reads face crops; `store.load_pixel_model` reads one."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def conformal(self) -> ConformalTable: ...

    @property
    def baseline(self) -> float:
        """The constant predictor: the training sessions' mean score."""
        ...

    @property
    def model_id(self) -> str: ...

    @property
    def model_hash(self) -> str: ...

    @property
    def crop_size(self) -> int:
        """Side of the crops it reads, in pixels."""
        ...

    @property
    def crop_request(self) -> CropRequest:
        """The crops to cut for it: their side, and how many a second."""
        ...

    def live_crops(self) -> LiveCrops:
        """Nothing seen yet; for crops that come one after the other."""
        ...

    def predict_crops(
        self,
        source: CropSource,
        provenance: Provenance,
        *,
        seen_s: float | None = None,
        force: bool = False,
        cancel: CancelToken | None = None,
        sink: EventSink = ignore_events,
    ) -> Prediction:
        """The whole recording at once. provenance: of the recording whose landmarks aligned the crops.

        seen_s: seconds of video seen, with a face or without; up to the last crop where it is not given.
        """
        ...

    def save(self, folder: Path) -> None: ...


@dataclass(frozen=True, eq=False)
class HeldCrops:
    """Implements `CropSource`: crops in memory. times: float64[T], rising. images: uint8[T, size, size, 3], RGB."""

    times: FloatArray
    images: UInt8Array

    @classmethod
    def none(cls, size: int) -> Self:
        return cls(np.zeros(0), np.zeros((0, size, size, 3), dtype=np.uint8))

    @property
    def size(self) -> int:
        return self.images.shape[1]

    def read(self, rows: IntArray) -> UInt8Array:
        return self.images[rows]

    def and_then(self, times: FloatArray, images: UInt8Array) -> "HeldCrops":
        """These, and later ones."""
        return HeldCrops(np.concatenate([self.times, times]), np.concatenate([self.images, images]))

    def since(self, start: float) -> "HeldCrops":
        """Those at `start` seconds and later."""
        first = int(np.searchsorted(self.times, start))
        return HeldCrops(self.times[first:], self.images[first:].copy())


@dataclass(frozen=True, eq=False)
class CropEstimate:
    """What a model makes of a recording's crops: the score in points, where its crops lay in time (float64[n]), how
    much each counted (float32[n], summing to 1), and where in the face the model looked, if it says so."""

    score: float
    times: FloatArray
    moments: Float32Array
    regions: RegionAttention | None = None


def spacing_s(times: FloatArray) -> float:
    """Seconds from one crop to the next, the median; 0 for fewer than two."""
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def usable_s(times: FloatArray) -> float:
    """Seconds that crops stand for: their number times their spacing, so that moments without a face do not count."""
    return len(times) * spacing_s(times)


def spread_rows(count: int, at_most: int) -> IntArray:
    """int64[min(count, at_most)], rising: rows spread evenly over `count` rows, each in the middle of its share."""
    n = min(count, at_most)
    return ((np.arange(n) + 0.5) * count / max(n, 1)).astype(np.int64)


def read_crops(source: CropSource, rows: IntArray) -> UInt8Array:
    """`source.read(rows)`; raises `ModelError` when what comes back is not what was asked for."""
    crops = source.read(rows)
    expected = (len(rows), source.size, source.size, 3)
    if crops.shape != expected or crops.dtype != np.uint8:
        raise ModelError(
            f"face crops came as {crops.dtype}{list(crops.shape)} instead of uint8{list(expected)}",
            remedy="Cut the crops again from the video.",
        )
    return crops


def check_crops(model: PixelModel, size: int, provenance: Provenance, *, force: bool) -> bool:
    """True when the score is forced: another extractor aligned the crops than those the model was trained on.

    Raises `ModelError` for such crops unless `force`, and always for crops of another size than `size` pixels.
    """
    if size != model.crop_size:
        raise ModelError(
            f"the model {model.model_id} reads face crops of {model.crop_size} pixels and these have {size}",
            remedy=f"Cut the crops again with {model.crop_size} pixels.",
        )
    if extractor_family(provenance.extractor) == extractor_family(model.card.trained_on):
        return False
    if force:
        return True
    raise ModelError(
        f"the model {model.model_id} was trained on crops aligned by {model.card.trained_on} and these were aligned by "
        f"{provenance.extractor}",
        remedy="Analyse the video with the tracker the model was trained on, or ask for a score all the same.",
    )


def crops_prediction(
    model: PixelModel,
    estimate: CropEstimate | None,
    crop_times: FloatArray,
    provenance: Provenance,
    *,
    seen_s: float | None,
    forced: bool,
) -> Prediction:
    """Put together what is shown, with the same abstentions as for recordings; no estimate where there is no crop.

    crop_times: float64[T], of all crops there are, those that no estimate was made of too.
    """
    usable = usable_s(crop_times)
    seen = seen_s if seen_s is not None else (float(crop_times[-1]) + spacing_s(crop_times) if estimate else 0.0)
    why = abstention(usable, max(seen, usable), len(crop_times))
    score = estimate.score if estimate is not None and why is None else None
    times = estimate.times if estimate is not None else np.zeros(0)
    moments = estimate.moments if estimate is not None else np.zeros(0, dtype=np.float32)
    return Prediction(
        score=score,
        interval=model.conformal.interval(score, usable, model.card.scale) if score is not None else None,
        level=model.conformal.level,
        scale=model.card.scale,
        baseline=model.baseline,
        window_times=np.stack([times, times + spacing_s(times)], axis=1),
        attribute_names=(ATTRIBUTE,),
        attribute_attention=np.ones((len(times), 1), dtype=np.float32),
        moment_attention=moments,
        usable_s=usable,
        usable_share=min(usable / seen, 1.0) if seen > 0 else 0.0,
        abstained=why,
        provenance=_provenance(model, provenance, forced),
        region_attention=estimate.regions if estimate is not None else None,
    )


def _provenance(model: PixelModel, recording: Provenance, forced: bool) -> ScoreProvenance:
    return ScoreProvenance(
        model_id=model.model_id,
        model_hash=model.model_hash,
        trained_on=model.card.trained_on,
        trained_on_simulated=model.card.trained_on_simulated,
        extractor=recording.extractor,
        data_hash=recording.data_hash,
        forced=forced,
        app_version=__version__,
        utc_time=utc_now(),
        settings={
            "input": f"face crops {model.crop_size} px",
            "min_usable_s": MIN_USABLE_S,
            "min_usable_share": MIN_USABLE_SHARE,
        },
    )
