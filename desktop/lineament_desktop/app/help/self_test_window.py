"""The self-test of this installation: its rows as they come, and at the end whether it passed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lineament.cli.self_test_checks import CHECKS
from lineament.cli.self_test_process import SelfTestProcess, Tried, Trying
from lineament.faults import unexpected
from lineament.own_process import Ended
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.process_work import ProcessWork
from lineament_desktop.jobs.runner import JobRunner

TITLE = "Self-test"
SIZE = (760, 560)
NAME = "testing this installation"
JOIN_S = 3.0
BEFORE = (
    "Tries on this computer what Lineament does: it plays, tracks and scores the demonstration, searches, saves and "
    "exports. It takes a minute or more and leaves nothing behind."
)
PASSED = "Self-test passed: this installation does what it should."
STOPPED = "Self-test stopped; what had been tried stands below."
WAITING, RUNNING = "waiting", "being tried"
HEADS = ("Tried", "Result", "Seconds", "What was found")
NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop


class SelfTestWindow(QDialog):
    """The work happens in a process of its own; closing the window stops it."""

    def __init__(self, parent: QWidget, names: tuple[str, ...] = ()) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._names = names
        self.names = [name for name in CHECKS if not names or name in names]
        self.rows: dict[str, tuple[QLabel, QLabel, QLabel]] = {}
        self.tried: list[Tried] = []
        self._runner = JobRunner(self)
        self._job: BackgroundJob | None = None
        self.said = QLabel(BEFORE)
        self.said.setWordWrap(True)
        self.said.setAccessibleName("State of the self-test")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the self-test")
        self.bar.setMaximum(len(self.names))
        self._make_buttons()
        self._lay_out()
        self.resize(*SIZE)

    # Assembly

    def _make_buttons(self) -> None:
        self.start_button = QPushButton("&Start")
        self.start_button.setDefault(True)
        self.start_button.clicked.connect(self.start)
        self.stop_button = QPushButton("S&top")
        self.stop_button.setAutoDefault(False)
        self.stop_button.setEnabled(False)
        self.stop_button.clicked.connect(self.stop)
        self.copy_button = QPushButton("&Copy")
        self.copy_button.setToolTip("Copy the table as text")
        self.copy_button.setAutoDefault(False)
        self.copy_button.setEnabled(False)
        self.copy_button.clicked.connect(self.copy)
        self.close_button = QPushButton("Close")
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setAccessibleName("What is tried")
        self.area.setWidget(self._table())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self.start_button, self.stop_button, self.copy_button, self.close_button):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addWidget(self.said)
        column.addWidget(self.bar)
        column.addWidget(self.area, 1)
        column.addLayout(buttons)

    def _table(self) -> QWidget:
        table = QWidget()
        table.setObjectName("card")
        table.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        grid = QGridLayout(table)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        for number, words in enumerate(HEADS):
            head = QLabel(words)
            head.setObjectName("title")
            grid.addWidget(head, 0, number, NUMBERS if number == 2 else Qt.AlignmentFlag.AlignTop)
        for row, name in enumerate(self.names, 1):
            result, seconds, says = QLabel(WAITING), QLabel(""), QLabel("")
            result.setObjectName("muted")
            says.setWordWrap(True)
            says.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(QLabel(name), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(result, row, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(seconds, row, 2, NUMBERS)
            grid.addWidget(says, row, 3, Qt.AlignmentFlag.AlignTop)
            self.rows[name] = (result, seconds, says)
        grid.setColumnMinimumWidth(1, table.fontMetrics().horizontalAdvance(RUNNING) + 8)
        grid.setColumnStretch(3, 1)
        grid.setRowStretch(len(self.names) + 1, 1)
        return table

    # Trying

    def start(self) -> None:
        if self._job is not None:
            return
        self.tried.clear()
        for result, seconds, says in self.rows.values():
            _show(result, WAITING, "muted")
            seconds.clear()
            says.clear()
        self.bar.setValue(0)
        self.said.setText("The self-test is starting.")
        self._job = BackgroundJob(NAME, ProcessWork(lambda: SelfTestProcess(self._names), "the self-test"))
        self._refresh()
        self._runner.start(self._job, self._hear, self._on_done)

    def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.said.setText("The self-test is being stopped.")
            self.stop_button.setEnabled(False)

    def _hear(self, message: object) -> None:
        if isinstance(message, Trying):
            _show(self.rows[message.name][0], RUNNING, "title")
            number = self.names.index(message.name) + 1
            self.said.setText(f"Trying {number} of {len(self.names)}: {message.name}.")
        elif isinstance(message, Tried):
            result, seconds, says = self.rows[message.name]
            _show(result, message.verdict, {"passed": "", "not here": "muted"}.get(message.verdict, "simulated"))
            result.setAccessibleName(f"{message.name}: {message.verdict}")
            seconds.setText(f"{message.seconds:.1f}")
            says.setText(message.says)
            self.tried.append(message)
            self.bar.setValue(len(self.tried))

    def _on_done(self, done: Done) -> None:
        self._job = None
        for result, _, _ in self.rows.values():
            if result.text() in (RUNNING, WAITING):
                _show(result, "not tried", "muted")
        self.said.setText(self._verdict(done))
        self._refresh()

    def _verdict(self, done: Done) -> str:
        ended = done.result if isinstance(done.result, Ended) else Ended("failed", done.failure or "")
        failed = [row.name for row in self.tried if row.verdict == "FAILED"]
        if ended.how == "failed":
            return ended.why or unexpected(NAME)
        if failed:
            return f"Self-test FAILED: {', '.join(failed)}. The table says why; reinstalling Lineament may help."
        return STOPPED if ended.how == "stopped" else PASSED

    def _refresh(self) -> None:
        running = self._job is not None
        self.start_button.setText("&Start" if running or not self.tried else "&Start again")
        self.start_button.setEnabled(not running)
        self.stop_button.setEnabled(running)
        self.copy_button.setEnabled(not running and bool(self.tried))

    def copy(self) -> None:
        lines = [f"{row.name}: {row.verdict}, {row.seconds:.1f} s. {row.says}" for row in self.tried]
        QGuiApplication.clipboard().setText("\n".join([*lines, self.said.text()]))

    def done(self, code: int) -> None:
        """Closed: whatever is still being tried is stopped, and leaves nothing."""
        self._runner.stop_all(JOIN_S)
        super().done(code)


def _show(label: QLabel, words: str, kind: str) -> None:
    label.setText(words)
    label.setObjectName(kind)
    label.style().unpolish(label)
    label.style().polish(label)
