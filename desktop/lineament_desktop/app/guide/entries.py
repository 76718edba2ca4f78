"""How the guide's list is drawn: titles of groups, pages, and hits of the search with some words of their place."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lineament_desktop.theme import small_font, tokens
from lineament_desktop.widgets.guarded_paint import guarded

EXCERPT = Qt.ItemDataRole.UserRole + 1
LINES = 2  # of an excerpt
EDGE = 8
INDENT = 12
ABOVE = 3
AnyIndex = QModelIndex | QPersistentModelIndex


class EntryDelegate(QStyledItemDelegate):
    """An item that cannot be chosen is a group's title; one with an excerpt is a hit; others are pages."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        line = QFontMetrics(option.font).height()
        if index.data(EXCERPT):
            small = QFontMetrics(small_font(option.font)).height()
            return QSize(0, line + LINES * small + 3 * ABOVE)
        return QSize(0, line + (2 if _is_page(index) else 4) * ABOVE)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        t, hit = tokens(), index.data(EXCERPT)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(rect, QColor(t.accent))
        colour = t.on_accent if chosen else t.text if _is_page(index) else t.muted
        font = QFont(option.font)
        font.setBold(bool(hit) or not _is_page(index))
        box = rect.adjusted(EDGE if hit or not _is_page(index) else EDGE + INDENT, ABOVE, -EDGE, -ABOVE)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        title = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, box.width())
        place = Qt.AlignmentFlag.AlignTop if hit else Qt.AlignmentFlag.AlignBottom
        painter.drawText(box, place | Qt.AlignmentFlag.AlignLeft, title)
        if hit:
            below = box.adjusted(0, painter.fontMetrics().height(), 0, 0)
            painter.setFont(small_font(option.font))
            painter.setPen(QColor(t.on_accent if chosen else t.muted))
            painter.setClipRect(below.adjusted(0, 0, 0, LINES * painter.fontMetrics().height() - below.height()))
            painter.drawText(below, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, str(hit))
        painter.restore()


def _is_page(index: AnyIndex) -> bool:
    return bool(index.flags() & Qt.ItemFlag.ItemIsSelectable)
