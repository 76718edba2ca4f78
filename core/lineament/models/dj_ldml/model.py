"""The DJ-LDML model: a network with the scale it speaks of, its interval table and its card."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.crops.facts import CropRequest
from lineament.errors import ModelError
from lineament.models.card import ModelCard
from lineament.models.dj_ldml.clips import clip_places, read_clips
from lineament.models.dj_ldml.label_distribution import LabelDistribution
from lineament.models.dj_ldml.network import DjLdmlNetwork, standardised
from lineament.models.dj_ldml.presets import ClipShape, NetworkShape
from lineament.models.intervals import ConformalTable
from lineament.models.pixels import CropEstimate, CropSource, FloatArray, UInt8Array, check_crops, crops_prediction
from lineament.models.prediction import Distribution, Prediction
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.provenance import Provenance

if TYPE_CHECKING:
    from lineament.models.dj_ldml.live import LiveDjLdml

CLIPS_AT_ONCE = 16


@dataclass(eq=False)
class DjLdmlModel:
    """Implements `PixelModel`. target_mean: the training sessions' mean score."""

    shape: NetworkShape
    clip: ClipShape
    label: LabelDistribution
    network: DjLdmlNetwork
    target_mean: float
    conformal: ConformalTable
    card: ModelCard
    model_hash: str = ""

    def __post_init__(self) -> None:
        self.network.eval()

    @property
    def baseline(self) -> float:
        return self.target_mean

    @property
    def model_id(self) -> str:
        return self.card.name

    @property
    def crop_size(self) -> int:
        return self.clip.size

    @property
    def crop_request(self) -> CropRequest:
        return CropRequest(self.clip.size, 1 / self.clip.step_s)

    @property
    def parameters(self) -> int:
        """Weights that were learnt."""
        return sum(p.numel() for p in self.network.parameters())

    def score_clips(self, clips: UInt8Array) -> tuple[FloatArray, FloatArray]:
        """Each clip by itself: scores float64[n] in points and distributions float64[n, K] over the scale's points.

        clips: uint8[n, frames, S, S, 3], RGB; none give empty arrays. A clip's score may lie a little beyond the ends
        of the scale (`LabelDistribution.expectation`); a video's, their mean, is cut to it. Raises `ModelError` for
        another shape.
        """
        masses = self.masses(clips)
        return masses @ self.label.support, self.label.folded(masses)

    def masses(self, clips: UInt8Array) -> FloatArray:
        """float64[n, K'], each clip's distribution over the widened support."""
        wanted = (self.clip.frames, self.clip.size, self.clip.size, 3)
        if clips.dtype != np.uint8 or clips.shape[1:] != wanted:
            raise ModelError(
                f"the model {self.model_id} reads clips of uint8{['n', *wanted]} and these are "
                f"{clips.dtype}{list(clips.shape)}",
                remedy=f"Cut the crops again with {self.clip.size} pixels.",
            )
        return clip_masses(self.network, clips)

    def video_masses(
        self, source: CropSource, cancel: CancelToken, sink: EventSink = ignore_events
    ) -> tuple[FloatArray, FloatArray]:
        """Starts float64[W], seconds, and masses float64[W, K'] of the clips of a whole recording."""
        places = clip_places(source.times, self.clip)
        starts = places.in_order()
        meter = ProgressMeter("scoring clips", len(starts), "clips", sink)
        found = [np.empty((0, len(self.label.support)))]
        for k in range(0, len(starts), CLIPS_AT_ONCE):
            cancel.raise_if_cancelled()
            some = starts[k : k + CLIPS_AT_ONCE]
            found.append(self.masses(read_clips(source, places.rows(some))))
            meter.advance(len(some))
        meter.finish()
        return starts, np.concatenate(found)

    def video_score(self, masses: FloatArray) -> float:
        """The score of a video from its clips' masses float64[W, K'], at least one: their mean, cut to the scale."""
        scale = self.card.scale
        return float(np.clip(masses.mean(axis=0) @ self.label.support, scale.low, scale.high))

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
        """See `PixelModel.predict_crops`. Every clip counts the same; `distribution` is the mean over clips.

        Raises `ModelError` for crops of another size or extractor, `Cancelled`.
        """
        forced = check_crops(self, source.size, provenance, force=force)
        starts, masses = self.video_masses(source, cancel or CancelToken(), sink)
        return self.prediction(source.times, starts, masses, provenance, seen_s=seen_s, forced=forced)

    def prediction(
        self,
        times: FloatArray,
        starts: FloatArray,
        masses: FloatArray,
        provenance: Provenance,
        *,
        seen_s: float | None,
        forced: bool,
    ) -> Prediction:
        """What is shown of crops at `times` and of the clips in them (see `video_masses`)."""
        estimate = None
        if len(starts):
            even = np.full(len(starts), 1 / len(starts), dtype=np.float32)
            estimate = CropEstimate(self.video_score(masses), starts, even)
        made = crops_prediction(self, estimate, times, provenance, seen_s=seen_s, forced=forced)
        windows = np.stack([starts, starts + self.clip.seconds], axis=1)
        if made.score is None:
            return replace(made, window_times=windows, abstained=made.abstained or self._no_clip())
        mean = self.label.folded(masses.mean(axis=0, keepdims=True))[0]
        return replace(made, window_times=windows, distribution=Distribution(self.label.points, mean))

    def live_crops(self) -> "LiveDjLdml":
        """See `PixelModel.live_crops`."""
        from lineament.models.dj_ldml.live import LiveDjLdml

        return LiveDjLdml(self)

    def _no_clip(self) -> str:
        return (
            f"The face is never in view for {self.clip.seconds:.1f} seconds at a stretch. "
            "A steady view of the face, lit from the front and turned to the camera would help."
        )

    def parts(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """See `store.Storable.parts`."""
        facts = {
            "shape": self.shape.to_json(),
            "clip": self.clip.to_json(),
            "sigma": self.label.sigma,
            "target": {"mean": self.target_mean},
        }
        return dict(self.network.state_dict()), facts

    @classmethod
    def from_parts(
        cls, tensors: Mapping[str, Tensor], facts: Mapping[str, Any], conformal: ConformalTable, card: ModelCard
    ) -> Self:
        """Raises `KeyError`, `TypeError`, `ValueError`, `RuntimeError` or `ModelError` when the parts do not fit."""
        shape, label = NetworkShape.from_json(facts["shape"]), LabelDistribution(card.scale, float(facts["sigma"]))
        network = DjLdmlNetwork(shape, len(label.support))
        network.load_state_dict(dict(tensors))
        return cls(
            shape=shape,
            clip=ClipShape(**facts["clip"]),
            label=label,
            network=network,
            target_mean=float(facts["target"]["mean"]),
            conformal=conformal,
            card=card,
        )

    def save(self, folder: Path) -> None:
        """Write weights, facts and card; see `store.save_model`."""
        from lineament.models.store import save_model

        save_model(self, folder)


def clip_masses(network: DjLdmlNetwork, clips: UInt8Array) -> FloatArray:
    """float64[n, K'] of uint8[n, T, S, S, 3], a few at once; the network must be in evaluation mode."""
    support = network.logits.out_features
    device = network.logits.weight.device
    found = [np.empty((0, support))]
    with torch.inference_mode():
        for k in range(0, len(clips), CLIPS_AT_ONCE):
            some = torch.from_numpy(np.ascontiguousarray(clips[k : k + CLIPS_AT_ONCE]))
            logits = network(standardised(some.to(device))).logits
            found.append(torch.softmax(logits.double(), dim=1).cpu().numpy())
    return np.concatenate(found)
