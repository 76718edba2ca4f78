"""Where the eyes look: the ray through each iris centre meets an eyeball that is fixed in the head.

The eyeballs' centres are the person's own where they are known (`Neutral.eyeballs`), else those behind the eye corners
of the same frame, which move a little with the lids. The tracker moves irises less than eyes move; the calibration's
`eye_turn` makes up for it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.face.calibration import load_calibration
from lineament.face.camera import Camera
from lineament.face.eyes import IRISES, eyeballs_behind_corners
from lineament.face.head_pose import HeadPose
from lineament.face.observation import LandmarkArray

FloatArray = npt.NDArray[np.float64]

_TO_CAMERA = np.array([1.0, -1.0, -1.0])
IRIS_DEPTH_MM = 10.4
"""Distance of the iris centre from the eyeball's centre (an eyeball of 12 mm, the iris behind the cornea's bulge)."""
_MOST_TURNED_RAD = 1.0


@dataclass(frozen=True, eq=False)
class Gaze:
    """Gaze of N faces.

    vectors: float32[N, 2, 3] unit vectors in the camera's frame (x right, y down, z away), eye 0 leftmost in the image.
    angles: float32[N, 2] radians, gaze_angle_x and gaze_angle_y as OpenFace defines them from the mean of both eyes:
    x > 0 towards the image's right, y > 0 down.
    """

    vectors: npt.NDArray[np.float32]
    angles: npt.NDArray[np.float32]


def estimate_gaze(
    landmarks: LandmarkArray, pose: HeadPose, camera: Camera, eyeballs: npt.NDArray[np.float32] | None = None
) -> Gaze:
    """Gaze of each face of float32[N, 478, 3] pixels whose pose was solved with the same camera; NaN in, NaN out.

    eyeballs: float32[2, 3] mm, this person's centres in the template's frame.
    """
    seen = irises_in_head(landmarks, pose, camera, eyeballs)
    vectors = _stretch(seen) @ pose.true_matrix.astype(np.float64).transpose(0, 2, 1)
    vectors = _leftmost_first(vectors, landmarks)
    mean = vectors.sum(axis=1)
    angles = np.stack([np.arctan2(mean[:, 0], -mean[:, 2]), np.arctan2(mean[:, 1], -mean[:, 2])], axis=1)
    return Gaze(vectors.astype(np.float32), angles.astype(np.float32))


def irises_in_head(
    landmarks: LandmarkArray, pose: HeadPose, camera: Camera, eyeballs: npt.NDArray[np.float32] | None
) -> FloatArray:
    """From each eyeball's centre to its iris, float64[N, 2, 3] mm, along the camera's axes turned with the head."""
    matrix, place = pose.matrix.astype(np.float64), pose.translation[:, None, :].astype(np.float64)
    in_head = eyeballs_behind_corners(pose.aligned) if eyeballs is None else eyeballs[None].astype(np.float64)
    centres = (in_head * _TO_CAMERA) @ matrix.transpose(0, 2, 1) + place
    hits = _meet(_rays(landmarks[:, IRISES, :2].astype(np.float64), camera), centres, IRIS_DEPTH_MM)
    return np.asarray((hits - centres) @ matrix)


def _stretch(vectors: FloatArray) -> FloatArray:
    """Unit vectors float64[N, 2, 3] in the head's camera-like frame, with angles as far as the eyes truly turn."""
    horizontal, vertical = load_calibration().eye_turn
    x = np.clip(horizontal * np.arctan2(vectors[:, :, 0], -vectors[:, :, 2]), -_MOST_TURNED_RAD, _MOST_TURNED_RAD)
    y = np.clip(vertical * np.arctan2(vectors[:, :, 1], -vectors[:, :, 2]), -_MOST_TURNED_RAD, _MOST_TURNED_RAD)
    stretched = np.stack([np.tan(x), np.tan(y), -np.ones_like(x)], axis=2)
    return np.asarray(stretched / np.linalg.norm(stretched, axis=2, keepdims=True))


def _rays(pixels: FloatArray, camera: Camera) -> FloatArray:
    """Unit vectors float64[N, 2, 3] from the camera through pixels [N, 2, 2]."""
    rays = np.empty((*pixels.shape[:2], 3))
    rays[:, :, 0] = (pixels[:, :, 0] - camera.centre_x) / camera.focal
    rays[:, :, 1] = (pixels[:, :, 1] - camera.centre_y) / camera.focal
    rays[:, :, 2] = 1.0
    return np.asarray(rays / np.linalg.norm(rays, axis=2, keepdims=True))


def _meet(rays: FloatArray, centres: FloatArray, radius: float) -> FloatArray:
    """Nearer point where each ray meets its sphere; where it misses, the ray's point nearest to the centre."""
    along = np.sum(rays * centres, axis=2)
    inside = radius**2 - (np.sum(centres**2, axis=2) - along**2)
    return np.asarray(rays * (along - np.sqrt(np.maximum(inside, 0.0)))[:, :, None])


def _leftmost_first(vectors: FloatArray, landmarks: LandmarkArray) -> FloatArray:
    """The person's right eye is leftmost in the image, unless the head is upside down."""
    x = landmarks[:, IRISES, 0]
    swapped = x[:, 0] > x[:, 1]
    return np.where(swapped[:, None, None], vectors[:, ::-1], vectors)
