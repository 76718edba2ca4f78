"""Train the HMHN model from labelled face crops to a card.

After Li et al. (Frontiers in Neuroscience 17:1188434, 2023), of which we know the abstract: crops are learnt one
by one, end to end, and a video's score is the mean over its crops. Everything beyond the abstract is our choice.
"""

import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch  # noqa: TID253

from lineament.errors import ModelError
from lineament.models.calibration import LEVEL
from lineament.models.hmhn.model import HMHNModel
from lineament.models.hmhn.network import HMHNNetwork
from lineament.models.hmhn.pretrained import load_pretrained
from lineament.models.intervals import ConformalTable
from lineament.models.pixels import FloatArray, read_crops, spacing_s, spread_rows
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.training.baselines import RidgeBaseline
from lineament.training.dj_ldml_data import CropVideos
from lineament.training.dj_ldml_held import HeldVideos, calibrated, times_of
from lineament.training.hmhn_card import blank_card, finished_card
from lineament.training.hmhn_config import AugmentationSettings, HMHNConfig
from lineament.training.hmhn_data import check_videos, crop_statistics
from lineament.training.hmhn_loop import Trainer, Training, begin, resume

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
    check_videos(videos, config.shape.crop)
    torch.set_num_threads(config.threads)
    started = time.monotonic()
    trainer = Trainer(videos, config, cancel, sink)
    training = trained(trainer, checkpoint)
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
    times = times_of(videos, "calibration")
    held = estimates_of(model, videos, "calibration", times, cancel, sink)
    rows = videos.rows("calibration")
    model.conformal = calibrated(HeldVideos(rows, videos.scores[rows], held), videos, times)
    seen = {n: _statistics(videos, n, config.dev_frames, cancel, sink) for n in ("train", "dev", "test")}
    known = [(seen[name], videos.scores[videos.rows(name)]) for name in ("train", "dev")]
    ridge = RidgeBaseline(*known[0], *known[1])
    test = estimates_of(model, videos, "test", times, cancel, sink)
    minutes = (time.monotonic() - started) / 60
    control = ridge.predict(seen["test"]), ridge.penalty
    model.card = finished_card(config, videos, model, training, test, control, times, minutes)
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
        try:
            training = begin(network, videos, config)
        except (RuntimeError, AssertionError) as error:
            raise ModelError(
                f"this computer has no device called {config.device} that can be trained on", remedy="Choose cpu."
            ) from error
    identity = _identity(videos, config)
    resume(training, checkpoint, identity)
    return trainer.run(training, checkpoint, identity)


def _identity(videos: CropVideos, config: HMHNConfig) -> str:
    """What a checkpoint must belong to."""
    text = json.dumps(config.to_json(), sort_keys=True) + videos.fingerprint()
    return hashlib.sha256(text.encode()).hexdigest()


def estimates_of(
    model: HMHNModel, videos: CropVideos, split: str, times: tuple[float, ...], cancel: CancelToken, sink: EventSink
) -> FloatArray:
    """float64[n, K]: what the model says of each video of a split when only the first `times[k]` usable seconds had
    been seen; of the crops that a prediction would score, those that lie in them, at least one."""
    rows = videos.rows(split)
    meter = ProgressMeter(f"scoring {split} videos", len(rows), "videos", sink)
    found = np.empty((len(rows), len(times)))
    for n, i in enumerate(rows):
        source = videos.sources[i]
        chosen, scores = model.recording_scores(source, cancel)
        # a video of one crop has no spacing; its crop is then in every amount of time
        seen = (chosen + 1) * spacing_s(source.times)
        for k, seconds in enumerate(times):
            found[n, k] = model.pool(scores[: max(int((seen <= seconds + 1e-6).sum()), 1)])
        meter.advance()
    meter.finish()
    return found


def _statistics(videos: CropVideos, split: str, frames: int, cancel: CancelToken, sink: EventSink) -> FloatArray:
    """float64[n, S]: what the ridge control reads of each video of a split, from crops spread over it."""
    rows = videos.rows(split)
    meter = ProgressMeter(f"measuring {split} crops", len(rows), "videos", sink)
    found = []
    for i in rows:
        cancel.raise_if_cancelled()
        source = videos.sources[i]
        found.append(crop_statistics(read_crops(source, spread_rows(len(source.times), frames))))
        meter.advance()
    meter.finish()
    return np.stack(found)
