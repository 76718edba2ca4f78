"""How far the lips are parted, and how low the lower one hangs."""

import numpy as np
import numpy.typing as npt

from lineament.face.observation import LandmarkArray

_UPPER = np.array([81, 82, 13, 312, 311])
_LOWER = np.array([178, 87, 14, 317, 402])
_NOSE_BRIDGE = np.array([168, 6, 197])


def lip_gap(aligned: LandmarkArray) -> npt.NDArray[np.float64]:
    """Mean distance of the inner lips' middle third across the face's front, float64[N] mm, from float32[N, 478, 3]."""
    points = aligned[:, :, :2].astype(np.float64)
    return np.asarray(np.linalg.norm(points[:, _UPPER] - points[:, _LOWER], axis=2).mean(axis=1))


def lower_lip_height(aligned: LandmarkArray) -> npt.NDArray[np.float64]:
    """Distance from the nose bridge down to the lower lip's inner edge, float64[N] mm, from float32[N, 478, 3].

    The steadiest sign of a dropping jaw in FaceMesh's points: the chin itself, at the outline, is far less sure.
    """
    points = aligned[:, :, :2].astype(np.float64)
    below_bridge = points[:, _LOWER[1:4]].mean(axis=1) - points[:, _NOSE_BRIDGE].mean(axis=1)
    return np.asarray(np.linalg.norm(below_bridge, axis=1))
