"""Graphs over each attribute's nodes: channels of action units, gaze and head pose, and the 68 points.

"full" joins all (as the spectral graphs of Xu et al., TAFFC 2024), "anatomical" what lies or acts together
(`anatomy`), "correlation" what moves together in the training sessions. Every graph has self loops and is normalised
as D^-1/2 A D^-1/2 (Kipf and Welling, ICLR 2017).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lineament.features.anatomy import anatomical_pairs
from lineament.features.channels import ATTRIBUTE_CHANNELS, N_POINTS, BoolArray, Float32Array, attribute_slices
from lineament.features.cohort_features import CohortFeatures
from lineament.features.points import POINT_BINS

KINDS = ("full", "anatomical", "correlation")
MIN_CORRELATION = 0.2
_SAMPLES = 40_000
"""Samples that correlations are computed from; their standard error is then below .01."""

Graphs = dict[str, dict[str, Float32Array]]


def fold_graphs(features: CohortFeatures, rows: Sequence[int] | npt.NDArray[np.int64]) -> Graphs:
    """`attribute_graphs` of the sessions `rows`, which must be those a model is trained on."""
    at = np.asarray(rows, dtype=np.int64)
    return attribute_graphs(features.values[at], features.present[at], features.points[at])


def attribute_graphs(values: Float32Array, present: BoolArray, points: Float32Array) -> Graphs:
    """Attribute -> kind -> float32[V, V], symmetric, of training sessions.

    values: float32[N, W, T, N_CHANNELS]. present: bool[N, W]. points: float32[N, W, 68, 32]. V is 17, 5, 8 and 68.
    Correlations are Spearman's over time, relative to each session's own median, so that what differs between persons
    does not join their channels; those of at least .2 in size are the weights of edges. Points are compared by how much
    they move in a window. A node that never moves is joined to itself alone.
    """
    channels = _correlations(*_samples_of_channels(values, present))
    moves = _correlations(*_samples_of_points(points, present))
    slices = attribute_slices()
    graphs: Graphs = {}
    for attribute in ATTRIBUTE_CHANNELS:
        own = moves if attribute.name == "landmarks" else channels[slices[attribute.name], slices[attribute.name]]
        count = len(own)
        graphs[attribute.name] = {
            "full": normalised(np.ones((count, count))),
            "anatomical": normalised(_joined(count, anatomical_pairs(attribute.name))),
            "correlation": normalised(np.where(own >= MIN_CORRELATION, own, 0.0)),
        }
    return graphs


def normalised(adjacency: npt.NDArray[np.float64]) -> Float32Array:
    """D^-1/2 A D^-1/2 of a symmetric adjacency whose self loops are set to 1."""
    with_loops = adjacency.copy()
    np.fill_diagonal(with_loops, 1.0)
    scale = 1 / np.sqrt(with_loops.sum(axis=1))
    return np.asarray(scale[:, None] * with_loops * scale, dtype=np.float32)


def _joined(count: int, pairs: list[tuple[int, int]]) -> npt.NDArray[np.float64]:
    adjacency = np.zeros((count, count))
    for a, b in pairs:
        adjacency[a, b] = adjacency[b, a] = 1.0
    return adjacency


def _samples_of_channels(
    values: Float32Array, present: BoolArray
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Bins float64[n, C] spread evenly over the usable windows, and the session of each."""
    session, window = np.nonzero(present)
    bins = values.shape[2]
    each = np.arange(0, len(session) * bins, max(len(session) * bins // _SAMPLES, 1))
    at, bin_ = each // bins, each % bins
    return values[session[at], window[at], bin_].astype(np.float64), session[at]


def _samples_of_points(
    points: Float32Array, present: BoolArray
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """How much each point moves, float64[n, 68]: mean over its bins above DC; and the session of each window."""
    session, window = np.nonzero(present)
    step = max(len(session) // _SAMPLES, 1)
    session, window = session[::step], window[::step]
    taken = points[session, window].reshape(len(session), N_POINTS, 2, POINT_BINS)[..., 1:]
    return taken.mean(axis=(2, 3), dtype=np.float64), session


def _correlations(samples: npt.NDArray[np.float64], session: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Sizes of Spearman's correlations, float64[C, C]; 0 where a column is constant."""
    from scipy.stats import rankdata

    if not len(samples):
        return np.zeros((samples.shape[1], samples.shape[1]))
    own = samples.copy()
    for one in np.unique(session):
        rows = session == one
        own[rows] -= np.median(own[rows], axis=0)
    ranks = rankdata(own, axis=0)
    ranks -= ranks.mean(axis=0)
    size = np.linalg.norm(ranks, axis=0)
    correlation: npt.NDArray[np.float64] = np.abs(ranks.T @ ranks) / np.maximum(np.outer(size, size), 1e-9)
    return correlation
