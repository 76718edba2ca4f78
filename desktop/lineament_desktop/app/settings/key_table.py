"""Every action with its keys, in groups, found by its name, its group or a key."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from lineament_desktop.app.actions import ActionRegistry, in_words
from lineament_desktop.app.keymap import Keymap

ACTION = Qt.ItemDataRole.UserRole
NO_KEY = "–"
KEYS_WIDTH = 190
USUAL_WIDTH = 150
STYLE = "QTreeView::item { padding: 3px 5px; }"


class KeyTable(QTreeWidget):
    """asked: the chosen action is to have another key."""

    asked = Signal()

    def __init__(self, registry: ActionRegistry, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._heads: dict[str, QTreeWidgetItem] = {}
        self._rows: dict[str, tuple[str, QTreeWidgetItem]] = {}  # with the group's name
        self.setHeaderLabels(["Action", "Keys", "As it came"])
        self.setAccessibleName("Actions and their keys")
        self.setStyleSheet(STYLE)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(12)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QTreeWidget.SelectionMode.SingleSelection)
        self.setAllColumnsShowFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fill(registry)
        self._set_widths()
        self.itemActivated.connect(lambda *_: self.asked.emit())
        keymap.changed.connect(self.refresh)
        self.refresh()

    def _fill(self, registry: ActionRegistry) -> None:
        for entry in registry.listed():
            if entry.group not in self._heads:
                head = self._heads[entry.group] = QTreeWidgetItem(self, [entry.group])
                head.setFlags(Qt.ItemFlag.ItemIsEnabled)
                head.setFirstColumnSpanned(True)
                font = QFont(self.font())
                font.setWeight(QFont.Weight.DemiBold)
                head.setFont(0, font)
            row = QTreeWidgetItem(self._heads[entry.group], [entry.title])
            self._rows[entry.id] = (entry.group, row)
            row.setData(0, ACTION, entry.id)
            row.setToolTip(0, entry.title)
        self.expandAll()

    def _set_widths(self) -> None:
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, KEYS_WIDTH), (2, USUAL_WIDTH)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)

    def refresh(self) -> None:
        for action, (_, row) in self._rows.items():
            changed = not self._keymap.is_usual(action)
            font = QFont(self.font())
            font.setBold(changed)
            row.setFont(1, font)
            row.setText(1, keys_in_words(self._keymap.keys(action)))
            row.setText(2, keys_in_words(self._keymap.usual(action)) if changed else "")

    def show_with(self, text: str) -> None:
        """Show the actions in which every word occurs, and choose the first unless the chosen one is among them."""
        words, left = text.casefold().split(), set[str]()
        for group, row in self._rows.values():
            said = f"{row.text(0)} {group} {row.text(1)}".casefold()
            row.setHidden(not all(word in said for word in words))
            left |= set() if row.isHidden() else {group}
        for group, head in self._heads.items():
            head.setHidden(group not in left)
        if not self.action:
            self.choose(next((action for action, (_, row) in self._rows.items() if not row.isHidden()), ""))

    @property
    def action(self) -> str:
        """Id of the chosen one, "" for none."""
        row = self.currentItem()
        return str(row.data(0, ACTION) or "") if row is not None and not row.isHidden() else ""

    def choose(self, action: str) -> None:
        """Select it and bring it into view; "" for none."""
        if action in self._rows:
            row = self._rows[action][1]
            self.setCurrentItem(row)
            self.scrollToItem(row)
        else:
            self.setCurrentIndex(QModelIndex())


def keys_in_words(keys: tuple[str, ...]) -> str:
    return " or ".join(in_words(keys)) or NO_KEY
