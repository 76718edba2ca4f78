"""Backbones that first learn to measure behaviour: what they learn, from whom, and that networks begin with them."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch  # noqa: TID253
from safetensors.torch import save_file

from lineament.datasets import PHQ8
from lineament.models.dj_ldml.backbone import Backbone, take_r3d_18
from lineament.models.dj_ldml.presets import ClipShape, NetworkShape
from lineament.models.hmhn.backbone import ResidualBackbone
from lineament.models.hmhn.presets import HMHNShape
from lineament.models.hmhn.pretrained import load_pretrained
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.training.behaviour_start import FRAMES, StartSettings, start_dj_ldml, start_hmhn
from lineament.training.crops.videos import CropVideos

SIZE, CROPS = 32, 12
PICTURES = HMHNShape(crop=SIZE, widths=(6, 8), blocks=(1, 1), strides=(1, 1), gwa_hidden=4, heads=2, squeeze=4)
CLIPS, CLIP = NetworkShape(widths=(4, 4, 6, 6), embedding=4), ClipShape(frames=8, size=SIZE, step_s=0.25)
QUICK = StartSettings(steps=3, batch=8, threads=1)


@dataclass
class Crops:
    images: npt.NDArray[np.uint8]
    times: npt.NDArray[np.float64]

    @property
    def size(self) -> int:
        return self.images.shape[1]

    def read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        return self.images[rows]


def striped(persons: int = 10, seed: int = 0) -> tuple[CropVideos, list[npt.NDArray[np.float64]]]:
    """Pictures whose upper half has strong stripes where the first channel is high; the second channel is noise."""
    rng = np.random.default_rng(seed)
    sources, behaviour = [], []
    for _ in range(persons):
        level = np.repeat(rng.random(CROPS // 4), 4)  # four crops alike, as a clip shows them
        images = rng.normal(120, 8, (CROPS, SIZE, SIZE, 3)) + rng.normal(0, 25, 3)
        images[:, :16, ::4] += 60 * level[:, None, None, None]
        sources.append(Crops(images.clip(0, 255).astype(np.uint8), 0.25 * np.arange(CROPS)))
        behaviour.append(np.stack([level, rng.random(CROPS)], axis=1))
    splits = ["train"] * (persons - 2) + ["dev"] * 2
    names = [f"p{i}" for i in range(persons)]
    videos = CropVideos(sources, np.zeros(persons), names, splits, PHQ8, "lineament/facemesh", True, "toy")
    return videos, behaviour


def known_from(features: npt.NDArray[np.float64], levels: npt.NDArray[np.float64]) -> float:
    """Correlation of the levels with their best linear estimate from features, the second half's from the first's."""
    half = len(levels) // 2
    x = np.concatenate([features, np.ones((len(features), 1))], axis=1)
    gram = x[:half].T @ x[:half] + 1e-3 * np.eye(x.shape[1])
    estimate = x[half:] @ np.linalg.solve(gram, x[:half].T @ levels[:half])
    return float(np.corrcoef(estimate, levels[half:])[0, 1])


def test_a_backbone_learns_to_measure_what_recordings_measured(tmp_path: Path) -> None:
    videos, behaviour = striped(24)
    weights = start_hmhn(videos, behaviour, PICTURES, replace(QUICK, steps=60, batch=16, rate=5e-3))
    backbone = ResidualBackbone(PICTURES.widths, PICTURES.blocks, PICTURES.strides)
    save_file(weights, tmp_path / "start.safetensors")
    load_pretrained(backbone, tmp_path / "start.safetensors")
    others, measured = striped(24, seed=1)
    pictures = np.concatenate([source.images for source in others.sources]).astype(np.float32)
    backbone.eval()
    with torch.inference_mode():
        pooled = backbone(torch.from_numpy(pictures / 255 - 0.45).permute(0, 3, 1, 2) / 0.225).mean(dim=(2, 3))
    assert known_from(pooled.double().numpy(), np.concatenate(measured)[:, 0]) > 0.8


def test_a_spatiotemporal_backbone_begins_with_short_clips() -> None:
    videos, behaviour = striped()
    seen: list[tuple[int, ...]] = []

    class Watched(Backbone):
        def forward(self, clips: torch.Tensor) -> torch.Tensor:
            seen.append(tuple(clips.shape))
            return super().forward(clips)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lineament.training.behaviour_start.Backbone", Watched)
        weights = start_dj_ldml(videos, behaviour, CLIPS, CLIP, QUICK)
    assert set(seen) == {(8, 3, FRAMES, SIZE, SIZE)}
    backbone = Backbone(CLIPS)
    take_r3d_18(backbone, weights)
    for name, value in backbone.state_dict().items():
        np.testing.assert_array_equal(value, weights[name])


def test_neither_scores_nor_other_persons_nor_lost_moments_take_part() -> None:
    videos, behaviour = striped()
    behaviour[0][3] = np.nan
    one = start_hmhn(videos, behaviour, PICTURES, QUICK)
    other_scores = replace(videos, scores=np.arange(10.0))
    others = [b if split == "train" else b + 5 for b, split in zip(behaviour, videos.splits, strict=True)]
    two = start_hmhn(other_scores, others, PICTURES, QUICK)
    for name, value in one.items():
        np.testing.assert_array_equal(value, two[name], err_msg=name)
        assert torch.isfinite(value.float()).all()
    clips = start_dj_ldml(videos, behaviour, CLIPS, CLIP, QUICK)
    assert all(torch.isfinite(value.float()).all() for value in clips.values())
    changed = [b + 5 * (i == 1) * np.arange(CROPS)[:, None] for i, b in enumerate(behaviour)]
    three = start_hmhn(videos, changed, PICTURES, QUICK)
    assert any(not torch.equal(value, three[name]) for name, value in one.items())


def test_it_tells_how_far_it_is_and_can_be_stopped() -> None:
    videos, behaviour = striped()
    told: list[object] = []
    start_hmhn(videos, behaviour, PICTURES, QUICK, sink=told.append)
    assert [event.done for event in told if isinstance(event, Progress)][-1] == QUICK.steps
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        start_dj_ldml(videos, behaviour, CLIPS, CLIP, QUICK, cancel)
