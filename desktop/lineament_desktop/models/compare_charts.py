"""Two models on one recording: estimates on one scale, attention over time, and how far apart they were."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lineament.inference.comparison import Apart
from lineament.models.prediction import Prediction
from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.theme.colour import mix
from lineament_desktop.widgets.axis_ticks import round_ticks
from lineament_desktop.widgets.guarded_paint import guarded

MARGIN = 14
ROW = 28
NAMES = 150


def clock(seconds: float) -> str:
    """mm:ss"""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def estimate_words(prediction: Prediction) -> str:
    """Interval first, then the point; or why there is neither."""
    if prediction.interval is None or prediction.score is None:
        return prediction.abstained or "no estimate"
    low, high = prediction.interval
    return f"{prediction.level:.0%} interval {low:.0f} – {high:.0f}, point {prediction.score:.1f}"


class _Chart(QWidget):
    """Repaints with the theme. height: fixed, in pixels."""

    def __init__(self, name: str, height: int) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(height)
        theme.changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.height())

    def begin(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self.font()))
        return painter


class Estimates(_Chart):
    """Each model's interval and point on the instrument's own scale, with its bands; dotted: its constant."""

    def __init__(self, predictions: tuple[Prediction, Prediction]) -> None:
        super().__init__("Estimates on one scale", 2 * ROW + 44)
        self._predictions = predictions
        self.setAccessibleDescription("; ".join(f"{p.provenance.model_id}: {estimate_words(p)}" for p in predictions))
        self.setToolTip(self.accessibleDescription())

    def _x(self, value: float) -> float:
        scale = self._predictions[0].scale
        share = (value - scale.low) / (scale.high - scale.low)
        return NAMES + share * (self.width() - NAMES - MARGIN)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, t = self.begin(), tokens()
        line = painter.fontMetrics().height()
        scale = self._predictions[0].scale
        edges = [low for low, _ in scale.cut_offs] + [scale.high]
        for number, (low, name) in enumerate(scale.cut_offs):
            left, right = self._x(low), self._x(edges[number + 1])
            shade = mix(t.surface, t.text, 0.08 if number % 2 == 0 else 0.16)
            painter.fillRect(QRectF(left, line, right - left, 2 * ROW), QColor(shade))
            painter.setPen(QColor(t.muted))
            painter.drawText(QRectF(left - 20, 0, 40, line), Qt.AlignmentFlag.AlignHCenter, str(low))
            elided = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(right - left - 4))
            below = QRectF(left, line + 2 * ROW + 2, right - left, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, elided)
        for number, prediction in enumerate(self._predictions):
            self._paint_one(painter, prediction, line + (number + 0.5) * ROW)
        painter.end()

    def _paint_one(self, painter: QPainter, prediction: Prediction, middle: float) -> None:
        t = tokens()
        painter.setPen(QColor(t.text))
        name = painter.fontMetrics().elidedText(
            prediction.provenance.model_id, Qt.TextElideMode.ElideRight, NAMES - MARGIN
        )
        painter.drawText(QRectF(0, middle - ROW / 2, NAMES - MARGIN, ROW), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QPen(QColor(t.text), 1.5, Qt.PenStyle.DotLine))
        x = self._x(prediction.baseline)
        painter.drawLine(QPointF(x, middle - ROW / 2 + 2), QPointF(x, middle + ROW / 2 - 2))
        if prediction.interval is None or prediction.score is None:
            painter.setPen(QColor(t.muted))
            box = QRectF(NAMES + 4, middle - ROW / 2, self.width() - NAMES, ROW)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, "abstains")
            return
        left, right = (self._x(end) for end in prediction.interval)
        painter.setPen(QPen(QColor(t.lines["estimate"]), 1))
        painter.setBrush(QColor(t.fills["estimate"]))
        painter.drawRoundedRect(QRectF(left, middle - 4, max(right - left, 2), 8), 2, 2)
        x = self._x(prediction.score)
        painter.setBrush(QColor(t.surface))
        corners = [QPointF(x, middle - 7), QPointF(x + 6, middle), QPointF(x, middle + 7), QPointF(x - 6, middle)]
        painter.drawPolygon(QPolygonF(corners))


class AttentionBands(_Chart):
    """One model's attention to each attribute, stacked from 0 to 1, and above it how much each moment counts."""

    def __init__(self, prediction: Prediction, end_s: float) -> None:
        super().__init__(f"Attention of {prediction.provenance.model_id}", 190)
        self._prediction, self._end = prediction, max(end_s, 1.0)
        means = prediction.attribute_attention.mean(axis=0) if len(prediction.attribute_attention) else []
        words = ", ".join(f"{name} {share:.2f}" for name, share in zip(prediction.attribute_names, means, strict=False))
        self.setAccessibleDescription(f"mean shares: {words}" if words else "no window was looked at")
        self.setToolTip(self.accessibleDescription())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, t = self.begin(), tokens()
        line = painter.fontMetrics().height()
        painter.setPen(QColor(t.text))
        painter.drawText(QRectF(0, 0, self.width(), line), 0, self._prediction.provenance.model_id)
        moments = QRectF(1, line + 4, self.width() - 2, 36)
        bands = QRectF(1, moments.bottom() + 4, self.width() - 2, self.height() - moments.bottom() - 2 * line - 12)
        if len(self._prediction.window_times):
            self._paint_moments(painter, moments)
            self._paint_bands(painter, bands)
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bands)
        _time_ticks(painter, bands, self._end)
        self._paint_legend(painter, QRectF(0, self.height() - line, self.width(), line))
        painter.end()

    def _edges(self, area: QRectF) -> list[float]:
        """x of where each window's say begins, and where the last one's ends."""
        times = self._prediction.window_times
        centres = times.mean(axis=1)
        edges = np.concatenate((times[:1, 0], (centres[:-1] + centres[1:]) / 2, times[-1:, 1]))
        return [area.left() + float(edge) / self._end * area.width() for edge in edges]

    def _paint_moments(self, painter: QPainter, area: QRectF) -> None:
        weights = self._prediction.moment_attention
        most, edges = float(weights.max()) or 1.0, self._edges(area)
        for number, weight in enumerate(weights):
            height = float(weight) / most * area.height()
            bar = QRectF(edges[number], area.bottom() - height, edges[number + 1] - edges[number], height)
            painter.fillRect(bar, QColor(tokens().fills["moment"]))

    def _paint_bands(self, painter: QPainter, area: QRectF) -> None:
        edges = self._edges(area)
        for number, shares in enumerate(self._prediction.attribute_attention):
            top = area.top()
            for name, share in zip(self._prediction.attribute_names, shares, strict=True):
                height = float(share) * area.height()
                box = QRectF(edges[number], top, edges[number + 1] - edges[number] + 0.5, height)
                painter.fillRect(box, QColor(_colour(name)))
                top += height

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        x = area.left()
        for name in self._prediction.attribute_names:
            painter.fillRect(QRectF(x, area.center().y() - 4, 10, 8), QColor(_colour(name)))
            painter.setPen(QColor(tokens().muted))
            painter.drawText(QRectF(x + 14, area.top(), 120, area.height()), Qt.AlignmentFlag.AlignVCenter, name)
            x += 14 + painter.fontMetrics().horizontalAdvance(name) + 12


class Disagreement(_Chart):
    """First model's estimate less the second's, after each moment of the recording; points."""

    def __init__(self, apart: Apart, names: tuple[str, str], end_s: float) -> None:
        super().__init__("Disagreement over time", 150)
        self._apart, self._names, self._end = apart, names, max(end_s, 1.0)
        last = f"{apart.difference[-1]:+.1f} points at the end" if len(apart.difference) else "no moment with both"
        self.setAccessibleDescription(f"{names[0]} less {names[1]}: {last}")
        self.setToolTip(self.accessibleDescription())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, t = self.begin(), tokens()
        line = painter.fontMetrics().height()
        painter.setPen(QColor(t.text))
        title = f"{self._names[0]} less {self._names[1]}, estimate so far, points"
        painter.drawText(QRectF(0, 0, self.width(), line), 0, title)
        area = QRectF(44, line + 6, self.width() - 46, self.height() - 2 * line - 10)
        difference = self._apart.difference
        if not len(difference):
            painter.setPen(QColor(t.muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "There is no moment at which both had an estimate.")
            painter.end()
            return
        reach = max(float(np.abs(difference).max()) * 1.15, 1.2)
        self._paint_grid(painter, area, reach, line)
        x = area.left() + self._apart.times / self._end * area.width()
        y = area.center().y() - difference / reach * area.height() / 2
        painter.setPen(QPen(QColor(t.lines["estimate"]), 2))
        painter.drawPolyline(QPolygonF([QPointF(float(a), float(b)) for a, b in zip(x, y, strict=True)]))
        _time_ticks(painter, area, self._end)
        painter.end()

    def _paint_grid(self, painter: QPainter, area: QRectF, reach: float, line: int) -> None:
        t = tokens()
        for tick in round_ticks(-reach, reach, 5):
            at = area.center().y() - tick / reach * area.height() / 2
            style = Qt.PenStyle.SolidLine if tick else Qt.PenStyle.DashLine
            painter.setPen(QPen(QColor(t.muted if not tick else mix(t.line, t.surface, 0.4)), 1, style))
            painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at))
            painter.setPen(QColor(t.muted))
            box = QRectF(0, at - line / 2, area.left() - 6, line)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, right, f"{tick:+g}" if tick else "0")


def _time_ticks(painter: QPainter, area: QRectF, end_s: float) -> None:
    line = painter.fontMetrics().height()
    painter.setPen(QColor(tokens().muted))
    for tick in round_ticks(0.0, end_s, max(int(area.width() / 90), 2)):
        x = area.left() + tick / end_s * area.width()
        box = QRectF(min(max(x - 30, 0), area.right() - 60), area.bottom() + 1, 60, line)
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, clock(tick))


def _colour(attribute: str) -> str:
    fills = tokens().fills
    return fills.get(attribute, fills["moment"])
