"""The face's box, with which face it is and how sure the tracker is."""

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from lineament_desktop.review.player.frame_state import FrameState, OverlayRow
from lineament_desktop.review.player.layers.base import OverlayLayer
from lineament_desktop.review.player.view_transform import ViewTransform

_MARGIN = 0.08  # of the face's size, so that the box does not cut the outline


class BoxLayer(OverlayLayer):
    name = "box"
    title = "Face box"
    key = "6"
    icon = "layer-box"
    attribute = "landmarks"
    z = 60

    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        overlay = state.overlay
        if overlay is None or overlay.points is None:
            return
        points = transform.map(overlay.points)
        left, top = points.min(axis=0)
        right, bottom = points.max(axis=0)
        margin = _MARGIN * max(right - left, bottom - top)
        box = QRectF(QPointF(left - margin, top - margin), QPointF(right + margin, bottom + margin))
        for pen in self.strokes():
            painter.setPen(pen)
            painter.drawRect(box)
        self._label(painter, box, _words(overlay))

    def _label(self, painter: QPainter, box: QRectF, words: str) -> None:
        text = painter.fontMetrics().boundingRect(words)
        plate = QRectF(box.left(), box.top() - text.height() - 8, text.width() + 12, text.height() + 4)
        if plate.top() < 0:
            plate.moveTop(box.top() + 4)
            plate.moveLeft(box.left() + 4)
        painter.fillRect(plate, QColor(0, 0, 0, 170))
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(plate.adjusted(6, 2, -6, -2), words)


def _words(overlay: OverlayRow) -> str:
    words = f"face {overlay.face_id}"
    return words if math.isnan(overlay.confidence) else f"{words}, confidence {overlay.confidence:.2f}"
