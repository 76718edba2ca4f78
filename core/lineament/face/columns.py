"""The derived side of face measurement: batches of landmarks in, a recording's columns out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.face.action_units import estimate_action_units
from lineament.face.camera import Camera
from lineament.face.displacement import AU_NAMES
from lineament.face.gaze import estimate_gaze
from lineament.face.head_pose import correct_turn, solve_head_pose
from lineament.face.neutral import Neutral
from lineament.face.observation import LandmarkArray

Float32Array = npt.NDArray[np.float32]
Columns = dict[str, Float32Array | npt.NDArray[np.bool_]]

GEOMETRY_COLUMNS: tuple[str, ...] = (
    *(f"pose_T{axis}" for axis in "xyz"),
    *(f"pose_R{axis}" for axis in "xyz"),
    *(f"gaze_{eye}_{axis}" for eye in (0, 1) for axis in "xyz"),
    *("gaze_angle_x", "gaze_angle_y"),
)
EXPRESSION_COLUMNS: tuple[str, ...] = (
    *(f"{name}_r" for name in AU_NAMES),
    *(f"{name}_c" for name in AU_NAMES),
    "eye_openness",
)

_CHUNK = 256
"""Faces worked on together: small enough for the processor's cache."""


@dataclass(frozen=True, eq=False)
class Geometry:
    """columns: `GEOMETRY_COLUMNS`, float32[N] each; aligned: float32[N, 478, 3] mm; rotation: float32[N, 3] rad."""

    columns: Columns
    aligned: LandmarkArray
    rotation: Float32Array


def derive_geometry(
    landmarks: LandmarkArray,
    image_size: tuple[int, int],
    camera: Camera | None = None,
    neutral: Neutral | None = None,
) -> Geometry:
    """Head pose and gaze of faces float32[N, 478, 3] pixels in a picture of (width, height); NaN rows stay NaN.

    neutral: with the person's own eyeballs gaze is about a third more exact; without, it is a first guess.
    `aligned` and `rotation` are what `NeutralEstimator.add` and `derive_expression` want.
    """
    camera = camera or Camera.assumed(*image_size)
    values = np.empty((len(landmarks), len(GEOMETRY_COLUMNS)), dtype=np.float32)
    aligned = np.empty(landmarks.shape, dtype=np.float32)
    eyeballs = None if neutral is None else neutral.eyeballs
    for start in range(0, len(landmarks), _CHUNK):
        rows = slice(start, start + _CHUNK)
        pose = correct_turn(solve_head_pose(landmarks[rows], image_size, camera))
        gaze = estimate_gaze(landmarks[rows], pose, camera, eyeballs)
        parts = [pose.translation, pose.rotation, gaze.vectors.reshape(-1, 6), gaze.angles]
        values[rows] = np.concatenate(parts, axis=1)
        aligned[rows] = pose.aligned
    columns: Columns = {name: np.ascontiguousarray(values[:, i]) for i, name in enumerate(GEOMETRY_COLUMNS)}
    return Geometry(columns, aligned, np.ascontiguousarray(values[:, 3:6]))


def derive_expression(aligned: LandmarkArray, neutral: Neutral, blendshapes: Float32Array | None = None) -> Columns:
    """Action units and eye openness, the `EXPRESSION_COLUMNS`, of aligned meshes float32[N, 478, 3]."""
    parts = [
        estimate_action_units(
            aligned[start : start + _CHUNK],
            neutral,
            None if blendshapes is None else blendshapes[start : start + _CHUNK],
        )
        for start in range(0, len(aligned), _CHUNK)
    ]
    if not parts:
        parts = [estimate_action_units(aligned, neutral, blendshapes)]
    intensity = np.concatenate([part.intensity for part in parts])
    present = np.concatenate([part.present for part in parts])
    columns: Columns = {f"{name}_r": np.ascontiguousarray(intensity[:, i]) for i, name in enumerate(AU_NAMES)}
    columns |= {f"{name}_c": np.ascontiguousarray(present[:, i]) for i, name in enumerate(AU_NAMES)}
    columns["eye_openness"] = np.concatenate([part.eye_openness for part in parts])
    return columns


def derive(
    landmarks: LandmarkArray,
    image_size: tuple[int, int],
    neutral: Neutral,
    blendshapes: Float32Array | None = None,
    camera: Camera | None = None,
) -> Columns:
    """All derived columns of a batch: `derive_geometry` and `derive_expression` in one."""
    geometry = derive_geometry(landmarks, image_size, camera, neutral)
    return geometry.columns | derive_expression(geometry.aligned, neutral, blendshapes)
