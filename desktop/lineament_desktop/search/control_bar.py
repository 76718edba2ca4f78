"""The buttons over a run: what can be asked of it as it stands, and how long ago something was asked."""

from time import monotonic

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from lineament.search.monitor.state import StateKind
from lineament_desktop.jobs.search_queue import SearchTask
from lineament_desktop.widgets.elided_label import ElidedLabel

TICK_MS = 500
ASKED = {"pausing": "Pausing", "stopping": "Stopping and saving"}
RESUMABLE: frozenset[StateKind] = frozenset({"stopped", "interrupted", "failed"})


class ControlBar(QWidget):
    """asked: "pause", "go on", "finish phase", "do not finish phase", "stop", "discard", "resume" or "repeat"."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._task: SearchTask | None = None
        self._asked_at: float | None = None
        self.words = ElidedLabel()
        self.words.setAccessibleName("What the search is doing")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName("Share of the budget that is spent")
        self.share = QLabel()
        self.share.setObjectName("muted")
        self.pause = self._button("Pause", "Compute nothing for a while; everything is saved", "pause")
        self.go_on = self._button("Go on", "Go on computing", "go on")
        self.after_phase = self._button("Stop after this phase", "Finish the present phase, then stop", "finish phase")
        self.after_phase.setCheckable(True)
        self.stop = self._button("Stop and save", "Stop now; the run can be resumed", "stop")
        self.discard = self._button("Discard…", "Stop, and delete the run with all it found", "discard")
        self.resume = self._button("Resume", "Go on where the run stopped", "resume")
        self.repeat = self._button(
            "Repeat with changed settings", "Fill the form with this run's settings and cohort", "repeat"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.bar)
        row.addWidget(self.share)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self.words, 1)
        for button in self._buttons:
            row.addWidget(button)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_words)
        self.show_run(None, None)

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return (self.pause, self.go_on, self.after_phase, self.stop, self.resume, self.repeat, self.discard)

    def _button(self, title: str, help_text: str, word: str) -> QPushButton:
        button = QPushButton(title)
        button.setToolTip(help_text)
        button.setObjectName(f"search.{word}")
        button.clicked.connect(
            lambda checked=False: self.asked.emit(word if checked or word != "finish phase" else "do not finish phase")
        )
        return button

    def show_run(self, task: SearchTask | None, kind: StateKind | None) -> None:
        """task: of this window, None for a run that nobody here works in. kind: what the run's files say, None for no
        run."""
        state = task.state if task is not None else None
        if task is not self._task or state not in ASKED:
            self._asked_at = None
        if state in ASKED and self._asked_at is None:
            self._asked_at = monotonic()
        self._task = task
        live = state in ("preparing", "running", "pausing", "paused", "stopping")
        shown = {
            self.pause: state in ("running", "pausing", "preparing"),
            self.go_on: state == "paused",
            self.after_phase: state in ("running", "pausing"),
            self.stop: live,
            self.discard: live or (state is None and kind not in (None, "running", "paused", "stopping", "waiting")),
            self.resume: state is None and kind in RESUMABLE,
            self.repeat: state is None and kind not in (None, "unreadable"),
        }
        had_focus = any(button.hasFocus() for button in self._buttons)
        for button, there in shown.items():
            button.setVisible(there)
        self.pause.setEnabled(state == "running")
        self.after_phase.setEnabled(state == "running")
        self.after_phase.setChecked(task is not None and task.after_phase)
        for button in (self.stop, self.discard):
            button.setEnabled(state != "stopping")
        for widget in (self.bar, self.share):
            widget.setVisible(task is not None)
        self.setVisible(task is not None or kind is not None)
        self.show_standing()
        self._show_words()
        if had_focus:
            # never to a neighbour that stops or deletes: a key pressed twice must do no harm
            harmless = (self.go_on, self.pause, self.resume)
            next((one for one in harmless if shown[one] and one.isEnabled()), self).setFocus()
        (self._tick.start if self._asked_at is not None else self._tick.stop)()

    def show_standing(self) -> None:
        """The task has moved on."""
        standing = self._task.standing if self._task is not None else None
        share = standing.share if standing is not None else 0.0
        self.bar.setValue(round(1000 * share))
        self.share.setText(f"{100 * share:.0f} %")

    def _show_words(self) -> None:
        task = self._task
        if task is None:
            self.words.setText("")
        elif self._asked_at is not None:
            seconds = monotonic() - self._asked_at
            self.words.setText(f"{ASKED[task.state]}: {seconds:.0f} s")
        elif task.state == "queued":
            self.words.setText("Waits until the device is free.")
        elif task.doing or task.estimate is None or task.state != "running":
            self.words.setText(task.doing)
        else:
            self.words.setText(f"Said before it began: {task.estimate.words}")
