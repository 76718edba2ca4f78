"""A backbone that has first learnt to measure behaviour: in place of weights learnt on other people's faces.

Published systems begin with weights from ImageNet or from millions of faces. Where there are none, a backbone that
begins at nothing learns a hundred persons' looks by heart before it learns what they do. But recordings hold, at every
crop's moment, what their extractor measured: action units, gaze, head turns. Here a linear layer on the backbone's
pooled and normalised feature is taught to say these of the train persons' crops, and then thrown away. No score takes
part, and nobody else. All of this is our choice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.face import AU_NAMES
from lineament.models.dj_ldml.augmentation import augmented as augmented_clips
from lineament.models.dj_ldml.backbone import Backbone
from lineament.models.dj_ldml.clips import clip_places, read_clips
from lineament.models.dj_ldml.presets import ClipShape, NetworkShape
from lineament.models.hmhn.model import to_pictures
from lineament.models.hmhn.network import HMHNNetwork
from lineament.models.hmhn.presets import HMHNShape
from lineament.models.pixels import FloatArray
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.training.crops.videos import CropVideos
from lineament.training.epochs import require_finite
from lineament.training.hmhn.augment import augmented
from lineament.training.hmhn.config import AugmentationSettings
from lineament.training.hmhn.data import read_pairs
from lineament.training.optimiser import set_rates

CHANNELS = (*(f"{name}_r" for name in AU_NAMES), "gaze_angle_y", "pose_Rx")
"""Columns of a recording that are the same of a mirrored crop."""
FRAMES = 4
"""Of the clips that a spatiotemporal backbone begins with."""


@dataclass(frozen=True)
class StartSettings:
    """steps: of `batch` crops or clips each. rate: AdamW's, rising over the first `warm_up` of the steps, then falling
    as a cosine."""

    steps: int = 300
    batch: int = 32
    rate: float = 2e-3
    weight_decay: float = 1e-3
    warm_up: float = 0.1
    clip_norm: float = 5.0
    seed: int = 0
    threads: int = 2


class Drawn(NamedTuple):
    """A batch: what the backbone sees, and what was measured of it, float64[B, K]."""

    inputs: Tensor
    measured: FloatArray


def start_hmhn(
    videos: CropVideos,
    behaviour: Sequence[FloatArray],
    shape: HMHNShape,
    settings: StartSettings,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> dict[str, Tensor]:
    """Weights for `HMHNConfig.pretrained`, from single crops.

    behaviour: float64[T, K] of each video, a row a crop, NaN where nothing was measured. Raises `ModelError` when the
    loss stops being a number, `Cancelled`.
    """
    known = [(int(i), np.flatnonzero(np.isfinite(behaviour[i]).all(axis=1))) for i in videos.rows("train")]
    pairs = np.concatenate([np.stack([np.full(len(rows), i), rows], axis=1) for i, rows in known])

    def draw(rng: np.random.Generator) -> Drawn:
        some = pairs[rng.choice(len(pairs), settings.batch)]
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        pictures = to_pictures(read_pairs(videos.sources, some), torch.device("cpu"))
        changed = augmented(pictures, AugmentationSettings(), generator)
        return Drawn((changed - network.mean) / network.sd, np.array([behaviour[i][row] for i, row in some]))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = HMHNNetwork(shape).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        pooled = nn.Sequential(network.backbone, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        _teach(pooled, shape.features, _spread(behaviour, videos), draw, settings, cancel, sink)
    return _weights(network.backbone)


def start_dj_ldml(
    videos: CropVideos,
    behaviour: Sequence[FloatArray],
    shape: NetworkShape,
    clip: ClipShape,
    settings: StartSettings,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> dict[str, Tensor]:
    """Weights for `DjLdmlConfig.start_from`, from clips and the mean of what was measured in each; else as
    `start_hmhn`. The clips are of `FRAMES` crops, which show as much of a moment as longer ones and cost less."""
    train, clip = videos.rows("train"), replace(clip, frames=FRAMES)
    places = {int(i): clip_places(videos.sources[i].times, clip) for i in train}

    def draw(rng: np.random.Generator) -> Drawn:
        chosen = [int(i) for i in rng.choice(train, settings.batch)]
        rows = [places[i].drawn(1, rng) for i in chosen]
        clips = [read_clips(videos.sources[i], r) for i, r in zip(chosen, rows, strict=True)]
        means = [_mean_seen(behaviour[i][r[0]]) for i, r in zip(chosen, rows, strict=True)]
        return Drawn(augmented_clips(np.concatenate(clips), rng), np.array(means))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        backbone = Backbone(shape)
        _teach(backbone, shape.widths[-1], _spread(behaviour, videos), draw, settings, cancel, sink)
    return _weights(backbone)


def _mean_seen(values: FloatArray) -> FloatArray:
    """Mean float64[K] over the first axis of what was measured; NaN where nothing was."""
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    total = np.where(seen, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


class _Spread(NamedTuple):
    """Mean and standard deviation float64[K] of what was measured of the train persons."""

    mean: FloatArray
    sd: FloatArray


def _spread(behaviour: Sequence[FloatArray], videos: CropVideos) -> _Spread:
    values: npt.NDArray[np.float64] = np.concatenate([behaviour[i] for i in videos.rows("train")])
    return _Spread(np.nanmean(values, axis=0), np.maximum(np.nanstd(values, axis=0), 1e-6))


def _teach(
    pooled: nn.Module,
    features: int,
    spread: _Spread,
    draw: Callable[[np.random.Generator], Drawn],
    settings: StartSettings,
    cancel: CancelToken | None,
    sink: EventSink,
) -> None:
    """Mean squared error of all channels in standard units; clips of which nothing was measured count nothing."""
    torch.set_num_threads(settings.threads)
    head = nn.Sequential(nn.BatchNorm1d(features, affine=False), nn.Linear(features, len(spread.mean)))
    learner = nn.Sequential(pooled, head).train()
    optimiser = torch.optim.AdamW(learner.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
    rng = np.random.default_rng(settings.seed)
    meter = ProgressMeter("learning to measure behaviour", settings.steps, "steps", sink)
    for step in range(settings.steps):
        if cancel is not None:
            cancel.raise_if_cancelled()
        set_rates(optimiser, (settings.rate,), settings.warm_up, step, settings.steps)
        inputs, measured = draw(rng)
        targets = torch.from_numpy((measured - spread.mean) / spread.sd).float()
        there = torch.isfinite(targets)
        errors = (learner(inputs) - torch.nan_to_num(targets)).square()
        loss = (errors * there).sum() / there.sum().clamp_min(1)
        require_finite(float(loss.detach()), f"the loss stopped being a number in step {step + 1} of the start")
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learner.parameters(), settings.clip_norm)
        optimiser.step()
        meter.advance()
    meter.finish()


def _weights(backbone: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone().contiguous() for name, tensor in backbone.state_dict().items()}
