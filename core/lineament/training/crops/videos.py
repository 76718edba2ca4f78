"""Videos as aligned face crops with their labels, checked before any training."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lineament.datasets.checks import named
from lineament.datasets.scales import Scale
from lineament.errors import DatasetError
from lineament.models.calibration import MIN_PERSONS
from lineament.models.pixels import CropSource, FloatArray, IntArray

SPLITS = ("train", "dev", "calibration", "test")
LEAST_PERSONS = {"train": 2, "dev": 2, "calibration": MIN_PERSONS, "test": 2}


@dataclass(frozen=True, eq=False)
class CropVideos:
    """N labelled videos. scores: float64[N], points. splits: of `SPLITS` or "" for videos to leave out; a person is in
    one split only. extractor: the one that aligned all crops. data: where they come from, in a few words."""

    sources: Sequence[CropSource]
    scores: FloatArray
    person_ids: Sequence[str]
    splits: Sequence[str]
    scale: Scale
    extractor: str
    simulated: bool
    data: str

    def rows(self, split: str) -> IntArray:
        return np.array([i for i, name in enumerate(self.splits) if name == split], dtype=np.int64)

    @property
    def groups(self) -> IntArray:
        """int64[N], the same number for videos of the same person."""
        return np.asarray(np.unique(np.array(self.person_ids), return_inverse=True)[1], dtype=np.int64)

    @property
    def persons(self) -> Mapping[str, int]:
        """How many persons each split has."""
        return {
            name: len({p for p, s in zip(self.person_ids, self.splits, strict=True) if s == name}) for name in SPLITS
        }

    def fingerprint(self) -> str:
        """SHA-256 of labels, persons, splits and the times of all crops: what a checkpoint belongs to."""
        total = hashlib.sha256(repr((self.scale.name, list(self.person_ids), list(self.splits))).encode())
        total.update(np.ascontiguousarray(self.scores, dtype="<f8").tobytes())
        for source in self.sources:
            total.update(f"\n{source.size}\n".encode())
            total.update(np.ascontiguousarray(source.times, dtype="<f8").tobytes())
        return total.hexdigest()


def check_videos(videos: CropVideos, size: int) -> None:
    """Raises `DatasetError`: lists of unlike length, scores that are no numbers or off the scale, a person in two
    splits, too few persons in one, crops of another size than `size`."""
    n = len(videos.sources)
    if {len(videos.scores), len(videos.person_ids), len(videos.splits)} != {n}:
        raise DatasetError(
            f"there are {n} videos, {len(videos.scores)} scores, {len(videos.person_ids)} persons and "
            f"{len(videos.splits)} splits",
            remedy="Give one of each for every video.",
        )
    _check_splits(videos)
    used, scale = used_rows(videos), videos.scale
    refuse_videos(
        videos,
        [i for i in used if not scale.low <= videos.scores[i] <= scale.high],
        f"have no score on {scale.name} ({scale.low} to {scale.high})",
        "Correct the labels or leave them out.",
    )
    refuse_videos(
        videos,
        [i for i in used if videos.sources[i].size != size],
        f"have face crops of another size than {size} pixels",
        f"Cut their crops again with {size} pixels.",
    )


def used_rows(videos: CropVideos) -> list[int]:
    """Those that are in a split."""
    return [i for i, split in enumerate(videos.splits) if split]


def refuse_videos(videos: CropVideos, rows: Sequence[int], what: str, remedy: str) -> None:
    """Raises `DatasetError` that counts these videos and names their persons; nothing where there are none."""
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
