"""All runs: those that wait, the one that runs, and earlier ones that are finished, stopped, interrupted or failed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lineament.search.control.folders import RunSummary
from lineament_desktop.jobs.search_queue import SearchTask
from lineament_desktop.theme import icon, set_icon, theme

ROLE = Qt.ItemDataRole.UserRole
STATE_WORDS: Mapping[str, str] = {
    "waiting": "begins",
    "running": "running",
    "paused": "paused",
    "stopping": "stopping",
    "stopped": "stopped, can be resumed",
    "failed": "failed, can be resumed",
    "finished": "finished",
    "interrupted": "interrupted, can be resumed",
    "unreadable": "cannot be read",
}
TASK_WORDS = {
    "queued": "waits",
    "preparing": "prepares",
    "running": "running",
    "pausing": "pausing",
    "paused": "paused",
    "stopping": "stopping",
}
ICON = QSize(16, 16)
STYLE = """
QListWidget { border: 1px solid palette(mid); border-radius: 4px; outline: none; }
QListWidget::item { padding: 4px; border-left: 3px solid transparent; }
QListWidget::item:selected {
  background: palette(midlight); color: palette(text); border-left-color: palette(highlight);
}
"""
"""As the list of models marks its rows: what is chosen keeps the colours of its words and its icon."""
ICONS = {"failed": "error", "unreadable": "error", "interrupted": "warning", "running": "play", "paused": "pause"}
NO_RUNS = "No search has been run yet. Start one with the form, or open the folder of a run."


class RunsList(QWidget):
    """chosen: folders that are selected. asked: "up", "down", "remove", "open" or a button's word for the selection."""

    chosen = Signal(object)
    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[Path, str, str, str]] = []
        self.list = QListWidget()
        self.list.setObjectName("runs")
        self.list.setAccessibleName("Runs")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setIconSize(ICON)
        self.list.setStyleSheet(STYLE)
        self.list.setWordWrap(True)
        self.list.setSpacing(1)
        self.nothing = QLabel(NO_RUNS)
        self.nothing.setObjectName("muted")
        self.nothing.setWordWrap(True)
        self.open = QPushButton("Open a run…")
        self.open.setToolTip("A run in another folder, for example of the command line")
        self.open.clicked.connect(lambda: self.asked.emit("open"))
        self.up = self._tool("up", "Earlier in the queue", "up")
        self.down = self._tool("down", "Later in the queue", "down")
        self.remove = self._tool("close", "Take out of the queue", "remove")
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.open)
        row.addStretch(1)
        for tool in (self.up, self.down, self.remove):
            row.addWidget(tool)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 4, 8)
        column.setSpacing(8)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self.list.itemSelectionChanged.connect(self._on_select)
        theme.changed.connect(self._dress)

    def _tool(self, drawing: str, help_text: str, word: str) -> QToolButton:
        tool = QToolButton()
        set_icon(tool, drawing)
        tool.setToolTip(help_text)
        tool.setAccessibleName(help_text)
        tool.clicked.connect(lambda: self.asked.emit(word))
        return tool

    def show_runs(self, tasks: Sequence[SearchTask], runs: Sequence[RunSummary]) -> None:
        """What waits or works here first, in its order, then all else, newest first."""
        rows = [_of_task(task) for task in tasks if task.state != "ended"]
        here = {folder for folder, *_ in rows}
        rows += [_of_run(run) for run in runs if run.folder not in here]
        if rows == self._rows:
            return
        kept = self.selected()
        self._rows = rows
        self.list.blockSignals(True)
        self.list.clear()
        for folder, title, words, kind in rows:
            item = QListWidgetItem(f"{title}\n{words}")
            item.setData(ROLE, folder)
            item.setData(ROLE + 1, kind)
            item.setToolTip(str(folder))
            self.list.addItem(item)
            item.setSelected(folder in kept)
        self.list.blockSignals(False)
        self._dress()
        self.nothing.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self._enable()
        if self.selected() != kept:
            self._on_select()

    def _dress(self) -> None:
        blank = _blank_icon()
        for row in range(self.list.count()):
            item = self.list.item(row)
            drawing = ICONS.get(item.data(ROLE + 1))
            item.setIcon(icon(drawing) if drawing is not None else blank)

    def selected(self) -> list[Path]:
        """In the order of the list."""
        rows = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(ROLE) for item in rows if item.isSelected()]

    def select(self, folder: Path) -> None:
        """One run alone."""
        self.list.blockSignals(True)
        self.list.clearSelection()
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(ROLE) == folder:
                self.list.setCurrentItem(item)
                item.setSelected(True)
        self.list.blockSignals(False)
        self._on_select()

    def _on_select(self) -> None:
        self._enable()
        self.chosen.emit(self.selected())

    def _enable(self) -> None:
        chosen = set(self.selected())
        queued = [kind == "queued" for folder, _, _, kind in self._rows if folder in chosen]
        for tool in (self.up, self.down, self.remove):
            tool.setVisible(any(kind == "queued" for *_, kind in self._rows))
            tool.setEnabled(queued == [True])


def _of_task(task: SearchTask) -> tuple[Path, str, str, str]:
    state = TASK_WORDS[task.state]
    words = [state, task.standing.phase if task.standing is not None and task.state == "running" else ""]
    return task.folder, task.folder.name, ", ".join(word for word in words if word), task.state


def _of_run(run: RunSummary) -> tuple[Path, str, str, str]:
    kind = run.state.kind
    parts = [STATE_WORDS[kind], _when(run.created), run.cohort.replace("simulated:", "simulated ").replace(":", " ")]
    return run.folder, run.folder.name, " · ".join(part for part in parts if part), kind


def _blank_icon() -> QIcon:
    """As wide as the others, so that the names of all runs begin at one place."""
    pixmap = QPixmap(ICON)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)


def _when(created: str) -> str:
    """A UTC time as this computer's clock had it."""
    try:
        return datetime.fromisoformat(created).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return ""
