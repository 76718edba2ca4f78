"""All that decides a training run of the HMHN model. The abstract gives none of these numbers: they are our choices."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from lineament.models.hmhn.presets import FULL, SMALL, HMHNShape


@dataclass(frozen=True)
class AugmentationSettings:
    """How far training crops are changed at most. mirror: share that is mirrored. shift: of the crop's side. turn:
    degrees. zoom, brightness, contrast, saturation: factors less 1."""

    mirror: float = 0.5
    shift: float = 0.03
    turn: float = 4.0
    zoom: float = 0.04
    brightness: float = 0.15
    contrast: float = 0.15
    saturation: float = 0.15


@dataclass(frozen=True)
class HMHNConfig:
    """frames: crops of each training video an epoch shows, drawn anew; dev_frames: of each dev video, spread evenly.
    together: how many crops of a video are held against its score by their mean, as the video's own score is one; with
    1 each is held against it alone, though few moments of a person's say much.

    learning_rate: AdamW's, rising over the first `warm_up` of all steps, then falling as a cosine; backbone_rate is
    the backbone's own. loss: of the score in standard units; partition and affinity weigh the losses beside it. crops:
    how many of a recording are scored at most. video_score: how a recording's score comes from its crops'. patience:
    epochs without a better dev RMSE before training stops. pretrained: a ResNet-18's weights, for the full preset.
    device: as torch names it; threads: of a CPU.
    """

    seed: int = 0
    shape: HMHNShape = SMALL
    epochs: int = 12
    patience: int = 5
    batch: int = 32
    frames: int = 24
    dev_frames: int = 24
    together: int = 1
    learning_rate: float = 2e-3
    backbone_rate: float = 2e-3
    weight_decay: float = 1e-3
    warm_up: float = 0.1
    clip_norm: float = 5.0
    loss: Literal["huber", "mse"] = "huber"
    partition: float = 0.1
    affinity: float = 0.0
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)
    crops: int = 240
    video_score: Literal["mean", "median"] = "mean"
    pretrained: Path | None = None
    device: str = "cpu"
    threads: int = 2
    name: str = "HMHN"

    def __post_init__(self) -> None:
        if (
            self.batch < 2
            or min(self.epochs, self.frames, self.dev_frames, self.together, self.crops, self.threads) < 1
        ):
            raise ValueError("a batch has at least 2 crops; epochs, frames, crops and threads are at least 1")
        if self.loss not in ("huber", "mse") or self.video_score not in ("mean", "median"):
            raise ValueError(f"there is no loss {self.loss!r} with the video score {self.video_score!r}")

    @classmethod
    def small(cls, seed: int = 0) -> "HMHNConfig":
        """For processors: about five minutes on two cores for 150 videos."""
        return cls(seed=seed, name="HMHN (small)")

    @classmethod
    def full(cls, seed: int = 0, pretrained: Path | None = None) -> "HMHNConfig":
        """ResNet-18 on 224 pixels, for a GPU; a backbone that has learnt elsewhere learns ten times slower."""
        rate = 1e-4 if pretrained is not None else 5e-4
        return cls(
            seed=seed,
            shape=FULL,
            epochs=30,
            patience=8,
            batch=64,
            frames=32,
            dev_frames=32,
            learning_rate=rate,
            backbone_rate=rate / 10 if pretrained is not None else rate,
            weight_decay=1e-4,
            pretrained=pretrained,
            device="cuda",
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values; device and threads are left out, which a run may change."""
        plain = asdict(self)
        del plain["threads"], plain["device"]
        pretrained = self.pretrained.name if self.pretrained is not None else None
        return plain | {"shape": self.shape.to_json(), "pretrained": pretrained}
