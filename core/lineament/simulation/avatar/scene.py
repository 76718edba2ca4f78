"""What is behind and below the head: a softly lit wall, and the trunk in a plain shirt."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from lineament.face.camera import Camera
from lineament.simulation.avatar.person import AvatarPerson

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

_SHIFT = 4
_MARGIN = 48
"""Pixels of trunk kept beyond each side of the picture, so that it can move."""


@dataclass(frozen=True, eq=False)
class Trunk:
    """The shirt as a premultiplied layer: colour float32[h, w, 3], cover float32[h, w, 1], and its first row."""

    colour: Bytes
    cover: Bytes
    top: int


def paint_wall(person: AvatarPerson, width: int, height: int) -> Bytes:
    """An out-of-focus room: a wall lit from the image's left, a shelf and a plant at the sides, uint8[h, w, 3]."""
    rng = np.random.default_rng([person.seed, 0x57414C4C])
    x, y = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
    light = 0.82 + 0.26 * np.exp(-(((x - 0.30) / 0.42) ** 2 + ((y - 0.30) / 0.6) ** 2)) - 0.12 * x - 0.06 * y
    wall = np.array(person.wall, np.float32) * light[..., None]
    unit = height / 720.0
    furniture = wall.copy()
    on_right = bool(rng.random() < 0.5)
    _shelf(furniture, person, rng, unit, on_right)
    _plant(furniture, rng, unit, not on_right)
    room = cv2.GaussianBlur(furniture, (0, 0), 11.0 * unit)
    room *= (1.0 - 0.10 * np.clip((np.abs(x - 0.5) - 0.3) / 0.2, 0, 1))[..., None]
    dither = rng.random((height, width, 1), dtype=np.float32) - 0.5
    return np.asarray(np.clip(np.rint(room + dither), 0, 255), np.uint8)


def _shelf(room: Float32Array, person: AvatarPerson, rng: np.random.Generator, unit: float, on_right: bool) -> None:
    """Two boards with books near one side of the picture (in place)."""
    width = room.shape[1]
    wall = np.array(person.wall, np.float32)
    near, far = 50 * unit, 330 * unit
    for board in (250 * unit, 455 * unit):
        at = near
        while at < far - 20 * unit:
            thick, tall = rng.uniform(16, 34) * unit, rng.uniform(80, 135) * unit
            tint = wall * rng.uniform(0.55, 0.9) * rng.uniform(0.86, 1.08, 3)
            left = width - at - thick if on_right else at
            room[int(board - tall) : int(board), int(left) : int(left + thick)] = tint
            at += thick + (rng.uniform(0, 30) * unit if rng.random() < 0.3 else unit)
        left = width - far if on_right else near
        room[int(board) : int(board + 12 * unit), int(left) : int(left + far - near)] = wall * 0.55


def _plant(room: Float32Array, rng: np.random.Generator, unit: float, on_right: bool) -> None:
    """A leafy plant in the lower corner of one side (in place)."""
    height, width = room.shape[:2]
    for _ in range(26):
        aside, up = rng.uniform(-70, 150) * unit, abs(rng.normal(0, 130)) * unit
        centre = (int(width - aside if on_right else aside), int(height - 60 * unit - up))
        axes = (int(rng.uniform(12, 22) * unit), int(rng.uniform(42, 80) * unit))
        lit = rng.uniform(0.75, 1.1)
        green = (float(92 * lit), float(112 * lit), float(86 * lit))
        cv2.ellipse(room, centre, axes, float(rng.uniform(-60, 60)), 0, 360, green, -1, cv2.LINE_AA)


def paint_trunk(
    person: AvatarPerson, camera: Camera, width: int, height: int, place: tuple[float, float, float]
) -> Trunk:
    """Neck opening, shoulders and chest of a person whose eyes rest at `place` (mm, camera frame)."""
    scale = camera.focal / place[2]
    centre_x, centre_y = camera.centre_x + scale * place[0], camera.centre_y + scale * place[1]
    left_right, down = width + 2 * _MARGIN, height + _MARGIN

    def pixels(points: FloatArray) -> FloatArray:
        return np.stack([centre_x + _MARGIN + scale * points[:, 0], centre_y - scale * points[:, 1]], axis=1)

    half = _curve(
        [(82, -163), (104, -171), (134, -181), (166, -194), (192, -216), (208, -250), (218, -310), (230, -520)]
    )
    neckline = _curve([(82, -163), (66, -184), (38, -200), (0, -206)])
    body = np.vstack([half[::-1], neckline, neckline[::-1][1:] * (-1, 1), half * (-1, 1)])
    mask = _fill(pixels(body), left_right, down)
    collar = np.vstack([neckline, neckline[::-1][1:] * (-1, 1)])
    xs, ys = np.meshgrid(np.arange(left_right, dtype=np.float32), np.arange(down, dtype=np.float32))
    x = (xs - centre_x - _MARGIN) / scale
    y = (centre_y - ys) / scale
    light = 0.86 - 0.0011 * x - 0.18 * np.clip((-y - 230) / 200, 0, 1)
    light += 0.13 * np.exp(-(((y + 170 + 0.22 * np.abs(x)) / 26.0) ** 2))
    light -= 0.42 * np.exp(-((np.hypot(x * 0.8, (y + 122)) / 62.0) ** 4))
    light *= 1.0 - 0.28 * np.clip((np.abs(x) - 165) / 60, 0, 1)
    rng = np.random.default_rng([person.seed, 0x434C4F54])
    for _ in range(9):
        fx, fy, slope = rng.uniform(-170, 170), rng.uniform(-400, -250), rng.uniform(-1.2, 1.2)
        distance_mm = (x - fx - slope * (y - fy)) / np.hypot(1, slope)
        reach = np.exp(-(((y - fy) / 70.0) ** 2))
        light += (
            rng.uniform(0.02, 0.05)
            * reach
            * (np.exp(-((distance_mm / 9) ** 2)) - np.exp(-(((distance_mm - 14) / 9) ** 2)))
        )
    weave = 0.012 * rng.standard_normal((down, left_right)).astype(np.float32)
    colour = np.array(person.cloth, np.float32) * (light + weave)[..., None]
    band = _stroke(pixels(collar), left_right, down, max(2, round(9.0 * scale)))
    colour *= (1.0 - 0.22 * band)[..., None]
    seam = _stroke(pixels(collar - (0, 5.5)), left_right, down, max(1, round(1.0 * scale)))
    colour *= (1.0 - 0.25 * seam)[..., None]
    top = max(0, int(pixels(np.array([[0.0, -135.0]]))[0, 1]) - _MARGIN)
    premultiplied = np.clip(np.rint(colour * mask[..., None]), 0, 255).astype(np.uint8)
    return Trunk(premultiplied[top:], np.rint(mask * 255).astype(np.uint8)[top:], top)


def draw_trunk(image: Bytes, trunk: Trunk, shift: tuple[float, float]) -> None:
    """Lay the trunk over the picture in place, moved by some pixels."""
    height, width = image.shape[:2]
    first = int(np.clip(trunk.top + np.floor(shift[1]) - 1, 0, height))
    if first >= height:
        return
    move = np.array([[1, 0, shift[0] - _MARGIN], [0, 1, trunk.top + shift[1] - first]], np.float32)
    size = (width, height - first)
    colour = cv2.warpAffine(trunk.colour, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(trunk.cover, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inverse = cv2.cvtColor(255 - cover, cv2.COLOR_GRAY2RGB)
    below = cv2.multiply(image[first:], inverse, scale=1.0 / 255.0)
    image[first:] = cv2.add(below, colour)


def _curve(points: list[tuple[float, float]]) -> FloatArray:
    p = np.array([points[0], *points, points[-1]], dtype=np.float64)
    t = np.linspace(0, 1, 10, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True)
    ]
    return np.vstack([*pieces, p[-1:]])


def _fill(outline: FloatArray, width: int, height: int) -> Float32Array:
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline * (1 << _SHIFT)).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    return mask.astype(np.float32) / 255.0


def _stroke(line: FloatArray, width: int, height: int, thickness: int) -> Float32Array:
    mask = np.zeros((height, width), np.uint8)
    fixed = [np.rint(line * (1 << _SHIFT)).astype(np.int32)]
    cv2.polylines(mask, fixed, False, 255, thickness, cv2.LINE_AA, _SHIFT)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.0) / 255.0, np.float32)
