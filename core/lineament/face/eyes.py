"""How far the eyes are open, and where the eyeballs lie."""

import numpy as np
import numpy.typing as npt

from lineament.face.observation import LandmarkArray
from lineament.face.template import LEFT_IRIS_CENTRE, RIGHT_IRIS_CENTRE, load_template

_UPPER = np.array([[160, 159, 158], [387, 386, 385]])
_LOWER = np.array([[144, 145, 153], [373, 374, 380]])
_CORNERS = np.array([[33, 133], [263, 362]])

IRISES = np.array([RIGHT_IRIS_CENTRE, LEFT_IRIS_CENTRE])
_STRAIGHT_AHEAD_SHARE = 0.8

CLOSED_SHARE = 0.15
"""What the tracker still sees of an opening when the lids have met, as a share of the wide open eye (test clips)."""


def lid_opening(aligned: LandmarkArray) -> npt.NDArray[np.float64]:
    """Mean distance of the lids' middle thirds over the eye's width, float64[N, 2], right and left eye.

    From aligned meshes float32[N, 478, 3], so that a bent head does not look like falling lids.
    """
    points = aligned.astype(np.float64)
    gap = np.linalg.norm(points[:, _UPPER] - points[:, _LOWER], axis=3).mean(axis=2)
    width = np.linalg.norm(points[:, _CORNERS[:, 0]] - points[:, _CORNERS[:, 1]], axis=2)
    return np.asarray(gap / width)


def eye_openness(aligned: LandmarkArray, wide_open: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """float32[N]: mean of both eyes, 0 closed .. 1 as wide as this person opens them (`Neutral.opening`)."""
    relative = lid_opening(aligned) / np.maximum(wide_open.astype(np.float64), 1e-6)
    share = (relative.mean(axis=1) - CLOSED_SHARE) / (1.0 - CLOSED_SHARE)
    return np.asarray(np.clip(share, 0.0, 1.0), dtype=np.float32)


def eyeballs_behind_corners(meshes: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Eyeball centres float64[N, 2, 3] mm: where the template's lie relative to the middle of each eye's corners."""
    template = load_template()
    offset = template.eye_centres - template.vertices[_CORNERS].mean(axis=1)
    return np.asarray(meshes[:, _CORNERS].astype(np.float64).mean(axis=2) + offset)


def resting_eyeballs(mesh: LandmarkArray, aligned: LandmarkArray) -> npt.NDArray[np.float32]:
    """Eyeball centres float32[2, 3] mm of one person with resting mesh [478, 3] and frames [N, 478, 3].

    People differ by a millimetre in how high the eyeball lies between the lids, which would be five degrees of gaze.
    The height is taken a fifth from the template, four fifths from where this person looks most: straight ahead.
    """
    centres = eyeballs_behind_corners(mesh[None])[0]
    usual = np.median(aligned[:, IRISES, 1].astype(np.float64), axis=0)
    centres[:, 1] += _STRAIGHT_AHEAD_SHARE * (usual - centres[:, 1]).mean()
    return np.asarray(centres, dtype=np.float32)
