"""Losses over steps: the mean over folds and seeds as a line, and round it from the lowest run to the highest.

Several runs' curves may share one chart; each then has a colour and a name of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from lineament.models.architecture.facial_space import ATTRIBUTES
from lineament.search.report.charts import Axis, axis, tick_label
from lineament.search.report.figures import count
from lineament.search.report.history import Curve, Losses
from lineament_desktop.search.watch.painted import Painted
from lineament_desktop.search.watch.words import sentence
from lineament_desktop.theme import tokens

LEFT, RIGHT, BELOW = 40.0, 10.0, 16.0
BAND = 0.2
HIGHS_SHOWN = 0.95
ROOM_BETWEEN_TICKS = 34.0
UNIT = "Huber loss of the standardised score, own heads included"
SOURCE = "events.jsonl"


@dataclass(frozen=True)
class Series:
    """One line with its band. colour: hexadecimal; dashed: for what is only beside the point. runs: how many are in
    it."""

    name: str
    curve: Curve
    colour: str
    runs: int
    dashed: bool = False


def series_of(losses: Losses) -> tuple[Series, ...]:
    """Training dashed and grey, validation in the colour of the attribute, or of estimates where there are several."""
    t = tokens()
    attribute = losses.title.partition(",")[0]
    colour = t.lines[attribute if attribute in ATTRIBUTES else "estimate"]
    if losses.validation is None:
        return (Series("train", losses.train, colour, losses.runs),)
    train = Series("train", losses.train, t.lines["moment"], losses.runs, dashed=True)
    return train, Series("validation", losses.validation, colour, losses.runs)


class CurveChart(Painted):
    """Lines over steps, with a legend on top."""

    def __init__(self, name: str = "Losses over steps") -> None:
        super().__init__(name)
        self._losses: Losses | None = None
        self._series: tuple[Series, ...] = ()

    @property
    def series(self) -> tuple[Series, ...]:
        return series_of(self._losses) if self._losses is not None else self._series

    def show_losses(self, losses: Losses | None) -> None:
        """The curves of like units; nothing is painted again where they are those shown already."""
        if losses is not self._losses:
            self._losses = losses
            self._tell()

    def show_series(self, series: tuple[Series, ...]) -> None:
        """Lines of any origin in one chart."""
        if series != self._series or self._losses is not None:
            self._losses, self._series = None, series
            self._tell()

    def _tell(self) -> None:
        self.setAccessibleDescription("; ".join(_summary(one) for one in self.series))
        self.renew()

    def sizeHint(self) -> QSize:
        return QSize(280, 170)

    def draw(self, painter: QPainter) -> None:
        series = self.series
        if not series:
            return
        line = painter.fontMetrics().height()
        x, y = self._axes(series, line)
        self._grid(painter, x, y, line)
        painter.setClipRect(QRectF(x.start - 2, y.end - 2, x.end - x.start + 4, y.start - y.end + 4))
        for one in series:
            _line(painter, one, x, y)
        painter.setClipping(False)
        self._legend(painter, series, line)
        self._marks(series, x, y)

    def _axes(self, series: Sequence[Series], line: float) -> tuple[Axis, Axis]:
        last = max(one.curve.steps[-1] for one in series)
        first = min(one.curve.steps[0] for one in series)
        x = Axis(float(min(first, last - 1)), float(last), LEFT, self.width() - RIGHT)
        return x, axis(_heights(series), self.height() - BELOW - 2, line + 6)

    def _grid(self, painter: QPainter, x: Axis, y: Axis, line: float) -> None:
        t = tokens()
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for tick in y.ticks(max(int((y.start - y.end) / ROOM_BETWEEN_TICKS), 2)):
            at = round(y(tick)) + 0.5
            painter.setPen(QPen(QColor(t.line), 0))
            painter.drawLine(QPointF(x.start, at), QPointF(x.end, at))
            painter.setPen(QColor(t.muted))
            painter.drawText(QRectF(0, at - line / 2, LEFT - 6, line), flags, tick_label(tick))
        foot = QRectF(x.start, y.start + 2, x.end - x.start, BELOW)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, f"step {x.low:.0f}")
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, f"{x.high:.0f}")

    def _legend(self, painter: QPainter, series: Sequence[Series], line: float) -> None:
        left, t = LEFT, tokens()
        for one in series:
            words = f"{one.name} {one.curve.mean[-1]:.3g}"
            _stroke(painter, one)
            painter.drawLine(QPointF(left, line / 2 + 1), QPointF(left + 16, line / 2 + 1))
            painter.setPen(QColor(t.text))
            width = painter.fontMetrics().horizontalAdvance(words)
            painter.drawText(QRectF(left + 20, 0, width + 4, line + 2), Qt.AlignmentFlag.AlignVCenter, words)
            left += width + 36

    def _marks(self, series: Sequence[Series], x: Axis, y: Axis) -> None:
        steps = sorted({step for one in series for step in one.curve.steps})
        for number, step in enumerate(steps):
            before = steps[number - 1] if number else step
            after = steps[number + 1] if number + 1 < len(steps) else step
            left, right = x((before + step) / 2), x((step + after) / 2)
            box = QRectF(left, y.end, max(right - left, 3.0), y.start - y.end)
            self.mark(box, partial(_said, series, step))


def _heights(series: Sequence[Series]) -> list[float]:
    """What the axis has to show: all means, and of the bands all but a few ends that lie far above the others: networks
    from scratch begin with losses that would leave no room for the rest."""
    lows = [value for one in series for value in one.curve.low]
    means = [value for one in series for value in one.curve.mean]
    highs = sorted(value for one in series for value in one.curve.high)
    most, usual = highs[-1], highs[int(HIGHS_SHOWN * (len(highs) - 1))]
    return [*lows, *means, most if most <= 2 * usual else usual]


def _stroke(painter: QPainter, one: Series) -> None:
    pen = QPen(QColor(one.colour), 1.6)
    if one.dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)


def _line(painter: QPainter, one: Series, x: Axis, y: Axis) -> None:
    curve = one.curve
    if one.runs > 1 and len(curve.steps) > 1:
        upper = [QPointF(x(s), y(v)) for s, v in zip(curve.steps, curve.high, strict=True)]
        lower = [QPointF(x(s), y(v)) for s, v in zip(curve.steps, curve.low, strict=True)]
        shade = QColor(one.colour)
        shade.setAlphaF(BAND)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # a large smooth area costs ten times as much
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    points = [QPointF(x(s), y(v)) for s, v in zip(curve.steps, curve.mean, strict=True)]
    _stroke(painter, one)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if len(points) > 1:
        painter.drawPolyline(QPolygonF(points))
    else:
        painter.drawEllipse(points[0], 2, 2)


def _said(series: Sequence[Series], step: int) -> str:
    parts = [f"Step {step}"]
    for one in series:
        if step in one.curve.steps:
            at = one.curve.steps.index(step)
            spread = f" ({one.curve.low[at]:.3f} to {one.curve.high[at]:.3f})" if one.runs > 1 else ""
            parts.append(f"{one.name} {one.curve.mean[at]:.3f}{spread}")
    runs = max(one.runs for one in series)
    return "  ·  ".join([*parts, f"mean and span of {count(runs, 'run')}, {UNIT}", SOURCE])


def _summary(one: Series) -> str:
    return f"{sentence(one.name)}: {one.curve.mean[-1]:.3f} at step {one.curve.steps[-1]}, {count(one.runs, 'run')}"
