"""From one start to the next: a native crash of the window is told once, with the log at hand."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QtMsgType
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore

from lineament.faults import FOLDER, LOG_VARIABLE, FaultLog, LogReader
from lineament_desktop.app.faults import qt_messages, session
from lineament_desktop.app.faults.session import CRASHED, FaultSession
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.state.places import log_file


@pytest.fixture(autouse=True)
def hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process keeps its own handlers of crashes, exceptions and Qt's words."""
    monkeypatch.setenv(LOG_VARIABLE, "")
    monkeypatch.setattr(session, "watch_crashes", lambda folder, what: None)
    monkeypatch.setattr(session, "forget_crashes", lambda: None)
    for module, hook in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    monkeypatch.setattr(qt_messages, "qInstallMessageHandler", lambda handler: None)
    root = logging.getLogger()
    yield
    for handler in [one for one in root.handlers if isinstance(one, FaultLog)]:
        root.removeHandler(handler)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(core=FakeCore().core())
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def crash(what: str) -> None:
    """A process that was watched and died of a segmentation fault."""
    program = (
        "import faulthandler; from lineament.faults import watch_process;"
        f"watch_process({what!r}); faulthandler._sigsegv()"
    )
    environment = {**os.environ, LOG_VARIABLE: str(log_file())}
    subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert len(list((log_file().parent / FOLDER).iterdir())) == 1


def test_the_next_start_says_so_once(window: MainWindow) -> None:
    crash("window")
    first = FaultSession(log_file())
    assert first.crashed
    first.watch(window)
    message = window.messages.message
    assert message is not None
    assert message.text == CRASHED
    assert message.text.count(".") == 1
    assert window.messages.log_button.isVisibleTo(window.messages)
    first.end()
    entries = LogReader(log_file()).poll() or []
    assert [entry.level for entry in entries] == ["CRITICAL", "INFO"]
    assert "process of the window crashed: Segmentation fault" in entries[0].text
    assert 'File "<string>"' in entries[0].details
    assert not FaultSession(log_file()).crashed


def test_a_crash_beside_the_window_was_told_then(window: MainWindow) -> None:
    crash("search")
    begun = FaultSession(log_file())
    assert not begun.crashed
    begun.watch(window)
    assert window.messages.message is None
    begun.end()
    assert "process of the search crashed" in (LogReader(log_file()).poll() or [])[0].text


def test_at_the_end_python_has_its_hooks_again(window: MainWindow) -> None:
    begun = FaultSession(log_file())
    begun.watch(window)
    assert sys.excepthook is not sys.__excepthook__
    begun.end()
    assert sys.excepthook is sys.__excepthook__
    assert threading.excepthook is threading.__excepthook__


def test_what_qt_complains_of_is_in_the_log(window: MainWindow, capsys: pytest.CaptureFixture[str]) -> None:
    begun = FaultSession(log_file())
    qt_messages._take(QtMsgType.QtWarningMsg, None, "QPainter: /home/anna/x.mp4")  # type: ignore[arg-type]
    qt_messages._take(QtMsgType.QtDebugMsg, None, "only for who develops")  # type: ignore[arg-type]
    begun.end()
    entries = LogReader(log_file()).poll() or []
    assert [entry.source for entry in entries] == ["lineament_desktop", "qt"]
    assert "anna" not in entries[1].text
    assert "QPainter" in capsys.readouterr().err


def test_files_that_are_open_are_named_in_no_entry(window: MainWindow) -> None:
    begun = FaultSession(log_file())
    begun.watch(window)
    window.state.path = Path("/data/Clinic/visit of Berta Zz.mp4")
    window.state.video_changed.emit(None)
    logging.getLogger("lineament").warning("visit of Berta Zz had no sound")
    begun.end()
    text = (LogReader(log_file()).poll() or [])[-1].text
    assert text.startswith("<file ")
    assert text.endswith("had no sound")
