"""Train the HMHN model from labelled face crops to a card.

After Li et al. (Frontiers in Neuroscience 17:1188434, 2023), of which we know the abstract: crops are learnt one
by one, end to end, and a video's score is the mean over its crops. Everything beyond the abstract is our choice.
"""

import time
from functools import partial
from pathlib import Path

import numpy as np
import torch  # noqa: TID253

from lineament.models.calibration import LEVEL
from lineament.models.hmhn.model import HMHNModel
from lineament.models.hmhn.network import HMHNNetwork
from lineament.models.hmhn.pretrained import load_pretrained
from lineament.models.intervals import ConformalTable
from lineament.models.pixels import CropSource, FloatArray, read_crops, spacing_s, spread_rows
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.training.crops.measures import measured
from lineament.training.crops.videos import CropVideos
from lineament.training.epochs import identity_of
from lineament.training.hmhn.card import blank_card, finished_card
from lineament.training.hmhn.config import AugmentationSettings, HMHNConfig
from lineament.training.hmhn.data import check_crops, crop_statistics
from lineament.training.hmhn.loop import Trainer, Training, begin, resume

__all__ = ["AugmentationSettings", "CropVideos", "HMHNConfig", "train_hmhn"]


def train_hmhn(
    videos: CropVideos,
    config: HMHNConfig,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
    *,
    checkpoint: Path | None = None,
) -> HMHNModel:
    """Train on the train persons, stop on the dev videos' RMSE, calibrate the intervals, measure beside the controls.

    checkpoint: a file that is written after every epoch and continued from when it is there. The test persons are
    touched once, at the end. Raises `DatasetError` when the videos cannot be used, `ModelError` when the loss stops
    being a number, the pretrained weights do not fit, or the checkpoint is damaged or another training's,
    `StorageError`, and `Cancelled` when `cancel` is set; what was checkpointed is kept.
    """
    cancel = cancel or CancelToken()
    check_crops(videos, config.shape.crop)
    torch.set_num_threads(config.threads)
    started = time.monotonic()
    trainer = Trainer(videos, config, cancel, sink)
    training = trained(trainer, checkpoint)

    def statistics(i: int) -> FloatArray:
        source = videos.sources[i]
        return crop_statistics(read_crops(source, spread_rows(len(source.times), config.dev_frames)))

    model = HMHNModel(
        config.shape,
        training.learner.network,
        trainer.mean,
        trainer.sd,
        config.video_score,
        ConformalTable.whole_scale(LEVEL, videos.scale),
        blank_card(config, videos),
        crops=config.crops,
    )
    found = measured(videos, partial(estimates_over_time, model, cancel), statistics, cancel, sink)
    model.conformal = found.conformal
    minutes = (time.monotonic() - started) / 60
    model.card = finished_card(config, videos, model, training, found, minutes)
    model.network.to("cpu")
    return model


def trained(trainer: Trainer, checkpoint: Path | None) -> Training:
    """The network of the best epoch; raises as `train_hmhn`."""
    config, videos = trainer.config, trainer.videos
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = HMHNNetwork(config.shape)
        if config.pretrained is not None:
            load_pretrained(network.backbone, config.pretrained)
        training = begin(network, videos, config)
    identity = identity_of(config.to_json(), videos.fingerprint())
    resume(training, checkpoint, identity)
    return trainer.run(training, checkpoint, identity)


def estimates_over_time(
    model: HMHNModel, cancel: CancelToken, source: CropSource, times: tuple[float, ...]
) -> FloatArray:
    """float64[K]: what the model says of a video when only the first `times[k]` usable seconds had been seen; of the
    crops that a prediction would score, those that lie in them, at least one."""
    chosen, scores = model.recording_scores(source, cancel)
    # a video of one crop has no spacing; its crop is then in every amount of time
    seen = (chosen + 1) * spacing_s(source.times)
    counts = [max(int((seen <= seconds + 1e-6).sum()), 1) for seconds in times]
    return np.array([model.pool(scores[:count]) for count in counts])
