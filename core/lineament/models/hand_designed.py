"""The hand-designed model: a small ensemble of networks with their scaling, interval table and card."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch  # noqa: TID253

from lineament.features.windows import ChannelScaling, Windows, extract_windows
from lineament.models.base import EncodedWindows, Float32Array
from lineament.models.card import ModelCard
from lineament.models.intervals import ConformalTable
from lineament.models.network import HandDesignedNetwork, NetworkShape
from lineament.models.predicting import check_extractor, make_prediction
from lineament.models.prediction import Prediction
from lineament.recording.view import RecordingView

KIND = "hand-designed network"
_WINDOWS_AT_ONCE = 64


@dataclass(eq=False)
class HandDesignedModel:
    """Implements `Model`. target_mean and target_sd turn the networks' standard units into scores."""

    shape: NetworkShape
    networks: list[HandDesignedNetwork]
    scaling: ChannelScaling
    target_mean: float
    target_sd: float
    conformal: ConformalTable
    card: ModelCard
    model_hash: str = ""

    def __post_init__(self) -> None:
        for network in self.networks:
            network.eval()

    @property
    def baseline(self) -> float:
        return self.target_mean

    @property
    def model_id(self) -> str:
        return self.card.name

    @property
    def absent(self) -> tuple[str, ...]:
        return ()

    def encode(self, windows: Windows) -> EncodedWindows:
        """The nodes of the landmarks' graph are not read: this network has its sixteen distances."""
        return EncodedWindows.joined([self._encode_block(block.values) for block in windows.blocks(_WINDOWS_AT_ONCE)])

    def _encode_block(self, windows: Float32Array) -> EncodedWindows:
        with torch.inference_mode():
            scaled = torch.from_numpy(self.scaling.apply(windows))
            coded = [network.encode(scaled) for network in self.networks]
            return EncodedWindows(
                torch.stack([c.fused for c in coded], dim=1).numpy(),
                torch.stack([c.attribute_attention for c in coded]).mean(dim=0).numpy(),
                torch.stack([c.moment_logits for c in coded], dim=1).numpy(),
            )

    def estimate(self, encoded: EncodedWindows) -> tuple[float, Float32Array]:
        present = torch.ones((1, len(encoded)), dtype=torch.bool)
        scores, moments = [], []
        with torch.inference_mode():
            for i, network in enumerate(self.networks):
                fused = torch.from_numpy(encoded.fused[None, :, i])
                logits = torch.from_numpy(encoded.moment_logits[None, :, i])
                pooled = network.pool(fused, logits, present)
                scores.append(float(pooled.score[0]))
                moments.append(pooled.moment_attention[0].numpy())
        score = self.target_mean + self.target_sd * float(np.mean(scores))
        scale = self.card.scale
        attention = np.mean(moments, axis=0, dtype=np.float32)
        return float(np.clip(score, scale.low, scale.high)), attention / attention.sum()

    def predict(self, recording: RecordingView, *, force: bool = False) -> Prediction:
        forced = check_extractor(self, recording.meta.provenance, force=force)
        windows = extract_windows(recording)
        encoded = self.encode(windows.windows) if len(windows) else None
        return make_prediction(
            self,
            encoded,
            windows.times,
            windows.usable_s,
            windows.seen_s,
            recording.meta.provenance,
            forced=forced,
        )

    def save(self, folder: Path) -> None:
        """Write weights, facts and card; see `store.save_model`."""
        from lineament.models.store import save_model

        save_model(self, folder)
