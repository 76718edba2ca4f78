"""Videos as crops with their labels, checked before any training, and what each split's clips are drawn from."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lineament.datasets.scales import Scale
from lineament.errors import DatasetError
from lineament.models.calibration import MIN_PERSONS
from lineament.models.dj_ldml.clips import ClipPlaces, clip_places
from lineament.models.dj_ldml.presets import ClipShape
from lineament.models.pixels import CropSource, FloatArray, IntArray

SPLITS = ("train", "dev", "calibration", "test")
_MOST_NAMED = 5


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


def checked_places(videos: CropVideos, shape: ClipShape) -> list[ClipPlaces]:
    """Where clips may begin in every video, N of them.

    Raises `DatasetError`: lists of unlike length, scores that are no numbers or off the scale, too few persons in a
    split, a person in two, crops of another size, a video without a single clip.
    """
    n = len(videos.sources)
    if {len(videos.scores), len(videos.person_ids), len(videos.splits)} != {n}:
        raise DatasetError(
            f"there are {n} videos, {len(videos.scores)} scores, {len(videos.person_ids)} persons and "
            f"{len(videos.splits)} splits",
            remedy="Give one of each for every video.",
        )
    _check_labels(videos)
    _check_splits(videos)
    used = [name != "" for name in videos.splits]
    other = [i for i in range(n) if used[i] and videos.sources[i].size != shape.size]
    if other:
        raise DatasetError(
            f"{len(other)} videos have face crops of another size than {shape.size} pixels",
            remedy=f"Cut their crops again with {shape.size} pixels.",
        )
    places = [clip_places(source.times, shape) for source in videos.sources]
    empty = [i for i in range(n) if used[i] and not len(places[i].starts)]
    if empty:
        named = ", ".join(f"{i + 1} (person {videos.person_ids[i]})" for i in empty[:_MOST_NAMED])
        more = f" and {len(empty) - _MOST_NAMED} more" if len(empty) > _MOST_NAMED else ""
        raise DatasetError(
            f"no face is in view for {shape.seconds:.1f} seconds at a stretch in the videos {named}{more}",
            remedy=f"Leave them out, or cut crops {1 / shape.step_s:.0f} times a second or more.",
        )
    return places


def _check_labels(videos: CropVideos) -> None:
    scores, scale = videos.scores, videos.scale
    if not np.isfinite(scores).all():
        raise DatasetError(
            f"{int((~np.isfinite(scores)).sum())} videos have no score", remedy="Leave them out or give their scores."
        )
    if ((scores < scale.low) | (scores > scale.high)).any():
        raise DatasetError(
            f"scores reach from {scores.min():g} to {scores.max():g}, which {scale.name} ({scale.low} to {scale.high}) "
            "does not have",
            remedy="Choose the questionnaire the scores are of.",
        )


def _check_splits(videos: CropVideos) -> None:
    unknown = sorted(set(videos.splits) - {*SPLITS, ""})
    if unknown:
        raise DatasetError(f"there is no split called {unknown[0]}", remedy=f"Use {', '.join(SPLITS)}.")
    of_person: dict[str, str] = {}
    for person, split in zip(videos.person_ids, videos.splits, strict=True):
        if split and of_person.setdefault(person, split) != split:
            raise DatasetError(
                f"person {person} is in the splits {of_person[person]} and {split}",
                remedy="Give all videos of a person the same split.",
            )
    least = {"train": 2, "dev": 2, "calibration": MIN_PERSONS, "test": 2}
    for name, count in videos.persons.items():
        if count < least[name]:
            raise DatasetError(
                f"there are {count} {name} persons, at least {least[name]} are needed",
                remedy="Use more videos or deal the persons to the splits anew.",
            )
