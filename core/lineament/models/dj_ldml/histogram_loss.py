"""The label-aware histogram loss: clips of like scores shall be more alike than clips of unlike scores.

The histogram loss (Ustinova and Lempitsky, NIPS 2016) estimates, from the histograms h+ and h- of similar and
dissimilar pairs' cosines, the chance that a dissimilar pair is the more alike: L = sum_r h-_r sum_{q <= r} h+_q, with a
triangular kernel. How the paper makes it label-aware is not public; both ways here are ours:

soft pairs          a pair counts w+ = exp(-(y_i - y_j)^2 / 2 tau^2) as similar and 1 - w+ as dissimilar; tau = 0 is
                    the original loss, where similar means of the same score
ordered histograms  a histogram for each range of score distances, and the loss between each two of them, weighted by
                    how many ranges they are apart
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.datasets.scales import Scale

SOFT_PAIRS, ORDERED = "soft pairs", "ordered histograms"
NODES = 151
USUAL_TAU = 5 / 63
"""Of the scale's length: 5 points of the BDI-II (our choice, as the next)."""
USUAL_BOUNDS = (2.5 / 63, 6.5 / 63, 13.5 / 63)
"""Ends of the ranges of distances, of the scale's length: up to 2, 3 to 6, 7 to 13, and more points of the BDI-II."""


@dataclass(frozen=True)
class HistogramSettings:
    """kind: "soft pairs" or "ordered histograms". tau, bounds: points, None for the usual share of the scale. nodes of
    the histograms between -1 and 1. memory: how many earlier clips are kept for more pairs, 0 for none."""

    kind: str = SOFT_PAIRS
    tau: float | None = None
    bounds: tuple[float, ...] | None = None
    nodes: int = NODES
    memory: int = 0

    def __post_init__(self) -> None:
        if self.kind not in (SOFT_PAIRS, ORDERED):
            raise ValueError(f"the histogram loss is of kind {SOFT_PAIRS} or {ORDERED}, not {self.kind}")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def loss(self, pairs: "Pairs", scale: Scale) -> Tensor:
        """The loss of this kind, a scalar in [0, 1]."""
        span = scale.high - scale.low
        if self.kind == SOFT_PAIRS:
            return soft_pair_loss(pairs, USUAL_TAU * span if self.tau is None else self.tau, self.nodes)
        bounds = tuple(b * span for b in USUAL_BOUNDS) if self.bounds is None else self.bounds
        return ordered_histogram_loss(pairs, bounds, self.nodes)


class Pairs(NamedTuple):
    """similarity: cosine [P]. distance: between the two scores, points, [P]."""

    similarity: Tensor
    distance: Tensor


class Labelled(NamedTuple):
    """Unit embeddings [n, D], scores [n], and groups int64[n]: clips of one group never form a pair, since what is
    alike in them is the video or the person, not the score."""

    embedding: Tensor
    scores: Tensor
    groups: Tensor


def pairs_within(clips: Labelled) -> Pairs:
    """Each two clips of different groups, once."""
    i, j = torch.triu_indices(len(clips.scores), len(clips.scores), offset=1, device=clips.scores.device)
    return _chosen(clips, clips, i, j)


def pairs_between(clips: Labelled, others: Labelled) -> Pairs:
    """Each of `clips` with each of `others` of a different group."""
    n, m = len(clips.scores), len(others.scores)
    where = torch.arange(n * m, device=clips.scores.device)
    return _chosen(clips, others, where // max(m, 1), where % max(m, 1))


def _chosen(a: Labelled, b: Labelled, i: Tensor, j: Tensor) -> Pairs:
    apart = a.groups[i] != b.groups[j]
    i, j = i[apart], j[apart]
    cosines = (a.embedding @ b.embedding.T)[i, j].clamp(-1.0, 1.0)
    return Pairs(cosines, (a.scores[i] - b.scores[j]).abs())


def joined(first: Pairs, second: Pairs) -> Pairs:
    return Pairs(torch.cat([first.similarity, second.similarity]), torch.cat([first.distance, second.distance]))


def histogram(similarity: Tensor, weights: Tensor, nodes: int) -> Tensor:
    """Shares [nodes] of the weight at nodes from -1 to 1, summing to 1; every pair is shared between its two neighbours
    in proportion to nearness, which has a gradient. weights: [P], not all zero."""
    width = 2 / (nodes - 1)
    at = torch.linspace(-1, 1, nodes, device=similarity.device, dtype=similarity.dtype)
    near = torch.relu(1 - (similarity[:, None] - at).abs() / width)
    return (weights[:, None] * near).sum(dim=0) / weights.sum()


def chance_of_reversal(closer: Tensor, farther: Tensor) -> Tensor:
    """The chance that a draw from `farther` is at or above one from `closer`: sum_r farther_r sum_{q <= r} closer_q."""
    return (farther * closer.cumsum(dim=0)).sum()


def soft_pair_loss(pairs: Pairs, tau: float, nodes: int = NODES) -> Tensor:
    """See the module. tau: points. 0 where no pair is similar, or none dissimilar, at all."""
    if tau > 0:
        similar = torch.exp(-(pairs.distance**2) / (2 * tau**2))
    else:
        similar = (pairs.distance == 0).to(pairs.similarity)
    dissimilar = 1 - similar
    if not similar.sum() > 0 or not dissimilar.sum() > 0:
        return pairs.similarity.sum() * 0
    closer = histogram(pairs.similarity, similar, nodes)
    farther = histogram(pairs.similarity, dissimilar, nodes)
    return chance_of_reversal(closer, farther)


def ordered_histogram_loss(pairs: Pairs, bounds: Sequence[float], nodes: int = NODES) -> Tensor:
    """See the module; the mean over the pairs of ranges that have pairs, weighted by how many ranges they are apart.

    bounds: rising ends of the ranges, points; the last range is open.
    """
    edges = torch.tensor(list(bounds), device=pairs.distance.device, dtype=pairs.distance.dtype)
    ranges = torch.bucketize(pairs.distance, edges)
    found = {}
    for d in range(len(bounds) + 1):
        inside = (ranges == d).to(pairs.similarity)
        if inside.sum() > 0:
            found[d] = histogram(pairs.similarity, inside, nodes)
    total, weight = pairs.similarity.sum() * 0, 0
    for d in found:
        for e in found:
            if d < e:
                total = total + (e - d) * chance_of_reversal(found[d], found[e])
                weight += e - d
    return total / max(weight, 1)
