"""Does it help to take habits away? MPDRM trained with and without suppression on the same persons and seeds, paired.

`python -m lineament.training.mpdrm_comparison --seeds 5 --out comparison.json` compares on toy movement in which habits
and effects lie in the same channels; `--persons 200` on simulated visits instead.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch  # noqa: TID253

from lineament.features.channels import N_CHANNELS
from lineament.models.mpdrm.shape import MpdrmShape
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.storage import write_atomically
from lineament.training.metrics import rmse
from lineament.training.mpdrm_data import MovementData, fit_movement_scaling, load_visits
from lineament.training.mpdrm_loop import MpdrmLoop, train_visits
from lineament.training.mpdrm_scoring import code_visits, person_auc, score_visits, standard_scores

Splits = tuple[MovementData, MovementData, MovementData]
"""Train, dev and test visits, of persons of their own."""


def habit_toy(
    persons: int,
    seed: int,
    *,
    visits: int = 3,
    bins: int = 768,
    habit: float = 1.0,
    effect: float = 0.5,
    channels: int = 12,
    nuisance: float = 0.0,
) -> MovementData:
    """Toy movement: in the first `channels` channels a slow swing, whose size is the person's habit and the severity's
    effect together, over noise.

    log size of channel c = habit * h_pc + effect * e_c * (severity - 12) / 6, with h a standard normal a person and
    channel and e a sign a channel that is the same in all toys; severity is drawn anew at each visit, uniformly on
    0..24, and is the score. habit, effect: in units of that log. nuisance: size of what each visit adds to the level of
    every other channel, as another seat or camera does.
    """
    rng = np.random.default_rng([seed, 77])
    sign = np.where(np.arange(channels) % 2, 1.0, -1.0)
    habits = np.repeat(rng.standard_normal((persons, channels)), visits, axis=0)
    severity = rng.uniform(0, 24, persons * visits)
    size = np.exp(0.5 * (habit * habits + effect * sign * (severity[:, None] - 12) / 6))
    phase = rng.uniform(0, 2 * np.pi, (len(severity), 1, channels))
    rhythm = 2 * np.pi * rng.uniform(0.2, 0.5, (len(severity), 1, channels)) / 10
    series = 0.3 * rng.standard_normal((len(severity), bins, N_CHANNELS))
    series[:, :, :channels] += size[:, None] * np.sin(rhythm * np.arange(bins)[:, None] + phase)
    series[:, :, channels:] += nuisance * rng.standard_normal((len(severity), 1, N_CHANNELS - channels))
    return MovementData(
        series.astype(np.float16),
        np.ones((len(severity), bins), dtype=bool),
        np.repeat(np.arange(persons), visits),
        np.tile(np.arange(1, visits + 1), persons),
        severity,
    )


@dataclass(frozen=True)
class PairedRun:
    """One seed. with_suppression, without: RMSE on test visits, knowing earlier visits; constant: the training mean's;
    auc_of_habit: how well persons can still be told apart by f_d, before and after suppression (`person_auc`)."""

    seed: int
    with_suppression: float
    without: float
    constant: float
    auc_before: float
    auc_after: float


@dataclass(frozen=True)
class SuppressionComparison:
    """Paired over seeds. gain: mean of (without - with); its standard error is 0 where there is one seed alone."""

    runs: tuple[PairedRun, ...]

    @property
    def gain(self) -> float:
        return float(np.mean([run.without - run.with_suppression for run in self.runs]))

    @property
    def standard_error(self) -> float:
        gains = [run.without - run.with_suppression for run in self.runs]
        return float(np.std(gains, ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else 0.0

    def to_json(self) -> dict[str, object]:
        return {"gain": self.gain, "standard_error": self.standard_error, "runs": [asdict(run) for run in self.runs]}


def compare_suppression(
    splits: Callable[[int], Splits],
    shape: MpdrmShape,
    loop: MpdrmLoop,
    seeds: Sequence[int],
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> SuppressionComparison:
    """splits: the visits for a seed, the same for both ways; everything but suppression is equal, MPFN bit for bit.

    Raises what `train_visits` does.
    """
    return SuppressionComparison(
        tuple(_paired(splits(seed), shape, loop, seed, cancel or CancelToken(), sink) for seed in seeds)
    )


def _paired(
    splits: Splits, shape: MpdrmShape, loop: MpdrmLoop, seed: int, cancel: CancelToken, sink: EventSink
) -> PairedRun:
    train, dev, test = splits
    scaling = fit_movement_scaling(train, seed)
    mean, sd = float(train.scores.mean()), float(train.scores.std())
    errors, aucs = [], (0.0, 0.0)
    for suppress in (False, True):
        chosen = replace(shape, suppress=suppress)
        network = train_visits(train, dev, scaling, chosen, loop, seed, cancel, sink).network
        errors.append(rmse(mean + sd * standard_scores(network, test, scaling), test.scores))
        if suppress:
            coded = code_visits(network, test, scaling)
            after = score_visits(network, coded, test).tokens
            aucs = (_told_apart(coded.depression, test), _told_apart(after, test))
    constant = rmse(np.full(len(test), mean), test.scores)
    return PairedRun(seed, errors[1], errors[0], constant, *aucs)


def _told_apart(tokens: torch.Tensor, data: MovementData) -> float:
    present = torch.from_numpy(data.grid[1]).unsqueeze(-1)
    sessions = (tokens * present).sum(dim=1) / present.sum(dim=1).clamp(min=1)
    return person_auc(sessions.numpy(), data.persons)


def toy_splits(seed: int, persons: int = 80) -> Splits:
    """`habit_toy` of `persons` training persons, and half as many for dev and for test."""
    counts = (persons, persons // 2, persons // 2)
    return tuple(habit_toy(n, 10 * seed + i) for i, n in enumerate(counts))  # type: ignore[return-value]


def simulated_splits(seed: int, persons: int, seconds: float, cache: Path | None = None) -> Splits:
    """The train, dev and test persons of `mpdrm.simulated_visits`."""
    from lineament.training.mpdrm import simulated_visits

    cohort, cancel = simulated_visits(persons, seed, seconds), CancelToken()
    parts = [
        load_visits(cohort.split(name), seconds, cancel, ignore_events, name, cache=cache)
        for name in ("train", "dev", "test")
    ]
    return parts[0], parts[1], parts[2]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--persons", type=int, default=0, help="simulated persons; 0 for toy movement")
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=None)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)

    def splits(seed: int) -> Splits:
        if chosen.persons:
            return simulated_splits(seed, chosen.persons, chosen.seconds, chosen.cache)
        return toy_splits(seed)

    found = compare_suppression(splits, MpdrmShape(), MpdrmLoop(), range(chosen.seeds))
    text = json.dumps(found.to_json(), indent=1) + "\n"
    sys.stdout.write(text)
    if chosen.out is not None:
        write_atomically(chosen.out, text.encode())


if __name__ == "__main__":
    main()
