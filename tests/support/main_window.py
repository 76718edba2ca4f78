"""The main window on screen with a stand-in for the core, for tests of what belongs to no workspace."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore

from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import apply_theme

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def make_window(qtbot: QtBot, qapp: QApplication) -> Iterator[MakeWindow]:
    """Windows with the focus; each begins with the settings that the one before it left."""
    windows: list[MainWindow] = []

    def make(core: FakeCore | None = None) -> MainWindow:
        window = MainWindow(Settings(), (core or FakeCore()).core())
        windows.append(window)
        window.resize(1440, 900)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window and QApplication.focusWidget() is not None)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    apply_theme(qapp, "light")
