"""How a line of the palette is drawn: the title with the letters that were typed, what it is, its keys."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lineament_desktop.app.palette.entries import Found
from lineament_desktop.theme import small_font, tokens
from lineament_desktop.widgets.guarded_paint import guarded

FOUND = Qt.ItemDataRole.UserRole
EDGE = 12
GAP = 16
ABOVE = 6
LEAST_TITLE = 0.45
"""Share of the line that the title may always have."""
AnyIndex = QModelIndex | QPersistentModelIndex


class LineDrawing(QStyledItemDelegate):
    """Title at the left, then group and detail in muted words, keys at the right edge."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(0, round(QFontMetricsF(option.font).height()) + 2 * ABOVE)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        found = index.data(FOUND)
        if not isinstance(found, Found):
            return
        t, rect, entry = tokens(), option.rect, found.entry
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.accent))
            painter.drawRoundedRect(QRectF(rect).adjusted(4, 0, -4, 0), 4, 4)
        strong, weak = QColor(t.on_accent if chosen else t.text), QColor(t.on_accent if chosen else t.muted)
        box = rect.adjusted(EDGE, 0, -EDGE, 0)
        painter.setPen(strong if chosen else weak)
        painter.setFont(option.font)
        if entry.keys:
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, entry.keys)
            box.setRight(box.right() - round(painter.fontMetrics().horizontalAdvance(entry.keys)) - GAP)
        width = _draw_title(painter, option.font, box, found, strong)
        box.setLeft(box.left() + width + GAP)
        painter.setPen(weak)
        painter.setFont(small_font(option.font))
        words = f"{entry.group}, {entry.detail}" if entry.detail else entry.group
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, max(box.width(), 0))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()


def _draw_title(painter: QPainter, font: QFont, box: QRect, found: Found, colour: QColor) -> int:
    """Draw it, letters that were typed in bold; its width."""
    most = max(round(LEAST_TITLE * box.width()), box.width() - 160)
    bold = QFont(font)
    bold.setBold(True)
    metrics = QFontMetricsF(bold)
    title = metrics.elidedText(found.entry.title, Qt.TextElideMode.ElideRight, most)
    layout = QTextLayout(title, font)
    layout.setFormats([_bold(place) for place in sorted(found.letters) if place < len(title)])
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(1e6)
    layout.endLayout()
    painter.setPen(colour)
    layout.draw(painter, QPointF(box.left(), box.center().y() + 1 - line.height() / 2))
    return round(line.naturalTextWidth())


def _bold(place: int) -> QTextLayout.FormatRange:
    letter = QTextLayout.FormatRange()
    letter.start, letter.length = place, 1
    shape = QTextCharFormat()
    shape.setFontWeight(QFont.Weight.Bold)
    shape.setFontUnderline(True)
    letter.format = shape
    return letter
