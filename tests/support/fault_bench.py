"""A window whose faults are logged as in the application, and what a test asks of it after something broke."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.failing_processes import NAME, Injected, break_it, broken, crash_it
from tests.support.fake_core import FakeCore

from lineament.faults import WENT_WRONG, Entry, LogReader
from lineament.models.base import Model
from lineament.recording import RecordingView
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.jobs.scoring import ScoringTask
from lineament_desktop.state import Message
from lineament_desktop.state.places import log_file

WAIT_MS = 20_000
__all__ = ["NAME", "Bench", "BreakableCore", "Injected", "break_it", "broken", "crash_it"]


@dataclass
class BreakableCore(FakeCore):
    """breaks: which of its functions do not work."""

    breaks: set[str] = field(default_factory=set)

    def core(self) -> Core:
        return replace(super().core(), load_model=self.load)

    def measure(self, *asked: Any) -> RecordingView:
        return broken() if "measure" in self.breaks else super().measure(*asked)

    def make_scorer(self, task: ScoringTask) -> FakeCore:
        return broken() if "make_scorer" in self.breaks else super().make_scorer(task)

    def read(self, path: Path) -> RecordingView:
        return broken() if "read" in self.breaks else super().read(path)

    def load(self, folder: Path) -> Model:
        return broken()


@dataclass
class Bench:
    """One window, its core and what was said in it."""

    qtbot: QtBot
    window: MainWindow
    core: BreakableCore
    folder: Path
    film: Path
    said: list[Message] = field(default_factory=list)

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def open_film(self) -> None:
        """And have it measured and scored."""
        state = self.window.state
        self.window.open_path(self.film)
        self.until(lambda: state.path == self.film and state.prediction is not None and state.progress is None)
        state.set_playing(False)

    def faults(self) -> list[Message]:
        return [message for message in self.said if WENT_WRONG in message.text.casefold()]

    def entries(self) -> list[Entry]:
        """Of the log, errors and worse."""
        return [entry for entry in LogReader(log_file()).poll() or () if entry.rank > 1]

    def lives(self) -> bool:
        """The window answers mouse and keys: a menu's action and the workspaces' buttons do what they say."""
        window, left = self.window, Qt.MouseButton.LeftButton
        QTest.mouseClick(window.mode_bar.buttons["search"], left)
        went = window.pages.current == "search"
        QTest.mouseClick(window.mode_bar.buttons["review"], left)
        return went and window.pages.current == "review" and window.isVisible()

    def assert_told(self, words: str = "") -> None:
        """One sentence with the way to the log, and an entry that names nobody."""
        self.until(lambda: bool(self.faults()) and bool(self.entries()))
        time.sleep(0.01)
        texts = {message.text for message in self.faults()}
        for text in texts:
            assert ". " not in text, "one sentence"
            assert text.endswith(".")
            assert "cannot use" not in text, "what happened is for the log"
        assert any(words in text for text in texts), texts
        shown = self.window.messages
        assert shown.message is not None
        assert shown.message.in_log
        assert shown.log_button.isVisibleTo(shown)
        for entry in self.entries():
            assert "Anna" not in entry.whole(), entry.whole()
            assert "Müller" not in entry.whole(), entry.whole()
            assert str(Path.home()) not in entry.whole()
        assert any("Injected" in entry.details for entry in self.entries())
        assert self.lives()
