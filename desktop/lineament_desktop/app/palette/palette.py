"""The palette's field and list, laid over the window; everything in it is done from the keyboard."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lineament_desktop.app.palette.drawing import FOUND, LineDrawing
from lineament_desktop.app.palette.entries import Entry, Found, entries_of, found
from lineament_desktop.theme import theme

if TYPE_CHECKING:
    from lineament_desktop.app.main_window import MainWindow

WIDTH = 680
ROWS = 12
TOP = 48
NOTHING = "Nothing that can be done now has these letters."
MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS - 1, Qt.Key.Key_PageUp: 1 - ROWS}


class PaletteField(QLineEdit):
    """Keeps every key for itself: those of the window's actions are to be typed here, not obeyed."""

    def __init__(self, palette: "Palette") -> None:
        super().__init__()
        self._palette = palette
        self.setPlaceholderText("Type what you want to do")
        self.setAccessibleName("Command palette")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._palette.take_key(event):
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own menu
            self._palette.leave()


class Palette(QFrame):
    """Shown by `open`; it goes when something is chosen, at Esc, or when the focus does."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._app = window, QCoreApplication.instance() or window
        self._entries: list[Entry] = []
        self.setObjectName("card")
        self.setAccessibleName("Command palette")
        self.field = PaletteField(self)
        self.list = QListWidget()
        self.list.setItemDelegate(LineDrawing(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("What can be done")
        self.list.setStyleSheet("background: transparent; border: none;")
        self.nothing = QLabel(NOTHING)
        self.nothing.setObjectName("muted")
        self.nothing.setContentsMargins(12, 4, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.field)
        column.addWidget(self.nothing)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._find)
        self.list.currentItemChanged.connect(self._announce)
        self.list.itemClicked.connect(lambda _: self.choose())
        theme.changed.connect(self.list.viewport().update)
        self.hide()

    def open(self) -> None:
        self._entries = entries_of(self._window)
        self.field.clear()
        self._find("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._app.installEventFilter(self)

    def leave(self) -> None:
        """Go, and give the focus back to the window."""
        if self.isVisible():
            had_focus = self.field.hasFocus()
            self.hide()
            if had_focus:
                self._window.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self) -> None:
        """Do what stands in the chosen line."""
        hit = self.current
        if hit is not None:
            self.leave()
            self._window.settings.remember_used(hit.entry.id)
            hit.entry.run()

    @property
    def current(self) -> Found | None:
        item = self.list.currentItem()
        hit = item.data(FOUND) if item is not None else None
        return hit if isinstance(hit, Found) else None

    def take_key(self, event: QKeyEvent) -> bool:
        """Keys that move in the list, choose or leave; whether this was one."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
        elif key in MOVES and self.list.count():
            self._move(MOVES[key])
        else:
            return False
        return True

    def _move(self, by: int) -> None:
        """Single steps go round, pages stop at the ends."""
        count, row = self.list.count(), self.list.currentRow() + by
        self.list.setCurrentRow(row % count if abs(by) == 1 else min(max(row, 0), count - 1))

    # What is shown

    def _find(self, text: str) -> None:
        self.list.clear()
        for hit in found(self._entries, text, self._window.settings.values.used):
            item = QListWidgetItem(hit.entry.title)
            item.setData(FOUND, hit)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, in_words(hit.entry))
            self.list.addItem(item)
        self.nothing.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        self.list.setCurrentRow(0)
        self.place()

    def place(self) -> None:
        """At the top of the window, as high as its lines, or as there is room."""
        width = min(WIDTH, self._window.width() - 32)
        line = self.list.sizeHintForRow(0) if self.list.count() else 0
        room = self._window.height() - TOP - self.field.sizeHint().height() - 32
        self.list.setFixedHeight(max(min(line * min(self.list.count(), ROWS), room), 0))
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self._window.width() - width) // 2, TOP)

    def _announce(self) -> None:
        """The focus stays in the field, so it says what is chosen."""
        hit = self.current
        self.field.setAccessibleDescription(in_words(hit.entry) if hit is not None else NOTHING)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While it is open: a press elsewhere closes it, also where that takes no focus."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.place()
        elif event.type() == QEvent.Type.MouseButtonPress and self._is_outside(watched):
            self.leave()
        return super().eventFilter(watched, event)

    def _is_outside(self, pressed: QObject) -> bool:
        """In the window, and not in the palette."""
        if not isinstance(pressed, QWidget) or pressed.window() is not self._window:
            return False
        return pressed is not self and not self.isAncestorOf(pressed)

    def hideEvent(self, event: QHideEvent) -> None:
        self._app.removeEventFilter(self)
        super().hideEvent(event)


def in_words(entry: Entry) -> str:
    """As it is read out."""
    return ", ".join(part for part in (entry.title, entry.group, entry.detail, entry.keys) if part)
