"""Which two visits of which persons stand side by side in a training step, and which of their windows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.features.channels import Float32Array
from lineament.features.windows import ChannelScaling
from lineament.models.mpdrm.movement import WINDOW_BINS
from lineament.training.mpdrm.data import IntArray, MovementData

_ANY_PAIR = 1.0
"""PHQ-8 points added to the difference of two visits, so that pairs without one are drawn too, if less often."""


@dataclass(frozen=True, eq=False)
class PairBatch:
    """P persons with two visits each. rows: int64[P, 2], the earlier visit first, twice the same where a person has
    but one. windows: float32[P, 2, K, 256, C], scaled, all usable."""

    rows: IntArray
    windows: Float32Array

    def __len__(self) -> int:
        return len(self.rows)


def pair_batches(
    data: MovementData,
    scaling: ChannelScaling,
    persons: int,
    windows: int,
    channel_dropout: float,
    rng: np.random.Generator,
) -> Iterator[PairBatch]:
    """Every person once, in random order, in even batches of at most `persons`.

    Of a person's pairs of visits those with different scores are drawn more often (in proportion to the difference plus
    one point), so that what two visits share is not how ill the person was. A person with a single visit gives its two
    halves, which is weaker (our choice; papers with one session a person have nothing else). Whole channels are dropped
    from a window now and then.
    """
    order = rng.permutation(len(data.rows_of_persons))
    for chosen in np.array_split(order, -(-len(order) // persons)):
        rows = np.array([draw_pair(data.rows_of_persons[p], data.scores, rng) for p in chosen])
        starts = np.array([_starts_of(data, pair, windows, rng) for pair in rows])
        values = scaling.apply(data.windows(np.broadcast_to(rows[..., None], starts.shape), starts))
        values *= rng.random((*starts.shape, 1, values.shape[-1])) >= channel_dropout
        yield PairBatch(rows, values)


def draw_pair(rows: IntArray, scores: npt.NDArray[np.float64], rng: np.random.Generator) -> IntArray:
    """Two of a person's visits `rows` (in order of time), int64[2], the earlier first."""
    if len(rows) == 1:
        return np.array([rows[0], rows[0]])
    first, second = np.triu_indices(len(rows), 1)
    chance = _ANY_PAIR + np.abs(scores[rows[first]] - scores[rows[second]])
    pair = int(rng.choice(len(first), p=chance / chance.sum()))
    return rows[[first[pair], second[pair]]]


def _starts_of(data: MovementData, pair: IntArray, count: int, rng: np.random.Generator) -> IntArray:
    """Starts int64[2, count] of usable windows of both visits; again and again the same where there are too few."""
    candidates = [data.starts[row] for row in pair]
    if pair[0] == pair[1]:
        middle = candidates[0][len(candidates[0]) // 2]
        halves = candidates[0][candidates[0] <= middle - WINDOW_BINS], candidates[0][candidates[0] >= middle]
        candidates = [half if len(half) else candidates[0] for half in halves]
    return np.array([rng.choice(c, count, replace=len(c) < count) for c in candidates])
