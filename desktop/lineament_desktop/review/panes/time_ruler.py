"""The shared time axis below the charts: ticks as mm:ss, a mark at the playhead, click to seek."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from lineament_desktop.review.panes.chart import LABEL_WIDTH, RIGHT_MARGIN
from lineament_desktop.review.panes.signal_pane import SIDE_WIDTH
from lineament_desktop.review.panes.time_axis import TimeAxis, tick_label
from lineament_desktop.state import ReviewState
from lineament_desktop.theme import theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

HEIGHT = 22


class TimeRuler(QWidget):
    """Ticks line up with the grid of the charts above; `inset` is what the charts' frame and scroll bar take."""

    def __init__(self, state: ReviewState, axis: TimeAxis) -> None:
        super().__init__()
        self._state, self._axis = state, axis
        self.inset = (1, 1)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Time axis of the charts")
        axis.changed.connect(self._on_change)
        state.playhead_changed.connect(self._on_change)
        theme.changed.connect(self.update)

    def _on_change(self, *_: object) -> None:
        axis, playhead = self._axis, self._state.playhead
        shown = f"{tick_label(axis.start, fine=False)} to {tick_label(axis.stop, fine=False)}"
        at = f", playhead at {tick_label(playhead.time_s, fine=False)}" if playhead is not None else ""
        self.setAccessibleDescription(f"{shown}{at}" if axis.span > 0 else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT)

    def _area(self) -> QRectF:
        left = self.inset[0] + SIDE_WIDTH + LABEL_WIDTH
        return QRectF(left, 0, max(self.width() - left - RIGHT_MARGIN - self.inset[1], 1), self.height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, t, axis = self._area(), tokens(), self._axis
        if axis.span > 0:
            ticks = axis.ticks(area.width())
            fine = len(ticks) > 1 and ticks[1] - ticks[0] < 1
            for tick in ticks:
                x = area.left() + (tick - axis.start) / axis.span * area.width()
                painter.setPen(QPen(QColor(t.muted), 1))
                painter.drawLine(QPointF(x, 0), QPointF(x, 4))
                self._label(painter, x, tick_label(tick, fine=fine))
            self._paint_playhead(painter, area)
        painter.end()

    def _label(self, painter: QPainter, x: float, text: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 4
        left = min(max(x - width / 2, 0), self.width() - width)
        painter.drawText(QRectF(left, 4, width, self.height() - 4), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_playhead(self, painter: QPainter, area: QRectF) -> None:
        playhead, axis = self._state.playhead, self._axis
        if playhead is None or not axis.start <= playhead.time_s <= axis.stop:
            return
        x = area.left() + (playhead.time_s - axis.start) / axis.span * area.width()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().cursor))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, 6), QPointF(x + 5, 6), QPointF(x, 0)]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._seek(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._seek(event)

    def _seek(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._axis.span > 0:
            area = self._area()
            time_s = self._axis.start + (event.position().x() - area.left()) / area.width() * self._axis.span
            self._state.seek_time(min(max(time_s, 0.0), self._axis.duration))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()
