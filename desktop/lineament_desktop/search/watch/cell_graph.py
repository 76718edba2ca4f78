"""The cells as graphs that change while they are searched: one row an attribute's extractor, the fusion cell beside.

From left to right: what enters, the nodes of the cell, the token. An edge is as wide as its leading operation weighs,
and says which that is; the thin bar below it shows how the rest is shared out.
"""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from lineament.models.architecture.drawing.words import label
from lineament.search.monitor import Cells, EdgeChoice, ExtractorCell
from lineament_desktop.search.watch.cell_strokes import (
    choice_words,
    draw_arrow,
    draw_shares,
    fitting,
    line_width,
    named,
    short,
)
from lineament_desktop.search.watch.fusion_drawing import FusionDrawing
from lineament_desktop.search.watch.painted import Painted
from lineament_desktop.search.watch.words import sentence as capital
from lineament_desktop.theme import small_font, tokens

NOTHING = "The cells will stand here as soon as the first supernet trains, and change with its weights."
ROW, TALLEST = 92.0, 150.0
MOST_ROWS = 9
WIDEST = 760.0
FUSION = 0.36
LEAST_WHOLE = 660
LEAST_FUSION, MOST_FUSION = 236.0, 340.0
BOX, TOKEN, RADIUS = 92.0, 44.0, 9.0
GAP = 18.0
HEAD = 17.0
CENTRE = Qt.AlignmentFlag.AlignCenter
VCENTER, RIGHT = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight


class CellGraph(Painted):
    """What is drawn: all attributes with the fusion cell, or the families of one attribute below each other."""

    def __init__(self, name: str = "Cells of the network") -> None:
        super().__init__(name)
        self._cells: Cells | None = None
        self._attribute = ""
        self._leading: Mapping[str, str] = {}
        self._most = MOST_ROWS
        self.show_message(NOTHING)

    @property
    def rows(self) -> tuple[ExtractorCell, ...]:
        """The extractors drawn, from top to bottom."""
        if self._cells is None:
            return ()
        if self._attribute:
            own = self._cells.of(self._attribute)
            first = (self._first(self._attribute),) if own else ()
            return (*first, *(cell for cell in own if cell not in first))[: self._most]
        return tuple(self._first(attribute) for attribute in self._cells.attributes)

    def _first(self, attribute: str) -> ExtractorCell:
        """Of an attribute's families the one that leads; the heaviest where nothing says which does."""
        assert self._cells is not None
        own = self._cells.of(attribute)
        return next((cell for cell in own if cell.family == self._leading.get(attribute)), own[0])

    def show_cells(
        self,
        cells: Cells | None,
        attribute: str = "",
        leading: Mapping[str, str] | None = None,
        most: int = MOST_ROWS,
    ) -> None:
        """attribute: "" for all. leading: the family that leads of each attribute while families are open; most: so
        many cells of one attribute at most, the leading one first."""
        leading = leading or {}
        if (cells, attribute, leading, most) == (self._cells, self._attribute, self._leading, self._most):
            return
        self._cells, self._attribute, self._leading, self._most = cells, attribute, leading, most
        rows = self.rows
        self.setAccessibleDescription("; ".join(_cell_words(cell) for cell in rows))
        lost = f"No cell of {attribute} is part of this network." if cells is not None and not rows else NOTHING
        self.show_message("" if rows else lost)
        self.updateGeometry()
        self.renew()

    def sizeHint(self) -> QSize:
        return QSize(560, round(ROW * max(len(self.rows), 1)))

    def minimumSizeHint(self) -> QSize:
        fused = self._cells is not None and self._cells.fusion is not None and not self._attribute
        return QSize(LEAST_WHOLE if fused else 320, self.sizeHint().height())

    def draw(self, painter: QPainter) -> None:
        rows = self.rows
        if not rows or self._cells is None:
            return
        fusion = self._cells.fusion if not self._attribute else None
        wide = min(max(self.width() * FUSION, LEAST_FUSION), MOST_FUSION) if fusion is not None else 0.0
        height = min(self.height() / len(rows), TALLEST)
        top = (self.height() - height * len(rows)) / 2
        width = min(self.width() - wide, WIDEST)
        left = max((self.width() - width - wide) / 2, 0)
        tokens_at: dict[str, QPointF] = {}
        for number, cell in enumerate(rows):
            box = QRectF(left, top + number * height, width, height)
            tokens_at[cell.attribute] = self._extractor(painter, cell, box)
        if fusion is not None:
            area = QRectF(left + width, top, wide, height * len(rows))
            FusionDrawing(self.mark, self.font()).draw(painter, fusion, area, tokens_at)

    # One extractor

    def _extractor(self, painter: QPainter, cell: ExtractorCell, box: QRectF) -> QPointF:
        """Draw it; where its token leaves."""
        colour = QColor(tokens().lines[cell.attribute])
        self._heading(painter, cell, box, colour)
        body = box.adjusted(4, HEAD, -8, -2)
        base = body.center().y() + body.height() * (0.14 if "0-2" in cell.edges else 0.0)
        token = QRectF(body.right() - TOKEN, base - 10, TOKEN, 20)
        if "0-2" in cell.edges:
            self._cell(painter, cell, body, base, token, colour)
        else:
            self._chain(painter, cell, body, base, token, colour)
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(QColor(tokens().surface))
        painter.drawRoundedRect(token, 4, 4)
        painter.setPen(QColor(tokens().text))
        painter.drawText(token, CENTRE, "token")
        return QPointF(token.right(), base)

    def _heading(self, painter: QPainter, cell: ExtractorCell, box: QRectF, colour: QColor) -> None:
        t = tokens()
        painter.fillRect(QRectF(box.left(), box.top() + 3, 3, box.height() - 6), colour)
        font = small_font(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(t.text))
        head = QRectF(box.left() + 10, box.top() + 2, box.width(), HEAD)
        painter.drawText(head, VCENTER, capital(cell.attribute))
        start = painter.fontMetrics().horizontalAdvance(capital(cell.attribute)) + 8
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(t.muted))
        painter.drawText(head.adjusted(start, 0, 0, 0), VCENTER, self._family(cell))

    def _family(self, cell: ExtractorCell) -> str:
        if cell.share is None:
            leads = self._leading.get(cell.attribute)
            return f"{label(cell.family)}, leads so far" if leads == cell.family else f"{label(cell.family)}, open"
        return label(cell.family) if cell.share > 0.999 else f"{label(cell.family)} {cell.share:.2f}"

    def _cell(
        self, painter: QPainter, cell: ExtractorCell, body: QRectF, base: float, token: QRectF, colour: QColor
    ) -> None:
        """Three nodes in layers; the edge that jumps one runs above."""
        entry = QRectF(body.left() + 6, base - 17, BOX, 34)
        first, last = entry.right() + GAP + RADIUS, token.left() - GAP - RADIUS
        nodes = [QPointF(first + (last - first) * share, base) for share in (0.0, 0.5, 1.0)]
        self._entry(painter, cell, entry)
        draw_arrow(painter, QPointF(entry.right(), base), QPointF(nodes[0].x() - RADIUS, base), colour, 1.4)
        draw_arrow(painter, QPointF(nodes[2].x() + RADIUS, base), QPointF(token.left(), base), colour, 1.4)
        height = max(base - body.top() - 14, 20.0)
        self._edge(painter, cell.edges["0-2"], nodes[0], nodes[2], colour, arc=height)
        self._edge(painter, cell.edges["0-1"], nodes[0], nodes[1], colour)
        self._edge(painter, cell.edges["1-2"], nodes[1], nodes[2], colour)
        for number, node in enumerate(nodes):
            painter.setPen(QPen(colour, 1.4))
            painter.setBrush(QColor(tokens().surface))
            painter.drawEllipse(node, RADIUS, RADIUS)
            painter.setPen(QColor(tokens().text))
            painter.drawText(QRectF(node.x() - RADIUS, node.y() - RADIUS, 2 * RADIUS, 2 * RADIUS), CENTRE, f"{number}")

    def _entry(self, painter: QPainter, cell: ExtractorCell, box: QRectF) -> None:
        """What enters the cell: the representation and, for a GNN, the graph."""
        t = tokens()
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.surface))
        painter.drawRoundedRect(box, 4, 4)
        choices = [cell.edges[name] for name in ("input", "graph") if name in cell.edges]
        painter.setPen(QColor(t.text))
        for number, choice in enumerate(choices):
            height = box.height() / len(choices)
            line = QRectF(box.left() + 4, box.top() + number * height, box.width() - 8, height)
            painter.drawText(line, CENTRE, fitting(painter, named(choice), line.width()))
            self.mark(line, partial(choice_words, choice))

    def _edge(
        self, painter: QPainter, choice: EdgeChoice, start: QPointF, end: QPointF, colour: QColor, arc: float = 0.0
    ) -> None:
        """A line with its operation on a pill in its middle; with `arc` it rises so far above the nodes."""
        path = QPainterPath(start)
        middle = QPointF((start.x() + end.x()) / 2, start.y() - arc)
        if arc:
            path.cubicTo(start.x(), middle.y(), start.x(), middle.y(), start.x() + 30, middle.y())
            path.lineTo(end.x() - 30, middle.y())
            path.cubicTo(end.x(), middle.y(), end.x(), middle.y(), end.x(), end.y() - RADIUS)
        else:
            path.lineTo(end.x() - RADIUS, end.y())
        idle = choice.leading == "none"
        pen = QPen(QColor(tokens().muted) if idle else colour, line_width(choice.weight))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if idle:
            pen.setStyle(Qt.PenStyle.DotLine)
            pen.setWidthF(1.2)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        room = (end.x() - start.x()) - 2 * RADIUS - 4
        self._pill(painter, choice, middle, room, colour)

    def _pill(self, painter: QPainter, choice: EdgeChoice, at: QPointF, room: float, colour: QColor) -> None:
        t = tokens()
        words = named(choice)
        if painter.fontMetrics().horizontalAdvance(words) > room - 10:
            words = fitting(painter, short(choice), room - 10)
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        box = QRectF(at.x() - width / 2, at.y() - 9, width, 18)
        painter.setPen(QPen(QColor(t.line), 1))
        painter.setBrush(QColor(t.surface))
        painter.drawRoundedRect(box, 9, 9)
        painter.setPen(QColor(t.muted if choice.leading == "none" else t.text))
        painter.drawText(box, CENTRE, words)
        if not choice.decided:
            draw_shares(painter, choice, QRectF(box.left() + 4, box.bottom() + 1.5, box.width() - 8, 3), colour)
        self.mark(box.adjusted(0, 0, 0, 6), partial(choice_words, choice))

    def _chain(
        self, painter: QPainter, cell: ExtractorCell, body: QRectF, base: float, token: QRectF, colour: QColor
    ) -> None:
        """A family without a cell: what is read of the channels, one choice after the other."""
        names = [name for name in ("signal", "partners", "delays") if name in cell.edges]
        left, gap = body.left() + 6, 26.0
        width = (token.left() - left - gap * len(names)) / max(len(names), 1)
        for number, name in enumerate(names):
            box = QRectF(left + number * (width + gap), base - 17, width, 34)
            painter.setPen(QPen(QColor(tokens().line), 1))
            painter.setBrush(QColor(tokens().surface))
            painter.drawRoundedRect(box, 4, 4)
            choice = cell.edges[name]
            painter.setPen(QColor(tokens().muted))
            painter.drawText(QRectF(box.left(), box.top(), width, 16), CENTRE, name)
            painter.setPen(QColor(tokens().text))
            line = QRectF(box.left() + 4, box.top() + 14, width - 8, 18)
            painter.drawText(line, CENTRE, fitting(painter, named(choice), line.width()))
            if not choice.decided:
                draw_shares(painter, choice, QRectF(box.left() + 8, box.bottom() + 2, width - 16, 3), colour)
            self.mark(box, partial(choice_words, choice))
            draw_arrow(
                painter, QPointF(box.right(), base), QPointF(box.right() + gap, base), colour, line_width(choice.weight)
            )


def _cell_words(cell: ExtractorCell) -> str:
    chosen = ", ".join(f"{edge} {named(choice)}" for edge, choice in cell.edges.items())
    return f"{capital(cell.attribute)}, {label(cell.family)}: {chosen}"
