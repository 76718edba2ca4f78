"""How far estimates and intervals can be believed: what test persons scored, and how many lay inside."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lineament.models import ModelCard, Scale
from lineament.models.reliability import Reliability
from lineament_desktop.models.chart_frame import LEFT, RIGHT, TOP, ChartFrame, paint_title
from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

HEIGHT = 250
NO_BINS = (
    "This card was made before cards kept their test persons' predictions in bins, so predicted against true cannot "
    "be drawn. How often intervals held is on the right."
)


class CalibrationChart(QWidget):
    """Left: the mean of what persons with neighbouring estimates scored. Right: the share inside intervals."""

    def __init__(self, card: ModelCard) -> None:
        super().__init__()
        self._card = card
        self.setAccessibleName("Calibration on test persons")
        self.setAccessibleDescription(_words(card))
        self.setToolTip(_words(card))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(640, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(360, HEIGHT)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self.font()))
        half = self.width() / 2
        bottom = self.height() - 2 * painter.fontMetrics().height() - 4
        self._paint_estimates(painter, QRectF(LEFT, TOP, half - LEFT - RIGHT - 8, bottom - TOP))
        self._paint_intervals(painter, QRectF(half + LEFT, TOP, half - LEFT - RIGHT, bottom - TOP))
        painter.end()

    def _paint_estimates(self, painter: QPainter, area: QRectF) -> None:
        scale, found, t = self._card.scale, self._card.reliability, tokens()
        paint_title(painter, area, "Predicted against true, with 95 % intervals")
        if found is None or not found.bins:
            painter.setPen(QColor(t.muted))
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(-LEFT + 4, 0, 0, 0), words, NO_BINS)
            return
        least, most = _range(found, scale)
        frame = ChartFrame(area, (least, most), (least, most))
        frame.paint(painter, f"mean estimate, points of the {scale.name}", "mean score")
        painter.setPen(QPen(QColor(t.muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(frame.at(least, least), frame.at(most, most))
        colour = QColor(t.lines["estimate"])
        for one in found.bins:
            painter.setPen(QPen(colour, 2))
            low, high = max(one.low, scale.low), min(one.high, scale.high)
            painter.drawLine(frame.at(one.predicted, low), frame.at(one.predicted, high))
            painter.setBrush(QColor(t.surface))
            painter.drawEllipse(frame.at(one.predicted, one.observed), 3.5, 3.5)

    def _paint_intervals(self, painter: QPainter, area: QRectF) -> None:
        t = tokens()
        paint_title(painter, area, f"Persons inside their {self._card.level:.0%} interval, by seconds of usable video")
        points = coverage_points(self._card)
        if not points:
            painter.setPen(QColor(t.muted))
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, words, "The card does not say how often intervals held.")
            return
        frame = ChartFrame(area, (0.0, len(points)), (50.0, 100.0))
        frame.paint(painter, "seconds", "%", [label for label, *_ in points])
        painter.setPen(QPen(QColor(t.muted), 1, Qt.PenStyle.DashLine))
        level = 100 * self._card.level
        painter.drawLine(frame.at(0, level), frame.at(len(points), level))
        for number, (_, share, low, high) in enumerate(points):
            painter.setPen(QPen(QColor(t.lines["estimate"]), 2))
            painter.drawLine(frame.at(number + 0.5, max(low, 50)), frame.at(number + 0.5, high))
            painter.setBrush(QColor(t.surface))
            painter.drawEllipse(frame.at(number + 0.5, max(share, 50)), 3.5, 3.5)


def _range(found: Reliability, scale: Scale) -> tuple[float, float]:
    """A little more than the bins reach over, inside the scale; one for both axes, so that the diagonal is one."""
    ends = [end for one in found.bins for end in (one.predicted, one.low, one.high)]
    room = 0.08 * (max(ends) - min(ends)) + 0.5
    return max(min(ends) - room, scale.low), min(max(ends) + room, scale.high)


def coverage_points(card: ModelCard) -> list[tuple[str, float, float, float]]:
    """Seconds, and the share inside in percent with its 95 % interval (Wilson), from the card's table."""
    persons = card.persons.get("test", 0)
    if not persons:
        return []
    return [(seconds, *_wilson(row["coverage"], persons)) for seconds, row in card.coverage.items()]


def _wilson(share: float, n: int) -> tuple[float, float, float]:
    """Percent."""
    z = 1.959964
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5 / (1 + z * z / n)
    return 100 * share, 100 * (centre - reach), 100 * (centre + reach)


def _words(card: ModelCard) -> str:
    parts = [f"{seconds} s: {share:.0f} % inside" for seconds, share, _, _ in coverage_points(card)]
    intervals = f"Intervals promise {card.level:.0%}; " + ", ".join(parts) if parts else ""
    if card.reliability is None:
        return f"{NO_BINS} {intervals}"
    bins = (f"estimate {b.predicted:.1f}, scored {b.observed:.1f} ({b.persons} persons)" for b in card.reliability.bins)
    return f"{'; '.join(bins)}. {intervals}"
