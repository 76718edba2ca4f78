"""Entries of the log as a table, filtered by how bad they are and by words."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from lineament.faults import Entry
from lineament_desktop.theme import theme, tokens

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Time", "Level", "What happened", "Where")
LEVEL_WORDS = {"INFO": "Note", "WARNING": "Warning", "ERROR": "Error", "CRITICAL": "Fault"}
NOWHERE = QModelIndex()


class LogModel(QAbstractTableModel):
    """Rows are the entries shown, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Entry] = []
        self._shown: list[Entry] = []
        self._rank, self._words = 0, ""
        theme.changed.connect(self._dress)

    @property
    def entries(self) -> list[Entry]:
        """Those shown."""
        return self._shown

    @property
    def total(self) -> int:
        return len(self._all)

    def add(self, entries: Iterable[Entry]) -> None:
        new = list(entries)
        self._all += new
        shown = [entry for entry in new if self._takes(entry)]
        if shown:
            self.beginInsertRows(NOWHERE, len(self._shown), len(self._shown) + len(shown) - 1)
            self._shown += shown
            self.endInsertRows()

    def clear(self) -> None:
        self.beginResetModel()
        self._all, self._shown = [], []
        self.endResetModel()

    def filter(self, rank: int, words: str) -> None:
        """Only entries that are at least so bad and have all the words."""
        self.beginResetModel()
        self._rank, self._words = rank, words
        self._shown = [entry for entry in self._all if self._takes(entry)]
        self.endResetModel()

    def _takes(self, entry: Entry) -> bool:
        return entry.rank >= self._rank and entry.has(self._words)

    # For the view

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._shown[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (entry.time, LEVEL_WORDS.get(entry.level, entry.level), entry.text, entry.source)[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{LEVEL_WORDS.get(entry.level, entry.level)}, {entry.time}: {entry.text}"
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(entry, index.column())
        return None

    def _colour(self, entry: Entry, column: int) -> QColor | None:
        if column == 1 and entry.rank:
            return QColor(tokens().words["alarm" if entry.rank > 1 else "action units"])
        return QColor(tokens().muted) if column != 2 else None

    def _dress(self) -> None:
        if self._shown:
            last = self.index(len(self._shown) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.ForegroundRole])
