"""Folds that come with an action unit: dark lines with a lit ridge beside them, painted once, mixed each frame.

The mesh carries the broad bulges; folds are finer than its vertices. Which folds go with which unit is from FACS
(Ekman, Friesen and Hager 2002), their depth is our choice. Places are template vertices.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lineament.face.displacement import AU_MAX, AU_NAMES
from lineament.simulation.avatar.head import FACE_SIZE, PIXELS_PER_MM
from lineament.simulation.avatar.texture import both, smooth_ring

Float32Array = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]

Via = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Crease:
    """A fold along points, each the middle of some vertices of the right side; the left side mirrors it.

    depth: share of light lost in the fold at intensity 5; width: mm; shift: mm (right, up) away from the points.
    """

    via: Via
    depth: float
    width: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)


_FOLD = ((49, 131), (129, 203), (206,), (216, 206), (216, 212))
_CREASES: dict[str, tuple[Crease, ...]] = {
    "AU01": (
        Crease(((66, 69), (107, 108), (9, 151)), 0.30, 1.1, (0.0, 0.8)),
        Crease(((69,), (108,), (151,)), 0.28, 1.1, (0.0, -1.5)),
        Crease(((69, 67), (108, 109), (151, 10)), 0.22, 1.1, (0.0, -3.0)),
    ),
    "AU02": (
        Crease(((63, 68), (105, 104), (66, 69)), 0.30, 1.1),
        Crease(((68,), (104,), (69,)), 0.26, 1.1, (0.0, 1.5)),
    ),
    "AU04": (
        Crease(((107, 107, 9), (55, 107, 9, 8), (55, 8)), 0.55, 1.2),
        Crease(((8, 193), (168, 8)), 0.24, 0.9),
        Crease(((65,), (222, 65), (223, 52)), 0.26, 1.4, (0.0, -2.2)),
    ),
    "AU05": (Crease(((247, 225), (30, 224), (27, 223), (28, 222), (190, 221)), 0.16, 1.6, (0.0, -1.0)),),
    "AU06": (
        Crease(((35, 226), (130, 35), (130,)), 0.34, 0.8, (-3.0, -1.0)),
        Crease(((143,), (35, 31), (226, 130)), 0.32, 0.8, (-2.0, -3.5)),
        Crease(((124,), (113, 226), (130,)), 0.28, 0.8, (-3.0, 2.0)),
        Crease(((31,), (228,), (229,), (230,), (231, 230)), 0.36, 1.3, (0.0, 1.2)),
    ),
    "AU07": (
        Crease(((25, 110), (110, 24), (23,), (22, 23), (26,)), 0.36, 0.9),
        Crease(((246,), (160,), (159,), (157,)), 0.22, 1.2, (0.0, 1.4)),
    ),
    "AU09": (
        Crease(((193, 245), (188, 174), (217, 198)), 0.42, 1.0),
        Crease(((122, 168), (196, 188), (114, 217)), 0.4, 0.9),
        Crease(((168, 8), (193, 168)), 0.36, 0.9, (0.0, -1.0)),
        Crease(((49, 131), (129, 203), (206, 203), (206,)), 0.4, 1.3),
    ),
    "AU10": (Crease((*_FOLD[:4],), 0.42, 1.4), Crease(((126, 142), (142, 203), (203, 206)), 0.16, 1.6)),
    "AU12": (
        Crease(_FOLD, 0.5, 1.5),
        Crease(((186, 57), (57, 43), (43, 202)), 0.28, 1.3, (-2.0, 0.0)),
        Crease(((187, 214), (207, 212)), 0.14, 2.4),
    ),
    "AU14": (
        Crease(((186, 57), (57,), (57, 43)), 0.62, 1.3, (-1.0, 0.0)),
        Crease(((212, 186), (212, 57), (202, 212)), 0.30, 1.3, (-1.0, 0.0)),
    ),
    "AU15": (
        Crease(((61, 57), (43, 146), (106, 43), (204, 106)), 0.5, 1.4),
        Crease(((182, 181), (182, 106)), 0.16, 1.6),
    ),
    "AU17": (
        Crease(((106, 204), (182, 194), (18, 200), (18, 200)), 0.42, 1.5, (0.0, 0.0)),
        Crease(((201, 32), (201,), (194, 201)), 0.26, 1.0),
        Crease(((208, 201), (200, 208)), 0.26, 0.9),
        Crease(((32, 208), (208, 199)), 0.22, 0.9),
    ),
    "AU20": (
        Crease(((212, 214), (214, 202), (202, 210)), 0.30, 1.5),
        Crease(((216, 207), (212, 207), (214,)), 0.22, 1.5),
        Crease(((182, 194), (200, 201), (200,)), 0.18, 1.4),
    ),
    "AU23": (
        Crease(((39, 165), (39, 92)), 0.22, 0.8),
        Crease(((37, 167), (37,)), 0.2, 0.8),
        Crease(((181, 182), (91, 106), (146, 43)), 0.34, 1.3),
        Crease(((40, 92), (185, 186)), 0.28, 1.1),
    ),
    "AU26": (Crease(((207, 187), (214, 192), (135, 138)), 0.16, 3.0),),
}


@dataclass(frozen=True, eq=False)
class FoldMap:
    """Light lost (positive) or won over a patch of the face's canvas at intensity 5; rows, columns say where."""

    rows: slice
    columns: slice
    loss: Float32Array


@lru_cache(maxsize=1)
def fold_maps() -> dict[int, FoldMap]:
    """The fold map of each action unit that has folds, by its place in `AU_NAMES`."""
    return {AU_NAMES.index(name): _paint(creases) for name, creases in _CREASES.items()}


def light_loss(intensities: FloatArray, age: float) -> Float32Array:
    """Share of light lost over the face's canvas, float32[h, w], for intensities 0..5; deeper with age 0..1."""
    loss = np.zeros((FACE_SIZE[1], FACE_SIZE[0]), np.float32)
    for unit, fold in fold_maps().items():
        share = float(np.clip(intensities[unit] / AU_MAX, 0.0, 1.0))
        if share > 0.01:
            loss[fold.rows, fold.columns] += np.float32((0.75 + 0.5 * age) * share**0.9) * fold.loss
    return loss


def _paint(creases: tuple[Crease, ...]) -> FoldMap:
    lines = [line for crease in creases for line in _lines(crease)]
    places = np.vstack([points for points, _ in lines])
    margin = 6 * PIXELS_PER_MM
    left, top = np.maximum(np.floor(places.min(axis=0) - margin), 0).astype(int)
    right, bottom = np.minimum(np.ceil(places.max(axis=0) + margin), np.array(FACE_SIZE)).astype(int)
    x, y = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
    loss = np.zeros(x.shape)
    for points, crease in lines:
        width = crease.width * PIXELS_PER_MM
        taper = np.sin(np.pi * np.linspace(0.12, 0.88, len(points))) ** 0.7
        valley, soft, ridge = (np.zeros(x.shape) for _ in range(3))
        for (px, py), strength in zip(points, taper, strict=True):
            square = (x - px) ** 2 + (y - py) ** 2
            np.maximum(valley, strength * np.exp(-square / (0.6 * width**2)), out=valley)
            np.maximum(soft, strength * np.exp(-square / (4.0 * width**2)), out=soft)
            np.maximum(ridge, strength * np.exp(-square / (14.0 * width**2)), out=ridge)
        loss += crease.depth * (0.42 * valley + 0.5 * soft - 0.28 * np.clip(ridge - soft, 0, 1))
    return FoldMap(slice(top, bottom), slice(left, right), loss.astype(np.float32))


def _lines(crease: Crease) -> list[tuple[FloatArray, Crease]]:
    """The crease on both sides as dense polylines of canvas pixels."""
    out = []
    for side, sign in ((0, 1.0), (1, -1.0)):
        nodes = np.array([both(*vertices)[side] for vertices in crease.via])
        nodes = nodes + np.array([sign * crease.shift[0], -crease.shift[1]]) * PIXELS_PER_MM
        out.append((smooth_ring(nodes, closed=False, per=14), crease))
    return out
