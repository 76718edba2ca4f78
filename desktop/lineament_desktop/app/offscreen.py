"""The window's job without a display: open, analyse, play ten seconds, save the picture and the analysis."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QEventLoop, QTimer

from lineament.recording import SUFFIX
from lineament.resources import resource_path
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.start import make_application
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.state import Message
from lineament_desktop.theme import apply_theme

PLAY_S = 10.0
OPEN_LIMIT_S = 60.0
SETTLE_S = 1.0  # the panes draw growth a few times a second: time for the last of it
STEP_MS = 20
SIZE = (1440, 900)


def run_offscreen(out: Path, file: Path | None = None, *, limit_s: float = 3600.0, core: Core | None = None) -> int:
    """Do it for `file` or the demonstration and print where the results are.

    Returns the exit status: 1 when the file did not open, or was not analysed and scored within `limit_s` seconds.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    video = file if file is not None else resource_path("demo/interview.mp4")
    out.mkdir(parents=True, exist_ok=True)
    apply_theme(make_application(), "light")
    window = MainWindow(core=core)
    window.resize(*SIZE)
    window.show()
    try:
        return _Visit(window, video, out, limit_s).run()
    finally:
        window.close()


class _Visit:
    """One file in the real window, watched from outside."""

    def __init__(self, window: MainWindow, file: Path, out: Path, limit_s: float) -> None:
        self._window, self._file, self._out, self._limit_s = window, file, out, limit_s
        self._errors: list[str] = []
        window.state.message_posted.connect(self._listen)

    def _listen(self, message: Message) -> None:
        if message.severity == "error":
            self._errors.append(message.text)

    def run(self) -> int:
        say(f"Opening {self._file.name}.")
        self._window.open_path(self._file)
        opened = wait(lambda: self._is_open() or bool(self._errors), OPEN_LIMIT_S)
        if not opened or not self._is_open():
            say(self._errors[0] if self._errors else f"{self._file.name} did not open in {OPEN_LIMIT_S:.0f} seconds.")
            return 1
        self._play()
        analysed = wait(lambda: bool(self._errors) or self._is_analysed(), self._limit_s)
        wait(lambda: False, SETTLE_S)
        self._save()
        for error in self._errors:
            say(error)
        if not analysed:
            say(f"The analysis had not ended after {self._limit_s:.0f} seconds. It goes on from here next time.")
        return 0 if analysed and not self._errors else 1

    def _is_open(self) -> bool:
        state = self._window.state
        return state.playhead is not None or (state.video is None and state.recording is not None)

    def _is_analysed(self) -> bool:
        state = self._window.state
        complete = state.recording is not None and state.recording.meta.complete
        return complete and state.progress is None and (state.prediction is not None or state.failure is not None)

    def _play(self) -> None:
        state = self._window.state
        if state.video is None:
            return
        say(f"Playing {PLAY_S:.0f} seconds of it while it is analysed.")
        state.set_playing(True)

        def played() -> bool:
            return not state.playing or (state.playhead is not None and state.playhead.time_s >= PLAY_S)

        wait(played, 6 * PLAY_S)
        state.set_playing(False)

    def _save(self) -> None:
        picture = self._out / f"{self._file.stem}.review.png"
        self._window.grab().save(str(picture))
        say(f"The window's picture: {picture}")
        recording = self._window.jobs.recording_path
        if recording is not None and recording.name.endswith(SUFFIX):
            target = self._out / recording.name
            if recording.resolve() != target.resolve():
                shutil.copyfile(recording, target)
            say(f"The analysis: {target}")


def wait(condition: Callable[[], bool], limit_s: float) -> bool:
    """Let the window live until the condition holds; whether it did in time."""
    deadline = monotonic() + limit_s
    loop = QEventLoop()
    timer = QTimer(interval=STEP_MS)
    timer.timeout.connect(lambda: loop.quit() if condition() or monotonic() > deadline else None)
    timer.start()
    loop.exec()
    return condition()


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the command's answer
