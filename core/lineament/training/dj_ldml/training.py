"""Train the DJ-LDML model from labelled face crops to a card.

After Zhou et al. (TAFFC 13(3):1605-1618), of which the abstract alone is public: the label distribution and the ordinal
embedding are learnt jointly on a spatiotemporal feature of video clips. Everything beyond that is our choice.
"""

import math
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.errors import ModelError
from lineament.models.calibration import LEVEL
from lineament.models.dj_ldml.backbone import take_r3d_18
from lineament.models.dj_ldml.label_distribution import LabelDistribution
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.dj_ldml.network import DjLdmlNetwork
from lineament.models.intervals import ConformalTable
from lineament.models.pixels import CropSource, FloatArray, spacing_s
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.training.crops.measures import measured
from lineament.training.crops.videos import CropVideos
from lineament.training.dj_ldml.card import blank_card, finished_card
from lineament.training.dj_ldml.config import DjLdmlConfig, OptimiserSettings
from lineament.training.dj_ldml.data import checked_places
from lineament.training.dj_ldml.loop import JointEpochFinished, Trainer, begin, resume
from lineament.training.dj_ldml.statistics import video_statistics
from lineament.training.epochs import identity_of, on_device

__all__ = ["CropVideos", "DjLdmlConfig", "JointEpochFinished", "OptimiserSettings", "train_dj_ldml"]


def train_dj_ldml(
    videos: CropVideos,
    config: DjLdmlConfig,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
    *,
    checkpoint: Path | None = None,
) -> DjLdmlModel:
    """Train on the train persons, stop on the dev videos, calibrate the intervals, and measure beside the controls.

    checkpoint: a file that is written after every epoch and continued from when it is there. The test persons are
    touched once, at the end. Raises `DatasetError` when the videos cannot be used, `ModelError` when the loss stops
    being a number or the checkpoint is damaged or another training's, `StorageError`, and `Cancelled` when `cancel` is
    set; what was checkpointed is kept.
    """
    cancel = cancel or CancelToken()
    torch.set_num_threads(config.threads)
    started = time.monotonic()
    places = checked_places(videos, config.clip)
    label = _label(videos, config)
    trainer = Trainer(videos, places, label, config, cancel, sink)
    training = begin(_network(videos, label, config), config)
    identity = identity_of(config.to_json(), videos.fingerprint())
    resume(training, checkpoint, identity)
    trainer.run(training, checkpoint, identity)

    def statistics(i: int) -> FloatArray:
        return video_statistics(videos.sources[i], places[i], config.dev_clips)

    model = DjLdmlModel(
        config.shape,
        config.clip,
        label,
        training.network,
        float(videos.scores[videos.rows("train")].mean()),
        ConformalTable.whole_scale(LEVEL, videos.scale),
        blank_card(config, videos),
    )
    found = measured(videos, partial(estimates_over_time, model, cancel), statistics, cancel, sink)
    model.conformal = found.conformal
    minutes = (time.monotonic() - started) / 60
    model.card = finished_card(config, videos, model, training, found, minutes)
    model.network.to("cpu")
    return model


def _label(videos: CropVideos, config: DjLdmlConfig) -> LabelDistribution:
    if config.sigma is None:
        return LabelDistribution.usual(videos.scale)
    return LabelDistribution(videos.scale, config.sigma)


def _network(videos: CropVideos, label: LabelDistribution, config: DjLdmlConfig) -> DjLdmlNetwork:
    """As the seed makes it, on its device, saying the training labels' mean distribution."""
    torch.manual_seed(config.seed)
    network = DjLdmlNetwork(config.shape, len(label.support))
    if config.start_from is not None:
        take_r3d_18(network.backbone, _tensors(config.start_from))
    network.begin_at(label.targets(videos.scores[videos.rows("train")]).mean(axis=0))
    return on_device(network, config.device)


def _tensors(path: Path) -> Mapping[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(path.read_bytes())
    except (OSError, SafetensorError) as error:
        raise ModelError(
            "the weights to start from cannot be read", path=path, remedy="Give weights of r3d_18 as safetensors."
        ) from error


def estimates_over_time(
    model: DjLdmlModel, cancel: CancelToken, source: CropSource, times: tuple[float, ...]
) -> FloatArray:
    """float64[K]: what the model says of a video when only the first `times[k]` usable seconds had been seen; before
    the first clip is over, its score stands."""
    starts, masses = model.video_masses(source, cancel)
    last_moments = starts + model.clip.seconds - model.clip.step_s
    found = np.empty(len(times))
    for k, seconds in enumerate(times):
        crops = min(math.ceil(seconds / spacing_s(source.times)), len(source.times))
        seen = int((last_moments <= source.times[crops - 1] + model.clip.tolerance_s).sum())
        found[k] = model.video_score(masses[: max(seen, 1)])
    return found
