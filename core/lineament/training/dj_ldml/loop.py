"""The training loop: one epoch at a time, each a function of the seed and its number, so that a resumed run equals one
that was never stopped (bit for bit on a CPU)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch  # noqa: TID253

from lineament.models.dj_ldml.augmentation import augmented
from lineament.models.dj_ldml.batching import batches_of_epoch, video_batches
from lineament.models.dj_ldml.clips import ClipPlaces, read_clips
from lineament.models.dj_ldml.label_distribution import LabelDistribution
from lineament.models.dj_ldml.memory import PairMemory
from lineament.models.dj_ldml.model import clip_masses
from lineament.models.dj_ldml.network import DjLdmlNetwork
from lineament.models.dj_ldml.objective import Losses, joint_loss
from lineament.models.pixels import FloatArray, IntArray, UInt8Array, spread_rows
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.checkpoint import Checkpoint, write_checkpoint
from lineament.training.crops.videos import CropVideos
from lineament.training.dj_ldml.config import DjLdmlConfig
from lineament.training.dj_ldml.optimiser import make_optimiser
from lineament.training.epochs import Epochs, checkpoint_of, require_finite, taking_up
from lineament.training.events import EpochFinished
from lineament.training.metrics import rmse
from lineament.training.optimiser import optimiser_state, restore_optimiser, set_rates


@dataclass(frozen=True)
class JointEpochFinished(EpochFinished):
    """Sent after each epoch. loss: what is minimised; its parts: the divergence of the label distributions (nats) and
    the chance of reversal in the embedding (0 when it is not trained). dev_loss: the dev videos' mean squared error."""

    label_loss: float = 0.0
    histogram_loss: float = 0.0


@dataclass(eq=False)
class Training(Epochs[JointEpochFinished]):
    """All that changes while a network is trained."""

    network: DjLdmlNetwork
    optimiser: torch.optim.Optimizer
    memory: PairMemory


class Trainer:
    """Trains one network on the train videos and watches the dev videos."""

    def __init__(
        self,
        videos: CropVideos,
        places: list[ClipPlaces],
        label: LabelDistribution,
        config: DjLdmlConfig,
        cancel: CancelToken,
        sink: EventSink,
    ) -> None:
        self.videos, self.places, self.label, self.config = videos, places, label, config
        self.cancel, self.sink = cancel, sink
        self.train, self.dev = videos.rows("train"), videos.rows("dev")
        self.groups = videos.groups
        self.batches = batches_of_epoch(len(self.train), config.videos_per_batch, config.clips_per_video, config.clips)

    def run(self, training: Training, checkpoint: Path | None, identity: str) -> Training:
        """Train to the end and put the best epoch's weights into the network; a checkpoint after every epoch.

        Raises `Cancelled`, and `ModelError` when the loss stops being a number.
        """
        steps = self.batches * self.config.epochs
        done = self.batches * training.epoch
        meter = ProgressMeter(f"training {self.config.name}", steps, "steps", self.sink, skipped=done)
        while not training.finished(self.config.epochs, self.config.patience):
            self._epoch(training, meter)
            if checkpoint is not None:
                write_checkpoint(checkpoint, _as_checkpoint(training, identity))
        meter.finish()
        training.network.load_state_dict(training.best)
        return training

    def _epoch(self, training: Training, meter: ProgressMeter) -> None:
        config, epoch = self.config, training.epoch
        rates = config.optimiser.backbone_rate, config.optimiser.head_rate
        rng = np.random.default_rng([config.seed, epoch])
        torch.manual_seed(int(rng.integers(2**31)))
        training.network.train()
        seen = []
        for k, chosen in enumerate(video_batches(len(self.train), config.videos_per_batch, self.batches, rng)):
            self.cancel.raise_if_cancelled()
            step, steps = epoch * self.batches + k, self.batches * config.epochs
            set_rates(training.optimiser, rates, config.optimiser.warm_up, step, steps)
            losses = self._step(training, self.train[chosen], rng)
            seen.append([float(part.detach()) for part in losses])
            require_finite(seen[-1][0], f"the loss stopped being a number in epoch {epoch + 1}, step {k + 1}")
            meter.advance()
        total, divergence, reversal, _ = np.mean(seen, axis=0)
        error = rmse(self.dev_estimates(training.network), self.videos.scores[self.dev])
        require_finite(error, f"the dev videos' scores stopped being numbers in epoch {epoch + 1}")
        best = error < training.lowest
        event = JointEpochFinished(
            0, epoch, float(total), error**2, error, best, label_loss=float(divergence), histogram_loss=float(reversal)
        )
        training.add(event, training.network)
        self.sink(event)

    def _step(self, training: Training, rows: IntArray, rng: np.random.Generator) -> Losses:
        clips, owners = self._clips(rows, rng)
        coded = training.network(augmented(clips, rng).to(self.config.device))
        losses = joint_loss(
            coded,
            self.videos.scores[owners],
            self.groups[owners],
            self.label,
            self.config.objective,
            training.memory,
        )
        training.optimiser.zero_grad()
        if torch.isfinite(losses.total):
            losses.total.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(training.network.parameters(), self.config.optimiser.clip_norm)
            training.optimiser.step()
        return losses

    def _clips(self, rows: IntArray, rng: np.random.Generator) -> tuple[UInt8Array, IntArray]:
        """Random clips of these videos, and whose each is."""
        count = self.config.clips_per_video
        found = [read_clips(self.videos.sources[i], self.places[i].drawn(count, rng)) for i in rows]
        return np.concatenate(found), np.repeat(rows, count)

    def dev_estimates(self, network: DjLdmlNetwork) -> FloatArray:
        """Scores float64[D] of the dev videos, each from a few clips spread over it, not cut to the scale."""
        network.eval()
        found = np.empty(len(self.dev))
        for k, i in enumerate(self.dev):
            self.cancel.raise_if_cancelled()
            starts = self.places[i].in_order()
            chosen = starts[spread_rows(len(starts), self.config.dev_clips)]
            masses = clip_masses(network, read_clips(self.videos.sources[i], self.places[i].rows(chosen)))
            found[k] = masses.mean(axis=0) @ self.label.support
        return found


def begin(network: DjLdmlNetwork, config: DjLdmlConfig) -> Training:
    return Training(network, make_optimiser(network, config.optimiser), PairMemory(config.objective.histogram.memory))


def resume(training: Training, checkpoint: Path | None, identity: str) -> None:
    """Continue where the checkpoint stands, if there is one; `ModelError` when it is damaged or another run's."""
    found = checkpoint_of(checkpoint, identity)
    if found is None:
        return
    device = training.network.logits.weight.device
    with taking_up(checkpoint):
        training.network.load_state_dict(dict(found.tensors["network"]))
        restore_optimiser(training.optimiser, found.tensors.get("optimiser", {}))
        training.memory.restore({name: tensor.to(device) for name, tensor in found.tensors.get("memory", {}).items()})
        training.take_up(found, JointEpochFinished)


def _as_checkpoint(training: Training, identity: str) -> Checkpoint:
    tensors = {
        "network": training.network.state_dict(),
        "best": training.best,
        "optimiser": optimiser_state(training.optimiser),
        "memory": training.memory.state(),
    }
    return Checkpoint(tensors, training.facts(identity))
