"""A trained HMHN model: crops to scores and region maps, a recording's crops to a prediction, files and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.crops.facts import CropRequest
from lineament.models.card import ModelCard
from lineament.models.hmhn.network import HMHNNetwork
from lineament.models.hmhn.presets import HMHNShape
from lineament.models.hmhn.regions import regions
from lineament.models.intervals import ConformalTable
from lineament.models.pixels import (
    USUAL_RATES,
    CropEstimate,
    CropSource,
    Float32Array,
    FloatArray,
    IntArray,
    UInt8Array,
    check_crops,
    crops_prediction,
    read_crops,
    spread_rows,
)
from lineament.models.prediction import Prediction, RegionAttention
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.provenance import Provenance

if TYPE_CHECKING:
    from lineament.models.hmhn.live import LiveHMHN

KIND = "HMHN"
VideoScore = Literal["mean", "median"]
CROPS = 240
"""Crops of one recording that are scored at most, spread evenly: a mean over more would hardly be another."""
SLOWEST = 2.0
"""Crops a second where none are usual for the model's size."""
_AT_ONCE = 32


@dataclass(frozen=True, eq=False)
class CropScores:
    """scores: float64[n], each crop by itself, in points of the scale and not cut to it. maps: float32[n, h, w] and
    heads: float32[n, K, h, w], each map summing to 1 over its crop, in crop coordinates (see `RegionAttention`)."""

    scores: FloatArray
    maps: Float32Array
    heads: Float32Array

    @classmethod
    def joined(cls, parts: Sequence["CropScores"]) -> Self:
        """All of `parts`, at least one, of the same model."""
        return cls(
            np.concatenate([p.scores for p in parts]),
            np.concatenate([p.maps for p in parts]),
            np.concatenate([p.heads for p in parts]),
        )

    def take(self, rows: IntArray) -> "CropScores":
        """Some of the crops."""
        return CropScores(self.scores[rows], self.maps[rows], self.heads[rows])


@dataclass(eq=False)
class HMHNModel:
    """Implements `PixelModel`. target_mean and target_sd turn the network's standard units into points; video_score
    says how a recording's score comes from its crops', crops how many are scored at most."""

    shape: HMHNShape
    network: HMHNNetwork
    target_mean: float
    target_sd: float
    video_score: VideoScore
    conformal: ConformalTable
    card: ModelCard
    crops: int = CROPS
    model_hash: str = ""

    def __post_init__(self) -> None:
        # this layout halves the time a crop takes on a CPU
        self.network = self.network.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    @property
    def baseline(self) -> float:
        return self.target_mean

    @property
    def model_id(self) -> str:
        return self.card.name

    @property
    def crop_size(self) -> int:
        return self.shape.crop

    @property
    def crop_request(self) -> CropRequest:
        return crop_request(self.shape)

    @property
    def modality(self) -> str:
        """What it reads, in words: "face crops 112 px"."""
        return modality(self.shape)

    @property
    def parameters(self) -> int:
        """Weights that were learnt."""
        return sum(p.numel() for p in self.network.parameters())

    def score_crops(self, images: UInt8Array) -> CropScores:
        """Each crop by itself. images: uint8[n, crop, crop, 3], RGB; n may be 0.

        Raises `ValueError` for another shape or type.
        """
        side = self.shape.crop
        if images.ndim != 4 or images.shape[1:] != (side, side, 3) or images.dtype != np.uint8:
            raise ValueError(f"crops are uint8[n, {side}, {side}, 3], not {images.dtype}{list(images.shape)}")
        blocks = [self._block(images[i : i + _AT_ONCE]) for i in range(0, len(images), _AT_ONCE)]
        if not blocks:
            cells = (self.shape.cells, self.shape.cells)
            maps, heads = np.zeros((0, *cells), np.float32), np.zeros((0, self.shape.heads, *cells), np.float32)
            return CropScores(np.zeros(0), maps, heads)
        return CropScores.joined(blocks)

    def _block(self, images: UInt8Array) -> CropScores:
        with torch.inference_mode():
            output = self.network(to_pictures(images, self.network.mean.device))
            where = regions(self.network.contributions(output), self.network.usual, self.shape.stride)
        scores = self.target_mean + self.target_sd * output.score.double().cpu().numpy()
        return CropScores(scores, where.maps.float().cpu().numpy(), where.heads.float().cpu().numpy())

    def pool(self, scores: FloatArray) -> float:
        """A recording's score from its crops' scores, at least one, cut to the scale."""
        score = np.median(scores) if self.video_score == "median" else np.mean(scores)
        return float(np.clip(score, self.card.scale.low, self.card.scale.high))

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
        """See `PixelModel.predict_crops`; at most `crops` crops, spread evenly, each with its region map.

        Raises `ModelError` for crops of another size or extractor, `LineamentError` when they cannot be read,
        `Cancelled`.
        """
        forced = check_crops(self, source.size, provenance, force=force)
        rows, found = self._recording(source, cancel, sink)
        return self.prediction(source.times, rows, found, provenance, seen_s=seen_s, forced=forced)

    def prediction(
        self,
        times: FloatArray,
        rows: IntArray,
        found: CropScores,
        provenance: Provenance,
        *,
        seen_s: float | None,
        forced: bool,
    ) -> Prediction:
        """What is shown of crops at `times`, of which those in `rows` were scored."""
        estimate = self._estimate(times[rows], found)
        return crops_prediction(self, estimate, times, provenance, seen_s=seen_s, forced=forced)

    def live_crops(self) -> "LiveHMHN":
        """See `PixelModel.live_crops`."""
        from lineament.models.hmhn.live import LiveHMHN

        return LiveHMHN(self)

    def recording_scores(self, source: CropSource, cancel: CancelToken) -> tuple[IntArray, FloatArray]:
        """Rows int64[n] of the crops that a prediction scores, rising, and their scores float64[n]."""
        rows, found = self._recording(source, cancel, ignore_events)
        return rows, found.scores

    def _recording(
        self, source: CropSource, cancel: CancelToken | None, sink: EventSink
    ) -> tuple[IntArray, CropScores]:
        rows = spread_rows(len(source.times), self.crops)
        meter = ProgressMeter("scoring face crops", len(rows), "crops", sink)
        found = [self.score_crops(np.zeros((0, self.shape.crop, self.shape.crop, 3), np.uint8))]
        for i in range(0, len(rows), _AT_ONCE):
            if cancel is not None:
                cancel.raise_if_cancelled()
            found.append(self.score_crops(read_crops(source, rows[i : i + _AT_ONCE])))
            meter.advance(len(found[-1].scores))
        meter.finish()
        return rows, CropScores.joined(found)

    def _estimate(self, times: FloatArray, found: CropScores) -> CropEstimate | None:
        """Crops count alike: the model has no attention over time."""
        if not len(times):
            return None
        moments = np.full(len(times), 1 / len(times), np.float32)
        return CropEstimate(self.pool(found.scores), times, moments, RegionAttention(times, found.maps))

    def save(self, folder: Path) -> None:
        """Write weights, facts and card; see `store.save_model`."""
        from lineament.models.store import save_model

        save_model(self, folder)

    def parts(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Weights, and facts for JSON."""
        tensors = {name: value.cpu().contiguous() for name, value in self.network.state_dict().items()}
        facts = {
            "shape": self.shape.to_json(),
            "modality": self.modality,
            "target": {"mean": self.target_mean, "sd": self.target_sd},
            "video_score": self.video_score,
            "crops": self.crops,
        }
        return tensors, facts

    @classmethod
    def from_parts(
        cls, tensors: Mapping[str, Tensor], facts: Mapping[str, Any], conformal: ConformalTable, card: ModelCard
    ) -> Self:
        """Raises `KeyError`, `TypeError`, `ValueError` or `RuntimeError` when the parts do not fit together."""
        shape = HMHNShape.from_json(facts["shape"])
        network = HMHNNetwork(shape)
        network.load_state_dict(dict(tensors))
        if facts["video_score"] not in get_args(VideoScore):
            raise ValueError(f"a video's score cannot be the {facts['video_score']} of its frames'")
        mean, sd = float(facts["target"]["mean"]), float(facts["target"]["sd"])
        return cls(shape, network, mean, sd, facts["video_score"], conformal, card, int(facts["crops"]))


def crop_request(shape: HMHNShape) -> CropRequest:
    """The crops for a network of this shape: each is scored by itself, so their rate is only what is usual."""
    return CropRequest(shape.crop, USUAL_RATES.get(shape.crop, SLOWEST))


def modality(shape: HMHNShape) -> str:
    """What a network of this shape reads, in words."""
    return f"face crops {shape.crop} px"


def to_pictures(images: UInt8Array, device: torch.device) -> Tensor:
    """uint8[n, H, W, 3] as float32 [n, 3, H, W] in 0 to 1, in the layout that convolutions like on a CPU."""
    return torch.from_numpy(np.ascontiguousarray(images)).to(device).permute(0, 3, 1, 2).float() / 255
