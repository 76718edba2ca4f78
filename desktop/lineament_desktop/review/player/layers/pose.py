"""The head's own axes at the tip of the nose: to its left, up, and forward where the face points."""

import numpy as np
from PySide6.QtGui import QPainter

from lineament.face.rotation import matrix_from_angles
from lineament_desktop.review.player.frame_state import FrameState
from lineament_desktop.review.player.layers.base import OverlayLayer, arrow
from lineament_desktop.review.player.layers.geometry import face_anchors
from lineament_desktop.review.player.view_transform import ViewTransform

# Ends of the axes in inter-ocular distances, camera coordinates (x right, y down, z away): left, up, forward.
_AXES = np.array([[0.6, 0.0, 0.0], [0.0, -0.6, 0.0], [0.0, 0.0, -1.0]])


class PoseLayer(OverlayLayer):
    """The thick arrow is where the face points.

    Drawn in parallel projection: tables of other programs do not say which camera they assumed.
    """

    name = "pose"
    title = "Head pose"
    key = "4"
    icon = "layer-pose"
    attribute = "head pose"
    z = 40
    on_at_start = True

    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        overlay = state.overlay
        anchors = face_anchors(overlay) if overlay is not None else None
        if overlay is None or anchors is None or overlay.rotation is None:
            return
        turn = matrix_from_angles(np.array([overlay.rotation]))[0]
        ends = _AXES @ turn.T * anchors.inter_ocular
        start = transform.map(anchors.nose[None])[0]
        *across, forward = (arrow(start, tip, 6.0) for tip in transform.map(anchors.nose + ends[:, :2]))
        for thin, thick in zip(self.strokes(), self.strokes(2.0), strict=True):
            painter.setPen(thin)
            for lines in across:
                painter.drawLines(lines)
            painter.setPen(thick)
            painter.drawLines(forward)
