"""A short list to choose from, kept while its entries stay the same."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox

from lineament_desktop.theme import icon, theme, tokens
from lineament_desktop.widgets.guarded_paint import guarded

ARROW = 16


class Choice(QComboBox):
    """Entries are (key, words). picked: the user chose another one."""

    picked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(lambda _: self.picked.emit(self.key))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        words = max((self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=40)
        return QSize(words + ARROW + 24, self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(64, self.sizeHint().height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        """Flat, as the theme's buttons are."""
        t = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.accent if self.hasFocus() else t.line), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(t.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(QColor(t.text))
        room = self.rect().adjusted(8, 0, -ARROW - 8, 0)
        words = painter.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        icon("down").paint(painter, self.rect().adjusted(self.width() - ARROW - 6, 0, -6, 0))
        painter.end()

    @property
    def key(self) -> str:
        """Of the entry that is chosen, "" where there is none."""
        return str(self.currentData() or "")

    def show_entries(self, entries: Sequence[tuple[str, str]]) -> None:
        """What was chosen stays chosen where it is still there; otherwise the first entry is."""
        known = [(str(self.itemData(i)), self.itemText(i)) for i in range(self.count())]
        if list(entries) == known:
            return
        chosen = self.key
        with QSignalBlocker(self):
            self.clear()
            for key, words in entries:
                self.addItem(words, key)
            self.setCurrentIndex(max(self.findData(chosen), 0))
        self.setVisible(len(entries) > 1)
