"""136 numbers a row as 68 points, and the head's rotation that follows from them.

D-Vlog's numbers come without a description: their order (all x before all y, or x and y by turns) is told by which one
looks like a face, and their unit does not matter, because a rotation is the same at any size and place. Both are our
choices.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lineament.face.rotation import angles_from_matrix
from lineament.face.template import LANDMARKS_68, load_template

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

N_COORDINATES = 136
ORDERS = ("all x, then all y", "x and y by turns")
_LOOKED_AT = 200
_UNLIKE = 0.5
"""A residual of the best affine fit of the template above this share of the points' own spread is no face."""

_STILL = (0, 16, 27, 28, 29, 30, 33, 36, 39, 42, 45)
"""Beside the ears, nose, eye corners: points that expressions leave alone."""


def points_of(rows: FloatArray, order: str) -> npt.NDArray[np.float32]:
    """float32[n, 68, 2] from [n, 136] in one of `ORDERS`."""
    shaped = rows.reshape(len(rows), 2, 68).transpose(0, 2, 1) if order == ORDERS[0] else rows.reshape(len(rows), 68, 2)
    return np.ascontiguousarray(shaped, dtype=np.float32)


def order_of(rows: FloatArray) -> str | None:
    """Which of `ORDERS` makes faces of rows [n, 136] that hold some; None where neither does."""
    some = rows[:: max(len(rows) // _LOOKED_AT, 1)]
    unlike = [_unlikeness(points_of(some, order)) for order in ORDERS]
    best = int(np.argmin(unlike))
    return ORDERS[best] if unlike[best] < _UNLIKE else None


def head_rotation(points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """float32[n, 3] rad as `pose_R*`, of points float32[n, 68, 2]; NaN in, NaN out.

    Scaled orthography: the affine map of the template's still points that fits best, made orthonormal (SVD).
    """
    angles = np.full((len(points), 3), np.nan, dtype=np.float32)
    known = np.isfinite(points).all(axis=(1, 2))
    if known.any():
        affine, _ = _affine(points[known].astype(np.float64), _STILL)
        u, _, vt = np.linalg.svd(affine, full_matrices=False)
        first, second = np.moveaxis(u @ vt, 1, 0)
        matrix = np.stack([first, second, np.cross(first, second)], axis=1)
        angles[known] = angles_from_matrix(matrix)
    return angles


def _unlikeness(points: npt.NDArray[np.float32]) -> float:
    """Median over rows of what the best affine map of the template leaves, by the points' own spread."""
    wanted = points.astype(np.float64)
    _, left = _affine(wanted, range(68))
    spread = wanted - wanted.mean(axis=1, keepdims=True)
    size = np.sqrt((spread**2).sum(axis=(1, 2)))
    return float(np.median(np.sqrt((left**2).sum(axis=(1, 2))) / np.maximum(size, 1e-12)))


def _affine(points: FloatArray, which: "tuple[int, ...] | range") -> tuple[FloatArray, FloatArray]:
    """Least squares of points [n, 68, 2] on the template in the camera's axes: maps [n, 2, 3] and what is left."""
    chosen = list(which)
    seen = points[:, chosen] - points[:, chosen].mean(axis=1, keepdims=True)
    model = _template()[chosen]
    model = model - model.mean(axis=0)
    maps = np.linalg.pinv(model) @ seen
    return maps.transpose(0, 2, 1), seen - model @ maps


@lru_cache(maxsize=1)
def _template() -> FloatArray:
    """float64[68, 3] mm, x right, y down, z away."""
    return np.asarray(load_template().vertices[LANDMARKS_68] * (1.0, -1.0, -1.0), dtype=np.float64)
