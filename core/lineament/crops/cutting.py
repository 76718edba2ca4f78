"""Cutting a crop out of a picture by its transform."""

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

_MOST_OVERSAMPLING = 8


def cut(image: Image, transform: npt.NDArray[np.float32] | FloatArray, size: int) -> Image:
    """The crop uint8[size, size, 3] of uint8[H, W, 3]; what lies outside the picture repeats its border.

    A face that is larger in the picture than in the crop is sampled several times a crop pixel and averaged, so that
    fine texture does not flicker.
    """
    t = np.asarray(transform, dtype=np.float64)
    shrinking = 1.0 / max(float(np.hypot(*t[:, 0])), 1e-6)
    k = int(np.clip(np.ceil(shrinking - 0.05), 1, _MOST_OVERSAMPLING))
    fine = _for_opencv(t * k)
    flags = cv2.INTER_LINEAR
    side = size * k
    crop = cv2.warpAffine(image, fine, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if k > 1:
        crop = cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, dtype=np.uint8)


def _for_opencv(transform: FloatArray) -> FloatArray:
    """OpenCV counts from the middle of the first pixel, landmarks from its corner."""
    out = transform.copy()
    out[:, 2] += transform[:, :2] @ (0.5, 0.5) - 0.5
    return out
