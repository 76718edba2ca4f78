"""How usable one frame of one face is: cheap measures on a few thousand pixels."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from lineament.face.observation import ImageArray, LandmarkArray

_STRIP = (128, 48)
"""Width and height in pixels to which the eye region is brought, to measure the face's sharpness, not the file's."""

_RIGHT_SPOTS = np.array([50, 205, 36, 117, 104, 69, 68, 187, 207])
_LEFT_SPOTS = np.array([280, 425, 266, 346, 333, 299, 298, 411, 427])
"""Bare skin on cheeks and forehead, and its mirror image."""
_DARKER_OR_LIGHTER = 45.0


@dataclass(frozen=True)
class FrameQuality:
    """face_size: distance of the outer eye corners, px (in three dimensions, steady when the head turns).
    sharpness: standard deviation of the Laplacian of the eye region at 128 x 48, grey levels; the test clips have 6 to
        10 where the eyes are crisp and 2 to 3 where the face is small or blurred.
    brightness: mean green level of the face, 0..255.
    visible: share of the landmarks inside the picture, 0..1.
    occlusion: 0..1, a hint only: share of mirrored skin spots whose brightness differs far more than the light on the
        two halves does.
    """

    face_size: float
    sharpness: float
    brightness: float
    visible: float
    occlusion: float


def frame_quality(image_rgb: ImageArray, landmarks: LandmarkArray) -> FrameQuality:
    """Quality of one face of float32[478, 3] pixels in uint8[H, W, 3]."""
    height, width = image_rgb.shape[:2]
    x, y = landmarks[:, 0].astype(np.int32), landmarks[:, 1].astype(np.int32)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    count = int(np.count_nonzero(inside))
    # Outside points are read at the border and then left out: one look-up serves both measures.
    grey = image_rgb[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1), 1].astype(np.float32)
    return FrameQuality(
        face_size=_distance(landmarks[33], landmarks[263]),
        sharpness=_sharpness(image_rgb, landmarks),
        brightness=float(grey @ inside) / count if count else 0.0,
        visible=count / len(landmarks),
        occlusion=_occlusion(grey, inside),
    )


def _distance(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    return math.dist(a.tolist(), b.tolist())


def _sharpness(image_rgb: ImageArray, landmarks: LandmarkArray) -> float:
    """Laplacian on a strip over both eyes, cut along their axis; what lies outside the picture repeats its border."""
    (right_x, right_y), (left_x, left_y) = landmarks[33, :2].tolist(), landmarks[263, :2].tolist()
    along_x, along_y = 1.25 * (left_x - right_x), 1.25 * (left_y - right_y)
    if math.hypot(along_x, along_y) < 1.0:
        return 0.0
    width, height = _STRIP
    across_x, across_y = -along_y * height / width, along_x * height / width
    corner_x = (right_x + left_x - along_x - across_x) / 2
    corner_y = (right_y + left_y - along_y - across_y) / 2
    to_picture = np.array(
        [[along_x / width, across_x / height, corner_x], [along_y / width, across_y / height, corner_y]]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    strip = cv2.warpAffine(image_rgb, to_picture, _STRIP, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(cv2.extractChannel(strip, 1), cv2.CV_16S))
    return float(deviation[0, 0])


def _occlusion(grey: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_]) -> float:
    both = inside[_RIGHT_SPOTS] & inside[_LEFT_SPOTS]
    difference = (grey[_RIGHT_SPOTS] - grey[_LEFT_SPOTS])[both]
    if len(difference) < 3:
        return 1.0
    usual = float(np.sort(difference)[len(difference) // 2])
    return float(np.count_nonzero(np.abs(difference - usual) > _DARKER_OR_LIGHTER)) / len(difference)
