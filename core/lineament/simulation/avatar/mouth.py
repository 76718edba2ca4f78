"""What parted lips show: the dark of the mouth, two rows of teeth, the tongue."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

_OVERSAMPLING = 2
_SHIFT = 4
_TOOTH_EDGES = np.array([-21.0, -16.5, -12.6, -8.6, -4.4, 0.0, 4.4, 8.6, 12.6, 16.5, 21.0])


def tooth_rows() -> tuple[FloatArray, FloatArray]:
    """Upper and lower row as strips of points float64[2, 11, 3] mm in template axes: gum line and biting edge."""
    x = _TOOTH_EDGES
    depth = 21.0 - 15.0 * (x / 21.0) ** 2
    edge = np.abs(x) / 21.0
    upper = np.stack([_strip(x, -63.5 + 0 * x, depth), _strip(x, -75.4 + 1.3 * edge, depth + 0.5)])
    lower = np.stack([_strip(0.92 * x, -87.5 + 0 * x, depth - 4.5), _strip(0.92 * x, -78.6 + 0.6 * edge, depth - 3.5)])
    return upper, lower


def tongue() -> FloatArray:
    """Outline of the tongue's blade, float64[n, 3] mm in template axes; it goes with the jaw."""
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.stack([14.0 * np.cos(turn), -84.0 + 6.0 * np.sin(turn), np.full(24, 12.0)], axis=1)


def _strip(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    return np.stack([x, y, z], axis=1)


def draw_mouth(
    image: Bytes, opening: Float32Array, upper: FloatArray, lower: FloatArray, blade: FloatArray, px_per_mm: float
) -> None:
    """Paint the inside of the mouth in place.

    opening: float32[n, 2] px rim of the inner lips from the image-left corner; upper, lower: float64[2, 11, 2] px rows
    of teeth; blade: float64[m, 2] px outline of the tongue.
    """
    height, width = image.shape[:2]
    low = np.floor(opening.min(axis=0)).astype(int) - 2
    high = np.ceil(opening.max(axis=0)).astype(int) + 3
    left, top = np.clip(low, 0, (width, height))
    right, bottom = np.clip(high, 0, (width, height))
    if right - left < 2 or bottom - top < 2:
        return
    k = _OVERSAMPLING
    size = (int(right - left) * k, int(bottom - top) * k)
    origin = np.array([left, top], np.float32)

    def local(points: FloatArray | Float32Array) -> npt.NDArray[np.int32]:
        return np.asarray(np.rint(((points - origin) * k - 0.5) * (1 << _SHIFT)), np.int32)

    inside = np.empty((size[1], size[0], 3), np.uint8)
    inside[:] = (58, 22, 22)
    cv2.fillPoly(inside, [local(blade)], (148, 76, 74), cv2.LINE_AA, _SHIFT)
    inside = cv2.GaussianBlur(inside, (0, 0), 0.8 * k)
    for row, shade in ((lower, 0.72), (upper, 1.0)):
        _teeth(inside, row, shade, local)
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(mask, [local(opening)], 255, cv2.LINE_AA, _SHIFT)
    depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3) / (k * px_per_mm)
    shade = 0.66 + 0.34 * np.clip(depth / 1.3, 0, 1)
    alpha = mask.astype(np.float32)[..., None] / 255.0
    area = (int(right - left), int(bottom - top))
    colour = cv2.resize(inside * shade[..., None].astype(np.float32) * alpha, area, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(alpha, area, interpolation=cv2.INTER_AREA)[..., None]
    patch = image[top:bottom, left:right].astype(np.float32)
    image[top:bottom, left:right] = np.clip(np.rint(patch * (1 - cover) + colour), 0, 255).astype(np.uint8)


def _teeth(inside: Bytes, row: FloatArray, shade: float, local: Callable[[FloatArray], npt.NDArray[np.int32]]) -> None:
    count = row.shape[1] - 1
    for i in range(count):
        side = 1.0 - 0.42 * abs((i + 0.5) / count * 2 - 1) ** 2
        value = shade * side
        colour = (int(240 * value), int(232 * value), int(217 * value))
        corners = np.array([row[0, i], row[0, i + 1], row[1, i + 1], row[1, i]])
        cv2.fillPoly(inside, [local(corners)], colour, cv2.LINE_AA, _SHIFT)
        gap = tuple(int(0.90 * c) for c in colour)
        cv2.polylines(inside, [local(np.array([row[0, i], row[1, i]]))], False, gap, 1, cv2.LINE_AA, _SHIFT)


def draw_seam(image: Bytes, upper: Float32Array, lower: Float32Array, px_per_mm: float) -> None:
    """The thin dark line where closed lips meet (in place); it thins out as they part.

    upper, lower: float32[n, 2] px inner rims from the same corner.
    """
    gap = np.linalg.norm(upper - lower, axis=1) / px_per_mm
    middle = (upper + lower) / 2
    half = px_per_mm * 0.30 * np.exp(-gap / 1.2) * np.sin(np.pi * np.linspace(0.1, 0.9, len(upper))) ** 0.5
    shift = np.stack([np.zeros(len(half)), half], axis=1)
    outline = np.vstack([middle - shift, (middle + shift)[::-1]])
    cv2.fillPoly(image, [np.rint((outline - 0.5) * (1 << _SHIFT)).astype(np.int32)], (84, 36, 36), cv2.LINE_AA, _SHIFT)
