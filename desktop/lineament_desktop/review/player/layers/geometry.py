"""Where on the face the pose axes and the gaze rays begin, and how long they are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.face.template import LEFT_IRIS_CENTRE, RIGHT_IRIS_CENTRE
from lineament_desktop.review.player.frame_state import OverlayRow

Point = npt.NDArray[np.float64]

# The person's right eye lies on the image's left; OpenFace calls it eye 0. Corners of each, and the nose's tip.
_MESH = ((33, 133), (362, 263), 4)
_SPARSE = ((36, 39), (42, 45), 30)


@dataclass(frozen=True)
class FaceAnchors:
    """Points in picture pixels, the eye on the image's left first; `inter_ocular`: distance of the eyes' centres."""

    eyes: tuple[Point, Point]
    nose: Point
    inter_ocular: float


def face_anchors(overlay: OverlayRow) -> FaceAnchors | None:
    """None without landmarks."""
    points = overlay.points
    if points is None:
        return None
    first, second, nose = _MESH if overlay.mesh is not None else _SPARSE
    flat = points[:, :2].astype(np.float64)
    centres = (flat[list(first)].mean(axis=0), flat[list(second)].mean(axis=0))
    eyes = (flat[RIGHT_IRIS_CENTRE], flat[LEFT_IRIS_CENTRE]) if overlay.mesh is not None else centres
    if eyes[0][0] > eyes[1][0]:
        eyes = (eyes[1], eyes[0])
    return FaceAnchors(eyes, flat[nose], float(np.linalg.norm(centres[1] - centres[0])))
