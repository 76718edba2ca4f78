"""Every landmark as a dot."""

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from lineament_desktop.review.player.frame_state import FrameState
from lineament_desktop.review.player.layers.base import DARKER, OverlayLayer
from lineament_desktop.review.player.view_transform import ViewTransform

_SHARE = 0.13  # radius of a dot in the room a landmark has to itself (our choice)
_RADII = (0.5, 2.0)  # smallest and largest, logical pixels


class PointsLayer(OverlayLayer):
    name = "points"
    title = "Points"
    key = "2"
    icon = "layer-points"
    attribute = "landmarks"
    z = 30

    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        overlay = state.overlay
        if overlay is None or overlay.points is None:
            return
        points = transform.map(overlay.points)
        width, height = (float(side) for side in points.max(axis=0) - points.min(axis=0))
        room = (width * height / len(points)) ** 0.5
        radius = round(min(max(_SHARE * room, _RADII[0]), _RADII[1]), 1)
        dot = _dot(self.colour().name(), radius, painter.device().devicePixelRatioF())
        half = dot.deviceIndependentSize().width() / 2
        for x, y in (points - half).tolist():
            painter.drawImage(QPointF(x, y), dot)


@lru_cache(maxsize=64)
def _dot(colour: str, radius: float, ratio: float) -> QImage:
    """One dot, drawn once and stamped for every landmark: a circle each time costs three times as much."""
    side = round((2 * radius + 3) * ratio)
    dot = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    dot.setDevicePixelRatio(ratio)
    dot.fill(Qt.GlobalColor.transparent)
    painter = QPainter(dot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour).darker(DARKER), 1.0))
    painter.setBrush(QColor(colour))
    centre = side / ratio / 2
    painter.drawEllipse(QPointF(centre, centre), radius, radius)
    painter.end()
    return dot
