"""The list under `?`: every action with its keys."""

from collections.abc import Iterable
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lineament_desktop.app.actions import Listed
from lineament_desktop.app.dialogs import close_button

Group = tuple[str, list[tuple[str, str]]]
"""A title, and pairs of keys and what they do."""
COLUMNS = 3
MOUSE = (
    ("Click in a chart", "go to that moment"),
    ("Wheel over a chart", "zoom about the mouse"),
    ("Drag in a chart", "pan"),
    ("Double click in a chart", "show the whole video"),
)


class ShortcutsDialog(QDialog):
    """Groups in columns of about equal length; actions without a key are listed too, with a dash.

    change_asked: the keys are to be changed.
    """

    change_asked = Signal()

    def __init__(self, actions: Iterable[Listed], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard and mouse")
        groups = [
            (name, [(" or ".join(entry.keys) or "–", entry.title) for entry in entries])
            for name, entries in groupby(sorted(actions, key=_order), lambda action: action.group)
        ]
        columns = QHBoxLayout()
        columns.setSpacing(32)
        for column in _balanced([*groups, ("Mouse", list(MOUSE))]):
            box = QVBoxLayout()
            for name, rows in column:
                box.addWidget(_section(name, rows))
            box.addStretch(1)
            columns.addLayout(box)
        content = QWidget()
        content.setLayout(columns)
        self.scroller = QScrollArea()
        self.scroller.setAccessibleName("Actions and their keys")
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.scroller.setWidget(content)
        outer = QVBoxLayout(self)
        outer.addWidget(self.scroller)
        self.change = QPushButton("Change &keys…")
        self.change.setAutoDefault(False)
        self.change.clicked.connect(self.accept)
        self.change.clicked.connect(self.change_asked)
        lower = QHBoxLayout()
        lower.addWidget(self.change)
        lower.addStretch(1)
        lower.addWidget(close_button(self))
        outer.addLayout(lower)
        wanted = content.sizeHint()
        room = parent.size()
        self.resize(min(wanted.width() + 48, room.width() - 16), min(wanted.height() + 80, room.height() - 16))


def _order(action: Listed) -> str:
    return action.group


def _balanced(groups: list[Group]) -> list[list[Group]]:
    """Columns of groups, each next group into the shortest one, longest first."""
    columns: list[list[Group]] = [[] for _ in range(COLUMNS)]
    for group in sorted(groups, key=lambda g: -len(g[1])):
        min(columns, key=lambda column: sum(len(rows) + 2 for _, rows in column)).append(group)
    return columns


def _section(name: str, rows: list[tuple[str, str]]) -> QWidget:
    section = QWidget()
    grid = QGridLayout(section)
    grid.setContentsMargins(0, 0, 0, 8)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    title = QLabel(name)
    title.setObjectName("title")
    grid.addWidget(title, 0, 0, 1, 2)
    for number, (keys, text) in enumerate(rows, 1):
        key = QLabel(keys)
        key.setMinimumWidth(112)
        grid.addWidget(key, number, 0)
        words = QLabel(text)
        words.setObjectName("muted")
        grid.addWidget(words, number, 1)
    grid.setColumnStretch(1, 1)
    return section
