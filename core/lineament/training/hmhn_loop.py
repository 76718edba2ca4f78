"""The training loop: one epoch at a time, each a function of the seed and its number, so that a resumed run equals one
that was never stopped (bit for bit on a CPU)."""

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn import functional  # noqa: TID253

from lineament.errors import ModelError
from lineament.models.hmhn.losses import AffinityLoss, bands, partition_loss
from lineament.models.hmhn.model import to_pictures
from lineament.models.hmhn.network import HMHNNetwork
from lineament.models.pixels import FloatArray, IntArray, read_crops, spread_rows
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.dj_ldml_checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from lineament.training.dj_ldml_data import CropVideos
from lineament.training.dj_ldml_optimiser import optimiser_state, restore_optimiser
from lineament.training.hmhn_augment import augmented
from lineament.training.hmhn_config import HMHNConfig
from lineament.training.hmhn_data import draw_crops, equal_batches, read_pairs
from lineament.training.loop import EpochFinished
from lineament.training.metrics import rmse

_AT_ONCE = 32


class Learner(nn.Module):
    """What is trained: the network, and the affinity loss's centres where that loss is wanted."""

    def __init__(self, network: HMHNNetwork, classes: int) -> None:
        super().__init__()
        self.network = network
        self.affinity = AffinityLoss(classes, network.shape.features) if classes else None


@dataclass(eq=False)
class Training:
    """All that changes while a network is trained; `best` is the network's state after the best epoch so far."""

    learner: Learner
    optimiser: torch.optim.Optimizer
    epoch: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)
    history: list[EpochFinished] = field(default_factory=list)

    @property
    def lowest(self) -> float:
        return min((e.dev_rmse for e in self.history), default=math.inf)

    def finished(self, config: HMHNConfig) -> bool:
        since = len(self.history) - 1 - max((e.epoch for e in self.history if e.best), default=-1)
        return self.epoch >= config.epochs or (bool(self.history) and since >= config.patience)


def begin(network: HMHNNetwork, videos: CropVideos, config: HMHNConfig) -> Training:
    """The network in the layout that convolutions like, and its optimiser; the first group is the backbone."""
    classes = len(videos.scale.cut_offs) if config.affinity > 0 else 0
    learner = Learner(network, classes).to(config.device)
    learner = learner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    backbone = set(network.backbone.parameters())
    rest = [p for p in learner.parameters() if p not in backbone]
    groups = [{"params": list(network.backbone.parameters())}, {"params": rest}]
    return Training(learner, torch.optim.AdamW(groups, lr=config.learning_rate, weight_decay=config.weight_decay))


class Trainer:
    """Trains one network on the train videos and watches the dev videos."""

    def __init__(self, videos: CropVideos, config: HMHNConfig, cancel: CancelToken, sink: EventSink) -> None:
        self.videos, self.config, self.cancel, self.sink = videos, config, cancel, sink
        self.train, self.dev = videos.rows("train"), videos.rows("dev")
        scores = videos.scores[self.train]
        self.mean, self.sd = float(scores.mean()), max(float(scores.std()), 1e-6)
        lowest = [low for low, _ in videos.scale.cut_offs]
        self.targets = torch.from_numpy((videos.scores - self.mean) / self.sd).float()
        self.bands = torch.tensor(bands([float(score) for score in videos.scores], lowest))
        crops = sum(min(len(videos.sources[i].times), config.frames) for i in self.train)
        self.steps = -(-crops // config.batch)

    def run(self, training: Training, checkpoint: Path | None, identity: str) -> Training:
        """Train to the end and put the best epoch's weights into the network; a checkpoint after every epoch.

        Raises `Cancelled`, and `ModelError` when the loss stops being a number.
        """
        meter = ProgressMeter(
            f"training {self.config.name}",
            self.steps * self.config.epochs,
            "steps",
            self.sink,
            skipped=self.steps * training.epoch,
        )
        while not training.finished(self.config):
            with torch.random.fork_rng(devices=[]):
                self._epoch(training, meter)
            if checkpoint is not None:
                write_checkpoint(checkpoint, _as_checkpoint(training, identity))
        meter.finish()
        training.learner.network.load_state_dict(training.best)
        return training

    def _epoch(self, training: Training, meter: ProgressMeter) -> None:
        epoch = training.epoch
        rng = np.random.default_rng([self.config.seed, epoch])
        torch.manual_seed(int(rng.integers(2**31)))
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        training.learner.train()
        losses = []
        pairs = draw_crops(self.videos, self.train, self.config.frames, rng)
        for k, batch in enumerate(equal_batches(pairs, self.config.batch)):
            self.cancel.raise_if_cancelled()
            self._set_rates(training.optimiser, epoch * self.steps + k)
            losses.append(self._step(training, batch, generator))
            if not math.isfinite(losses[-1]):
                raise ModelError(
                    f"the loss stopped being a number in epoch {epoch + 1}, step {k + 1}",
                    remedy="Train again from the beginning with a lower learning rate.",
                )
            meter.advance()
        error = rmse(self.dev_estimates(training.learner.network), self.videos.scores[self.dev])
        best = error < training.lowest
        event = EpochFinished(0, epoch, float(np.mean(losses)), (error / self.sd) ** 2, error, best)
        training.history.append(event)
        training.epoch = epoch + 1
        if best:
            state = training.learner.network.state_dict()
            training.best = {name: tensor.clone() for name, tensor in state.items()}
        self.sink(event)

    def _step(self, training: Training, pairs: IntArray, generator: torch.Generator) -> float:
        learner, config = training.learner, self.config
        pictures = to_pictures(read_pairs(self.videos.sources, pairs), learner.network.mean.device)
        output = learner.network(augmented(pictures, config.augmentation, generator))
        owners = torch.from_numpy(pairs[:, 0])
        targets = self.targets[owners].to(output.score.device)
        error = functional.huber_loss if config.loss == "huber" else functional.mse_loss
        loss = error(output.score, targets) + config.partition * partition_loss(output.heads)
        if learner.affinity is not None:
            loss = loss + config.affinity * learner.affinity(output.pooled, self.bands[owners].to(loss.device))
        training.optimiser.zero_grad()
        if torch.isfinite(loss):
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learner.parameters(), config.clip_norm)
            training.optimiser.step()
        return float(loss.detach())

    def _set_rates(self, optimiser: torch.optim.Optimizer, step: int) -> None:
        """The rates of one step, a function of its number alone: a resumed run needs no memory of them."""
        steps = self.steps * self.config.epochs
        warm = max(round(self.config.warm_up * steps), 1)
        if step < warm:
            share = (step + 1) / warm
        else:
            share = 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))
        rates = (self.config.backbone_rate, self.config.learning_rate)
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * share

    def dev_estimates(self, network: HMHNNetwork) -> FloatArray:
        """Scores float64[D] of the dev videos in points, each from crops spread over it, not cut to the scale."""
        network.eval()
        pool = np.median if self.config.video_score == "median" else np.mean
        found = np.empty(len(self.dev))
        for k, i in enumerate(self.dev):
            self.cancel.raise_if_cancelled()
            source = self.videos.sources[i]
            rows = spread_rows(len(source.times), self.config.dev_frames)
            scores = []
            for at in range(0, len(rows), _AT_ONCE):
                pictures = to_pictures(read_crops(source, rows[at : at + _AT_ONCE]), network.mean.device)
                with torch.inference_mode():
                    scores.append(network(pictures).score.double().cpu().numpy())
            found[k] = self.mean + self.sd * float(pool(np.concatenate(scores)))
        return found


def resume(training: Training, checkpoint: Path | None, identity: str) -> None:
    """Continue where the checkpoint stands, if there is one; `ModelError` when it is damaged or another run's."""
    found = read_checkpoint(checkpoint) if checkpoint is not None else None
    if found is None:
        return
    if found.facts.get("identity") != identity:
        raise ModelError(
            "the checkpoint is of a training with other settings or other videos",
            path=checkpoint,
            remedy="Delete it or choose another folder.",
        )
    try:
        training.learner.load_state_dict(dict(found.tensors["learner"]))
        restore_optimiser(training.optimiser, found.tensors["optimiser"])
        training.best = dict(found.tensors["best"])
        training.history = [EpochFinished(**facts) for facts in found.facts["history"]]
        training.epoch = int(found.facts["epoch"])
    except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
        raise ModelError(
            "the training's checkpoint is damaged",
            path=checkpoint,
            remedy="Delete it; the training then starts from the beginning.",
        ) from error


def _as_checkpoint(training: Training, identity: str) -> Checkpoint:
    tensors = {
        "learner": training.learner.state_dict(),
        "best": training.best,
        "optimiser": optimiser_state(training.optimiser),
    }
    history: list[dict[str, Any]] = [asdict(event) for event in training.history]
    return Checkpoint(tensors, {"identity": identity, "epoch": training.epoch, "history": history})
