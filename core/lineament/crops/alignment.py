"""Where a face goes in a crop: the similarity transform that carries its eyes and mouth to a canonical place.

A transform is float[2, 3] from picture to crop, `crop = t[:, :2] @ picture + t[:, 2]`, in the coordinates that
landmarks have: the top left corner of the picture (and of the crop) is (0, 0), the middle of its first pixel (.5, .5).

The canonical place is that of the neutral template seen from the front. The crop is 190 mm wide and reaches from the
hairline to below a dropped chin (our choice). Five points are fitted: the four corners of the eyes, which lids do not
move, and the middle between the corners of the mouth, which a smile moves least.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.face import LANDMARKS_68, load_template

FloatArray = npt.NDArray[np.float64]
AnyFloatArray = npt.NDArray[np.float32] | npt.NDArray[np.float64]

TRANSFORM_VERSION = 1
"""Raised whenever the same landmarks would give another crop."""

CROP_MM = 190.0
CROP_TOP_MM = 63.0
"""Side of the crop, and its upper edge above the middle of the eyes, on the template."""

EYE_CORNERS = (36, 39, 42, 45)
MOUTH_CORNERS = (48, 54)
"""Places in the 68-point scheme."""

MIN_CONFIDENCE = 0.8
"""Below it a face is not used; features have the same limit."""
MAX_ENLARGEMENT = 4.0
"""Crop pixels a picture pixel at most: a smaller face has nothing to show (our choice)."""
MAX_MISFIT = 0.13
"""Root mean square distance of the fitted points from their places, in distances of the outer eye corners. People who
face the camera have .01 to .06, a head turned by 45 degrees about .09, by 60 degrees .15 (our choice)."""


@lru_cache(maxsize=8)
def canonical_points(size: int) -> FloatArray:
    """Where the five points go in a crop of `size` pixels, float64[5, 2]: the person's right eye's outer and inner
    corner, the left eye's inner and outer corner, the middle of the mouth."""
    points = to_crop(load_template().vertices[LANDMARKS_68], size)
    fitted: FloatArray = five_points(points[None])[0]
    fitted.setflags(write=False)
    return fitted


def to_crop(template_mm: FloatArray, size: int) -> FloatArray:
    """Pixels float64[n, 2] in a crop of points float64[n, 3] mm on the template's frontal face."""
    scale = size / CROP_MM
    return np.stack([size / 2 + scale * template_mm[:, 0], scale * (CROP_TOP_MM - template_mm[:, 1])], axis=1)


def five_points(landmarks68: AnyFloatArray) -> FloatArray:
    """The fitted points float64[n, 5, 2] of float[n, 68, 2] landmarks."""
    points = np.asarray(landmarks68, dtype=np.float64)
    mouth = (points[:, MOUTH_CORNERS[0]] + points[:, MOUTH_CORNERS[1]]) / 2
    return np.concatenate([points[:, EYE_CORNERS], mouth[:, None]], axis=1)


def align(landmarks68: AnyFloatArray, size: int) -> tuple[npt.NDArray[np.float32], FloatArray]:
    """Transforms float32[n, 2, 3] of n faces into crops of `size` pixels, and their misfits float64[n].

    landmarks68: float[n, 68, 2] pixels. Least squares without reflection (Umeyama 1991, equations 40 to 42, which for
    points of a plane are one complex division). misfit: see `MAX_MISFIT`. A face with a number missing, or whose points
    all fall together, gets NaN and an infinite misfit. Raises `ValueError` for another shape.
    """
    if landmarks68.ndim != 3 or landmarks68.shape[1:] != (68, 2):
        raise ValueError(f"landmarks are float[n, 68, 2], not {list(landmarks68.shape)}")
    source, target = five_points(landmarks68), canonical_points(size)
    with np.errstate(invalid="ignore", divide="ignore"):
        transforms = _similarity(source, target)
        moved = apply(transforms, source)
        misfit = np.sqrt(_mean(((moved - target) ** 2).sum(axis=2).T)) / (target[3, 0] - target[0, 0])
    lost = ~np.isfinite(transforms).all(axis=(1, 2))
    transforms[lost] = np.nan
    return transforms.astype(np.float32), np.where(lost, np.inf, misfit)


def _similarity(source: FloatArray, target: FloatArray) -> FloatArray:
    """float64[n, 2, 3] from float64[n, k, 2] onto float64[k, 2]; point by point, so that no number depends on how many
    faces are fitted at once."""
    z = source[..., 0] + 1j * source[..., 1]
    w = target[:, 0] + 1j * target[:, 1]
    z_mean, w_mean = _mean(z.T), _mean(w)
    a, b = z - z_mean[:, None], w - w_mean
    turn = _mean((b * a.conj()).T) / _mean((a * a.conj()).T).real
    shift = w_mean - turn * z_mean
    top = np.stack([turn.real, -turn.imag, shift.real], axis=1)
    return np.stack([top, np.stack([turn.imag, turn.real, shift.imag], axis=1)], axis=1)


def _mean(parts: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Mean over the first axis, added up in one order whatever the shape of the rest."""
    return np.asarray(sum(parts[1:], start=parts[0]) / len(parts))


def apply(transforms: AnyFloatArray, points: AnyFloatArray) -> FloatArray:
    """Points float64[n, k, 2] carried by transforms float[n, 2, 3]."""
    t = np.asarray(transforms, dtype=np.float64)
    return np.asarray(points @ t[:, :, :2].transpose(0, 2, 1) + t[:, None, :, 2])


def inverse(transforms: AnyFloatArray) -> FloatArray:
    """Crop to picture, float64[n, 2, 3]: lays a map over the crop on the picture. Raises `LinAlgError` for singular
    ones."""
    t = np.asarray(transforms, dtype=np.float64)
    linear = np.linalg.inv(t[:, :, :2])
    return np.concatenate([linear, -linear @ t[:, :, 2:]], axis=2)


def is_good(
    transforms: AnyFloatArray,
    misfits: FloatArray,
    landmarks68: AnyFloatArray,
    confidence: AnyFloatArray,
    picture: tuple[int, int],
) -> npt.NDArray[np.bool_]:
    """Which of n faces are worth a crop, bool[n]: found with confidence, turned to the camera, large enough, and with
    eyes and mouth inside the picture (width, height)."""
    points = five_points(landmarks68)
    with np.errstate(invalid="ignore"):
        inside = ((points >= 0) & (points <= np.array(picture, dtype=np.float64))).all(axis=(1, 2))
        enlarged = np.hypot(*np.asarray(transforms, dtype=np.float64)[:, :, 0].T)
        sure = np.asarray(confidence, dtype=np.float32) >= np.float32(MIN_CONFIDENCE)
        return np.asarray(sure & inside & (misfits <= MAX_MISFIT) & (enlarged <= MAX_ENLARGEMENT))
