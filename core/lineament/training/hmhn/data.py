"""Labelled videos for HMHN: what is refused, and which crops an epoch shows."""

from collections.abc import Sequence

import numpy as np

from lineament.models.pixels import CropSource, FloatArray, IntArray, UInt8Array, read_crops
from lineament.training.crops.videos import CropVideos, check_videos, refuse_videos, used_rows


def check_crops(videos: CropVideos, size: int) -> None:
    """Raises `DatasetError`: what `check_videos` refuses, a video without a crop."""
    check_videos(videos, size)
    empty = [i for i in used_rows(videos) if not len(videos.sources[i].times)]
    refuse_videos(videos, empty, "have not one face crop", "Leave them out.")


def draw_crops(
    videos: CropVideos, rows: IntArray, frames: int, rng: np.random.Generator, together: int = 1
) -> IntArray:
    """int64[n, 2] of (video, crop) in random order: up to `frames` crops of each video in `rows`, none twice; always
    `together` of a video follow each other, as far as it has so many."""
    drawn: list[IntArray] = []
    for i in rows:
        count = len(videos.sources[i].times)
        chosen = rng.permutation(count)[:frames]
        pairs = np.stack([np.full(len(chosen), i), chosen], axis=1).astype(np.int64)
        drawn += [pairs[k : k + together] for k in range(0, len(pairs), together)]
    return np.concatenate([drawn[k] for k in rng.permutation(len(drawn))])


def equal_batches(pairs: IntArray, batch: int) -> list[IntArray]:
    """Batches of at most `batch` rows, alike in size, so that none is too small to be normalised over."""
    parts: list[IntArray] = np.array_split(pairs, -(-len(pairs) // batch))
    return parts


def read_pairs(sources: Sequence[CropSource], pairs: IntArray) -> UInt8Array:
    """uint8[n, size, size, 3], in the order of `pairs`; each video is read once, its crops in order."""
    size = sources[int(pairs[0, 0])].size
    crops = np.empty((len(pairs), size, size, 3), dtype=np.uint8)
    for i in np.unique(pairs[:, 0]):
        at = np.flatnonzero(pairs[:, 0] == i)
        at = at[np.argsort(pairs[at, 1], kind="stable")]
        crops[at] = read_crops(sources[i], pairs[at, 1])
    return crops


CELLS = 7
"""The ridge control sees each crop as 7 x 7 cells, as the network's attention does."""


def crop_statistics(crops: UInt8Array) -> FloatArray:
    """float64[6 CELLS^2] of uint8[n, S, S, 3], at least one: mean colour of each cell over crops, and its spread."""
    edges = np.arange(CELLS) * crops.shape[1] // CELLS
    values = crops.astype(np.float64)
    sums = np.add.reduceat(np.add.reduceat(values, edges, axis=1), edges, axis=2)
    sides = np.diff([*edges, crops.shape[1]])
    cells = sums / np.outer(sides, sides)[None, :, :, None]
    return np.concatenate([cells.mean(axis=0).ravel(), cells.std(axis=0).ravel()])
