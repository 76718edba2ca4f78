"""The whole tessellation of the face mesh."""

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter, QPen

from lineament.face.template import load_template
from lineament_desktop.review.player.frame_state import FrameState
from lineament_desktop.review.player.layers.base import OverlayLayer
from lineament_desktop.review.player.view_transform import ViewTransform


class MeshLayer(OverlayLayer):
    name = "mesh"
    title = "Mesh"
    key = "3"
    icon = "layer-mesh"
    attribute = "landmarks"
    z = 10

    def __init__(self) -> None:
        super().__init__()
        self.opacity = 0.6

    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        if state.overlay is None or state.overlay.mesh is None:
            return
        points = transform.map(state.overlay.mesh)
        edges = load_template().edges
        ends = np.concatenate([points[edges[:, 0]], points[edges[:, 1]]], axis=1)
        painter.setPen(QPen(self.colour(), self.line_width * 2 / 3))
        painter.drawLines([QLineF(*line) for line in ends.tolist()])
