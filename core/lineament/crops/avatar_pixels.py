"""From seen triangles to pixels, for pictures of some thousand pixels: few large steps, nothing sorted."""

import cv2
import numpy as np
import numpy.typing as npt

from lineament.simulation.avatar.raster import Coverage

Float32Array = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_ROW = 1024
"""OpenCV bounds each side of what is sampled at once."""


def interpolate(seen: Coverage, points: Float32Array, triangles: IndexArray, values: Float32Array) -> Float32Array:
    """Linear interpolation of vertex values float32[v, k] over covered pixels, float32[k, pixels]."""
    used = np.zeros(len(triangles), dtype=bool)
    used[seen.triangle] = True
    t = triangles[used]
    where = (np.cumsum(used) - 1)[seen.triangle]
    p0 = points[t[:, 0]]
    e1, e2 = points[t[:, 1]] - p0, points[t[:, 2]] - p0
    area = e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]
    inverse = (1.0 / np.where(np.abs(area) < 1e-9, np.float32(1e-9), area))[:, None]
    v0 = values[t[:, 0]]
    d1, d2 = (values[t[:, 1]] - v0) * inverse, (values[t[:, 2]] - v0) * inverse
    gx = d1 * e2[:, 1:] - d2 * e1[:, 1:]
    gy = d2 * e1[:, :1] - d1 * e2[:, :1]
    base = v0 - gx * p0[:, :1] - gy * p0[:, 1:]
    out = np.empty((values.shape[1], len(where)), np.float32)
    for k in range(values.shape[1]):
        across, down, level = (np.ascontiguousarray(plane[:, k], np.float32)[where] for plane in (gx, gy, base))
        across *= seen.x
        down *= seen.y
        np.add(across, down, out=out[k])
        out[k] += level
    return out


def sample(texture: Bytes | Float32Array, u: Float32Array, v: Float32Array) -> Float32Array:
    """Bilinear look-up at n places, float32[n] or [n, 3]; outside, the border is repeated."""
    count = len(u)
    shape = (-(-count // _ROW), _ROW)
    columns, rows = (np.resize(m, shape) for m in (u, v))
    found = cv2.remap(texture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(shape[0] * _ROW, *texture.shape[2:])[:count], np.float32)


def soften_edges(image: Bytes, cover: Bytes) -> None:
    """Smooth the stair-steps where parts (numbers in `cover`) meet each other or the wall, in place."""
    edge = cv2.morphologyEx(cover, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    image[edge] = cv2.GaussianBlur(image, (3, 3), 0.8)[edge]
