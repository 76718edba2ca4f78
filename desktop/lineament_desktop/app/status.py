"""The status bar: how far the analysis is, a button to stop it, and the device."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar

from lineament.progress import Progress
from lineament_desktop.state import ReviewState


def progress_words(progress: Progress, duration_s: float | None, *, stopping: bool = False) -> str:
    """For example "analysing 63 % · 4.6× real time · 0:11 left"."""
    if stopping:
        return f"stopping, {progress.share * 100:.0f} % analysed and kept"
    parts = [f"{progress.task} {progress.share * 100:.0f} %"]
    if duration_s and progress.total and progress.rate > 0:
        parts.append(f"{progress.rate / progress.total * duration_s:.1f}× real time")
    if progress.remaining_s is not None:
        minutes, seconds = divmod(round(progress.remaining_s), 60)
        parts.append(f"{minutes}:{seconds:02d} left")
    return " · ".join(parts)


class StatusBar(QStatusBar):
    cancel_asked = Signal()

    def __init__(self, state: ReviewState) -> None:
        super().__init__()
        self._state = state
        self._stopping = False
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self.text = QLabel()
        self.text.setAccessibleName("Analysis")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.bar.setAccessibleName("Analysis progress")
        self.button = QPushButton("S&top")
        self.button.setToolTip("Stop the analysis; what is measured is kept")
        self.button.setStyleSheet("padding: 1px 12px;")
        self.button.clicked.connect(self.cancel_asked)
        self.device = QLabel("CPU")
        self.device.setToolTip("Faces are measured and the model is run on the processor; no graphics card is used")
        for widget in (self.bar, self.text, self.button):
            self.addWidget(widget)
        self.addPermanentWidget(self.device)
        state.progress_changed.connect(self._on_change)
        state.video_changed.connect(self._on_change)
        state.recording_changed.connect(self._on_change)
        self.refresh()

    def set_stopping(self, stopping: bool) -> None:
        self._stopping = stopping
        self.refresh()

    def _on_change(self, *_: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        progress = self._state.progress
        running = progress is not None
        self.bar.setVisible(running)
        self.button.setVisible(running)
        self.button.setEnabled(not self._stopping)
        if progress is None:
            self.text.setText(self._standing())
            return
        self.bar.setValue(round(progress.share * 1000))
        duration = self._state.video.duration_s if self._state.video is not None else None
        self.text.setText(progress_words(progress, duration, stopping=self._stopping))

    def _standing(self) -> str:
        """What is open, while nothing runs."""
        recording = self._state.recording
        if recording is None or recording.n_rows == 0:
            return "" if self._state.video is None else "not analysed"
        measured = f"{recording.n_rows} frames measured"
        return measured if recording.meta.complete else f"{measured}, not all: Analyse goes on"
