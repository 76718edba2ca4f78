"""The questionnaire's scale with its bands, and on it the interval, the point and the constant baseline."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lineament.models.prediction import Prediction
from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.theme.colour import mix
from lineament_desktop.widgets.guarded_paint import guarded

BAR = 14
MARGIN = 14


class EstimateScale(QWidget):
    """Draws a `Prediction` on its own scale; an abstained one shows the scale and the baseline alone."""

    def __init__(self) -> None:
        super().__init__()
        self._prediction: Prediction | None = None
        self.setAccessibleName("Estimate on the scale")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_prediction(self, prediction: Prediction | None) -> None:
        self._prediction = prediction
        bands = prediction.scale.cut_offs if prediction is not None else ()
        self.setToolTip(", ".join(f"{name} from {low}" for low, name in bands))
        self.setAccessibleDescription(_spoken(prediction) if prediction is not None else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 2 * self.fontMetrics().height() + BAR + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _x(self, value: float) -> float:
        assert self._prediction is not None
        scale = self._prediction.scale
        share = (value - scale.low) / (scale.high - scale.low)
        return MARGIN + share * (self.width() - 2 * MARGIN)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._prediction is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self.font()))
        self._paint_bands(painter)
        self._paint_baseline(painter)
        self._paint_estimate(painter)
        painter.end()

    def _paint_bands(self, painter: QPainter) -> None:
        """Bands in alternating greys with their names below and their lowest scores above."""
        assert self._prediction is not None
        scale, t = self._prediction.scale, tokens()
        line_height = painter.fontMetrics().height()
        top = line_height + 3
        edges = [low for low, _ in scale.cut_offs] + [scale.high]
        for number, (low, name) in enumerate(scale.cut_offs):
            left, right = self._x(low), self._x(edges[number + 1])
            shade = mix(t.surface, t.text, 0.08 if number % 2 == 0 else 0.16)
            painter.fillRect(QRectF(left, top, right - left, BAR), QColor(shade))
            painter.setPen(QColor(t.muted))
            self._text(painter, left, 0, str(low))
            box = QRectF(left + 2, top + BAR + 2, right - left - 4, line_height)
            elided = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, elided)
        self._text(painter, self._x(scale.high), 0, str(scale.high))

    def _text(self, painter: QPainter, x: float, y: float, text: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 2
        left = min(max(x - width / 2, 0), self.width() - width)
        painter.drawText(QRectF(left, y, width, painter.fontMetrics().height()), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_baseline(self, painter: QPainter) -> None:
        assert self._prediction is not None
        x, top = self._x(self._prediction.baseline), painter.fontMetrics().height() + 3
        painter.setPen(QPen(QColor(tokens().text), 1.5, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, top - 4), QPointF(x, top + BAR + 4))

    def _paint_estimate(self, painter: QPainter) -> None:
        assert self._prediction is not None
        interval, score = self._prediction.interval, self._prediction.score
        if interval is None or score is None:
            return
        t, middle = tokens(), painter.fontMetrics().height() + 3 + BAR / 2
        left, right = self._x(interval[0]), self._x(interval[1])
        painter.setPen(QPen(QColor(t.lines["estimate"]), 1))
        painter.setBrush(QColor(t.fills["estimate"]))
        painter.drawRoundedRect(QRectF(left, middle - 4, max(right - left, 2), 8), 2, 2)
        for x in (left, right):
            painter.fillRect(QRectF(x - 1, middle - BAR / 2, 2, BAR), QColor(t.lines["estimate"]))
        x = self._x(score)
        painter.setPen(QPen(QColor(t.lines["estimate"]), 1.5))
        painter.setBrush(QColor(t.surface))
        corners = [QPointF(x, middle - 7), QPointF(x + 6, middle), QPointF(x, middle + 7), QPointF(x - 6, middle)]
        painter.drawPolygon(QPolygonF(corners))


def _spoken(prediction: Prediction) -> str:
    """What is drawn, interval first."""
    scale = prediction.scale
    parts = ["No estimate"]
    if prediction.interval is not None and prediction.score is not None:
        low, high = prediction.interval
        parts = [f"{prediction.level * 100:.0f} % interval {low:.0f} to {high:.0f}", f"point {prediction.score:.1f}"]
    bands = ", ".join(f"{name} from {lowest}" for lowest, name in scale.cut_offs)
    parts += [f"constant baseline {prediction.baseline:.1f}", f"{scale.name} from {scale.low} to {scale.high}: {bands}"]
    return "; ".join(parts)
