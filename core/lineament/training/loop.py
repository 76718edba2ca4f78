"""The training loop: random crops of random length, early stopping on the dev persons, cancel at any step."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253

from lineament.features.windows import ChannelScaling
from lineament.models.network import HandDesignedNetwork, NetworkShape
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.data import MIN_CROP, TrainingData
from lineament.training.events import EpochFinished
from lineament.training.heads import refit_score, summarise_sessions
from lineament.training.loop_state import TrainingState
from lineament.training.metrics import rmse


@dataclass(frozen=True)
class LoopSettings:
    """How one network is trained. auxiliary: weight of the behaviour parameters' loss beside the score's; scores are
    noisy, behaviour is not, so it teaches the encoders more."""

    epochs: int = 16
    patience: int = 6
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 2e-2
    auxiliary: float = 4.0
    channel_dropout: float = 0.05


@dataclass(eq=False)
class TrainedNetwork:
    network: HandDesignedNetwork
    dev_rmse: float
    history: list[EpochFinished] = field(default_factory=list)


def train_network(
    train: TrainingData,
    dev: TrainingData,
    scaling: ChannelScaling,
    shape: NetworkShape,
    settings: LoopSettings,
    seed: int,
    member: int,
    cancel: CancelToken,
    sink: EventSink,
    *,
    checkpoint: Path | None = None,
    identity: str = "",
) -> TrainedNetwork:
    """One network from one seed, at the epoch with the lowest loss on the dev persons' whole sessions, its last layer
    then fitted anew (`heads.refit_score`).

    checkpoint: a file written after every epoch and gone on from, bit for bit, where it is there; `identity` is what it
    must belong to. Raises `ModelError` when it is damaged or another training's, `StorageError`, `Cancelled`.
    """
    torch.manual_seed(seed)
    network = HandDesignedNetwork(shape)
    mean, sd = float(train.scores.mean()), float(train.scores.std())
    steps = math.ceil(len(train) / settings.batch)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=steps * settings.epochs, pct_start=0.2
    )
    state = TrainingState(network, optimiser, schedule, np.random.default_rng(seed))
    state.take_up(checkpoint, identity)
    meter = ProgressMeter(
        f"training network {member + 1}", steps * settings.epochs, "steps", sink, skipped=steps * state.epoch
    )
    while state.epoch < settings.epochs and state.since_best < settings.patience:
        network.train()
        losses = []
        for windows, present, rows in _batches(train, scaling, settings, state.rng):
            cancel.raise_if_cancelled()
            loss = _loss(network, windows, present, rows, train, mean, sd, settings.auxiliary)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
            meter.advance()
        dev_loss, error = _evaluate(network, dev, scaling, mean, sd, settings.auxiliary)
        event = EpochFinished(member, state.epoch, float(np.mean(losses)), dev_loss, error, dev_loss < state.lowest)
        state.add(event)
        state.keep(checkpoint, identity)
        sink(event)
    meter.finish()
    best = state.best if state.best is not None else network
    refit_score(best, train, dev, scaling, seed)
    return TrainedNetwork(best, _evaluate(best, dev, scaling, mean, sd, settings.auxiliary)[1], state.history)


def _batches(
    data: TrainingData, scaling: ChannelScaling, settings: LoopSettings, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor, npt.NDArray[np.int64]]]:
    """Persons in random order; all crops of a batch have one length, drawn log-uniformly from 20 s to the whole."""
    whole = data.windows.shape[1]
    order = rng.permutation(len(data))
    for i in range(0, len(order), settings.batch):
        rows = np.sort(order[i : i + settings.batch])
        if len(rows) < 8:
            continue
        count = int(np.exp(rng.uniform(np.log(MIN_CROP), np.log(whole + 0.99))))
        starts = rng.integers(0, whole - count + 1, len(rows))
        values, present = data.crop(rows, starts, count)
        there = present.any(axis=1)
        scaled = scaling.apply(values[there])
        scaled *= rng.random((len(scaled), 1, 1, scaled.shape[-1])) >= settings.channel_dropout
        yield torch.from_numpy(scaled), torch.from_numpy(present[there]), rows[there]


def _loss(
    network: HandDesignedNetwork,
    windows: torch.Tensor,
    present: torch.Tensor,
    rows: npt.NDArray[np.int64],
    data: TrainingData,
    mean: float,
    sd: float,
    auxiliary: float,
) -> torch.Tensor:
    pooled = network(windows, present)
    target = torch.from_numpy(((data.scores[rows] - mean) / sd).astype(np.float32))
    loss = torch.nn.functional.mse_loss(pooled.score, target)
    if data.behaviour is not None and auxiliary > 0:
        behaviour = torch.from_numpy(data.behaviour[rows])
        loss = loss + auxiliary * torch.nn.functional.mse_loss(pooled.auxiliary, behaviour)
    return loss


def _evaluate(
    network: HandDesignedNetwork, dev: TrainingData, scaling: ChannelScaling, mean: float, sd: float, auxiliary: float
) -> tuple[float, float]:
    """The training loss on whole dev sessions, and their RMSE on the scale."""
    scores, behaviour = predict_standard(network, dev, scaling)
    loss = float(np.mean((scores - (dev.scores - mean) / sd) ** 2))
    if dev.behaviour is not None:
        loss += auxiliary * float(np.mean((behaviour - dev.behaviour) ** 2))
    return loss, rmse(mean + sd * scores, dev.scores)


def predict_standard(
    network: HandDesignedNetwork, data: TrainingData, scaling: ChannelScaling
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Scores float64[N] and behaviour parameters float64[N, B] of whole sessions in standard units; zeros for a person
    without a single usable window."""
    sessions, present = summarise_sessions(network, data, scaling, np.zeros(len(data), np.int64), data.windows.shape[1])
    with torch.inference_mode():
        scores = network.score(torch.from_numpy(sessions)).squeeze(-1).double().numpy()
        behaviour = network.auxiliary(torch.from_numpy(sessions)).double().numpy()
    return np.where(present, scores, 0.0), np.where(present[:, None], behaviour, 0.0)
