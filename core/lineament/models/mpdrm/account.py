"""What of a recording is the person's habit and what is change: the figures beside MPDRM's score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lineament.features.channels import Float32Array, attribute_slices
from lineament.features.windows import CLIP

SMALLEST_SPREAD = 0.1
"""Training spreads: earlier windows that differ less do so by measurement alone (our choice)."""


@dataclass(frozen=True, eq=False)
class EarlierVisits:
    """What is kept of a person's earlier recordings.

    visits: how many had a usable window. person: float32[D], f_p of each visit averaged over them. centre, spread:
    float32[2 C], mean and standard deviation over all their windows of `channel_statistics`. sources: a data hash each.
    """

    visits: int
    person: Float32Array
    centre: Float32Array
    spread: Float32Array
    sources: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, persons: Sequence[Float32Array], statistics: Sequence[Float32Array], sources: Sequence[str] = ()
    ) -> "EarlierVisits":
        """From each visit's person vector float32[D] and channel statistics float32[W, 2 C]; at least one visit."""
        windows = np.concatenate(statistics)
        spread = np.maximum(windows.std(axis=0), SMALLEST_SPREAD)
        return cls(len(persons), np.mean(persons, axis=0), windows.mean(axis=0), spread, tuple(sources))


def channel_statistics(scaled: Float32Array) -> Float32Array:
    """Mean and standard deviation of every channel in each of the scaled windows [W, T, C], float32[W, 2 C]."""
    both: Float32Array = np.concatenate([scaled.mean(axis=1), scaled.std(axis=1)], axis=1)
    return both


def change_against(statistics: Float32Array, earlier: EarlierVisits) -> Float32Array:
    """How unlike the earlier visits each window is, by attribute group, float32[W, A].

    A channel's mean and standard deviation in the window, less their mean over all earlier windows, in units of their
    spread there (cut at 8); the root mean square over the group's channels. About 1 is as unlike as earlier windows
    are among themselves. A description beside the score, which plays no part in it (our choice).
    """
    z = np.clip((statistics - earlier.centre) / earlier.spread, -CLIP, CLIP)
    channels = z.shape[1] // 2
    squares = (z[:, :channels] ** 2 + z[:, channels:] ** 2) / 2
    groups = [np.sqrt(squares[:, s].mean(axis=1)) for s in attribute_slices().values()]
    unlike: Float32Array = np.stack(groups, axis=1).astype(np.float32)
    return unlike


def personal_share(before: Float32Array, after: Float32Array, weights: Float32Array) -> float:
    """Share 0..1 of the tokens' squared length that was taken away: sum w |d - d'|^2 / sum w |d|^2.

    before, after: float32[W, D], d and d'; weights: float32[W]. 0 where the tokens have no length.
    """
    removed = float((weights * ((before - after) ** 2).sum(axis=1)).sum())
    whole = float((weights * (before**2).sum(axis=1)).sum())
    return min(removed / whole, 1.0) if whole > 0 else 0.0
