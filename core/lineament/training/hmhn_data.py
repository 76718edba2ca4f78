"""Labelled videos for HMHN: what is refused, and which crops an epoch shows."""

from collections.abc import Sequence

import numpy as np

from lineament.datasets.checks import named
from lineament.errors import DatasetError
from lineament.models.calibration import MIN_PERSONS
from lineament.models.pixels import CropSource, FloatArray, IntArray, UInt8Array, read_crops
from lineament.training.dj_ldml_data import SPLITS, CropVideos

LEAST_PERSONS = {"train": 2, "dev": 2, "calibration": MIN_PERSONS, "test": 2}


def check_videos(videos: CropVideos, size: int) -> None:
    """Raises `DatasetError`: lists of unlike length, scores that are no numbers or off the scale, a person in two
    splits, too few persons in one, crops of another size than `size`, videos without a crop."""
    n = len(videos.sources)
    if {len(videos.scores), len(videos.person_ids), len(videos.splits)} != {n}:
        raise DatasetError(
            f"there are {n} videos, {len(videos.scores)} scores, {len(videos.person_ids)} persons and "
            f"{len(videos.splits)} splits",
            remedy="Give one of each for every video.",
        )
    _check_splits(videos)
    used = [i for i in range(n) if videos.splits[i]]
    scale = videos.scale
    _refuse(
        videos,
        [i for i in used if not scale.low <= videos.scores[i] <= scale.high],
        f"have no score on {scale.name} ({scale.low} to {scale.high})",
        "Correct the labels or leave them out.",
    )
    _refuse(
        videos,
        [i for i in used if videos.sources[i].size != size],
        f"have face crops of another size than {size} pixels",
        f"Cut their crops again with {size} pixels.",
    )
    _refuse(videos, [i for i in used if not len(videos.sources[i].times)], "have not one face crop", "Leave them out.")


def _refuse(videos: CropVideos, rows: Sequence[int], what: str, remedy: str) -> None:
    if rows:
        persons = named(videos.person_ids[i] for i in rows)
        raise DatasetError(f"{len(rows)} videos {what}, of persons {persons}", remedy=remedy)


def _check_splits(videos: CropVideos) -> None:
    unknown = sorted(set(videos.splits) - {*SPLITS, ""})
    if unknown:
        raise DatasetError(f"there is no split called {unknown[0]}", remedy=f"Use {', '.join(SPLITS)}.")
    first: dict[str, str] = {}
    for person, split in zip(videos.person_ids, videos.splits, strict=True):
        if split and first.setdefault(person, split) != split:
            raise DatasetError(
                f"person {person} is in the splits {first[person]} and {split}",
                remedy="Give all videos of a person the same split.",
            )
    for name, count in videos.persons.items():
        if count < LEAST_PERSONS[name]:
            raise DatasetError(
                f"there are {count} {name} persons, at least {LEAST_PERSONS[name]} are needed",
                remedy="Use more videos or deal the persons to the splits anew.",
            )


def draw_crops(videos: CropVideos, rows: IntArray, frames: int, rng: np.random.Generator) -> IntArray:
    """int64[n, 2] of (video, crop) in random order: up to `frames` crops of each video in `rows`, none twice."""
    drawn = []
    for i in rows:
        count = len(videos.sources[i].times)
        chosen = rng.permutation(count)[:frames]
        drawn.append(np.stack([np.full(len(chosen), i), chosen], axis=1))
    pairs: IntArray = np.concatenate(drawn).astype(np.int64)
    shuffled: IntArray = pairs[rng.permutation(len(pairs))]
    return shuffled


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
