"""All that decides a training run of the DJ-LDML model."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from lineament.models.dj_ldml.batching import MOST_CLIPS
from lineament.models.dj_ldml.objective import ObjectiveSettings
from lineament.models.dj_ldml.presets import FULL, SMALL, ClipShape, NetworkShape


@dataclass(frozen=True)
class OptimiserSettings:
    """kind: "adamw" or "sgd". Rates of the backbone and of the two heads rise over the first `warm_up` of all steps and
    fall to nothing as a cosine. momentum: of SGD. clip_norm: longest gradient."""

    kind: str = "adamw"
    backbone_rate: float = 3e-3
    head_rate: float = 3e-3
    weight_decay: float = 2e-2
    momentum: float = 0.9
    warm_up: float = 0.1
    clip_norm: float = 2.0

    def __post_init__(self) -> None:
        if self.kind not in ("adamw", "sgd"):
            raise ValueError(f"the optimiser is adamw or sgd, not {self.kind}")


@dataclass(frozen=True)
class DjLdmlConfig:
    """clips: how many of each training video an epoch shows. dev_clips: how many of a dev video are looked at after
    each epoch. sigma: of the label distributions, points, None for the usual. patience: epochs without a better dev
    RMSE before training stops. start_from: safetensors of an r3d_18, for the full preset. device: as torch names it."""

    seed: int = 0
    shape: NetworkShape = SMALL
    clip: ClipShape = field(default_factory=ClipShape)
    sigma: float | None = None
    objective: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    epochs: int = 20
    patience: int = 6
    videos_per_batch: int = 32
    clips_per_video: int = 2
    clips: int = 8
    dev_clips: int = 6
    threads: int = 2
    device: str = "cpu"
    start_from: Path | None = None
    name: str = "DJ-LDML"

    def __post_init__(self) -> None:
        if not 1 <= self.clips_per_video <= MOST_CLIPS:
            raise ValueError(f"a batch has 1 to {MOST_CLIPS} clips of a video, not {self.clips_per_video}")

    @classmethod
    def small(cls, seed: int = 0) -> "DjLdmlConfig":
        """For processors: minutes on two cores for 150 videos."""
        return cls(seed=seed, name="DJ-LDML (small)")

    @classmethod
    def full(cls, seed: int = 0, start_from: Path | None = None) -> "DjLdmlConfig":
        """R3D-18 for a GPU, with the rates that suit a backbone that has learnt elsewhere."""
        optimiser = OptimiserSettings("sgd", backbone_rate=1e-3, head_rate=1e-2, weight_decay=5e-4)
        return cls(
            seed=seed, shape=FULL, optimiser=optimiser, epochs=40, device="cuda", start_from=start_from, name="DJ-LDML"
        )

    def alone(self) -> "DjLdmlConfig":
        """The same without the embedding: label distribution learning alone, for the comparison."""
        name = f"{self.name}, label distribution alone"
        return replace(self, objective=replace(self.objective, joint=False), name=name)

    def to_json(self) -> dict[str, Any]:
        """Plain values; the threads are left out, which a run may change."""
        plain = asdict(self)
        del plain["threads"]
        return plain | {"start_from": self.start_from.name if self.start_from is not None else None}
