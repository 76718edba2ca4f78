"""What models that are ensembles of networks share: coding in blocks, pooling, and the whole recording at once."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.windows import Windows, extract_windows
from lineament.models.base import EncodedWindows, Float32Array
from lineament.models.card import ModelCard
from lineament.models.intervals import ConformalTable
from lineament.models.predicting import check_extractor, make_prediction
from lineament.models.prediction import ATTRIBUTES, Prediction
from lineament.recording.view import RecordingView

_WINDOWS_AT_ONCE = 64


class Ensemble(ABC):
    """Implements `Model` for whoever codes a block of windows and pools one network's windows."""

    card: ModelCard
    conformal: ConformalTable
    model_hash: str

    @property
    @abstractmethod
    def baseline(self) -> float: ...

    @property
    def model_id(self) -> str:
        return self.card.name

    @property
    def absent(self) -> tuple[str, ...]:
        return self.card.absent

    @property
    def attributes(self) -> tuple[str, ...]:
        return ATTRIBUTES

    @abstractmethod
    def _encode_block(self, windows: Windows, without: str) -> EncodedWindows:
        """Unscaled windows, few enough to be coded at once."""

    @abstractmethod
    def _pool(self, member: int, fused: Tensor, moment_logits: Tensor, present: Tensor) -> tuple[float, Tensor]:
        """One network's score in points and its moment attention [W]; arguments have a batch of one in front."""

    @property
    @abstractmethod
    def _modules(self) -> Sequence[nn.Module]:
        """The networks of the ensemble."""

    @abstractmethod
    def parts(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Weights, and facts for JSON: what the class's `from_parts` needs beside card and intervals."""

    @property
    def parameters(self) -> int:
        """Weights that were learnt, in all networks together."""
        return sum(p.numel() for network in self._modules for p in network.parameters())

    def encode(self, windows: Windows, without: str = "") -> EncodedWindows:
        """See `Model.encode`."""
        blocks = windows.blocks(_WINDOWS_AT_ONCE)
        with torch.inference_mode():
            return EncodedWindows.joined([self._encode_block(block, without) for block in blocks])

    def estimate(self, encoded: EncodedWindows) -> tuple[float, Float32Array]:
        """See `Model.estimate`; the networks' scores and moment attentions are averaged."""
        score, attention = self.networks_estimate(encoded)
        scale = self.card.scale
        return float(np.clip(self._read_out(score, encoded), scale.low, scale.high)), attention

    def networks_estimate(self, encoded: EncodedWindows) -> tuple[float, Float32Array]:
        """The networks' mean score in points, before any read-out and not cut to the scale, and moment attention."""
        present = torch.ones((1, len(encoded)), dtype=torch.bool)
        scores, moments = [], []
        with torch.inference_mode():
            for i in range(len(self._modules)):
                fused = torch.from_numpy(encoded.fused[None, :, i])
                logits = torch.from_numpy(encoded.moment_logits[None, :, i])
                score, attention = self._pool(i, fused, logits, present)
                scores.append(score)
                moments.append(attention.numpy())
        mean = np.mean(moments, axis=0, dtype=np.float32)
        return float(np.mean(scores)), mean / mean.sum()

    def _read_out(self, networks: float, encoded: EncodedWindows) -> float:
        """The score in points; for a model without a read-out the networks' own."""
        return networks

    def predict(self, recording: RecordingView, *, force: bool = False) -> Prediction:
        """See `Model.predict`."""
        forced = check_extractor(self, recording.meta.provenance, force=force)
        windows = extract_windows(recording, self.absent)
        return make_prediction(
            self,
            self.encode(windows.windows) if len(windows) else None,
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


def prefixed(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
