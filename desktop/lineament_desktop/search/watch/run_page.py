"""One search run: what it is doing now, or what it found."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

NOTHING = "A search's phases, curves, cells and leaderboard will stand here. Start one on the left, or choose a run."


class RunPage(QWidget):
    """Shows the run in a folder, whoever works in it.

    state_changed: the run's state in one word, "" without a run (see `RunView.state`).
    """

    state_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._words = QLabel(NOTHING)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.addWidget(self._words)

    @property
    def folder(self) -> Path | None:
        return self._folder

    def set_run(self, folder: Path | None) -> None:
        """Show the run in `folder` from now on, also while it is worked in; None shows none."""
        self._folder = folder
        self._words.setText(NOTHING if folder is None else str(folder))

    def stop(self) -> None:
        """Stop watching; for the window's end."""
