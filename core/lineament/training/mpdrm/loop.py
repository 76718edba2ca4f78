"""The two phases of MPDRM's training: MPFN learns persons by contrast, then the whole network learns the score."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.errors import ModelError
from lineament.features.windows import ChannelScaling
from lineament.models.mpdrm.network import MpdrmNetwork, Scored, seeded_network, window_mean
from lineament.models.mpdrm.relation import alignment_loss, orthogonality
from lineament.models.mpdrm.shape import MpdrmShape
from lineament.progress import CancelToken, EventSink, ProgressMeter
from lineament.training.metrics import rmse
from lineament.training.mpdrm.batches import PairBatch, pair_batches
from lineament.training.mpdrm.checkpoint import TrainingState, copy_of, load_state, save_state
from lineament.training.mpdrm.data import MovementData
from lineament.training.mpdrm.losses import person_contrast, require_finite
from lineament.training.mpdrm.scoring import code_visits, person_auc, refit_alignment, refit_head, score_visits

PHASES = ("person", "score")
_WARM_UP = 0.2
_LONGEST_STEP = 2.0


@dataclass(frozen=True)
class MpdrmLoop:
    """How the network is trained.

    person_epochs: of MPFN alone; epochs: of the whole, stopped after `patience` without a lower dev loss. batch:
    persons a step, two visits each; windows: of each visit. person_rate: MPFN's learning rate in the second phase as a
    share of the rest's, 0 to freeze it. temperature, band: of the contrast (`mpdrm_losses.person_contrast`). contrast,
    orthogonal, alignment, auxiliary: weights beside the score's squared error in standard units. alignment teaches
    MPFN and its map to foresee f_d; auxiliary, off unless asked for, acts where simulated persons' true behaviour is
    known. A score says little and is learnt by heart within some epochs: hence few, small and much decayed steps.
    """

    person_epochs: int = 3
    epochs: int = 6
    patience: int = 3
    batch: int = 32
    windows: int = 3
    learning_rate: float = 1e-3
    person_rate: float = 0.3
    weight_decay: float = 0.5
    temperature: float = 0.1
    band: float = 5.0
    contrast: float = 0.5
    orthogonal: float = 0.1
    alignment: float = 1.0
    auxiliary: float = 0.0
    channel_dropout: float = 0.05


@dataclass(frozen=True)
class MpdrmEpoch:
    """Sent after each epoch. loss: the phase's training loss. dev_auc: how well MPFN tells dev persons apart
    (`person_auc`), None in the second phase. dev_rmse: on the scale, None in the first. best: of this phase so far."""

    phase: str
    epoch: int
    loss: float
    dev_auc: float | None = None
    dev_rmse: float | None = None
    best: bool = True


@dataclass(eq=False)
class TrainedMpdrm:
    network: MpdrmNetwork
    dev_rmse: float
    penalty: float
    history: list[MpdrmEpoch]


def train_visits(
    train: MovementData,
    dev: MovementData,
    scaling: ChannelScaling,
    shape: MpdrmShape,
    settings: MpdrmLoop,
    seed: int,
    cancel: CancelToken,
    sink: EventSink,
    *,
    checkpoint: Path | None = None,
    device: str = "cpu",
) -> TrainedMpdrm:
    """One network from one seed, at the epoch with the lowest dev loss, what it
    foresees and its last layer then fitted anew (`refit_alignment`, `refit_head`).

    checkpoint: a file written after every epoch; a run that finds it goes on from there and ends with the same weights
    (bit for bit on a CPU). The network comes back on the CPU. Raises `ModelError` when a loss is no number or the
    checkpoint is damaged, `StorageError`, `Cancelled`.
    """
    run = _Run(train, dev, scaling, seeded_network(shape, seed).to(device), settings, seed, cancel, sink, checkpoint)
    run.phase(0, settings.person_epochs, run.person_step, run.judge_persons)
    run.phase(1, settings.epochs, run.score_step, run.judge_scores)
    network = run.network
    network.load_state_dict(run.state.best)
    coded_train, coded = (code_visits(network, data, scaling) for data in (train, dev))
    refit_alignment(network, coded_train, coded, (train, dev))
    penalty = refit_head(network, coded_train, coded, (train, dev))
    standard = score_visits(network, coded, dev).score.double().numpy()
    history = [MpdrmEpoch(**event) for event in run.state.history]
    return TrainedMpdrm(network.cpu(), rmse(run.mean + run.sd * standard, dev.scores), penalty, history)


class _Run:
    """The state of one training and its steps."""

    def __init__(
        self,
        train: MovementData,
        dev: MovementData,
        scaling: ChannelScaling,
        network: MpdrmNetwork,
        settings: MpdrmLoop,
        seed: int,
        cancel: CancelToken,
        sink: EventSink,
        checkpoint: Path | None,
    ) -> None:
        self.train, self.dev, self.scaling, self.network, self.settings = train, dev, scaling, network, settings
        self.seed, self.cancel, self.sink, self.checkpoint = seed, cancel, sink, checkpoint
        self.mean, self.sd = float(train.scores.mean()), max(float(train.scores.std()), 1e-6)
        self.device = next(network.parameters()).device
        self.state = (load_state(checkpoint) if checkpoint is not None else None) or TrainingState()
        if self.state.network:
            self._take_up(self.state)

    def _take_up(self, state: TrainingState) -> None:
        try:
            self.network.load_state_dict(state.best or state.network)
            self.network.load_state_dict(state.network)
        except RuntimeError as error:
            raise ModelError(
                "the training's saved state is of another version's network",
                path=self.checkpoint,
                remedy="Delete the file to start the training again.",
            ) from error

    def phase(
        self,
        number: int,
        epochs: int,
        loss_of: Callable[[PairBatch], Tensor],
        judge: Callable[[float, int], MpdrmEpoch],
    ) -> None:
        """Train for `epochs`, or what is left of them; then the next phase is due."""
        state = self.state
        if state.phase != number:
            return
        optimiser = self._optimiser(number)
        if state.moments:
            whole = optimiser.state_dict()
            optimiser.load_state_dict({**whole, "state": state.moments})
        meter = ProgressMeter(f"training MPDRM, {PHASES[number]}", epochs, "epochs", self.sink, skipped=state.epoch)
        while state.epoch < epochs and not (number == 1 and state.since_best >= self.settings.patience):
            loss = self._epoch(number, epochs, optimiser, loss_of)
            require_finite(loss, PHASES[number], state.epoch)
            event = judge(loss, state.epoch)
            state.history.append(asdict(event))
            state.epoch += 1
            state.network = copy_of(self.network)
            state.moments = {int(i): dict(m) for i, m in optimiser.state_dict()["state"].items()}
            self._save()
            self.sink(event)
            meter.advance()
        meter.finish()
        state.phase, state.epoch, state.moments = number + 1, 0, {}
        if not state.best:
            state.best = copy_of(self.network)
        self._save()

    def _save(self) -> None:
        if self.checkpoint is not None:
            save_state(self.checkpoint, self.state)

    def _optimiser(self, number: int) -> torch.optim.Optimizer:
        """MPFN's parameters in the first phase; in the second the others', and MPFN's where it goes on learning."""
        person = list(self.network.mpfn.parameters())
        rest = [p for name, p in self.network.named_parameters() if not name.startswith("mpfn.")]
        groups = [{"params": person, "share": 1.0}]
        if number == 1:
            groups = [{"params": rest, "share": 1.0}]
            groups += [{"params": person, "share": self.settings.person_rate}] if self.settings.person_rate else []
        rate, decay = self.settings.learning_rate, self.settings.weight_decay
        return torch.optim.AdamW(groups, lr=rate, weight_decay=decay)

    def _epoch(
        self, number: int, epochs: int, optimiser: torch.optim.Optimizer, loss_of: Callable[[PairBatch], Tensor]
    ) -> float:
        torch.manual_seed(int(np.random.SeedSequence([self.seed, number, self.state.epoch]).generate_state(1)[0]))
        self.network.train()
        if number == 1 and not self.settings.person_rate:
            self.network.mpfn.eval()
        steps = -(-len(self.train.rows_of_persons) // self.settings.batch)
        losses = []
        for i, batch in enumerate(self._batches(number)):
            self.cancel.raise_if_cancelled()
            rate = self.settings.learning_rate * rate_share((self.state.epoch * steps + i) / (epochs * steps))
            for group in optimiser.param_groups:
                group["lr"] = rate * group["share"]
            loss = loss_of(batch)
            require_finite(float(loss.detach()), PHASES[number], self.state.epoch)
            self.network.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), _LONGEST_STEP)
            optimiser.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def _batches(self, number: int) -> Iterator[PairBatch]:
        rng = np.random.default_rng([self.seed, number, self.state.epoch])
        s = self.settings
        return pair_batches(self.train, self.scaling, s.batch, s.windows, s.channel_dropout, rng)

    def person_step(self, batch: PairBatch) -> Tensor:
        """The contrast of a batch's visits, by MPFN alone."""
        tokens = self.network.mpfn(self._flat(batch)).values
        return self._contrast(tokens.view(2 * len(batch), -1, tokens.shape[1]).mean(dim=1), batch)

    def score_step(self, batch: PairBatch) -> Tensor:
        """The score's squared error and what is weighed beside it; later visits know the earlier, which know none.

        The score gives no gradient to MPFN, which is thereby taught by the contrast and by foreseeing f_d of the
        person's other visit: what tells persons apart best may be their camera, and say nothing of how they move.
        """
        s, network, windows = self.settings, self.network, self._flat(batch)
        visits = 2 * len(batch)
        depression = network.mdfn(windows).values.view(visits, s.windows, -1)
        with torch.set_grad_enabled(s.person_rate > 0):
            own = network.mpfn(windows).values.view(visits, s.windows, -1).mean(dim=1)
        pairs = own.view(len(batch), 2, -1)
        known = pairs[:, [0, 0]].flatten(0, 1).detach()
        present = torch.ones(depression.shape[:2], dtype=torch.bool, device=self.device)
        earlier = np.stack([np.zeros(len(batch), bool), batch.rows[:, 0] != batch.rows[:, 1]], axis=1).reshape(-1)
        scored = network.score(depression, known, present, torch.from_numpy(earlier).to(self.device))
        loss = self._score_loss(scored, batch)
        if network.shape.suppress and s.orthogonal > 0:
            loss = loss + s.orthogonal * orthogonality(scored.tokens, scored.habit, present)
        foreseen = network.suppression.align(pairs.flip(1).flatten(0, 1))
        loss = loss + s.alignment * alignment_loss(foreseen, window_mean(depression, present))
        return loss + s.contrast * self._contrast(own, batch) if s.person_rate else loss

    def _score_loss(self, scored: Scored, batch: PairBatch) -> Tensor:
        rows = batch.rows.reshape(-1)
        target = (self.train.scores[rows] - self.mean) / self.sd
        loss = nn.functional.mse_loss(scored.score, self._tensor(target))
        if self.train.behaviour is not None and scored.auxiliary.shape[1]:
            behaviour = self._tensor(self.train.behaviour[rows])
            loss = loss + self.settings.auxiliary * nn.functional.mse_loss(scored.auxiliary, behaviour)
        return loss

    def _contrast(self, own: Tensor, batch: PairBatch) -> Tensor:
        rows = batch.rows.reshape(-1)
        persons = torch.from_numpy(self.train.persons[rows]).to(self.device)
        scores = self._tensor(self.train.scores[rows])
        points = self.network.mpfn.project(own)
        return person_contrast(points, persons, scores, self.settings.temperature, self.settings.band)

    def judge_persons(self, loss: float, epoch: int) -> MpdrmEpoch:
        """How well dev persons are told apart; the last epoch is kept whatever it says."""
        coded = code_visits(self.network, self.dev, self.scaling)
        auc = person_auc(coded.persons(self.dev, knowing=False).numpy(), self.dev.persons)
        return MpdrmEpoch(PHASES[0], epoch, loss, dev_auc=auc if math.isfinite(auc) else None)

    def judge_scores(self, loss: float, epoch: int) -> MpdrmEpoch:
        """The dev visits' RMSE, each with what earlier visits say; keeps the weights of the lowest dev loss.

        That loss has the behaviour parameters' part where they are known: the last layer is fitted anew in the end, so
        what counts is what the network has learnt to measure.
        """
        coded = code_visits(self.network, self.dev, self.scaling)
        scored = score_visits(self.network, coded, self.dev)
        standard = scored.score.double().numpy()
        judged = float(np.mean((standard - (self.dev.scores - self.mean) / self.sd) ** 2))
        if self.dev.behaviour is not None and scored.auxiliary.shape[1]:
            judged += self.settings.auxiliary * float(np.mean((scored.auxiliary.numpy() - self.dev.behaviour) ** 2))
        require_finite(judged, PHASES[1], epoch)
        best = self.state.lowest is None or judged < self.state.lowest
        if best:
            self.state.best, self.state.lowest, self.state.since_best = copy_of(self.network), judged, 0
        else:
            self.state.since_best += 1
        error = rmse(self.mean + self.sd * standard, self.dev.scores)
        return MpdrmEpoch(PHASES[1], epoch, loss, dev_rmse=error, best=best)

    def _flat(self, batch: PairBatch) -> Tensor:
        return torch.from_numpy(batch.windows).flatten(0, 2).to(self.device)

    def _tensor(self, values: "np.ndarray[tuple[int, ...], np.dtype[np.floating]]") -> Tensor:  # type: ignore[type-arg]
        return torch.from_numpy(np.asarray(values, dtype=np.float32)).to(self.device)


def rate_share(done: float) -> float:
    """Learning rate at a share of the phase's steps: rises in a line over the first fifth, then falls as a cosine."""
    if done < _WARM_UP:
        return max(done / _WARM_UP, 0.04)
    return 0.5 * (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP)))
