"""The fusion cell as a graph: which tokens its nodes take, what joins them, and the sum of all beside."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from lineament.models.architecture.drawing.words import label
from lineament.search.monitor import EdgeChoice, FusionCell
from lineament_desktop.search.watch.cell_strokes import (
    choice_words,
    draw_arrow,
    draw_head,
    draw_shares,
    fitting,
    line_width,
    named,
)
from lineament_desktop.theme import small_font, tokens

HEAD = 17.0
CENTRE = Qt.AlignmentFlag.AlignCenter
ALL_TOKENS = "All tokens, weighted by attention, go into the sum beside the cell"


class FusionDrawing:
    """mark: says what a place of the drawing is (`Painted.mark`). font: of the widget it is drawn in."""

    def __init__(self, mark: Callable[[QRectF, Callable[[], str]], None], font: QFont) -> None:
        self._mark = mark
        self._font = font

    def draw(self, painter: QPainter, fusion: FusionCell, area: QRectF, tokens_at: Mapping[str, QPointF]) -> None:
        """tokens_at: where each attribute's token leaves its row, left of `area`."""
        t = tokens()
        boxes: dict[str, QRectF] = {}
        left, width = area.left() + 84, area.width() - 84 - 62
        count, tall = len(fusion.nodes), 52.0
        for number, node in enumerate(fusion.nodes):
            middle = area.top() + area.height() * (number + 1) / (count + 1) + (number - (count - 1) / 2) * 14
            boxes[node] = QRectF(left, middle - tall / 2, width, tall)
        for node, choices in fusion.nodes.items():
            for side, share in (("left", 0.3), ("right", 0.7)):
                target = QPointF(boxes[node].left(), boxes[node].top() + boxes[node].height() * share)
                self._links(painter, choices[side], target, tokens_at, boxes)
        end = QPointF(area.right() - 34, area.center().y())
        for node, choices in fusion.nodes.items():
            box = boxes[node]
            self._to_sum(painter, box, end)
            painter.setPen(QPen(QColor(t.muted), 1.2))
            painter.setBrush(QColor(t.surface))
            painter.drawRoundedRect(box, 6, 6)
            self._node(painter, node, choices, box)
        painter.setPen(QPen(QColor(t.text), 1.4))
        painter.setBrush(QColor(t.surface))
        painter.drawEllipse(end, 11, 11)
        painter.drawText(QRectF(end.x() - 11, end.y() - 11, 22, 22), CENTRE, "+")
        painter.setPen(QColor(t.muted))
        self._sum_of_tokens(painter, area, left, end, tokens_at)
        painter.drawText(QRectF(left, area.top(), width, HEAD), CENTRE, "fusion cell")

    def _sum_of_tokens(
        self, painter: QPainter, area: QRectF, left: float, end: QPointF, tokens_at: Mapping[str, QPointF]
    ) -> None:
        """Beside the cell all tokens, weighted by attention, go into the sum: a useless cell leaves just that."""
        bus, heights = area.left() + 8, [at.y() for at in tokens_at.values()]
        colour = QColor(tokens().muted)
        painter.setPen(QPen(colour, 1.2))
        for at in tokens_at.values():
            painter.drawLine(at, QPointF(bus, at.y()))
        painter.drawLine(QPointF(bus, min(*heights, end.y())), QPointF(bus, max(*heights, end.y())))
        draw_arrow(painter, QPointF(bus, end.y()), end - QPointF(11, 0), colour, 1.2)
        box = QRectF(left, end.y() - 17, end.x() - 14 - left, 16)
        painter.setPen(colour)
        painter.drawText(box, CENTRE, fitting(painter, "sum of all tokens", box.width()))
        self._mark(box.adjusted(0, 0, 0, 8), lambda: ALL_TOKENS)

    def _to_sum(self, painter: QPainter, box: QRectF, end: QPointF) -> None:
        """From a node sideways, then up or down into the sum."""
        colour, side = QColor(tokens().muted), 1.0 if box.center().y() < end.y() else -1.0
        path = QPainterPath(QPointF(box.right(), box.center().y()))
        path.lineTo(end.x() - 12, box.center().y())
        path.quadTo(end.x(), box.center().y(), end.x(), box.center().y() + side * 12)
        path.lineTo(end.x(), end.y() - side * 16)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.2))
        painter.drawPath(path)
        draw_head(painter, end - QPointF(0, side * 11), QPointF(0, side), colour)

    def _node(self, painter: QPainter, node: str, choices: Mapping[str, EdgeChoice], box: QRectF) -> None:
        t, choice = tokens(), choices["operation"]
        font = small_font(self._font)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(t.text))
        line = QRectF(box.left() + 4, box.top() + 5, box.width() - 8, 18)
        painter.drawText(line, CENTRE, fitting(painter, named(choice), line.width()))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(t.muted))
        painter.drawText(QRectF(box.left() + 4, box.top() + 25, box.width() - 8, 18), CENTRE, node)
        if not choice.decided:
            accent = QColor(t.lines["estimate"])
            draw_shares(painter, choice, QRectF(box.left() + 10, box.bottom() - 7, box.width() - 20, 3), accent)
        self._mark(box, partial(_node_words, node, choices))

    def _links(
        self,
        painter: QPainter,
        choice: EdgeChoice,
        target: QPointF,
        tokens_at: Mapping[str, QPointF],
        boxes: Mapping[str, QRectF],
    ) -> None:
        """A curve from every source as wide as it weighs, the leading one drawn last and whole."""
        t = tokens()
        for source, weight in sorted(choice.weights, key=lambda pair: pair[1]):
            leads = source == choice.leading
            colour = QColor(t.lines.get(source, t.text))
            if not leads:
                colour.setAlphaF(0.3)
            start = tokens_at.get(source)
            path = QPainterPath()
            if start is not None:
                bend = (target.x() - start.x()) * 0.5
                path.moveTo(start)
                path.cubicTo(start.x() + bend, start.y(), target.x() - bend, target.y(), target.x() - 4, target.y())
            elif source in boxes:
                foot = QPointF(boxes[source].left() + 14, boxes[source].bottom())
                path.moveTo(foot)
                path.cubicTo(foot.x(), foot.y() + 26, target.x() - 40, target.y(), target.x() - 4, target.y())
            else:
                continue
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, line_width(weight)))
            painter.drawPath(path)
            if leads:
                draw_head(painter, target, QPointF(1, 0), colour)


def _node_words(node: str, choices: Mapping[str, EdgeChoice]) -> str:
    sides = "\n".join(
        f"{side}: " + ", ".join(f"{label(n)} {w:.2f}" for n, w in sorted(choices[side].weights, key=lambda p: -p[1]))
        for side in ("left", "right")
    )
    return f"{node}\n{sides}\n{choice_words(choices['operation'])}"
