"""What the run is doing, in one word, in a sentence, and how long it still takes."""

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from lineament.search.monitor import RunView
from lineament.search.monitor.state import StateKind
from lineament_desktop.search.watch.words import left_words
from lineament_desktop.widgets.elided_label import ElidedLabel

WORDS: dict[StateKind, str] = {
    "waiting": "Waiting",
    "running": "Running",
    "paused": "Paused",
    "stopping": "Stopping",
    "stopped": "Stopped",
    "failed": "Failed",
    "finished": "Finished",
    "interrupted": "Interrupted",
    "unreadable": "Cannot be read",
}
SEVERITY: dict[StateKind, str] = {
    "failed": "error",
    "unreadable": "error",
    "interrupted": "warning",
    "stopped": "information",
    "paused": "information",
    "stopping": "information",
}
"""States that are said in a bar of their own."""


class StateBar(QWidget):
    """Name and state in one row; below it a bar where something has to be known, and the notice of simulated data."""

    def __init__(self) -> None:
        super().__init__()
        self._view: RunView | None = None
        self._asked = ""
        self.name = ElidedLabel()
        font = self.name.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setBold(True)
        self.name.setFont(font)
        self.name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.state, self.left = QLabel(), QLabel()
        self.state.setObjectName("title")
        self.left.setObjectName("muted")
        self.simulated = ElidedLabel()
        self.simulated.setObjectName("simulated")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.name)
        row.addWidget(self.state)
        row.addWidget(self.left)
        row.addWidget(self.simulated, 1)
        self.problem = QFrame()
        self.problem.setObjectName("messageBar")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        inside = QHBoxLayout(self.problem)
        inside.setContentsMargins(8, 4, 8, 4)
        inside.addWidget(self.sentence, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.problem)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._tell_left)

    def show_view(self, view: RunView) -> None:
        if self._view is not None and view.state != self._view.state:
            self._asked = ""  # it has happened, or something else has
        self._view = view
        kind = view.state.kind
        self.name.setText(view.name)
        self.name.setToolTip(str(view.folder))
        self.state.setText(self._asked or WORDS[kind])
        short = ["Simulated behaviour", *(["toy cohort"] if len(view.labels) > 2 else [])] if view.simulated else []
        self.simulated.setText(", ".join(short))
        self.simulated.setToolTip(" ".join(view.labels[1:]))
        self.problem.setVisible(kind in SEVERITY)
        if kind in SEVERITY and self.sentence.text() != view.state.sentence:
            self.sentence.setText(view.state.sentence)
        self.problem.setProperty("severity", SEVERITY.get(kind, "information"))
        self.problem.style().unpolish(self.problem)
        self.problem.style().polish(self.problem)
        self.setAccessibleName(f"{view.name}: {WORDS[kind]}")
        self._tell_left()
        if kind == "running":
            self._timer.start()
        else:
            self._timer.stop()

    def show_asked(self, word: str) -> None:
        """ "Stopping", "Pausing": what was asked of the run, in place of its state until that changes."""
        self._asked = word
        if self._view is not None:
            self.show_view(self._view)

    def _tell_left(self) -> None:
        view = self._view
        if view is None:
            return
        if view.read < 1.0:
            words = f"reading the run, {100 * view.read:.0f} %"
        else:
            part = view.part if view.state.live else ""
            left = left_words(view.seconds_left(time.time())) or _calm(view)
            words = ", ".join(said for said in (part, left) if said)
        self.left.setText(words)


def _calm(view: RunView) -> str:
    """Beside the state where no time left is known."""
    if view.state.kind == "running":
        return "time left is not known yet"
    return view.state.sentence if view.state.kind == "waiting" else ""
