"""One chart over time: pyqtgraph draws the curves once, and the cursor is laid over that picture.

Moving the cursor costs one copy of the picture, however long the series are; curves are drawn again only when the data,
the stretch of time, the size or the theme changes.
"""

import math

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy

from lineament_desktop.review.panes.curves import lane_curves
from lineament_desktop.review.panes.hover import hover_text
from lineament_desktop.review.panes.lanes import Lane, LaneSpan, Picture
from lineament_desktop.review.panes.time_axis import TimeAxis
from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.theme.colour import mix
from lineament_desktop.widgets.guarded_paint import guarded

LABEL_WIDTH = 116
VALUE_WIDTH = 46
RIGHT_MARGIN = 8
VCENTER = Qt.AlignmentFlag.AlignVCenter


class Chart(pg.PlotWidget):  # type: ignore[misc]
    """Lanes over the shared stretch of time. Click seeks, wheel zooms, drag pans, double click fits."""

    seek_asked = Signal(float)  # second

    def __init__(self, axis: TimeAxis) -> None:
        super().__init__(background=None)
        self._axis = axis
        self._content = Picture()
        self._message = ""
        self._cursor: float | None = None
        self._hover: QPoint | None = None
        self._pressed: QPointF | None = None
        self._dragged_from: float | None = None
        self._drawn: QPixmap | None = None
        self._curves: list[pg.PlotCurveItem] = []
        self._prepare_plot()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        axis.changed.connect(self._on_axis_changed)
        theme.changed.connect(self._on_axis_changed)

    def _prepare_plot(self) -> None:
        plot = self.getPlotItem()
        plot.hideAxis("left")
        plot.hideAxis("bottom")
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.layout.setContentsMargins(LABEL_WIDTH, 0, RIGHT_MARGIN, 0)
        view = plot.getViewBox()
        view.setMouseEnabled(x=False, y=False)
        view.setDefaultPadding(0)
        view.setYRange(0, 1, padding=0)
        view.disableAutoRange()
        view.setBorder(None)
        self.setViewportUpdateMode(self.ViewportUpdateMode.NoViewportUpdate)
        self.setFrameShape(self.Shape.NoFrame)

    # What is shown

    @property
    def content(self) -> Picture:
        return self._content

    @property
    def message(self) -> str:
        """What is written where there is nothing to draw."""
        return self._message

    @property
    def cursor_s(self) -> float | None:
        return self._cursor

    def show_content(self, content: Picture, message: str) -> None:
        """Draw this from now on; `message` stands in the middle when there is nothing to draw."""
        self._content = content
        self._message = message
        self._rebuild()

    def set_cursor(self, time_s: float | None) -> None:
        if time_s != self._cursor:
            self._cursor = time_s
            self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(600, 96)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 40)

    # Curves

    def _on_axis_changed(self) -> None:
        self._rebuild()

    def _rebuild(self) -> None:
        """Curves of what is in view, at the resolution of the screen."""
        plot = self.getPlotItem()
        for curve in self._curves:
            plot.removeItem(curve)
        self._curves = []
        if self._axis.span > 0:
            plot.getViewBox().setXRange(self._axis.start, self._axis.stop, padding=0)
            width, ratio = self._area().width(), self.devicePixelRatioF()
            for lane, span in zip(self._content.lanes, self._content.spans, strict=True):
                self._curves += lane_curves(lane, span, self._axis.start, self._axis.stop, width, ratio)
            for curve in self._curves:
                plot.addItem(curve, ignoreBounds=True)
        self._redraw()

    # Painting

    def _redraw(self) -> None:
        self._drawn = None
        self.viewport().update()

    def _area(self) -> QRectF:
        """Where the curves are, in viewport pixels."""
        size = self.viewport().size()
        return QRectF(LABEL_WIDTH, 0, max(size.width() - LABEL_WIDTH - RIGHT_MARGIN, 1), size.height())

    def _x_of(self, time_s: float) -> float:
        area = self._area()
        return area.left() + (time_s - self._axis.start) / self._axis.span * area.width()

    def _time_at(self, x: float) -> float:
        area = self._area()
        return self._axis.start + (x - area.left()) / area.width() * self._axis.span

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._drawn is None:
            self._drawn = self._draw()
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._drawn)
        self._paint_values(painter)
        self._paint_cursor(painter)
        self._paint_hover(painter)
        painter.end()

    def _draw(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        size = self.viewport().size()
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(tokens().surface))
        painter = QPainter(pixmap)
        painter.setFont(self.font())
        if self._message:
            self._paint_message(painter)
        if self._axis.span > 0 and self._content.lanes:
            self._paint_ground(painter)
            self.render(painter, QRectF(self.viewport().rect()), self.viewport().rect())
            self._paint_labels(painter)
        painter.end()
        return pixmap

    def _paint_message(self, painter: QPainter) -> None:
        painter.setPen(QColor(tokens().muted))
        area = QRectF(self.viewport().rect()).adjusted(16, 0, -16, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)

    def _paint_ground(self, painter: QPainter) -> None:
        """Time without a face, grid, lane borders and zero lines: all that lies under the curves."""
        area, t = self._area(), tokens()
        painter.setClipRect(area)
        for start, stop in self._content.lost:
            if stop > self._axis.start and start < self._axis.stop:
                left = self._x_of(start)
                strip = QRectF(left, area.top(), max(self._x_of(stop) - left, 1), area.height())
                painter.fillRect(strip, QColor(t.lost))
                painter.fillRect(strip, QBrush(QColor(t.line), Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(QColor(mix(t.line, t.surface, 0.4)), 0))
        for tick in self._axis.ticks(area.width()):
            x = round(self._x_of(tick)) + 0.5
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for lane, span in zip(self._content.lanes, self._content.spans, strict=True):
            painter.setPen(QPen(QColor(t.line), 0))
            if span.bottom > 0:
                y = round(area.bottom() - span.bottom * area.height()) + 0.5
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            if lane.zero is not None:
                painter.setPen(QPen(QColor(t.muted), 0, Qt.PenStyle.DotLine))
                y = round(area.bottom() - float(span.place(lane, lane.zero)) * area.height()) + 0.5
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setClipping(False)

    def _paint_labels(self, painter: QPainter) -> None:
        area, t = self._area(), tokens()
        painter.setFont(small_font(self.font()))
        line_height = painter.fontMetrics().height()
        for lane, span in zip(self._content.lanes, self._content.spans, strict=True):
            top, bottom = (area.bottom() - edge * area.height() for edge in (span.top, span.bottom))
            box = QRectF(0, top, LABEL_WIDTH - 6, bottom - top)
            right = Qt.AlignmentFlag.AlignRight
            painter.setPen(QColor(t.muted))
            if box.height() >= 3.1 * line_height and not lane.is_single:
                painter.drawText(box.adjusted(0, 1, 0, 0), right | Qt.AlignmentFlag.AlignTop, lane.ends[1])
                painter.drawText(box.adjusted(0, 0, 0, -1), right | Qt.AlignmentFlag.AlignBottom, lane.ends[0])
            if self._is_labelled(span, line_height):
                painter.setPen(QColor(t.text))
                painter.drawText(self._name_box(box, lane), VCENTER | right | Qt.TextFlag.TextDontClip, lane.label)
        self._paint_ticks(painter, area)

    def _is_labelled(self, span: LaneSpan, line_height: float) -> bool:
        """Lanes lower than a line of text: only every second, third ... is named, so that no two names overlap."""
        height = (span.top - span.bottom) * self._area().height()
        every = max(math.ceil(0.85 * line_height / max(height, 1)), 1)
        return self._content.spans.index(span) % every == 0

    def _name_box(self, box: QRectF, lane: Lane) -> QRectF:
        """A lane of one line has its value at the playhead between its name and the chart."""
        return box.adjusted(0, 0, -VALUE_WIDTH, 0) if lane.is_single else box

    def _paint_ticks(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(QColor(tokens().text), 1))
        for time_s in self._content.ticks:
            if self._axis.start <= time_s <= self._axis.stop:
                x = round(self._x_of(time_s)) + 0.5
                painter.drawLine(QPointF(x, area.bottom() - 4), QPointF(x, area.bottom()))

    def _paint_values(self, painter: QPainter) -> None:
        """Beside the name of each lane of one line: its value at the playhead."""
        if self._cursor is None or self._axis.span <= 0:
            return
        area = self._area()
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(tokens().muted))
        line_height = painter.fontMetrics().height()
        for lane, span in zip(self._content.lanes, self._content.spans, strict=True):
            if lane.is_single and self._is_labelled(span, line_height):
                top, bottom = (area.bottom() - edge * area.height() for edge in (span.top, span.bottom))
                box = QRectF(LABEL_WIDTH - 6 - VALUE_WIDTH, top, VALUE_WIDTH, bottom - top)
                value = lane.lines[0].channel.text(lane.lines[0].at(self._cursor))
                painter.drawText(box, VCENTER | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextDontClip, value)

    def _paint_cursor(self, painter: QPainter) -> None:
        if self._cursor is None or self._axis.span <= 0 or not self._content.lanes:
            return
        if not self._axis.start <= self._cursor <= self._axis.stop:
            return
        x = round(self._x_of(self._cursor)) + 0.5
        painter.setPen(QPen(QColor(tokens().cursor), 1))
        painter.drawLine(QPointF(x, 0), QPointF(x, self._area().bottom()))

    def _paint_hover(self, painter: QPainter) -> None:
        text = self.hover_label()
        if not text or self._hover is None:
            return
        t, area = tokens(), self._area()
        x = self._hover.x() + 0.5
        painter.setPen(QPen(QColor(t.muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom()))
        size = painter.fontMetrics().size(0, text)
        box = QRectF(x + 8, 2, size.width() + 12, size.height() + 4)
        if box.right() > area.right():
            box.moveRight(x - 8)
        box.moveLeft(max(box.left(), 2))
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.surface))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(t.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def hover_label(self) -> str:
        """What the value under the mouse is: time, name, value with unit, source; "" where there is none."""
        if self._hover is None or self._axis.span <= 0 or not self._area().contains(QPointF(self._hover)):
            return ""
        area = self._area()
        height = (area.bottom() - self._hover.y()) / area.height()
        return hover_text(self._content, self._time_at(self._hover.x()), height)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._axis.span > 0:
            self._pressed, self._dragged_from = event.position(), None
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            self._drag(event.position())
        self._set_hover(None if self._dragged_from is not None else event.position().toPoint())

    def _drag(self, position: QPointF) -> None:
        assert self._pressed is not None
        if self._dragged_from is None:
            if (position - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._dragged_from = self._pressed.x()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        pixels = position.x() - self._dragged_from
        self._dragged_from = position.x()
        self._axis.pan(-pixels / self._area().width() * self._axis.span)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, dragged = self._pressed, self._dragged_from is not None
        self._pressed = self._dragged_from = None
        self.viewport().unsetCursor()
        if pressed is not None and not dragged and event.button() == Qt.MouseButton.LeftButton:
            self.seek_asked.emit(min(max(self._time_at(event.position().x()), 0.0), self._axis.duration))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        self._axis.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        if delta.x() and abs(delta.x()) > abs(delta.y()):
            self._axis.pan(-delta.x() / 120 * 0.1 * self._axis.span)
        elif delta.y() and self._axis.span > 0:
            self._axis.zoom(self._axis.wheel_zoom ** (-delta.y() / 120), self._time_at(event.position().x()))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._set_hover(None)
        return bool(super().viewportEvent(event))

    def _set_hover(self, position: QPoint | None) -> None:
        if position != self._hover:
            self._hover = position
            self.viewport().update()

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_curves"):  # pyqtgraph resizes itself before it is made
            self._rebuild()
