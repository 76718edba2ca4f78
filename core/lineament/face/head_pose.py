"""Head pose: the tracked points against the metric face template, seen by a pinhole camera.

A weighted similarity (weak perspective) gives the start, a few Gauss-Newton steps on the perspective residual the pose.
The tracker's depth takes part: without it a long chin or a flat nose reads as a bent head. Points are spread evenly
over the face and count less the more action units move them.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from lineament.face.calibration import POSE_SHARE, load_calibration
from lineament.face.camera import Camera
from lineament.face.displacement import displacement_fields
from lineament.face.observation import LandmarkArray
from lineament.face.procrustes import similarity, weighted_sum
from lineament.face.rotation import angles_from_matrix, line_of_sight, matrix_from_angles, small_rotation
from lineament.face.template import load_template

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

N_SKIN = 468
"""Vertices 0-467 are skin, the rest irises."""
_CHIN = 152

_TO_CAMERA = np.array([1.0, -1.0, -1.0])
"""Template axes (y up, z to the camera) to camera axes (y down, z away)."""

_DEPTH_WEIGHT = 1.0
"""Weight of the depth residual beside those in the picture (our choice: depth is a guess, but shapes differ more)."""
_IDENTITY_MM = 8.0
"""How far one person's vertex lies from the template's: no point is trusted more than that."""
_OUTLINE_SHARE = 0.25
"""Points at the face's outline count less: hair hides them, and in a turned head the tracker slides along the edge."""
_POINTS = 128
_STEPS = 3


@dataclass(frozen=True, eq=False)
class HeadPose:
    """Pose of N faces.

    rotation: float32[N, 3] radians rx, ry, rz in OpenFace's convention (see `rotation`).
    translation: float32[N, 3] mm, where the template's origin (between the eyeballs) is in the camera's frame.
    matrix: float32[N, 3, 3], the same rotation, as the points were fitted.
    true_matrix: float32[N, 3, 3], the rotation with what the tracker is known to get wrong taken out (`correct_turn`);
        equal to `matrix` until then.
    aligned: float32[N, 478, 3] mm, the face's own points in the template's frame: rigid motion taken out, at the
        template's size.
    """

    rotation: npt.NDArray[np.float32]
    translation: npt.NDArray[np.float32]
    matrix: npt.NDArray[np.float32]
    true_matrix: npt.NDArray[np.float32]
    aligned: LandmarkArray


DepthAxis = Literal["line of sight", "camera axis"]


def solve_head_pose(
    landmarks: LandmarkArray,
    image_size: tuple[int, int],
    camera: Camera | None = None,
    depth_along: DepthAxis = "line of sight",
) -> HeadPose:
    """Pose of each face of float32[N, 478, 3] pixels in a picture of (width, height); NaN in, NaN out.

    camera: `Camera.assumed` for the picture's size unless given.
    depth_along: what the landmarks' z runs along. Trackers see the face in a crop, so their z follows the line of sight
        to the face; on real clips only this makes the picture's and the depth's evidence agree for faces off the
        middle. MediaPipe's own geometry module takes z for depth along the camera's axis.
    """
    camera = camera or Camera.assumed(*image_size)
    landmarks = np.array(landmarks, dtype=np.float32)
    if depth_along == "line of sight":
        _turn_depth_to_camera_axis(landmarks, camera)
    known = np.isfinite(landmarks).all(axis=(1, 2))
    rotation = np.full((len(landmarks), 3, 3), np.nan)
    translation = np.full((len(landmarks), 3), np.nan)
    aligned = np.full(landmarks.shape, np.nan, dtype=np.float32)
    angles = np.full((len(landmarks), 3), np.nan)
    if known.any():
        rotation[known], translation[known] = _solve(landmarks[known], camera)
        aligned[known] = _align(landmarks[known], rotation[known], translation[known], camera)
        angles[known] = angles_from_matrix(rotation[known])
    matrix = rotation.astype(np.float32)
    return HeadPose(angles.astype(np.float32), translation.astype(np.float32), matrix, matrix, aligned)


def correct_turn(pose: HeadPose) -> HeadPose:
    """The pose with pitch and yaw as far from the line of sight as heads truly are.

    FaceMesh draws turned faces a little more frontal than they are (by a sixth on the avatar); the calibration's slope
    and offset are applied by `POSE_SHARE`. `rotation` and `true_matrix` change; `matrix` and `aligned`, which describe
    the points, stay.
    """
    known = np.isfinite(pose.rotation).all(axis=1)
    sight = line_of_sight(pose.translation[known])
    relative = angles_from_matrix(sight.transpose(0, 2, 1) @ pose.matrix[known].astype(np.float64))
    slope, offset = load_calibration().turn.T
    relative[:, :2] += POSE_SHARE * ((slope - 1.0) * relative[:, :2] + offset)
    corrected = sight @ matrix_from_angles(relative)
    rotation, true_matrix = pose.rotation.copy(), pose.true_matrix.copy()
    rotation[known] = angles_from_matrix(corrected).astype(np.float32)
    true_matrix[known] = corrected.astype(np.float32)
    return replace(pose, rotation=rotation, true_matrix=true_matrix)


def _turn_depth_to_camera_axis(landmarks: LandmarkArray, camera: Camera) -> None:
    """Replace z along the line of sight to each face's middle by z along the camera's axis, in place.

    With the middle seen along m = (mx, my, 1) and a point along p = (u, v, 1), both in units of the focal length, its
    distance Z relative to the middle's follows from z = focal (Z p - m) . m.
    """
    centre = np.array([camera.centre_x, camera.centre_y], dtype=np.float32)
    rays = (landmarks[:, :, :2] - centre) / np.float32(camera.focal)
    # A product with each face alone: sums over a whole batch may round differently with its size.
    middle = np.full((1, N_SKIN), 1.0 / N_SKIN, dtype=np.float32) @ rays[:, :N_SKIN]
    along = 1.0 + (middle * middle).sum(axis=2)
    relative = (landmarks[:, :, 2] / np.float32(camera.focal) + along) / (1.0 + (rays * middle).sum(axis=2))
    landmarks[:, :, 2] = camera.focal * (relative - 1.0)


@lru_cache(maxsize=1)
def _pose_points() -> tuple[IndexArray, FloatArray, FloatArray]:
    """Indices, camera-frame template points [M, 3] and weights [M] (sum 1) of vertices spread over the face."""
    vertices = load_template().vertices[:N_SKIN]
    indices = spread_vertices(_POINTS)
    motion = np.sum(displacement_fields()[:, indices] ** 2, axis=(0, 2))
    weights = np.where(_near_outline()[indices], _OUTLINE_SHARE, 1.0) / (_IDENTITY_MM**2 + motion)
    return indices, vertices[indices] * _TO_CAMERA, weights / weights.sum()


def _near_outline() -> npt.NDArray[np.bool_]:
    """bool[468]: the face oval and its neighbours."""
    template = load_template()
    on_oval = np.zeros(N_SKIN, dtype=np.bool_)
    on_oval[template.contours["face_oval"]] = True
    touching = template.edges[on_oval[template.edges].any(axis=1)]
    on_oval[touching.ravel()] = True
    return on_oval


def spread_vertices(count: int) -> IndexArray:
    """About `count` skin vertices that lie as far from one another as they can, in mirrored pairs, sorted."""
    template = load_template()
    vertices = template.vertices[:N_SKIN]
    chosen: list[int] = []
    distance = np.linalg.norm(vertices - vertices[_CHIN], axis=1)
    while len(chosen) < count:
        farthest = int(np.argmax(distance))
        for vertex in sorted({farthest, int(template.mirror[farthest])}):
            chosen.append(vertex)
            distance = np.minimum(distance, np.linalg.norm(vertices - vertices[vertex], axis=1))
    return np.sort(np.array(chosen, dtype=np.int64))


def _solve(landmarks: LandmarkArray, camera: Camera) -> tuple[FloatArray, FloatArray]:
    indices, model, weights = _pose_points()
    # One layout in memory whatever the batch's size, as it decides how products round.
    points = np.ascontiguousarray(landmarks[:, indices], dtype=np.float64)
    points[:, :, 0] -= camera.centre_x
    points[:, :, 1] -= camera.centre_y
    points[:, :, 2] -= weighted_sum(points[:, :, 2], weights)[:, None]
    start = similarity(np.broadcast_to(model, points.shape), points, weights)
    depth = camera.focal / start.scale
    rotation = start.rotation
    translation = np.stack(
        [start.translation[:, 0] / start.scale, start.translation[:, 1] / start.scale, depth], axis=1
    )
    for _ in range(_STEPS):
        rotation, translation = _gauss_newton_step(points, model, weights, camera.focal, rotation, translation)
    return rotation, translation


def _gauss_newton_step(
    points: FloatArray,
    model: FloatArray,
    weights: FloatArray,
    focal: float,
    rotation: FloatArray,
    translation: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """One step on three residuals a point: u, v and the depth relative to the face's mean depth, all in pixels."""
    turned = model @ rotation.transpose(0, 2, 1)
    seen = turned + translation[:, None, :]
    x, y, z = np.moveaxis(turned, 2, 0)
    by_depth = focal / seen[:, :, 2]
    u, v = by_depth * seen[:, :, 0], by_depth * seen[:, :, 1]
    slope_u, slope_v = u / seen[:, :, 2], v / seen[:, :, 2]
    scale = (focal / weighted_sum(seen[:, :, 2], weights))[:, None]

    jacobian = np.zeros((len(points), 3, len(weights), 6))
    jacobian[:, 0, :, 0] = -slope_u * y
    jacobian[:, 0, :, 1] = by_depth * z + slope_u * x
    jacobian[:, 0, :, 2] = -by_depth * y
    jacobian[:, 0, :, 3] = by_depth
    jacobian[:, 0, :, 5] = -slope_u
    jacobian[:, 1, :, 0] = -by_depth * z - slope_v * y
    jacobian[:, 1, :, 1] = slope_v * x
    jacobian[:, 1, :, 2] = by_depth * x
    jacobian[:, 1, :, 4] = by_depth
    jacobian[:, 1, :, 5] = -slope_v
    jacobian[:, 2, :, 0] = scale * (y - weighted_sum(y, weights)[:, None])
    jacobian[:, 2, :, 1] = -scale * (x - weighted_sum(x, weights)[:, None])
    depth = scale * (z - weighted_sum(z, weights)[:, None])
    residual = np.stack([points[:, :, 0] - u, points[:, :, 1] - v, points[:, :, 2] - depth], axis=1)
    importance = np.concatenate([weights, weights, _DEPTH_WEIGHT * weights])
    rows = jacobian.reshape(len(points), -1, 6)
    weighted = (rows * importance[:, None]).transpose(0, 2, 1)
    step = np.linalg.solve(weighted @ rows, weighted @ residual.reshape(len(points), -1, 1))[:, :, 0]
    return small_rotation(step[:, :3]) @ rotation, translation + step[:, 3:]


def _align(landmarks: LandmarkArray, rotation: FloatArray, translation: FloatArray, camera: Camera) -> LandmarkArray:
    """Every landmark back in space, then in the template's frame, float32[N, 478, 3] mm."""
    indices, model, weights = _pose_points()
    mean_depth = weighted_sum((rotation[:, 2:] @ model.T)[:, 0], weights) + translation[:, 2]
    depths = np.ascontiguousarray(landmarks[:, indices, 2])
    relative = landmarks[:, :, 2] - weighted_sum(depths, weights.astype(np.float32))[:, None]
    distance = mean_depth.astype(np.float32)[:, None] * (1.0 + relative / np.float32(camera.focal))
    rays = np.empty_like(landmarks)
    rays[:, :, 0] = (landmarks[:, :, 0] - np.float32(camera.centre_x)) / np.float32(camera.focal)
    rays[:, :, 1] = (landmarks[:, :, 1] - np.float32(camera.centre_y)) / np.float32(camera.focal)
    rays[:, :, 2] = 1.0
    space = rays * distance[:, :, None] - translation.astype(np.float32)[:, None, :]
    # Row vectors: p @ R equals R transposed times p.
    turned_back = space @ rotation.astype(np.float32)
    return np.asarray(turned_back * _TO_CAMERA.astype(np.float32), dtype=np.float32)
