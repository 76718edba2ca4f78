"""Paints a person's skin, brows, lips and hair once, into one atlas.

Everything on the face is placed by template vertices, so that it lies where a tracker expects it and moves with the
mesh. Sizes are millimetres on the flattened face; colours are float RGB 0..255. What is painted is our choice.
"""

import cv2
import numpy as np
import numpy.typing as npt

from lineament.face.template import load_template
from lineament.simulation.avatar.head import (
    ATLAS_SIZE,
    FACE_SIZE,
    HAIR_PATCH,
    PIXELS_PER_MM,
    SKIN_PATCH,
    canvas_pixels,
    flatten,
)
from lineament.simulation.avatar.person import AvatarPerson

Float32Array = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]

_SHIFT = 4
"""Fractional bits of OpenCV's sub-pixel drawing."""


def paint_atlas(person: AvatarPerson) -> Bytes:
    """The person's texture atlas, uint8[h, w, 3] RGB (about a second; do it once)."""
    rng = np.random.default_rng([person.seed, 0x54455854])
    atlas = np.zeros((ATLAS_SIZE[1], ATLAS_SIZE[0], 3), np.float32)
    atlas[:, : FACE_SIZE[0]] = _face(person, rng)
    column, width = SKIN_PATCH
    atlas[:, column : column + width] = _bare_skin(person, rng, (width, FACE_SIZE[1])) * 0.97
    column, width = HAIR_PATCH
    atlas[:, column : column + width] = _hair(person, rng, (width, FACE_SIZE[1]))
    return np.asarray(np.clip(np.rint(atlas), 0, 255), np.uint8)


def spot(place: FloatArray, radius_mm: tuple[float, float], size: tuple[int, int] = FACE_SIZE) -> Float32Array:
    """A soft elliptical spot round a canvas pixel, float32[h, w] in 0..1."""
    x = np.exp(-(((np.arange(size[0]) - place[0]) / (radius_mm[0] * PIXELS_PER_MM)) ** 2))
    y = np.exp(-(((np.arange(size[1]) - place[1]) / (radius_mm[1] * PIXELS_PER_MM)) ** 2))
    return np.asarray(y[:, None] * x[None, :], np.float32)


def at(*vertices: int) -> FloatArray:
    """Canvas pixel of the middle of some template vertices."""
    return np.asarray(canvas_pixels(flatten(load_template().vertices[list(vertices)])).mean(axis=0))


def both(*vertices: int) -> tuple[FloatArray, FloatArray]:
    """Canvas pixels of the middle of some vertices and of their mirror images."""
    mirrored = load_template().mirror[list(vertices)]
    return at(*vertices), at(*(int(v) for v in mirrored))


def noise(rng: np.random.Generator, size: tuple[int, int], grain_px: float) -> Float32Array:
    """Smooth noise of unit variance with the given grain, float32[h, w]."""
    small = (max(2, round(size[0] / grain_px)), max(2, round(size[1] / grain_px)))
    field = rng.standard_normal((small[1], small[0])).astype(np.float32)
    out = cv2.resize(field, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(out / max(float(out.std()), 1e-6), np.float32)


def _mix(canvas: Float32Array, colour: npt.ArrayLike, amount: Float32Array) -> None:
    canvas += amount[..., None] * (np.asarray(colour, np.float32) - canvas)


def _darken(canvas: Float32Array, amount: Float32Array, tint: tuple[float, float, float] = (0.8, 1.0, 1.05)) -> None:
    canvas *= 1.0 - amount[..., None] * np.asarray(tint, np.float32)


def _filled(outline: FloatArray, size: tuple[int, int] = FACE_SIZE, blur: float = 0.0) -> Float32Array:
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline * (1 << _SHIFT)).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    out = mask.astype(np.float32) / 255.0
    return np.asarray(cv2.GaussianBlur(out, (0, 0), blur), np.float32) if blur else out


def _bare_skin(person: AvatarPerson, rng: np.random.Generator, size: tuple[int, int]) -> Float32Array:
    skin = np.empty((size[1], size[0], 3), np.float32)
    skin[:] = person.skin
    blotch = 0.6 * noise(rng, size, 60) + 0.5 * noise(rng, size, 22)
    pores = 0.7 * noise(rng, size, 2.2) + 0.5 * noise(rng, size, 5)
    skin += blotch[..., None] * np.array([2.4, 3.6, 3.4], np.float32)
    skin += pores[..., None] * np.array([1.7, 1.9, 1.9], np.float32)
    return skin


def _face(person: AvatarPerson, rng: np.random.Generator) -> Float32Array:
    face = _bare_skin(person, rng, FACE_SIZE)
    _colour_zones(face, person)
    _hollows(face, person)
    if person.stubble > 0:
        _stubble(face, person, rng)
    _lids(face)
    _nostrils(face)
    _lips(face, person, rng)
    _brows(face, person, rng)
    _hairline_shadow(face, person, rng)
    return face


def _colour_zones(face: Float32Array, person: AvatarPerson) -> None:
    skin = np.array(person.skin, np.float32)
    red, pale = skin * (1.02, 0.8, 0.78), skin * (1.03, 1.03, 0.98)
    for place in both(50, 205, 118):
        _mix(face, red, 0.42 * spot(place, (17.0, 14.0)))
    _mix(face, red, 0.35 * spot(at(1, 4), (10.0, 9.0)))
    _mix(face, red, 0.18 * spot(at(199, 200), (11.0, 8.0)))
    _mix(face, pale, 0.4 * spot(at(151, 9), (30.0, 14.0)))
    for place in both(159, 27, 223):
        _mix(face, skin * (0.93, 0.84, 0.82), 0.4 * spot(place, (15.0, 6.0)))
    for place in both(230, 231):
        _mix(face, skin * (0.86, 0.82, 0.86), 0.38 * spot(place, (11.0, 4.5)))


def _hollows(face: Float32Array, person: AvatarPerson) -> None:
    """Soft shade that a sky of light would leave: eye sockets, beside the nose, under lip and nose."""
    for place in both(221, 189, 56):
        _darken(face, 0.22 * spot(place, (7.0, 7.5)))
    for place in both(225, 224, 223):
        _darken(face, 0.10 * spot(place, (11.0, 4.0)))
    for place in both(129, 209, 203):
        _darken(face, 0.15 * spot(place, (4.0, 7.0)))
    for place in both(64, 98):
        _darken(face, 0.16 * spot(place, (3.2, 3.0)))
    _darken(face, 0.20 * spot(at(18), (14.0, 3.4)))
    _darken(face, 0.12 * spot(at(164), (2.2, 6.0)))
    _darken(face, 0.14 * spot(at(2, 164), (11.0, 3.2)))
    for place in both(57, 186):
        _darken(face, (0.03 + 0.05 * person.age) * spot(place, (5.0, 7.0)))
    for place in both(43, 57, 202):
        _darken(face, 0.13 * spot(place, (5.0, 5.0)))
    for place in both(193, 122):
        _darken(face, 0.10 * spot(place, (3.5, 8.0)))


def _stubble(face: Float32Array, person: AvatarPerson, rng: np.random.Generator) -> None:
    zone = np.maximum.reduce([spot(p, (20.0, 17.0)) for p in (*both(211, 202), *both(135, 214), at(199), at(18))])
    zone = np.maximum(zone, spot(at(164), (20.0, 6.0)))
    zone = zone * (1 - _filled(_ring("lips_outer"), blur=5.0))
    dots = np.clip(noise(rng, FACE_SIZE, 1.6) - 0.2, 0, 1.5)
    _mix(face, np.array(person.hair) * 0.9 + 20, np.clip(person.stubble * zone * (0.13 + 0.16 * dots), 0, 0.6))


def _ring(name: str) -> FloatArray:
    template = load_template()
    return canvas_pixels(flatten(template.vertices[template.contours[name]]))


def smooth_ring(points: FloatArray, *, closed: bool = True, per: int = 8) -> FloatArray:
    """A Catmull-Rom curve through points."""
    p = np.vstack([points[-1:], points, points[:2]]) if closed else np.vstack([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, per, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True)
    ]
    return np.vstack([*pieces, p[-2:-1]]) if not closed else np.vstack(pieces)


def _line(points: FloatArray, width_mm: float, blur_mm: float = 0.0) -> Float32Array:
    mask = np.zeros((FACE_SIZE[1], FACE_SIZE[0]), np.uint8)
    fixed = [np.rint(points * (1 << _SHIFT)).astype(np.int32)]
    cv2.polylines(mask, fixed, False, 255, max(1, round(width_mm * PIXELS_PER_MM)), cv2.LINE_AA, _SHIFT)
    out = mask.astype(np.float32) / 255.0
    return np.asarray(cv2.GaussianBlur(out, (0, 0), blur_mm * PIXELS_PER_MM), np.float32) if blur_mm else out


def _lids(face: Float32Array) -> None:
    """The crease above each eye, a faint one below, and the lids' dark rims."""
    above, below = (130, 247, 30, 29, 27, 28, 56, 190), (226, 25, 110, 24, 23, 22, 26)
    rim = (33, 246, 161, 160, 159, 158, 157, 173, 133)
    for side in (0, 1):
        crease, bag, edge = (
            smooth_ring(np.array([both(v)[side] for v in chain]), closed=False) for chain in (above, below, rim)
        )
        _darken(face, 0.30 * _line(crease, 0.6, 0.28) + 0.12 * _line(crease - (0, 4), 3.0, 1.2))
        _darken(face, 0.15 * _line(bag, 1.2, 0.9))
        _darken(face, 0.30 * _line(edge, 1.4, 0.6), (0.9, 1.0, 1.0))


def _nostrils(face: Float32Array) -> None:
    for place in both(60, 75, 238, 79, 166):
        _darken(face, 0.85 * spot(place, (3.4, 2.1)), (0.85, 1.0, 1.0))
    for wing in both(64, 240):
        _darken(face, 0.22 * spot(wing, (2.2, 2.6)))


def _lips(face: Float32Array, person: AvatarPerson, rng: np.random.Generator) -> None:
    outer = smooth_ring(_ring("lips_outer"))
    mask = _filled(outer, blur=1.1)
    tint = np.array(person.lips_tint, np.float32)
    lips = np.broadcast_to(tint, face.shape).copy()
    lips += (noise(rng, FACE_SIZE, 3.0) * 3.0 + noise(rng, (FACE_SIZE[0], FACE_SIZE[1]), 7.0) * 2.0)[..., None]
    stripes = cv2.GaussianBlur(rng.standard_normal(FACE_SIZE[::-1]).astype(np.float32), (0, 0), 0.8, sigmaY=6.0)
    lips += (stripes / stripes.std() * 4.0)[..., None]
    upper = np.clip((at(13)[1] - np.arange(FACE_SIZE[1])) / (2.0 * PIXELS_PER_MM), 0, 1).astype(np.float32)
    lips *= (1 - 0.16 * upper)[:, None, None]
    _mix(lips, tint * 1.14 + 12, 0.55 * spot(at(15, 16), (10.0, 2.4)))
    face += 0.92 * mask[..., None] * (lips - face)
    _darken(face, 0.20 * _line(np.vstack([outer, outer[:1]]), 0.8, 0.45))
    for half in (_ring("lips_inner")[:11], _ring("lips_inner")[10:]):
        _darken(face, 0.5 * _line(smooth_ring(half, closed=False), 0.7, 0.35), (0.85, 1.0, 1.0))
    for corner in both(61, 78):
        _darken(face, 0.38 * spot(corner, (2.4, 1.7)))


def _brows(face: Float32Array, person: AvatarPerson, rng: np.random.Generator) -> None:
    hair = np.array(person.hair, np.float32) * 0.82
    for side in (0, 1):
        upper = smooth_ring(np.array([both(v)[side] for v in (70, 63, 105, 66, 107)]), closed=False, per=12)
        lower = smooth_ring(np.array([both(v)[side] for v in (46, 53, 52, 65, 55)]), closed=False, per=12)
        middle, half = (upper + lower) / 2, (upper - lower) / 2 * person.brow_weight
        tail = np.clip(np.linspace(0.0, 5.0, len(upper)), 0.30, 1.0)[:, None]
        upper, lower = middle + half * tail * 0.86, middle - half * tail * 0.9
        inner_end = upper[-1] * 0.5 + lower[-1] * 0.5
        fade = 1.0 - 0.4 * spot(inner_end, (2.6, 5.0))
        _mix(face, hair, 0.72 * fade * _filled(np.vstack([upper, lower[::-1]]), blur=2.2))
        strokes = np.zeros(face.shape[:2], np.uint8)
        inwards = 1.0 if side == 0 else -1.0
        for _ in range(520):
            along, across = rng.random() ** 0.9, rng.uniform(0.02, 0.98)
            i = int((1 - along) * (len(upper) - 1))
            root = lower[i] * (1 - across) + upper[i] * across
            lean = np.radians(20 + 55 * (1 - along) + rng.normal(0, 9)) if along < 0.75 else np.radians(12)
            angle = lean if across < 0.6 else lean * 0.4
            length = rng.uniform(2.4, 4.4) * PIXELS_PER_MM * (1.0 if along < 0.85 else 0.7)
            tip = root + length * np.array([-inwards * np.cos(angle), -np.sin(angle)])
            ends = [np.rint(np.vstack([root, tip]) * (1 << _SHIFT)).astype(np.int32)]
            cv2.polylines(strokes, ends, False, int(rng.integers(120, 240)), 1, cv2.LINE_AA, _SHIFT)
        inside = _filled(np.vstack([upper, lower[::-1]]), blur=4.0)
        _mix(face, hair * 0.8, strokes.astype(np.float32) / 255.0 * np.clip(inside * 1.6, 0, 1) * (0.4 + 0.6 * fade))


def _hairline_shadow(face: Float32Array, person: AvatarPerson, rng: np.random.Generator) -> None:
    """Where hair begins it shades the skin and sends short hairs down."""
    top = at(10)[1] - PIXELS_PER_MM * (11.0 if person.hair_style == "short" else 0.0)
    rows = np.arange(FACE_SIZE[1], dtype=np.float32)
    _darken(face, np.repeat(np.clip((top + 9 - rows) / 34.0, 0, 0.45)[:, None], FACE_SIZE[0], axis=1))
    side = np.abs(np.arange(FACE_SIZE[0]) - FACE_SIZE[0] / 2) / PIXELS_PER_MM
    temple = np.clip((side - 82.0) / 14.0, 0, 0.5)[None, :] * np.clip((at(234)[1] - rows) / 90.0, 0, 1)[:, None]
    strand = 0.8 + 0.12 * noise(rng, FACE_SIZE, 7.0)
    _mix(face, person.hair, np.asarray(np.clip(temple * strand, 0, 1), np.float32))


def _hair(person: AvatarPerson, rng: np.random.Generator, size: tuple[int, int]) -> Float32Array:
    """Strands run down the patch; sheared so that they sweep to one side."""
    width, height = size
    strands = np.zeros((height, width), np.float32)
    for across, along, weight in ((1.6, 60.0, 1.0), (4.0, 120.0, 0.9), (14.0, 220.0, 0.8)):
        field = rng.standard_normal((height, width)).astype(np.float32)
        field = cv2.GaussianBlur(field, (0, 0), across / 2, sigmaY=along / 2)
        strands += weight * field / field.std()
    strands /= strands.std()
    slant = {"short": 0.1, "swept": 0.55, "long": 0.28}[person.hair_style]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    strands = cv2.remap(strands, (x + slant * y) % width, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    sheen = 0.34 * np.exp(-(((y - 165.0 - 12 * noise(rng, size, 40)) / 60.0) ** 2))
    base = np.array(person.hair, np.float32)
    tone = 1.0 + 0.24 * strands + sheen * (0.8 + 0.5 * strands)
    hair = base[None, None] * np.clip(tone, 0.35, 2.2)[..., None]
    hair += (6.0 * np.clip(sheen, 0, 1))[..., None]
    thin = np.clip((y - 398.0 - 12.0 * strands) / 26.0, 0, 1) * np.clip((460.0 - y) / 20.0, 0, 1)
    hair += 0.6 * thin[..., None] * (0.62 * np.array(person.skin, np.float32) - hair)
    return np.asarray(hair, np.float32)
