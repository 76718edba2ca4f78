"""Axes and titles of the small charts beside models."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from lineament_desktop.theme import tokens
from lineament_desktop.theme.colour import mix
from lineament_desktop.widgets.axis_ticks import round_ticks

LEFT, RIGHT, TOP = 46, 12, 26


class ChartFrame:
    """Axes of a small chart, and where a point lies in it."""

    def __init__(self, area: QRectF, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.area, self.x, self.y = area, x, y

    def at(self, x: float, y: float) -> QPointF:
        right = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return QPointF(self.area.left() + right * self.area.width(), self.area.bottom() - up * self.area.height())

    def paint(self, painter: QPainter, below: str, beside: str, labels: list[str] | None = None) -> None:
        """labels: of equal steps along x, instead of numbers."""
        t, line = tokens(), painter.fontMetrics().height()
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.area)
        numbers = [(tick, f"{tick:g}") for tick in round_ticks(*self.x)]
        named = [(i + 0.5, label) for i, label in enumerate(labels)] if labels is not None else numbers
        for value, label in named:
            x = self.at(value, self.y[0]).x()
            painter.setPen(QColor(t.muted))
            box = QRectF(x - 30, self.area.bottom() + 2, 60, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, label)
        for value in round_ticks(*self.y):
            y = self.at(self.x[0], value).y()
            painter.setPen(QPen(QColor(mix(t.line, t.surface, 0.5)), 1))
            painter.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))
            painter.setPen(QColor(t.muted))
            box = QRectF(self.area.left() - LEFT, y - line / 2, LEFT - 6, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:g}")
        under = QRectF(self.area.left(), self.area.bottom() + 2 + line, self.area.width(), line)
        painter.drawText(under, Qt.AlignmentFlag.AlignHCenter, below)
        corner = QRectF(self.area.left() + 4, self.area.top() + 1, 80, line)
        painter.drawText(corner, Qt.AlignmentFlag.AlignLeft, beside)


def paint_title(painter: QPainter, area: QRectF, words: str) -> None:
    painter.setPen(QColor(tokens().text))
    box = QRectF(area.left() - LEFT + 4, 0, area.width() + LEFT - 4, TOP)
    elided = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, elided)
