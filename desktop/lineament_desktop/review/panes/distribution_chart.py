"""Bars of a distribution on the questionnaire's own scale."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lineament.models.prediction import Distribution, Prediction
from lineament_desktop.review.panes.attention_scale import up_to
from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.theme.colour import mix
from lineament_desktop.widgets.guarded_paint import guarded

TOPS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
"""Upper ends of the axis: steps, so that the bars' scale stands still while an estimate grows."""
MARK = 12  # pixels above the bars, for the estimate's mark
RIGHT = 8
LEAST_BARS = 48
TINT = 0.12  # of the estimate's colour, behind the interval
_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


def small_metrics(widget: QWidget) -> QFontMetrics:
    return QFontMetrics(small_font(widget.font()))


class DistributionChart(QWidget):
    """Answers under the mouse, and to the arrow keys while it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self._prediction: Prediction | None = None
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    # What is shown

    def show_prediction(self, prediction: Prediction | None) -> None:
        self._prediction = prediction
        distribution = self._distribution()
        if distribution is None or (self._pointed is not None and self._pointed >= len(distribution.support)):
            self._pointed = None
        self.setAccessibleDescription(self._spoken())
        self.update()

    @property
    def has_distribution(self) -> bool:
        return self._distribution() is not None

    def _distribution(self) -> Distribution | None:
        return self._prediction.distribution if self._prediction is not None else None

    def pointed_words(self) -> str:
        """For example "9, mild: 11.3 %" and, in a line below, "up to it 54 %"; "" where none is pointed at."""
        prediction, distribution = self._prediction, self._distribution()
        if prediction is None or distribution is None or self._pointed is None:
            return ""
        share, score = distribution.probabilities, float(distribution.support[self._pointed])
        band = next((name for low, name in reversed(prediction.scale.cut_offs) if low <= score), "")
        up_to_it = float(share[: self._pointed + 1].sum())
        return f"{score:g}, {band}: {share[self._pointed] * 100:.1f} %\nup to it {up_to_it * 100:.0f} %"

    def peak_words(self) -> str:
        distribution = self._distribution()
        if distribution is None:
            return ""
        peak = int(np.argmax(distribution.probabilities))
        return f"most at {distribution.support[peak]:g}: {distribution.probabilities[peak] * 100:.1f} %"

    def _spoken(self) -> str:
        """The share of each of the instrument's bands, for screen readers."""
        prediction, distribution = self._prediction, self._distribution()
        if prediction is None or distribution is None:
            return ""
        scale = prediction.scale
        edges = [low for low, _ in scale.cut_offs] + [scale.high + 1]
        parts = []
        for (low, name), above in zip(scale.cut_offs, edges[1:], strict=True):
            inside = (distribution.support >= low) & (distribution.support < above)
            parts.append(f"{name} {float(distribution.probabilities[inside].sum()) * 100:.0f} %")
        return ", ".join(parts)

    # Sizes

    def sizeHint(self) -> QSize:
        return QSize(300, 130)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, LEAST_BARS + MARK + 2 * self.fontMetrics().height())

    def _area(self) -> QRectF:
        """Where the bars are."""
        below = (2 if self._named else 1) * self._line() + 2
        left = small_metrics(self).horizontalAdvance("100 %") + 6
        return QRectF(left, MARK, max(self.width() - left - RIGHT, 1), max(self.height() - MARK - below, 1))

    def _line(self) -> int:
        return small_metrics(self).height()

    def _step(self) -> float:
        """Pixels between two scores of the scale."""
        assert self._prediction is not None
        scale = self._prediction.scale
        return self._area().width() / (scale.high - scale.low + 1)

    def _x(self, score: float) -> float:
        """Middle of a score's bar; the scale's ends have room for half a bar beyond them."""
        assert self._prediction is not None
        return self._area().left() + (score - self._prediction.scale.low + 0.5) * self._step()

    # Painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        distribution = self._distribution()
        if self._prediction is None or distribution is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self.font()))
        top = up_to(distribution.probabilities.astype(np.float32), TOPS)
        self._paint_ground(painter, self._prediction, top)
        self._paint_bars(painter, self._prediction, distribution, top)
        self._paint_marks(painter, self._prediction)
        self._paint_answer(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens().accent), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _paint_ground(self, painter: QPainter, prediction: Prediction, top: float) -> None:
        """The instrument's bands, the interval over them, and the axis."""
        area, t, scale, line = self._area(), tokens(), prediction.scale, self._line()
        edges = [low for low, _ in scale.cut_offs] + [scale.high + 1]
        for number, (low, name) in enumerate(scale.cut_offs):
            left, right = (self._x(edge - 0.5) for edge in edges[number : number + 2])
            shade = mix(t.surface, t.text, 0.03 if number % 2 == 0 else 0.09)
            painter.fillRect(QRectF(left, area.top(), right - left, area.height()), QColor(shade))
            painter.setPen(QColor(t.muted))
            self._text(painter, self._x(low), area.bottom() + 1, str(low))
            if self._named:
                box = QRectF(left, area.bottom() + 1 + line, right - left, line)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
        self._paint_interval(painter, prediction)
        painter.setPen(QColor(t.muted))
        self._text(painter, self._x(scale.high), area.bottom() + 1, str(scale.high))
        axis = QRectF(0, area.top() - line / 2, area.left() - 4, line)
        painter.drawText(axis, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{top * 100:g} %")
        axis.moveBottom(area.bottom() + 2)
        painter.drawText(axis, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "0")
        painter.setPen(QPen(QColor(t.line), 1))
        for y in (area.top(), area.bottom()):
            painter.drawLine(QPointF(area.left(), round(y) + 0.5), QPointF(area.right(), round(y) + 0.5))

    def _paint_interval(self, painter: QPainter, prediction: Prediction) -> None:
        """A tint from the interval's lower to its upper end, with upright ends."""
        if prediction.interval is None:
            return
        area = self._area()
        low, high = (self._x(end) for end in prediction.interval)
        tint = QColor(tokens().fills["estimate"])
        tint.setAlphaF(TINT)
        painter.fillRect(QRectF(low, area.top(), high - low, area.height()), tint)
        painter.setPen(QPen(QColor(tokens().lines["estimate"]), 1))
        for x in (low, high):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    @property
    def _named(self) -> bool:
        """Whether there is room for the name of every band; else the estimate's own scale and the mouse tell them."""
        prediction, metrics = self._prediction, small_metrics(self)
        if prediction is None:
            return False
        lows = [low for low, _ in prediction.scale.cut_offs]
        scores = np.diff([*lows, prediction.scale.high + 1])
        names = (metrics.horizontalAdvance(name) + 6 for _, name in prediction.scale.cut_offs)
        step = (self.width() - metrics.horizontalAdvance("100 %") - 6 - RIGHT) / scores.sum()
        return all(width <= step * count for width, count in zip(names, scores.tolist(), strict=True))

    def _text(self, painter: QPainter, x: float, y: float, text: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 4
        painter.drawText(QRectF(x - width / 2, y, width, self._line()), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_bars(self, painter: QPainter, prediction: Prediction, distribution: Distribution, top: float) -> None:
        """Scores inside the interval are full, those outside it pale and outlined."""
        area, t = self._area(), tokens()
        width = max(self._step() * 0.78, 1.0)
        low, high = prediction.interval if prediction.interval is not None else (np.inf, -np.inf)
        full = QColor(t.fills["estimate"])
        pale = QColor(mix(t.surface, t.fills["estimate"], 0.35))
        pairs = zip(distribution.support.tolist(), distribution.probabilities.tolist(), strict=True)
        for number, (score, share) in enumerate(pairs):
            height = area.height() * min(share / top, 1.0)
            bar = QRectF(self._x(score) - width / 2, area.bottom() - height, width, height)
            painter.fillRect(bar, full if low <= score <= high else pale)
            if number == self._pointed:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(t.text), 1.5))
                painter.drawRect(bar.adjusted(-1, -1, 1, 0))

    def _paint_marks(self, painter: QPainter, prediction: Prediction) -> None:
        """The constant as a dotted line and the estimate as a line with a diamond, as on the estimate's scale."""
        area, t = self._area(), tokens()
        x = self._x(prediction.baseline)
        painter.setPen(QPen(QColor(t.text), 1.5, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, area.top() - 6), QPointF(x, area.bottom()))
        if prediction.score is None:
            return
        x, y = self._x(prediction.score), area.top() - 5
        painter.setPen(QPen(QColor(t.surface), 3))
        painter.drawLine(QPointF(x, y), QPointF(x, area.bottom()))
        painter.setPen(QPen(QColor(t.lines["estimate"]), 1.5))
        painter.drawLine(QPointF(x, y), QPointF(x, area.bottom()))
        painter.setBrush(QColor(t.surface))
        corners = [QPointF(x, y - 6), QPointF(x + 5, y), QPointF(x, y + 6), QPointF(x - 5, y)]
        painter.drawPolygon(QPolygonF(corners))

    def _paint_answer(self, painter: QPainter) -> None:
        """What the score pointed at has, beside its bar."""
        words, distribution = self.pointed_words(), self._distribution()
        if not words or distribution is None or self._pointed is None:
            return
        area, t = self._area(), tokens()
        size = painter.fontMetrics().size(0, words)
        x = self._x(float(distribution.support[self._pointed]))
        box = QRectF(x + 8, area.top() + 2, size.width() + 12, size.height() + 4)
        if box.right() > area.right():
            box.moveRight(max(x - 8, box.width()))
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.surface))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(t.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    # Mouse and keys

    def score_at(self, x: float) -> int | None:
        """Which of the distribution's scores is nearest to a place, None outside of the bars."""
        distribution = self._distribution()
        if distribution is None or not self._area().left() <= x <= self._area().right():
            return None
        places = np.array([self._x(score) for score in distribution.support.tolist()])
        return int(np.argmin(np.abs(places - x)))

    def _point_at(self, number: int | None) -> None:
        if number != self._pointed:
            self._pointed = number
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.score_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def event(self, event: QEvent) -> bool:
        """While it has the focus its arrow keys are its own, and not the player's."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        distribution = self._distribution()
        if distribution is None or event.key() not in _KEYS:
            super().keyPressEvent(event)
            return
        last = len(distribution.support) - 1
        standing = self._pointed if self._pointed is not None else int(np.argmax(distribution.probabilities))
        places = dict(zip(_KEYS, (standing - 1, standing + 1, 0, last), strict=True))
        self._point_at(min(max(places[Qt.Key(event.key())], 0), last))
