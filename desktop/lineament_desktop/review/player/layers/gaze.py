"""Where each eye looks: a ray from its iris."""

import numpy as np
from PySide6.QtGui import QPainter

from lineament_desktop.review.player.frame_state import FrameState
from lineament_desktop.review.player.layers.base import OverlayLayer, arrow
from lineament_desktop.review.player.layers.geometry import face_anchors
from lineament_desktop.review.player.view_transform import ViewTransform

_LENGTH = 1.6  # of a ray seen from the side, in inter-ocular distances (our choice)


class GazeLayer(OverlayLayer):
    name = "gaze"
    title = "Gaze"
    key = "5"
    icon = "layer-gaze"
    attribute = "gaze"
    z = 50
    on_at_start = True

    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        overlay = state.overlay
        anchors = face_anchors(overlay) if overlay is not None else None
        if overlay is None or anchors is None or overlay.gaze is None:
            return
        eyes = np.array(anchors.eyes)
        tips = eyes + overlay.gaze[:, :2] * (_LENGTH * anchors.inter_ocular)
        pairs = zip(transform.map(eyes), transform.map(tips), strict=True)
        lines = [line for start, end in pairs for line in arrow(start, end, 7.0)]
        for pen in self.strokes(4 / 3):
            painter.setPen(pen)
            painter.drawLines(lines)
