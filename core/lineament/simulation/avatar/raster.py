"""A triangle rasteriser in numpy: exact scan-line spans, painter's order, linear attributes.

All triangles are handled at once: each gives one span a pixel row, spans are unrolled to pixels, and one indexed
assignment from far to near leaves the nearest triangle in every pixel. Pixel centres lie at half-integers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32Array = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Coverage:
    """Covered pixels: flat index into the picture, pixel centre (x, y), and the triangle seen there."""

    flat: IndexArray
    x: Float32Array
    y: Float32Array
    triangle: IndexArray


def visible_triangles(
    points: Float32Array, depth: Float32Array, triangles: IndexArray, width: int, height: int
) -> Coverage:
    """Which triangle each pixel shows.

    points: float32[v, 2] pixels (y down); depth: float32[v], larger is farther; triangles wound anticlockwise as seen
    from the camera (clockwise ones are culled). Returns pixels in row order.
    """
    corners = points[triangles]
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    facing = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) < (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    front = np.flatnonzero(facing)
    order = front[np.argsort(-depth[triangles[front]].sum(axis=1), kind="stable")]

    corners = corners[order]
    rank = np.argsort(corners[:, :, 1], axis=1)
    corners = np.take_along_axis(corners, rank[:, :, None], axis=1)
    (x0, y0), (x1, y1), (x2, y2) = (corners[:, k].T for k in range(3))
    top = np.clip(np.ceil(y0 - 0.5), 0, height).astype(np.int64)
    rows = np.clip(np.ceil(y2 - 0.5), 0, height).astype(np.int64) - top
    of = np.repeat(np.arange(len(order)), rows)
    row = _ramp(top, rows)
    y = row + np.float32(0.5)
    slope_long = (x2 - x0) / np.maximum(y2 - y0, 1e-6)
    slope_up = (x1 - x0) / np.maximum(y1 - y0, 1e-6)
    slope_down = (x2 - x1) / np.maximum(y2 - y1, 1e-6)
    long = x0[of] + (y - y0[of]) * slope_long[of]
    upper = y < y1[of]
    short = np.where(upper, x0[of] + (y - y0[of]) * slope_up[of], x1[of] + (y - y1[of]) * slope_down[of])
    left = np.clip(np.ceil(np.minimum(long, short) - 0.5), 0, width).astype(np.int64)
    right = np.clip(np.ceil(np.maximum(long, short) - 0.5), 0, width).astype(np.int64)
    length = right - left
    pixel = _ramp(row * width + left, length)
    owner = np.full(width * height, -1, dtype=np.int32)
    owner[pixel] = np.repeat(order[of], length)  # numpy keeps the last, so the nearest, value of an index
    flat = np.flatnonzero(owner >= 0)
    py, px = np.divmod(flat, width)
    half = np.float32(0.5)
    return Coverage(flat, px.astype(np.float32) + half, py.astype(np.float32) + half, owner[flat].astype(np.int64))


def interpolate(coverage: Coverage, points: Float32Array, triangles: IndexArray, values: Float32Array) -> Float32Array:
    """Linear interpolation of vertex values float32[v, k] over covered pixels, float32[k, pixels]."""
    used, where = np.unique(coverage.triangle, return_inverse=True)
    t = triangles[used]
    p0, p1, p2 = (points[t[:, k]] for k in range(3))
    e1, e2 = p1 - p0, p2 - p0
    area = e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]
    inverse = 1.0 / np.where(np.abs(area) < 1e-9, 1e-9, area)[:, None]
    v0, v1, v2 = (values[t[:, k]] for k in range(3))
    d1, d2 = (v1 - v0) * inverse, (v2 - v0) * inverse
    gx = d1 * e2[:, 1:] - d2 * e1[:, 1:]
    gy = d2 * e1[:, :1] - d1 * e2[:, :1]
    base = v0 - gx * p0[:, :1] - gy * p0[:, 1:]
    planes = np.concatenate([gx, gy, base], axis=1).astype(np.float32)[where]
    k = values.shape[1]
    x, y = coverage.x, coverage.y
    return np.stack([planes[:, i] * x + planes[:, k + i] * y + planes[:, 2 * k + i] for i in range(k)])


def _ramp(start: IndexArray, length: IndexArray) -> IndexArray:
    """start[0], start[0]+1, ... (length[0] of them), start[1], ... : all ranges one after another."""
    length = np.maximum(length, 0)
    total = int(length.sum())
    before = np.cumsum(length) - length
    return np.asarray(np.repeat(start - before, length) + np.arange(total), np.int64)
