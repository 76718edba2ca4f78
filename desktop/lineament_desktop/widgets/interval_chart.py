"""Figures with their intervals, one row each, on one axis: what a table of numbers hides."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.theme.colour import mix
from lineament_desktop.widgets.axis_ticks import round_ticks
from lineament_desktop.widgets.guarded_paint import guarded

ROW = 24
GAP = 12
LABEL_SHARE = 0.34
PADDING = 0.06  # of the axis, beyond the furthest ends


@dataclass(frozen=True)
class Row:
    """A figure and its interval. own: of what the chart is about, drawn strongly beside the others."""

    label: str
    value: float
    low: float
    high: float
    own: bool = False

    @property
    def figures(self) -> str:
        value, low, high = (round(number, 2) + 0.0 for number in (self.value, self.low, self.high))  # no "-0.00"
        return f"{value:.2f} ({low:.2f} to {high:.2f})"


class IntervalChart(QWidget):
    """reference: draw a dotted line there, and name it in the tool tip of the axis."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()
        self._reference: float | None = None
        self._unit = ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    def show_rows(self, rows: Sequence[Row], unit: str, reference: float | None = None) -> None:
        self._rows, self._unit, self._reference = tuple(rows), unit, reference
        self.setAccessibleDescription("; ".join(f"{row.label} {row.figures}" for row in rows))
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, len(self._rows) * ROW + 2 * self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.sizeHint().height())

    # Geometry

    def _figure_width(self) -> float:
        return max((self.fontMetrics().horizontalAdvance(row.figures) for row in self._rows), default=0) + 4.0

    def _area(self) -> QRectF:
        """Where the intervals are."""
        bold = QFont(self.font())
        bold.setBold(True)
        longest = max((QFontMetricsF(bold).horizontalAdvance(row.label) for row in self._rows), default=0.0)
        left = min(longest + 2, LABEL_SHARE * self.width()) + GAP
        return QRectF(left, 0, max(self.width() - left - self._figure_width() - GAP, 40.0), len(self._rows) * ROW)

    def _ends(self) -> tuple[float, float]:
        values = [end for row in self._rows for end in (row.low, row.high)]
        if self._reference is not None:
            values.append(self._reference)
        low, high = min(values), max(values)
        room = PADDING * ((high - low) or 1.0)
        return low - room, high + room

    def _x(self, value: float) -> float:
        area, (low, high) = self._area(), self._ends()
        return area.left() + (value - low) / (high - low) * area.width()

    # Painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axis(painter)
        for number, row in enumerate(self._rows):
            self._paint_row(painter, row, number)
        painter.end()

    def _paint_axis(self, painter: QPainter) -> None:
        area, t = self._area(), tokens()
        painter.setFont(small_font(self.font()))
        line = painter.fontMetrics().height()
        painter.setPen(QPen(QColor(t.line), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        low, high = self._ends()
        for tick in round_ticks(low, high, max(int(area.width() / 44), 2)):
            x = self._x(tick)
            painter.setPen(QPen(QColor(mix(t.line, t.surface, 0.5)), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom()))
            painter.setPen(QColor(t.muted))
            box = QRectF(x - 30, area.bottom() + 2, 60, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{tick:g}")
        painter.setPen(QColor(t.muted))
        below = QRectF(area.left(), area.bottom() + 2 + line, area.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self._unit)
        if self._reference is not None:
            painter.setPen(QPen(QColor(t.text), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(self._x(self._reference), 0), QPointF(self._x(self._reference), area.bottom()))

    def _paint_row(self, painter: QPainter, row: Row, number: int) -> None:
        t, area, middle = tokens(), self._area(), (number + 0.5) * ROW
        font = self.font()
        font.setBold(row.own)
        painter.setFont(font)
        painter.setPen(QColor(t.text))
        label = QRectF(0, middle - ROW / 2, area.left() - GAP, ROW)
        elided = painter.fontMetrics().elidedText(row.label, Qt.TextElideMode.ElideRight, int(label.width()))
        painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, elided)
        painter.setFont(self.font())
        figures = QRectF(self.width() - self._figure_width(), middle - ROW / 2, self._figure_width(), ROW)
        painter.drawText(figures, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.figures)
        colour = QColor(t.lines["estimate"] if row.own else t.lines["moment"])
        painter.setPen(QPen(colour, 3 if row.own else 2))
        painter.drawLine(QPointF(self._x(row.low), middle), QPointF(self._x(row.high), middle))
        _paint_value(painter, QPointF(self._x(row.value), middle), colour, own=row.own)

    # Hover

    def row_at(self, y: float) -> Row | None:
        number = int(y // ROW)
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.row_at(event.pos().y())
            words = f"{row.label}: {row.figures}, 95 % interval. {self._unit}" if row is not None else self._unit
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return bool(super().event(event))


def _paint_value(painter: QPainter, at: QPointF, colour: QColor, *, own: bool) -> None:
    """A diamond for what the chart is about, a circle for the others: never the colour alone."""
    painter.setPen(QPen(colour, 2))
    painter.setBrush(QColor(tokens().surface))
    if own:
        corners = (QPointF(0, -6), QPointF(6, 0), QPointF(0, 6), QPointF(-6, 0))
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
    else:
        painter.drawEllipse(at, 4, 4)
