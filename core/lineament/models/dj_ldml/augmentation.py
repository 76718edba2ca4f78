"""Random changes of training clips, the same for all frames of a clip: mirrored, shifted, lighter or darker, tinted."""

import numpy as np
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.dj_ldml.network import standardised
from lineament.models.pixels import UInt8Array

MOST_SHIFT = 4 / 112
"""Of the crop's side, to either side (our choice, as the next)."""
MOST_GAIN, MOST_OFFSET, MOST_TINT = 0.25, 0.4, 0.1
"""Contrast's factor less 1; brightness and each colour's own, in standard units."""


def augmented(clips: UInt8Array, rng: np.random.Generator) -> Tensor:
    """float32[n, 3, T, S, S], standardised and changed, of uint8[n, T, S, S, 3]. rng decides everything."""
    n, size = len(clips), clips.shape[2]
    most = max(round(MOST_SHIFT * size), 1)
    shifts = rng.integers(-most, most + 1, (n, 2))
    mirrored = rng.random(n) < 0.5
    moved = np.empty_like(clips)
    for i in range(n):
        moved[i] = _moved(clips[i], int(shifts[i, 0]), int(shifts[i, 1]), bool(mirrored[i]))
    gain = 1 + rng.uniform(-MOST_GAIN, MOST_GAIN, (n, 1, 1, 1, 1))
    offset = rng.uniform(-MOST_OFFSET, MOST_OFFSET, (n, 1, 1, 1, 1)) + rng.uniform(
        -MOST_TINT, MOST_TINT, (n, 3, 1, 1, 1)
    )
    values = standardised(torch.from_numpy(moved))
    return values.mul_(torch.from_numpy(gain).float()).add_(torch.from_numpy(offset).float())


def _moved(clip: UInt8Array, down: int, right: int, mirrored: bool) -> UInt8Array:
    """One clip shifted by whole pixels, its border repeated."""
    size = clip.shape[1]
    rows = np.clip(np.arange(size) - down, 0, size - 1)
    columns = np.clip(np.arange(size) - right, 0, size - 1)
    columns = columns[::-1] if mirrored else columns
    return clip[:, rows[:, None], columns]
