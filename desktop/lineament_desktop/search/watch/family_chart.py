"""Which family every attribute leans to: a small chart each, families told apart by line style and by name."""

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from lineament.models.architecture.drawing.words import label
from lineament.search.monitor import Leaning
from lineament.search.report.charts import Axis, axis
from lineament_desktop.search.watch.painted import Painted
from lineament_desktop.search.watch.words import sentence
from lineament_desktop.theme import small_font, tokens

STYLES = {"cnn": Qt.PenStyle.SolidLine, "gnn": Qt.PenStyle.DashLine, "moments": Qt.PenStyle.DotLine}
GAP, NAMES = 10.0, 96.0
VCENTER = Qt.AlignmentFlag.AlignVCenter
NOTHING = "Which family of extractors each attribute leans to will stand here once its networks train."


class FamilyChart(Painted):
    """As many columns as fit, one field an attribute."""

    def __init__(self) -> None:
        super().__init__("Family leaning of each attribute")
        self._leanings: tuple[Leaning, ...] = ()
        self.show_message(NOTHING)

    @property
    def leanings(self) -> tuple[Leaning, ...]:
        return self._leanings

    def show_leanings(self, leanings: tuple[Leaning, ...]) -> None:
        if leanings is self._leanings:
            return
        self._leanings = leanings
        known = [one for one in leanings if one.lines or one.chosen]
        self.setAccessibleDescription("; ".join(leaning_words(one) for one in known))
        self.show_message("" if known else NOTHING)
        self.renew()

    def sizeHint(self) -> QSize:
        return QSize(420, 150)

    def draw(self, painter: QPainter) -> None:
        columns = 2 if self.width() < 190 * len(self._leanings) else max(len(self._leanings), 1)
        rows = -(-len(self._leanings) // columns)
        width = (self.width() + GAP) / columns - GAP
        height = (self.height() + 4) / max(rows, 1) - 4
        for number, one in enumerate(self._leanings):
            row, column = divmod(number, columns)
            box = QRectF(column * (width + GAP), row * (height + 4), width, height)
            self._field(painter, box, one)

    def _field(self, painter: QPainter, box: QRectF, one: Leaning) -> None:
        t, line = tokens(), painter.fontMetrics().height()
        colour = QColor(t.lines[one.attribute])
        painter.fillRect(QRectF(box.left(), box.top() + 2, 3, line - 4), colour)
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(t.text))
        head = sentence(one.attribute) + (f": {label(one.chosen)}" if one.chosen else "")
        painter.drawText(QRectF(box.left() + 8, box.top(), box.width() - 8, line), VCENTER, head)
        area = QRectF(box.left(), box.top() + line + 2, box.width() - NAMES, box.height() - line - 6)
        if one.lines:
            self._lines(painter, area, one, colour, line)
        self.mark(box, partial(leaning_words, one))

    def _lines(self, painter: QPainter, area: QRectF, one: Leaning, colour: QColor, line: float) -> None:
        t = tokens()
        last = max(steps[-1] for steps, _ in one.lines.values())
        first = min(steps[0] for steps, _ in one.lines.values())
        x = Axis(min(first, last - 1), last, area.left(), area.right())
        values = [v for _, vs in one.lines.values() for v in vs]
        y = axis(values, area.bottom(), area.top())
        painter.setPen(QPen(QColor(t.line), 0))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        ends = []
        for family, (steps, heights) in one.lines.items():
            chosen = family == one.chosen
            painter.setPen(QPen(colour, 2.2 if chosen else 1.3, STYLES.get(family, Qt.PenStyle.SolidLine)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            points = [QPointF(x(s), y(v)) for s, v in zip(steps, heights, strict=True)]
            painter.drawPolyline(QPolygonF(points))
            ends.append((points[-1].y(), family, heights[-1], chosen))
        self._names(painter, area, sorted(ends), line)

    def _names(self, painter: QPainter, area: QRectF, ends: list[tuple[float, str, float, bool]], line: float) -> None:
        """Beside the lines' ends, pushed apart so that no two overlap."""
        if area.height() < 0.8 * line * len(ends):  # no room for all names: only of the one that was chosen or leads
            ends = [end for end in ends if end[3]] or ends[-1:]
        lowest = area.bottom() - line / 2 - (len(ends) - 1) * line
        at = area.top() - line
        for number, (y, family, value, chosen) in enumerate(ends):
            at = max(at + line, min(y, lowest + number * line))
            font = small_font(self.font())
            font.setBold(chosen)
            painter.setFont(font)
            painter.setPen(QColor(tokens().text if chosen else tokens().muted))
            words = f"{label(family)} {value:.2f}".replace(" 0.", " .")
            painter.drawText(QRectF(area.right() + 5, at - line / 2, NAMES - 5, line), VCENTER, words)


def leaning_words(one: Leaning) -> str:
    """For hover and for those who do not see the chart."""
    parts = [sentence(one.attribute)]
    values = [f"{label(family)} {values[-1]:.3f}" for family, (_, values) in one.lines.items()]
    if values:
        parts.append(f"{one.source}: {', '.join(values)}")
    if one.retrained:
        tried = ", ".join(f"{label(family)} {rmse:.2f}" for family, rmse in one.retrained.items())
        parts.append(f"best architectures retrained from scratch, RMSE: {tried}")
    parts.append(f"chosen: {label(one.chosen)}" if one.chosen else "still open")
    return "  ·  ".join(parts)
