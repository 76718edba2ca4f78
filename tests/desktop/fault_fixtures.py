"""The bench, as the tests of faults share it."""

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.fault_bench import Bench, BreakableCore
from tests.support.qt import write_video

from lineament.faults import LOG_VARIABLE, start_log
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.unexpected import UnexpectedErrors
from lineament_desktop.state.places import log_file
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import apply_theme


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("films") / "Anna Müller.mp4", 1.0)


@pytest.fixture
def bench(
    qtbot: QtBot, qapp: QApplication, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    monkeypatch.setenv(LOG_VARIABLE, "")
    for module, hook in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    apply_theme(qapp, "light")
    log = start_log(log_file())
    core = BreakableCore(seconds=1.0)
    window = MainWindow(Settings(), core.core())
    window.resize(1280, 800)
    window.show()
    unexpected = UnexpectedErrors(window.state, window, log)
    unexpected.install()
    made = Bench(qtbot, window, core, tmp_path, film)
    window.state.message_posted.connect(made.said.append)
    yield made
    unexpected.release()
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    logging.getLogger().removeHandler(log)
