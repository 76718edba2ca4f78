"""The training loop: one epoch at a time, each a function of the seed and its number, so that a resumed run equals one
that was never stopped (bit for bit on a CPU)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn import functional  # noqa: TID253

from lineament.models.hmhn.losses import AffinityLoss, bands, partition_loss
from lineament.models.hmhn.model import to_pictures
from lineament.models.hmhn.network import HMHNNetwork, HMHNOutput
from lineament.models.pixels import FloatArray, IntArray, read_crops, spread_rows
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.checkpoint import Checkpoint, write_checkpoint
from lineament.training.crops.videos import CropVideos
from lineament.training.epochs import Epochs, checkpoint_of, on_device, require_finite, taking_up
from lineament.training.events import EpochFinished
from lineament.training.hmhn.augment import augmented
from lineament.training.hmhn.config import HMHNConfig
from lineament.training.hmhn.data import draw_crops, equal_batches, read_pairs
from lineament.training.metrics import rmse
from lineament.training.optimiser import optimiser_state, restore_optimiser, set_rates

_AT_ONCE = 32


class Learner(nn.Module):
    """What is trained: the network, and the affinity loss's centres where that loss is wanted."""

    def __init__(self, network: HMHNNetwork, classes: int) -> None:
        super().__init__()
        self.network = network
        self.affinity = AffinityLoss(classes, network.shape.features) if classes else None


@dataclass(eq=False)
class Training(Epochs[EpochFinished]):
    """All that changes while a network is trained."""

    learner: Learner
    optimiser: torch.optim.Optimizer


def begin(network: HMHNNetwork, videos: CropVideos, config: HMHNConfig) -> Training:
    """The network in the layout that convolutions like, and its optimiser; the first group is the backbone.

    Raises `ModelError` for a device that is not there.
    """
    classes = len(videos.scale.cut_offs) if config.affinity > 0 else 0
    learner = on_device(Learner(network, classes), config.device)
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
        while not training.finished(self.config.epochs, self.config.patience):
            with torch.random.fork_rng(devices=[]):
                self._epoch(training, meter)
            if checkpoint is not None:
                write_checkpoint(checkpoint, _as_checkpoint(training, identity))
        meter.finish()
        network = training.learner.network
        network.load_state_dict(training.best)
        with torch.inference_mode():
            network.usual.copy_(self.usual(network))
        return training

    def _epoch(self, training: Training, meter: ProgressMeter) -> None:
        epoch, steps = training.epoch, self.steps * self.config.epochs
        rates = self.config.backbone_rate, self.config.learning_rate
        rng = np.random.default_rng([self.config.seed, epoch])
        torch.manual_seed(int(rng.integers(2**31)))
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        training.learner.train()
        losses = []
        pairs = draw_crops(self.videos, self.train, self.config.frames, rng, self.config.together)
        for k, batch in enumerate(equal_batches(pairs, self.config.batch)):
            self.cancel.raise_if_cancelled()
            set_rates(training.optimiser, rates, self.config.warm_up, epoch * self.steps + k, steps)
            losses.append(self._step(training, batch, generator))
            require_finite(losses[-1], f"the loss stopped being a number in epoch {epoch + 1}, step {k + 1}")
            meter.advance()
        error = rmse(self.dev_estimates(training.learner.network), self.videos.scores[self.dev])
        best = error < training.lowest
        event = EpochFinished(0, epoch, float(np.mean(losses)), (error / self.sd) ** 2, error, best)
        training.add(event, training.learner.network)
        self.sink(event)

    def _step(self, training: Training, pairs: IntArray, generator: torch.Generator) -> float:
        learner, config = training.learner, self.config
        pictures = to_pictures(read_pairs(self.videos.sources, pairs), learner.network.mean.device)
        output = learner.network(augmented(pictures, config.augmentation, generator))
        owners = torch.from_numpy(pairs[:, 0])
        scores, targets = output.score, self.targets[owners].to(output.score.device)
        if config.together > 1:
            scores, targets = means_of(scores, owners), means_of(targets, owners)
        error = functional.huber_loss if config.loss == "huber" else functional.mse_loss
        loss = error(scores, targets) + config.partition * partition_loss(output.heads)
        if learner.affinity is not None:
            loss = loss + config.affinity * learner.affinity(output.pooled, self.bands[owners].to(loss.device))
        training.optimiser.zero_grad()
        if torch.isfinite(loss):
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learner.parameters(), config.clip_norm)
            training.optimiser.step()
        return float(loss.detach())

    def dev_estimates(self, network: HMHNNetwork) -> FloatArray:
        """Scores float64[D] of the dev videos in points, each from crops spread over it, not cut to the scale."""
        pool = np.median if self.config.video_score == "median" else np.mean
        found = np.empty(len(self.dev))
        for k, i in enumerate(self.dev):
            scores = [output.score.double().cpu().numpy() for output in self._outputs(network, int(i))]
            found[k] = self.mean + self.sd * float(pool(np.concatenate(scores)))
        return found

    def usual(self, network: HMHNNetwork) -> Tensor:
        """[K, h, w], the mean over the train videos' crops of what each place puts into the score."""
        means = []
        for i in self.train:
            put_in = [network.contributions(output) for output in self._outputs(network, int(i))]
            means.append(torch.cat(put_in).mean(dim=0))
        return torch.stack(means).mean(dim=0)

    @torch.inference_mode()
    def _outputs(self, network: HMHNNetwork, i: int) -> list[HMHNOutput]:
        """What the network makes of crops spread over video i."""
        self.cancel.raise_if_cancelled()
        network.eval()
        source = self.videos.sources[i]
        rows = spread_rows(len(source.times), self.config.dev_frames)
        blocks = (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))
        return [network(to_pictures(read_crops(source, block), network.mean.device)) for block in blocks]


def means_of(values: Tensor, owners: Tensor) -> Tensor:
    """[V], the mean over those of values [B] that have one owner, int64[B]; owners in rising order."""
    found, of_value, counts = torch.unique(owners, return_inverse=True, return_counts=True)
    sums = values.new_zeros(len(found)).index_add(0, of_value.to(values.device), values)
    means: Tensor = sums / counts.to(values.device)
    return means


def resume(training: Training, checkpoint: Path | None, identity: str) -> None:
    """Continue where the checkpoint stands, if there is one; `ModelError` when it is damaged or another run's."""
    found = checkpoint_of(checkpoint, identity)
    if found is None:
        return
    with taking_up(checkpoint):
        training.learner.load_state_dict(dict(found.tensors["learner"]))
        restore_optimiser(training.optimiser, found.tensors["optimiser"])
        training.take_up(found, EpochFinished)


def _as_checkpoint(training: Training, identity: str) -> Checkpoint:
    tensors = {
        "learner": training.learner.state_dict(),
        "best": training.best,
        "optimiser": optimiser_state(training.optimiser),
    }
    return Checkpoint(tensors, training.facts(identity))
