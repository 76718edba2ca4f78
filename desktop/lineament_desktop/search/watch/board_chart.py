"""The leaderboard: every predictor's RMSE with its interval on one axis, the controls always among them."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from lineament.search.monitor import Board, BoardRow
from lineament.search.report.charts import Axis, axis, tick_label
from lineament_desktop.search.watch.painted import Painted
from lineament_desktop.theme import small_font, tokens

ROW = 19.0
FOOT = 2.0
NAMES = 0.34
MOST_NAMES, FIGURES = 216.0, 122.0
PENDING = "measured at the end"
KINDS = {
    "final": "what predicts in the end",
    "network": "the searched network",
    "candidate": "a network of the short list",
    "control": "control, trained with the same recipe on the same folds",
    "oracle": "the best that can be reached: it knows the true behaviour",
}
VCENTER, RIGHT = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight


class BoardChart(Painted):
    """span: the axis, where several charts are to share it; (low, high) in points of the scale."""

    def __init__(self, name: str = "Leaderboard") -> None:
        super().__init__(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self._board: Board | None = None
        self._unit = "points"
        self._span: tuple[float, float] | None = None

    @property
    def board(self) -> Board | None:
        return self._board

    def show_board(self, board: Board | None, unit: str, span: tuple[float, float] | None = None) -> None:
        if board is self._board and unit == self._unit and span == self._span:
            return
        grew = board is None or self._board is None or len(board.rows) != len(self._board.rows)
        self._board, self._unit, self._span = board, unit, span
        if board is not None:
            self.setAccessibleDescription("; ".join(row_words(row, unit) for row in board.rows))
        if grew:
            self.updateGeometry()
        self.renew()

    def sizeHint(self) -> QSize:
        rows = len(self._board.rows) if self._board is not None else 8
        return QSize(420, round(ROW * rows + 2 * self.fontMetrics().height() + FOOT))

    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.sizeHint().height())

    def draw(self, painter: QPainter) -> None:
        board = self._board
        if board is None or not board.rows:
            return
        line = painter.fontMetrics().height()
        names = min(self.width() * NAMES, MOST_NAMES)
        left, right = names + 8, self.width() - FIGURES - 8
        x = self._axis(board, left, right)
        top, bottom = line, line + ROW * len(board.rows)
        self._ground(painter, board, x, top, bottom, line)
        for number, row in enumerate(board.rows):
            box = QRectF(0, top + number * ROW, self.width(), ROW)
            self._row(painter, row, box, names, x)
            self.mark(box, partial(said, board, row, self._unit))

    def _axis(self, board: Board, left: float, right: float) -> Axis:
        low, high = self._span or span_of([board])
        return Axis(low, high, left, right)

    def _ground(self, painter: QPainter, board: Board, x: Axis, top: float, bottom: float, line: float) -> None:
        t = tokens()
        centre = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
        if all(row.rmse is None for row in board.rows):
            return
        unit = f"RMSE, {self._unit}"
        room = self.width() - painter.fontMetrics().horizontalAdvance(unit) - 16
        for tick in x.ticks(6):
            at = round(x(tick)) + 0.5
            painter.setPen(QPen(QColor(t.line), 0))
            painter.drawLine(QPointF(at, top), QPointF(at, bottom))
            painter.setPen(QColor(t.muted))
            if at < room:
                painter.drawText(QRectF(at - 20, bottom, 40, line), centre, tick_label(tick))
        painter.drawText(QRectF(0, bottom, self.width(), line), VCENTER | RIGHT, unit)
        if board.constant is not None:
            at = x(board.constant)
            painter.setPen(QPen(QColor(t.muted), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(at, top - 2), QPointF(at, bottom))
            painter.setPen(QColor(t.muted))
            painter.drawText(QRectF(at - 40, 0, 80, line - 2), centre, "constant")

    def _row(self, painter: QPainter, row: BoardRow, box: QRectF, names: float, x: Axis) -> None:
        t, own = tokens(), row.kind in ("final", "network")
        font = small_font(self.font())
        font.setBold(own)
        painter.setFont(font)
        painter.setPen(QColor(t.text if row.rmse is not None else t.muted))
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, int(names))
        painter.drawText(QRectF(0, box.top(), names, ROW), VCENTER | RIGHT, name)
        font.setBold(False)
        painter.setFont(font)
        figures = QRectF(x.end + 8, box.top(), FIGURES, ROW)
        if row.rmse is None:
            painter.setPen(QPen(QColor(t.line), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x.start, box.center().y()), QPointF(x.end, box.center().y()))
            painter.setPen(QColor(t.muted))
            painter.drawText(figures, VCENTER, PENDING)
            return
        colour = QColor(t.lines["estimate"] if row.kind in ("final", "network", "candidate") else t.muted)
        middle = box.center().y()
        if row.rmse.low == row.rmse.low:
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(x.clipped(row.rmse.low), middle), QPointF(x.clipped(row.rmse.high), middle))
        _sign(painter, QPointF(x.clipped(row.rmse.value), middle), row.kind, colour)
        painter.setPen(QColor(t.text))
        painter.drawText(figures, VCENTER, rmse_words(row))


def _sign(painter: QPainter, at: QPointF, kind: str, colour: QColor) -> None:
    """What predicts in the end is a filled diamond, a searched network a disc, a control a square, the oracle a
    triangle; what has no interval yet is hollow."""
    ground = QColor(tokens().surface)
    painter.setPen(QPen(ground if kind != "candidate" else colour, 1.2))
    painter.setBrush(colour if kind != "candidate" else ground)
    if kind == "final":
        painter.drawPolygon(_polygon(at, (0, -7), (7, 0), (0, 7), (-7, 0)))
    elif kind == "oracle":
        painter.drawPolygon(_polygon(at, (0, -6), (6, 5), (-6, 5)))
    elif kind == "control":
        painter.drawRect(QRectF(at.x() - 4.5, at.y() - 4.5, 9, 9))
    else:
        painter.drawEllipse(at, 5, 5)


def _polygon(at: QPointF, *corners: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(at.x() + dx, at.y() + dy) for dx, dy in corners])


def span_of(boards: Sequence[Board]) -> tuple[float, float]:
    """An axis that shows every interval of these boards."""
    ends: list[float] = []
    for board in boards:
        for row in board.rows:
            if row.rmse is not None:
                ends += [row.rmse.value, row.rmse.low, row.rmse.high]
    found = axis(ends, 0.0, 1.0, 0.03)
    return found.low, found.high


def rmse_words(row: BoardRow) -> str:
    """ "4.81 (3.04 to 6.35)"; the value alone where there is no interval."""
    if row.rmse is None:
        return PENDING
    return str(row.rmse) if row.rmse.low == row.rmse.low else f"{row.rmse.value:.2f}"


def row_words(row: BoardRow, unit: str) -> str:
    return f"{row.name}: {rmse_words(row)}" + (f" {unit}" if row.rmse is not None else "")


def said(board: Board, row: BoardRow, unit: str) -> str:
    """Everything known of a predictor, on hover."""
    parts = [row_words(row, unit) if row.rmse is None else f"{row.name}: RMSE {rmse_words(row)} {unit}"]
    parts.append(KINDS[row.kind])
    if row.rmse is not None and row.rmse.low == row.rmse.low:
        parts[0] += ", 95 % interval over persons"
    elif row.kind == "candidate" or row.rmse is not None:
        parts[0] += ", mean over seeds; its interval comes with the final folds"
    for name, found in (("MAE", row.mae), ("CCC", row.ccc), ("r", row.r)):
        if found is not None:
            parts.append(f"{name} {found}")
    if row.tests:
        parts.append("p " + ", ".join(f"against {name} {words}" for name, words in row.tests))
    if row.parameters:
        parts.append(f"{row.parameters:,} parameters")
    if row.origin:
        parts.append(f"proposed by {row.origin}")
    source = "outcome.json" if board.finished else "events.jsonl"
    return "\n".join([*parts, f"{board.title.lower()}, {source}"])
