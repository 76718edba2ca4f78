"""The seek bar: where the playhead is, and where there is something to look at."""

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QBrush,
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from lineament_desktop.review.player.extent import duration_s
from lineament_desktop.review.player.seek_data import analysed_share, blink_rate, loss_share, moment_density
from lineament_desktop.review.player.timecode import format_time
from lineament_desktop.state import Playhead, ReviewState
from lineament_desktop.state.preferences import LONG_SKIP
from lineament_desktop.theme import theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

_MARGIN = 8.0  # left and right, so that the knob is whole at both ends
_DENSITY = QRectF(0, 4, 0, 16)  # vertical places, in logical pixels
_TRACK = QRectF(0, 20, 0, 8)
_TICKS = QRectF(0, 30, 0, 6)
_HEIGHT = 40
_LEAST_LOSS = 0.02  # a column with less of its time lost than this is not marked (our choice)
_HATCH = Qt.BrushStyle.BDiagPattern
_TICK_EVERY = 3.0  # pixels; blinks nearer than that share a tick, and then its length says how many
_GROWTH_MS = 400  # a growing recording is drawn again at most this often


class SeekBar(QAbstractSlider):
    """A slider over frames: its value is the playhead's rank, so assistive technology reads it as one.

    Shows the position, the A-B range, how far the analysis has come, moment attention as density, time without a face
    hatched, blinks as ticks. Click or drag to seek; wheel and arrow keys step.
    """

    def __init__(self, state: ReviewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._ground: QPixmap | None = None
        self._hover_x: float | None = None
        self._page_s = LONG_SKIP.default
        self._growth = QTimer(self)
        self._growth.setSingleShot(True)
        self._growth.setInterval(_GROWTH_MS)
        self._growth.timeout.connect(self._redraw_ground)
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setObjectName("seekBar")
        self.setAccessibleName("Position in the video")
        self._take_video()
        self._listen()

    def _listen(self) -> None:
        state = self._state
        state.video_changed.connect(self._take_video)
        state.playhead_changed.connect(self._take_playhead)
        state.loop_changed.connect(self._repaint)
        state.loop_start_changed.connect(self._repaint)
        state.recording_changed.connect(self._redraw_ground)
        state.recording_grew.connect(self._redraw_soon)
        state.prediction_changed.connect(self._redraw_soon)
        theme.changed.connect(self._redraw_ground)

    # Facts

    def _take_video(self) -> None:
        index = self._state.index
        frames = len(index) if index is not None else 0
        self.setEnabled(frames > 0)
        self.setRange(0, max(frames - 1, 0))
        self.setSingleStep(1)
        self._set_page_step()
        self.setValue(0)
        self._redraw_ground()

    def set_page(self, seconds: float) -> None:
        """How far Page up and Page down go."""
        self._page_s = seconds
        self._set_page_step()

    def _set_page_step(self) -> None:
        frames = self.maximum() + 1
        self.setPageStep(max(round(frames / max(self._duration_s, 1.0) * self._page_s), 1))

    def _take_playhead(self, playhead: Playhead) -> None:
        self.setValue(playhead.frame)
        self._describe()
        self.update()

    def _describe(self) -> None:
        """What is drawn, for those who do not see it."""
        state, parts = self._state, []
        if state.playhead is not None:
            parts.append(f"{format_time(state.playhead.time_s)}, frame {state.playhead.frame}")
        if state.loop is not None:
            first, last = (format_time(time_s) for time_s in state.loop)
            parts.append(f"repeated from {first} to {last}")
        if state.recording is not None and state.recording.n_rows:
            parts.append(f"{100 * analysed_share(state.recording, self._duration_s):.0f} % measured")
        self.setAccessibleDescription("; ".join(parts))

    def _repaint(self) -> None:
        self._describe()
        self.update()

    def _redraw_soon(self) -> None:
        if not self._growth.isActive():
            self._growth.start()

    def _redraw_ground(self) -> None:
        self._ground = None
        self.update()

    @property
    def _duration_s(self) -> float:
        return duration_s(self._state)

    # Places

    def _span(self) -> float:
        return max(self.width() - 2 * _MARGIN, 1.0)

    def x_of(self, time_s: float) -> float:
        """Widget x of a second of the video."""
        share = time_s / self._duration_s if self._duration_s > 0 else 0.0
        return _MARGIN + min(max(share, 0.0), 1.0) * self._span()

    def frame_at(self, x: float) -> int:
        """The frame under widget x."""
        index = self._state.index
        if index is None:
            return 0
        share = min(max((x - _MARGIN) / self._span(), 0.0), 1.0)
        return min(index.at_time(share * self._duration_s), len(index) - 1)

    def sizeHint(self) -> QSize:
        return QSize(480, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    # Wishes

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._state.index is not None:
            self.setSliderDown(True)
            self._state.seek_frame(self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._state.index is None:
            return
        self._hover_x = event.position().x()
        frame = self.frame_at(self._hover_x)
        if self.isSliderDown():
            self._state.seek_frame(frame)
        words = f"{format_time(float(self._state.index.times_s[frame]))}, frame {frame}"
        QToolTip.showText(event.globalPosition().toPoint(), words, self)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_x = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self._state.step(1 if turned > 0 else -1)
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_PageDown: -self.pageStep(),
            Qt.Key.Key_PageUp: self.pageStep(),
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._state.step(moves[key])
        elif key == Qt.Key.Key_Home:
            self._state.seek_frame(0)
        elif key == Qt.Key.Key_End:
            self._state.seek_frame(self.maximum())
        else:
            super().keyPressEvent(event)

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw_ground()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._ground is None or self._ground.devicePixelRatio() != self.devicePixelRatioF():
            self._ground = self._draw_ground()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_loop(painter)
        if self._state.playhead is not None:
            self._paint_position(painter, self.x_of(self._state.playhead.time_s))
        if self._hover_x is not None:
            self._paint_hover(painter, self._hover_x)
        if self.hasFocus():
            painter.setPen(QColor(tokens().accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _draw_ground(self) -> QPixmap:
        """Everything that does not move with the playhead, drawn once."""
        ratio = self.devicePixelRatioF()
        ground = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        ground.setDevicePixelRatio(ratio)
        ground.fill(Qt.GlobalColor.transparent)
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_track(painter)
        if self._state.prediction is not None and self._state.model_gives("attributes"):
            self._draw_density(painter)
        if self._state.recording is not None:
            self._draw_loss(painter)
            self._draw_blinks(painter)
        painter.end()
        return ground

    def _draw_track(self, painter: QPainter) -> None:
        whole = QRectF(_MARGIN, _TRACK.top(), self._span(), _TRACK.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().raised))
        painter.drawRoundedRect(whole, 4, 4)
        recording = self._state.recording
        if recording is not None and recording.n_rows:
            done = QRectF(whole)
            done.setWidth(max(self._span() * analysed_share(recording, self._duration_s), 1.0))
            painter.setBrush(_faded(tokens().accent, 0.45))
            painter.drawRoundedRect(done, 4, 4)
        painter.setPen(QPen(QColor(tokens().muted), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _draw_density(self, painter: QPainter) -> None:
        assert self._state.prediction is not None
        columns = max(int(self._span()), 2)
        heights = moment_density(self._state.prediction, self._duration_s, columns)
        base = _DENSITY.bottom()
        xs = _MARGIN + np.arange(columns) * (self._span() / (columns - 1))
        top = [QPointF(x, y) for x, y in zip(xs, base - heights * _DENSITY.height(), strict=True)]
        shape = QPolygonF([QPointF(xs[0], base), *top, QPointF(xs[-1], base)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_faded(tokens().fills["moment"], 0.45))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # its edge is drawn smoothly below
        painter.drawPolygon(shape)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens().lines["moment"]), 1))
        painter.drawPolyline(QPolygonF(top))

    def _draw_loss(self, painter: QPainter) -> None:
        assert self._state.recording is not None
        columns = max(int(self._span()), 1)
        shares = loss_share(self._state.recording, self._duration_s, columns)
        places = []
        for column in np.flatnonzero(shares > _LEAST_LOSS).tolist():
            height = max(shares[column] * _TRACK.height(), 2.0)
            left = _MARGIN + column * self._span() / columns
            places.append(QRectF(left, _TRACK.bottom() - height, self._span() / columns, height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for brush in (QBrush(QColor(tokens().surface)), QBrush(QColor(tokens().lines["alarm"]), _HATCH)):
            painter.setBrush(brush)
            painter.drawRects(places)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _draw_blinks(self, painter: QPainter) -> None:
        assert self._state.recording is not None
        painter.setPen(QPen(QColor(tokens().lines["action units"]), 1))
        columns = max(int(self._span() / _TICK_EVERY), 1)
        rates = blink_rate(self._state.recording, self._duration_s, columns)
        ticks = []
        for column in np.flatnonzero(rates).tolist():
            x = round(_MARGIN + (column + 0.5) * self._span() / columns) + 0.5
            ticks.append(QLineF(x, _TICKS.top(), x, _TICKS.top() + max(rates[column] * _TICKS.height(), 1.0)))
        painter.drawLines(ticks)

    def _paint_loop(self, painter: QPainter) -> None:
        """The range between two brackets; while B is missing, A's bracket stands alone."""
        if self._state.loop is not None:
            left, right = (self.x_of(time_s) for time_s in self._state.loop)
            top, bottom = _DENSITY.top(), _TICKS.bottom()
            painter.fillRect(QRectF(left, top, right - left, bottom - top), _faded(tokens().accent, 0.16))
            self._paint_bracket(painter, left, 4.0)
            self._paint_bracket(painter, right, -4.0)
        elif self._state.loop_start_s is not None:
            self._paint_bracket(painter, self.x_of(self._state.loop_start_s), 4.0)

    def _paint_bracket(self, painter: QPainter, x: float, inward: float) -> None:
        top, bottom = _DENSITY.top(), _TICKS.bottom()
        painter.setPen(QPen(QColor(tokens().accent), 2))
        corners = [QPointF(x + inward, top), QPointF(x, top), QPointF(x, bottom), QPointF(x + inward, bottom)]
        painter.drawPolyline(QPolygonF(corners))

    def _paint_position(self, painter: QPainter, x: float) -> None:
        painter.setPen(QPen(QColor(tokens().cursor), 2))
        painter.drawLine(QPointF(x, _DENSITY.top()), QPointF(x, _TICKS.bottom()))
        painter.setBrush(QColor(tokens().cursor))
        painter.setPen(QPen(QColor(tokens().surface), 1.5))
        painter.drawEllipse(QPointF(x, _TRACK.center().y()), 6, 6)

    def _paint_hover(self, painter: QPainter, x: float) -> None:
        x = min(max(x, _MARGIN), _MARGIN + self._span())
        painter.setPen(QPen(QColor(tokens().muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, _DENSITY.top()), QPointF(x, _TICKS.bottom()))


def _faded(colour: str, opacity: float) -> QColor:
    faded = QColor(colour)
    faded.setAlphaF(opacity)
    return faded
