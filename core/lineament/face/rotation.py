"""Rotations as OpenFace writes them.

Camera frame: x to the image's right, y down, z away from the camera. R = Rx(rx) Ry(ry) Rz(rz). With these signs rx > 0
bends the head down, ry > 0 turns the nose to the image's left (the person's right), rz > 0 tilts the head clockwise in
the image.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
AnyFloatArray = npt.NDArray[np.float32] | npt.NDArray[np.float64]


def matrix_from_angles(angles: AnyFloatArray) -> FloatArray:
    """float64[N, 3, 3] from radians [N, 3]."""
    sx, sy, sz = np.sin(np.asarray(angles, dtype=np.float64)).T
    cx, cy, cz = np.cos(np.asarray(angles, dtype=np.float64)).T
    rows = [
        [cy * cz, -cy * sz, sy],
        [cx * sz + sx * sy * cz, cx * cz - sx * sy * sz, -sx * cy],
        [sx * sz - cx * sy * cz, sx * cz + cx * sy * sz, cx * cy],
    ]
    return np.moveaxis(np.array(rows), -1, 0)


def angles_from_matrix(rotation: AnyFloatArray) -> FloatArray:
    """Radians float64[N, 3] from [N, 3, 3], ry within +-90 degrees."""
    ry = np.arcsin(np.clip(rotation[:, 0, 2], -1.0, 1.0))
    rx = np.arctan2(-rotation[:, 1, 2], rotation[:, 2, 2])
    rz = np.arctan2(-rotation[:, 0, 1], rotation[:, 0, 0])
    return np.stack([rx, ry, rz], axis=1)


def line_of_sight(positions: AnyFloatArray) -> FloatArray:
    """Rotations float64[N, 3, 3] of faces at [N, 3] in the camera's frame that look straight into the camera."""
    x, y, z = np.asarray(positions, dtype=np.float64).T
    return matrix_from_angles(np.stack([-np.arctan2(y, z), np.arctan2(x, z), np.zeros_like(x)], axis=1))


def small_rotation(vectors: FloatArray) -> FloatArray:
    """Exact rotation matrices float64[N, 3, 3] of rotation vectors [N, 3] (Rodrigues' formula)."""
    angle = np.linalg.norm(vectors, axis=1)[:, None, None]
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    cross = np.moveaxis(np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]), -1, 0)
    turned: FloatArray = (
        np.eye(3) + np.sinc(angle / np.pi) * cross + 0.5 * np.sinc(angle / (2 * np.pi)) ** 2 * (cross @ cross)
    )
    return turned
