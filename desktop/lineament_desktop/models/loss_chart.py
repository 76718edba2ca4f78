"""A training's curve: its loss, and the error on dev persons, over the epochs that are done."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lineament.training.control.messages import EpochTold
from lineament_desktop.models.chart_frame import LEFT, RIGHT, TOP, ChartFrame, paint_title
from lineament_desktop.theme import small_font, theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

HEIGHT = 220
FEWEST = 5
EMPTY = "The curve begins with the first epoch."
Point = tuple[int, float]


class LossChart(QWidget):
    """Left: the loss that is minimised, and the same on dev persons where it is measured. Right: the dev persons'
    error in points. Epochs are counted through all parts of a training."""

    def __init__(self) -> None:
        super().__init__()
        self._epochs: tuple[EpochTold, ...] = ()
        self.setAccessibleName("Losses over epochs")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        theme.changed.connect(self.update)

    @property
    def epochs(self) -> tuple[EpochTold, ...]:
        return self._epochs

    def show_epochs(self, epochs: Sequence[EpochTold]) -> None:
        if tuple(epochs) != self._epochs:
            self._epochs = tuple(epochs)
            self.setAccessibleDescription(epoch_words(self._epochs, len(epochs)) if epochs else EMPTY)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(360, HEIGHT)

    def points(self, name: str) -> list[Point]:
        """(epoch from 1, value) where it was measured."""
        values = ((number, getattr(one, name)) for number, one in enumerate(self._epochs, 1))
        return [(number, value) for number, value in values if value is not None]

    @property
    def _wide(self) -> int:
        """Epochs the axis has room for."""
        return max(len(self._epochs), FEWEST)

    # Painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self.font()))
        if not self._epochs:
            painter.setPen(QColor(tokens().muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, EMPTY)
        else:
            left, right = self._areas(painter.fontMetrics().height())
            lines = [("training", self.points("loss"), True), ("dev", self.points("dev_loss"), False)]
            self._paint(painter, left, "Loss: training dashed, dev solid" if lines[1][1] else "Training loss", lines)
            lines = [("dev", self.points("dev_rmse"), False)]
            self._paint(painter, right, "Error on dev persons, RMSE in points; best as a diamond", lines, best=True)
        painter.end()

    def _areas(self, line: int) -> tuple[QRectF, QRectF]:
        half, bottom = self.width() / 2, self.height() - 2 * line - 4
        return (
            QRectF(LEFT, TOP, half - LEFT - RIGHT - 8, bottom - TOP),
            QRectF(half + LEFT, TOP, half - LEFT - RIGHT, bottom - TOP),
        )

    def _paint(
        self,
        painter: QPainter,
        area: QRectF,
        title: str,
        lines: list[tuple[str, list[Point], bool]],
        best: bool = False,
    ) -> None:
        t = tokens()
        paint_title(painter, area, title)
        values = [value for _, points, _ in lines for _, value in points]
        if not values:
            painter.setPen(QColor(t.muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Not measured yet")
            return
        room = 0.08 * (max(values) - min(values)) or max(0.05 * abs(values[0]), 0.01)
        frame = ChartFrame(area, (0.5, self._wide + 0.5), (min(values) - room, max(values) + room))
        frame.paint(painter, "epoch", "")
        for _, points, dashed in lines:
            colour = QColor(t.lines["moment" if dashed else "estimate"])
            painter.setPen(QPen(colour, 1.6, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
            for part in self._parts(points):
                at = [frame.at(number, value) for number, value in part]
                painter.drawPolyline(QPolygonF(at))
                if len(at) == 1:
                    painter.drawEllipse(at[0], 2, 2)
        if best:
            self._paint_best(painter, frame, lines[0][1])

    def _parts(self, points: list[Point]) -> list[list[Point]]:
        """Parts of a training minimise losses of their own, so no line leads from one to the next."""
        names = dict.fromkeys(self._epochs[number - 1].part for number, _ in points)
        return [[one for one in points if self._epochs[one[0] - 1].part == name] for name in names]

    def _paint_best(self, painter: QPainter, frame: ChartFrame, points: list[Point]) -> None:
        kept = [(number, value) for number, value in points if self._epochs[number - 1].best]
        if not kept:
            return
        at, t = frame.at(*kept[-1]), tokens()
        painter.setPen(QPen(QColor(t.lines["estimate"]), 1.6))
        painter.setBrush(QColor(t.surface))
        corners = (QPointF(0, -5), QPointF(5, 0), QPointF(0, 5), QPointF(-5, 0))
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    # Hover

    def epoch_at(self, x: float) -> int:
        """Counted from 1; 0 outside the charts."""
        for area in self._areas(self.fontMetrics().height()):
            number = 1 + int((x - area.left()) / area.width() * self._wide)
            if area.left() <= x <= area.right() and number <= len(self._epochs):
                return number
        return 0

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self.epoch_at(event.pos().x())
            QToolTip.showText(event.globalPos(), epoch_words(self._epochs, number) if number else "", self)
            return True
        return bool(super().event(event))


def epoch_words(epochs: Sequence[EpochTold], number: int) -> str:
    """All that is known of an epoch, counted from 1."""
    one = epochs[number - 1]
    parts = [f"Epoch {number}" + (f" ({one.part})" if one.part else ""), f"training loss {one.loss:.3f}"]
    if one.dev_loss is not None:
        parts.append(f"dev loss {one.dev_loss:.3f}")
    if one.dev_rmse is not None:
        parts.append(f"dev RMSE {one.dev_rmse:.2f} points")
    if one.dev_auc is not None:
        parts.append(f"dev persons told apart with AUC {one.dev_auc:.2f}")
    return ", ".join([*parts, *(["the best so far"] if one.best and one.dev_rmse is not None else [])])
