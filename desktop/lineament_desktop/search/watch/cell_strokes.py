"""Pieces that drawings of cells share: lines as wide as they weigh, arrow heads, bars of shares, names of choices."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from lineament.models.architecture.drawing.words import label, sentence
from lineament.search.monitor import EdgeChoice
from lineament_desktop.theme import tokens
from lineament_desktop.theme.colour import mix

THIN, THICK = 0.8, 4.0


def line_width(weight: float) -> float:
    """Of an edge's line, in pixels."""
    return THIN + (THICK - THIN) * weight


def draw_shares(painter: QPainter, choice: EdgeChoice, box: QRectF, colour: QColor) -> None:
    """A thin bar, the leading operation's share in full colour and the others' in turns of grey."""
    t, left = tokens(), box.left()
    greys = (mix(t.surface, t.text, 0.28), mix(t.surface, t.text, 0.16))
    painter.setPen(Qt.PenStyle.NoPen)
    ordered = sorted(choice.weights, key=lambda pair: -pair[1])
    for number, (_, weight) in enumerate(ordered):
        width = box.width() * weight
        painter.fillRect(
            QRectF(left, box.top(), width, box.height()), colour if not number else QColor(greys[number % 2])
        )
        left += width


def draw_arrow(painter: QPainter, start: QPointF, end: QPointF, colour: QColor, width: float) -> None:
    way = end - start
    length = max((way.x() ** 2 + way.y() ** 2) ** 0.5, 1e-6)
    unit = way / length
    painter.setPen(QPen(colour, width))
    painter.drawLine(start, end - unit * 6)
    draw_head(painter, end, unit, colour)


def draw_head(painter: QPainter, tip: QPointF, unit: QPointF, colour: QColor) -> None:
    """A triangle at `tip` in the direction `unit`."""
    across = QPointF(-unit.y(), unit.x())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([tip, tip - unit * 7 + across * 4.5, tip - unit * 7 - across * 4.5]))


def named(choice: EdgeChoice) -> str:
    """ "dilated 5 .31"; the name alone where it is decided."""
    words = short(choice)
    return words if choice.decided else f"{words} {choice.weight:.2f}".replace(" 0.", " .")


def short(choice: EdgeChoice) -> str:
    return (
        label(choice.leading)
        .removeprefix("channels ")
        .removesuffix(" spectrum")
        .removesuffix(" graph")
        .removesuffix(" of channels")
    )


def fitting(painter: QPainter, words: str, width: float) -> str:
    return painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(int(width), 24))


def choice_words(choice: EdgeChoice) -> str:
    """Every candidate with its weight, the heaviest first; what the leading one does."""
    what = sentence(choice.leading)
    if choice.decided:
        return f"{choice.edge}: {label(choice.leading)}\n{what}"
    ordered: Sequence[tuple[str, float]] = sorted(choice.weights, key=lambda pair: -pair[1])
    weights = "\n".join(f"{weight:.3f}  {label(name)}" for name, weight in ordered)
    return f"{choice.edge}, weights (summing to 1), mean over folds and seeds\n{weights}\n{what}"
