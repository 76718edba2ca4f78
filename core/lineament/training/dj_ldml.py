"""Train the DJ-LDML model from labelled face crops to a card.

After Zhou et al. (TAFFC 13(3):1605-1618), of which the abstract alone is public: the label distribution and the ordinal
embedding are learnt jointly on a spatiotemporal feature of video clips. Everything beyond that is our choice.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.errors import ModelError
from lineament.models.calibration import LEVEL
from lineament.models.dj_ldml.backbone import take_r3d_18
from lineament.models.dj_ldml.label_distribution import LabelDistribution
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.dj_ldml.network import DjLdmlNetwork
from lineament.models.intervals import ConformalTable
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.training.baselines import RidgeBaseline
from lineament.training.dj_ldml_card import blank_card, finished_card
from lineament.training.dj_ldml_config import DjLdmlConfig, OptimiserSettings
from lineament.training.dj_ldml_data import CropVideos, checked_places
from lineament.training.dj_ldml_held import calibrated, hold_out, times_of
from lineament.training.dj_ldml_loop import JointEpochFinished, Trainer, begin, resume
from lineament.training.dj_ldml_statistics import video_statistics

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
    identity = _identity(videos, config)
    resume(training, checkpoint, identity)
    trainer.run(training, checkpoint, identity)
    scale, train, dev = videos.scale, videos.rows("train"), videos.rows("dev")
    model = DjLdmlModel(
        config.shape,
        config.clip,
        label,
        training.network,
        float(videos.scores[train].mean()),
        ConformalTable.whole_scale(LEVEL, scale),
        blank_card(config, videos),
    )
    times = times_of(videos, "calibration")
    model.conformal = calibrated(hold_out(model, videos, "calibration", times, cancel, sink), videos, times)
    seen = {n: video_statistics(videos, places, n, config.dev_clips, cancel, sink) for n in ("train", "dev", "test")}
    ridge = RidgeBaseline(seen["train"], videos.scores[train], seen["dev"], videos.scores[dev])
    test = hold_out(model, videos, "test", times, cancel, sink)
    minutes = (time.monotonic() - started) / 60
    model.card = finished_card(
        config, videos, model, training, test, ridge.predict(seen["test"]), ridge.penalty, times, minutes
    )
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
    try:
        return network.to(config.device)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"this computer has no device called {config.device} that can be trained on",
            remedy="Choose cpu.",
        ) from error


def _tensors(path: Path) -> Mapping[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(path.read_bytes())
    except (OSError, SafetensorError) as error:
        raise ModelError(
            "the weights to start from cannot be read", path=path, remedy="Give weights of r3d_18 as safetensors."
        ) from error


def _identity(videos: CropVideos, config: DjLdmlConfig) -> str:
    """What a checkpoint must belong to."""
    text = json.dumps(config.to_json(), sort_keys=True) + videos.fingerprint()
    return hashlib.sha256(text.encode()).hexdigest()
