"""One training: what was asked, how far it is, its curve, and what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from lineament.progress import Progress
from lineament_desktop.jobs.training_jobs import TrainingTask
from lineament_desktop.models.loss_chart import LossChart, epoch_words
from lineament_desktop.models.training_rows import TrainingRow

STOPPED = "The training was stopped. What it has learnt is kept; resume it to go on."
NOTHING_YET = "The training was stopped before its first epoch was done. Resumed, it begins again."
STOP_HELP = "Stop now; what was learnt up to the last whole epoch is kept"
WORKING = "Another process is training or saving here."


class TrainingPage(QWidget):
    """asked: "stop", "resume" or "discard"."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._row: TrainingRow | None = None
        self.title = QLabel()
        large = self.title.font()
        large.setPointSizeF(large.pointSizeF() * 1.35)
        large.setBold(True)
        self.title.setFont(large)
        self.facts = QLabel()
        self.facts.setObjectName("muted")
        self.facts.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.bar.setAccessibleName("How far the present step is")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setAccessibleName("What the training is doing")
        self.stop = self._button("&Stop and save", STOP_HELP, "stop")
        self.resume = self._button("&Resume", "Go on from the last whole epoch", "resume")
        self.discard = self._button("&Discard…", "Delete what was learnt", "discard")
        self.chart = LossChart()
        self.latest = QLabel()
        self.latest.setWordWrap(True)
        self.notes = QLabel()
        self.notes.setObjectName("muted")
        self.notes.setWordWrap(True)
        self._lay_out()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.stop, self.resume, self.discard):
            buttons.addWidget(button)
        buttons.addStretch(1)
        standing = QHBoxLayout()
        standing.setSpacing(8)
        standing.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        standing.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.facts)
        column.addLayout(buttons)
        column.addLayout(standing)
        column.addWidget(self.chart)
        column.addWidget(self.latest)
        column.addWidget(self.notes)
        column.addStretch(1)

    def _button(self, title: str, help_text: str, word: str) -> QPushButton:
        button = QPushButton(title)
        button.setToolTip(help_text)
        button.setObjectName(f"training.{word}")
        button.clicked.connect(lambda: self.asked.emit(word))
        return button

    def show_row(self, row: TrainingRow) -> None:
        """A training as it stands now."""
        self._row = row
        task = row.task
        self.title.setText(row.name)
        self.facts.setText(row.facts)
        running = task is not None and task.state in ("running", "stopping")
        focused = self.stop.hasFocus() or self.resume.hasFocus()
        self.stop.setVisible(task is not None)
        self.stop.setText("&Take out" if task is not None and task.state == "waiting" else "&Stop and save")
        self.stop.setEnabled(task is not None and task.state != "stopping")
        self.resume.setVisible(task is None and not row.problem)
        self.resume.setEnabled(not row.working)
        self.discard.setEnabled(not row.working and (task is None or task.state == "running"))
        self.discard.setVisible(task is None or running)
        self.bar.setVisible(running)
        if focused:  # never to a button that deletes
            (self.resume if task is None else self.stop).setFocus()
        self.show_standing()

    def show_standing(self) -> None:
        """It has moved on."""
        row = self._row
        if row is None:
            return
        progress = row.task.progress if row.task is not None else None
        self.bar.setValue(round(1000 * progress.share) if progress is not None else 0)
        self.words.setText(standing_words(row))
        epochs = row.epochs
        self.chart.show_epochs(epochs)
        self.chart.setVisible(bool(epochs) or (row.task is not None and row.task.state != "waiting"))
        self.latest.setText(f"{epoch_words(epochs, len(epochs))}." if epochs else "")
        self.notes.setText("\n".join(row.task.notes) if row.task is not None else "")


def standing_words(row: TrainingRow) -> str:
    """What a training is doing, in one line or two."""
    task = row.task
    if task is None:
        return row.problem or (WORKING if row.working else STOPPED if row.epochs else NOTHING_YET)
    if task.state == "waiting":
        return "Waits until its device is free."
    if task.state == "stopping":
        return "Stopping. What was learnt up to the last whole epoch is kept."
    return progress_words(task)


def progress_words(task: TrainingTask) -> str:
    progress = task.progress
    if task.doing or progress is None:
        return task.doing
    said = f"{progress.task[:1].upper()}{progress.task[1:]}: {progress.done} of {progress.total} {progress.unit}."
    left = _left(progress)
    return f"{said} {left}" if left else said


def _left(progress: Progress) -> str:
    """Of this step; what ends early where nothing gets better is at most so long."""
    seconds = progress.remaining_s
    if seconds is None or progress.done >= progress.total:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    most = "At most " if progress.task.startswith("training") else ""
    words = f"{minutes}:{rest:02d} left of this step."
    return f"{most}{words}"
