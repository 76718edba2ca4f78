"""Eyeballs, seen through the lid openings: ray-traced spheres with iris, pupil, highlight and the lids' shadow."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from lineament.face.template import EYEBALL_RADIUS_MM
from lineament.simulation.avatar.person import AvatarPerson

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

IRIS_RADIUS_MM = 5.85
"""Visible iris diameter 11.7 mm, nearly the same in all adults."""
IRIS_PLANE_MM = float(np.sqrt(EYEBALL_RADIUS_MM**2 - IRIS_RADIUS_MM**2))
"""The iris's rim lies on the ball, so its middle is this far from the ball's centre."""
PUPIL_RADIUS_MM = 1.75
_OVERSAMPLING = 3
_SHIFT = 4


@dataclass(frozen=True, eq=False)
class EyeView:
    """One eye in the picture.

    opening: float32[n, 2] px, the rim of the lids, from the image-left corner over the upper lid. upper: how many of
    them are the upper lid's. centre: float64[3] mm camera frame. gaze: unit vector, camera frame.
    focal: px. middle: principal point.
    """

    opening: Float32Array
    upper: int
    centre: FloatArray
    gaze: FloatArray
    focal: float
    middle: tuple[float, float]


def draw_eye(
    image: Bytes, view: EyeView, person: AvatarPerson, hidden: npt.NDArray[np.bool_], light: FloatArray
) -> None:
    """Paint one eye into uint8[h, w, 3] in place, except where `hidden` (bool[h, w]) says that skin is in front.

    light: unit vector towards the key light, camera frame.
    """
    height, width = image.shape[:2]
    low = np.floor(view.opening.min(axis=0)).astype(int) - 2
    high = np.ceil(view.opening.max(axis=0)).astype(int) + 3
    left, top = np.clip(low, 0, (width, height))
    right, bottom = np.clip(high, 0, (width, height))
    if right - left < 2 or bottom - top < 2:
        return
    k = _OVERSAMPLING
    size = (int(right - left) * k, int(bottom - top) * k)
    local = (view.opening - (left, top)) * k
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(mask, [np.rint(local * (1 << _SHIFT)).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    if not mask.any():
        return
    colour = _eyeball(view, person, size, (float(left), float(top)), light)
    colour *= (1.0 - _lid_shadow(local, view.upper, size, k * view.focal / view.centre[2]))[..., None]
    alpha = mask.astype(np.float32)[..., None] / 255.0
    area = (int(right - left), int(bottom - top))
    premultiplied = cv2.resize(colour * alpha, area, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(alpha, area, interpolation=cv2.INTER_AREA)
    cover = cover * ~hidden[top:bottom, left:right]
    patch = image[top:bottom, left:right].astype(np.float32)
    weight = np.where(hidden[top:bottom, left:right], 0.0, 1.0)[..., None]
    mixed = patch * (1.0 - cover[..., None]) + premultiplied * weight
    image[top:bottom, left:right] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _eyeball(
    view: EyeView, person: AvatarPerson, size: tuple[int, int], origin: tuple[float, float], light: FloatArray
) -> Float32Array:
    """Colours float32[h, w, 3] of the ball over an oversampled patch."""
    k = _OVERSAMPLING
    x = ((np.arange(size[0], dtype=np.float32) + 0.5) / k + origin[0] - view.middle[0]) / view.focal
    y = ((np.arange(size[1], dtype=np.float32) + 0.5) / k + origin[1] - view.middle[1]) / view.focal
    rx, ry = np.meshgrid(x, y)
    norm = 1.0 / np.sqrt(rx**2 + ry**2 + 1.0)
    cx, cy, cz = (np.float32(c) for c in view.centre)
    along = (rx * cx + ry * cy + cz) * norm
    miss = np.float32(view.centre @ view.centre) - along**2
    depth = along - np.sqrt(np.maximum(EYEBALL_RADIUS_MM**2 - miss, 0.0))
    nx = (rx * norm * depth - cx) / EYEBALL_RADIUS_MM
    ny = (ry * norm * depth - cy) / EYEBALL_RADIUS_MM
    nz = (norm * depth - cz) / EYEBALL_RADIUS_MM

    gx, gy, gz = (np.float32(c) for c in view.gaze)
    cosine = np.clip(nx * gx + ny * gy + nz * gz, -1.0, 1.0)
    radius = EYEBALL_RADIUS_MM * np.sqrt(np.maximum(1.0 - cosine**2, 0.0)) + 99.0 * (cosine < 0)

    diffuse = 0.74 + 0.26 * np.clip(nx * light[0] + ny * light[1] + nz * light[2], 0, 1)
    out = np.empty((size[1], size[0], 3), np.float32)
    out[:] = (226, 222, 216)
    far = np.clip((radius - 8.0) / 5.0, 0, 1)[..., None]
    out += far * (np.array((206, 168, 158), np.float32) - out)

    angle = np.arctan2(ny - gy, nx - gx)
    fibres = 0.5 + 0.5 * np.sin(23 * angle + 2.5 * np.sin(7 * angle) + person.seed)
    ring = np.clip(radius / IRIS_RADIUS_MM, 0, 1)
    tone = 0.92 + 0.5 * fibres * (1 - ring) + 0.4 * np.exp(-(((ring - 0.55) / 0.18) ** 2))
    tone *= 1.0 - 0.66 * np.clip((ring - 0.82) / 0.18, 0, 1)
    iris = np.array(person.iris, np.float32) * tone[..., None]
    out += _soft(IRIS_RADIUS_MM, radius, 0.22)[..., None] * (iris - out)
    out += _soft(PUPIL_RADIUS_MM, radius, 0.2)[..., None] * (np.array((12, 10, 10), np.float32) - out)
    out *= diffuse[..., None]

    half = light - np.array([0.0, 0.0, 1.0])
    half = half / np.linalg.norm(half)
    glint = (nx - 0.62 * half[0] - 0.3 * gx) ** 2 + (ny - 0.5 * half[1] - 0.3 * gy) ** 2
    out += (235.0 * np.exp(-((glint / 0.0062) ** 2)))[..., None]
    second = (nx + 0.5 * half[0]) ** 2 + (ny - 0.15 * half[1] - 0.22) ** 2
    out += (36.0 * np.exp(-((second / 0.012) ** 2)))[..., None]
    return out


def _soft(edge: float, radius: Float32Array, width: float) -> Float32Array:
    return np.asarray(np.clip((edge - radius) / width + 0.5, 0.0, 1.0), np.float32)


def _lid_shadow(local: Float32Array, upper: int, size: tuple[int, int], scale: float) -> Float32Array:
    """Share of light that lids and lashes take, deepest under the upper lid."""
    lid = local[: upper + 1]
    order = np.argsort(lid[:, 0], kind="stable")
    brink = np.interp(np.arange(size[0]) + 0.5, lid[order, 0], lid[order, 1])
    under = (np.arange(size[1])[:, None] + 0.5 - brink[None, :]) / scale
    shadow = 0.50 * np.exp(-np.maximum(under, 0.0) / 1.4)
    ends = np.minimum(np.arange(size[0]) - local[:, 0].min(), local[:, 0].max() - np.arange(size[0])) / scale
    corner = 0.28 * np.exp(-np.maximum(ends, 0.0) / 2.0)
    return np.asarray(np.clip(shadow + corner[None, :], 0, 0.8), np.float32)


def draw_lashes(image: Bytes, view: EyeView, px_per_mm: float, visible: bool) -> None:
    """Dark lash line along the upper lid, a thin one along the lower, wider towards the outer corner (in place)."""
    if not visible:
        return
    upper = view.opening[: view.upper + 1].astype(np.float64)
    lower = np.vstack([view.opening[view.upper :], view.opening[:1]]).astype(np.float64)
    span = np.linspace(0.0, 1.0, len(upper))
    thick = px_per_mm * (0.26 + 0.72 * np.sin(np.pi * np.clip(0.06 + 0.8 * (1 - span), 0, 1)) ** 0.8)
    _band(image, upper, thick, (34, 24, 22))
    fine = px_per_mm * 0.36 * np.sin(np.pi * np.linspace(0.05, 0.95, len(lower)))
    _band(image, lower, -fine, (96, 62, 54))


def _band(image: Bytes, curve: FloatArray, thickness: FloatArray, colour: tuple[int, int, int]) -> None:
    """Fill between a curve and itself moved up by `thickness` pixels (down where negative)."""
    outer = curve - np.stack([np.zeros(len(curve)), thickness], axis=1)
    inner = curve + np.stack([np.zeros(len(curve)), 0.4 * thickness], axis=1)
    outline = np.vstack([inner, outer[::-1]])
    cv2.fillPoly(image, [np.rint((outline - 0.5) * (1 << _SHIFT)).astype(np.int32)], colour, cv2.LINE_AA, _SHIFT)
