"""Toy movement in which a person's habit and an illness act on the same channels."""

import numpy as np

from lineament.features.channels import N_CHANNELS
from lineament.training.mpdrm.data import MovementData


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
