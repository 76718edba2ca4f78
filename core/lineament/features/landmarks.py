"""Sixteen distances of the 68 points, with the head's movement and the camera taken out.

Known head rotation R, place T and the template P give where a neutral face's points would be: with (X, Y, Z) = R P,
u = s (X + T_x) / (1 + Z / T_z) + t, which is perspective with any focal length; s and t are fitted to points
that expressions leave alone. What is left, divided by s and turned back by the upper-left 2x2 block of R, is the
displacement in the face's own plane in millimetres of a face of the template's size (so it is scaled by the
inter-ocular distance). The depth of displacements is neglected. All of this is our choice.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.face.rotation import matrix_from_angles
from lineament.face.template import LANDMARKS_68, load_template

Float32Array = npt.NDArray[np.float32]

_STILL = [0, 16, 27, 28, 29, 30, 33, 36, 39, 42, 45]
"""Points that fix scale and place: beside the ears, nose, eye corners."""

MEASURES: tuple[tuple[str, str, tuple[int, ...], tuple[int, ...]], ...] = (
    ("inner brow height", "y", (20, 21, 22, 23), ()),
    ("outer brow height", "y", (17, 18, 25, 26), ()),
    ("brow gap", "x", (22,), (21,)),
    ("eye opening", "y", (37, 38, 43, 44), (40, 41, 46, 47)),
    ("lower lid height", "y", (40, 41, 46, 47), ()),
    ("nose wing height", "y", (31, 35), ()),
    ("nose width", "x", (35,), (31,)),
    ("upper lip height", "y", (50, 51, 52), ()),
    ("lower lip height", "y", (56, 57, 58), ()),
    ("mouth width", "x", (54,), (48,)),
    ("mouth corner height", "y", (48, 54), ()),
    ("mouth corner slope", "y", (54,), (48,)),
    ("lips opening", "y", (61, 62, 63), (65, 66, 67)),
    ("upper lip thickness", "y", (50, 51, 52), (61, 62, 63)),
    ("mouth shift", "x", (48, 54), ()),
    ("chin height", "y", (7, 8, 9), ()),
)
"""(name, axis, points averaged, points subtracted); x to the image's right, y up, mm."""
MEASURE_NAMES = tuple(name for name, *_ in MEASURES)


def face_displacements(
    points: Float32Array, rotation: npt.NDArray[np.floating[Any]], place: npt.NDArray[np.floating[Any]]
) -> tuple[Float32Array, Float32Array]:
    """Displacements from the template in mm, x and y as float32[n, 68] each, of points [n, 68, 2] px.

    rotation: [n, 3] rad and place: [n, 3] mm, as `pose_R*` and `pose_T*`. NaN in, NaN out.
    """
    to_camera = (matrix_from_angles(rotation) * (1.0, -1.0, -1.0)).astype(np.float32)
    place = place.astype(np.float32)
    nearness = 1 / (1 + to_camera[:, 2] @ _template68() / place[:, 2:])
    sides = (_centred(to_camera[:, k] @ _template68() + place[:, k : k + 1], nearness) for k in (0, 1))
    (expected_x, wanted_x), (expected_y, wanted_y) = sides
    seen_x, seen_y = points[:, :, 0], points[:, :, 1]
    seen_x = seen_x - seen_x[:, _STILL].mean(axis=1, keepdims=True)
    seen_y = seen_y - seen_y[:, _STILL].mean(axis=1, keepdims=True)
    fit = (seen_x[:, _STILL] * wanted_x + seen_y[:, _STILL] * wanted_y).sum(axis=1)
    scale = (fit / (wanted_x**2 + wanted_y**2).sum(axis=1))[:, None]
    x = (seen_x / scale - expected_x) / nearness
    y = (seen_y / scale - expected_y) / nearness
    a, b, c, d = (to_camera[:, i, j][:, None] for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)))
    determinant = a * d - b * c
    return (d * x - b * y) / determinant, (a * y - c * x) / determinant


def _centred(side: Float32Array, nearness: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Projected coordinates relative to the mean of the still points, and those of the still points alone."""
    seen = side * nearness
    seen -= seen[:, _STILL].mean(axis=1, keepdims=True)
    return seen, seen[:, _STILL]


def landmark_measures(
    points: Float32Array, rotation: npt.NDArray[np.floating[Any]], place: npt.NDArray[np.floating[Any]]
) -> Float32Array:
    """The distances of `MEASURES`, float32[n, 16] mm relative to the template's; arguments as `face_displacements`."""
    return measures_of(*face_displacements(points, rotation, place))


def measures_of(x: Float32Array, y: Float32Array) -> Float32Array:
    """The distances of `MEASURES`, float32[n, 16] mm, of displacements float32[n, 68] mm each."""
    of_x, of_y = _measure_matrices()
    measures: Float32Array = x @ of_x + y @ of_y
    return measures


@lru_cache(maxsize=1)
def _template68() -> Float32Array:
    """float32[3, 68]."""
    return np.ascontiguousarray(load_template().vertices[LANDMARKS_68].T, dtype=np.float32)


@lru_cache(maxsize=1)
def _measure_matrices() -> tuple[Float32Array, Float32Array]:
    matrix = np.zeros((2, 68, len(MEASURES)), dtype=np.float32)
    for i, (_, axis, plus, minus) in enumerate(MEASURES):
        k = "xy".index(axis)
        matrix[k, list(plus), i] += 1 / len(plus)
        if minus:
            matrix[k, list(minus), i] -= 1 / len(minus)
    return matrix[0], matrix[1]
