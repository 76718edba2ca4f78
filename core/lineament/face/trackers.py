"""Choosing a tracker by name."""

from pathlib import Path
from typing import Literal, get_args

from lineament.errors import ModelError
from lineament.face.facemesh import FaceMeshTracker
from lineament.face.landmarker import FaceLandmarkerTracker, face_landmarker_path
from lineament.face.observation import FaceTracker

TrackerKind = Literal["facemesh", "face-landmarker"]
TRACKER_KINDS: tuple[TrackerKind, ...] = get_args(TrackerKind)

DEFAULT_MAX_FACES = 4
"""Enough for an interview with company; further faces are looked for twice a second, so it costs little."""


def create_tracker(
    kind: TrackerKind = "facemesh", *, max_faces: int = DEFAULT_MAX_FACES, model_path: Path | None = None
) -> FaceTracker:
    """A tracker for one video.

    model_path: Face Landmarker's bundle, by default the installed one; FaceMesh needs none.
    Raises `ModelError` when the bundle is absent or not the known one, `ValueError` for an unknown kind.
    """
    if kind == "facemesh":
        return FaceMeshTracker(max_faces)
    if kind == "face-landmarker":
        path = model_path or face_landmarker_path()
        if path is None:
            raise ModelError(
                "the Face Landmarker tracker needs its model file, which is not installed",
                remedy="Add it with: lineament models add face-landmarker FILE.",
            )
        return FaceLandmarkerTracker(path, max_faces)
    raise ValueError(f"unknown tracker {kind!r}; there are {', '.join(TRACKER_KINDS)}")
