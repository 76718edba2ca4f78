"""Which face is which: faces keep their number over time, also when one is away for a while.

A face is matched to the known one that explains it best by place, size and build (distances between bony landmarks).
Place counts fully at once and less the longer a face has been away; build counts always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lineament.face.observation import FaceObservation, LandmarkArray

_BUILD_PAIRS = np.array(
    [
        (33, 263), (133, 362), (33, 133), (362, 263), (168, 4), (4, 94), (129, 358), (127, 356), (234, 454),
        (58, 288), (10, 168), (168, 152), (33, 152), (263, 152), (4, 152), (127, 4), (356, 4),
    ]
)  # fmt: skip
"""Distances that expressions change little, apart from those to the chin (152), which talk changes."""
_BUILD_SCALE = np.where((_BUILD_PAIRS == 152).any(axis=1), 0.10, 0.05)
"""Spread of each distance's logarithm within one person over poses and expressions (from the test clips)."""
_MEMORY_FRAMES = 100.0
_NEAR = 1.0
_PLACE_FADES_S = 2.0
_LIMIT = 2.0


@dataclass
class _KnownFace:
    face_id: int
    centre: npt.NDArray[np.float64]
    size: float
    build: npt.NDArray[np.float64]
    frames: int
    first_s: float
    last_s: float
    size_sum: float


@dataclass(frozen=True)
class FaceTally:
    """One face's presence so far: frames with it, first and last second, mean inter-ocular distance in pixels."""

    face_id: int
    frames: int
    first_s: float
    last_s: float
    mean_size: float


class IdentityTracker:
    """Gives faces numbers from 0 in the order they appear; deterministic, its state a few numbers a face."""

    def __init__(self) -> None:
        self._known: list[_KnownFace] = []

    def assign(self, faces: Sequence[FaceObservation], time_s: float) -> list[int]:
        """A number for each face of one frame, all different."""
        centres = [face.centre.astype(np.float64) for face in faces]
        sizes = [face.size for face in faces]
        builds = [face_build(face.landmarks) for face in faces]
        costs = sorted(
            (self._cost(known, centre, size, build, time_s), known.face_id, i)
            for known in self._known
            for i, (centre, size, build) in enumerate(zip(centres, sizes, builds, strict=True))
        )
        numbers: dict[int, int] = {}
        for cost, face_id, i in costs:
            if cost <= _LIMIT and i not in numbers and face_id not in numbers.values():
                numbers[i] = face_id
        for i, (centre, size, build) in enumerate(zip(centres, sizes, builds, strict=True)):
            if i in numbers:
                self._update(self._known[numbers[i]], centre, size, build, time_s)
            else:
                numbers[i] = len(self._known)
                self._known.append(_KnownFace(numbers[i], centre, size, build, 1, time_s, time_s, size))
        return [numbers[i] for i in range(len(faces))]

    def tallies(self) -> tuple[FaceTally, ...]:
        """Every face met so far, by number."""
        return tuple(FaceTally(k.face_id, k.frames, k.first_s, k.last_s, k.size_sum / k.frames) for k in self._known)

    def to_json(self) -> dict[str, Any]:
        """The whole state, for an analysis that will be resumed."""
        return {"known": [{**k.__dict__, "centre": k.centre.tolist(), "build": k.build.tolist()} for k in self._known]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        tracker = cls()
        for entry in data["known"]:
            arrays = {"centre": np.array(entry["centre"]), "build": np.array(entry["build"])}
            tracker._known.append(_KnownFace(**{**entry, **arrays}))
        return tracker

    def _cost(
        self,
        known: _KnownFace,
        centre: npt.NDArray[np.float64],
        size: float,
        build: npt.NDArray[np.float64],
        time_s: float,
    ) -> float:
        away_s = max(time_s - known.last_s, 0.0)
        trust_in_place = 1.0 / (1.0 + away_s / _PLACE_FADES_S)
        moved = float(np.linalg.norm(centre - known.centre)) / max(known.size, 1e-6)
        grown = abs(float(np.log(max(size, 1e-6) / max(known.size, 1e-6))))
        unlike = float(np.sqrt(np.mean(((build - known.build) / _BUILD_SCALE) ** 2)))
        return trust_in_place * (moved / _NEAR + grown) + 0.5 * unlike

    @staticmethod
    def _update(
        known: _KnownFace, centre: npt.NDArray[np.float64], size: float, build: npt.NDArray[np.float64], time_s: float
    ) -> None:
        known.frames += 1
        share = max(1.0 / known.frames, 1.0 / _MEMORY_FRAMES)
        known.build = known.build + share * (build - known.build)
        known.centre, known.size, known.last_s = centre, size, time_s
        known.size_sum += size


def face_build(landmarks: LandmarkArray) -> npt.NDArray[np.float64]:
    """Logarithms of distances between bony landmarks in units of their geometric mean, float64[17]."""
    between = (landmarks[_BUILD_PAIRS[:, 0]] - landmarks[_BUILD_PAIRS[:, 1]]).astype(np.float64)
    lengths = 0.5 * np.log(np.einsum("ij,ij->i", between, between) + 1e-6)
    return np.asarray(lengths - lengths.mean())


def choose_participant(faces: Sequence[FaceTally]) -> int:
    """Number of the face that is largest and longest in view: most frames times mean size (our choice).

    Raises `ValueError` when there are no faces.
    """
    if not faces:
        raise ValueError("there is no face to choose from")
    return max(faces, key=lambda face: (face.frames * face.mean_size, -face.face_id)).face_id
