"""Start-up: where there is no display the same job is done offscreen; the log; unforeseen errors; bad files."""

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.qt import write_video

from lineament.errors import FaceError
from lineament.faults import LOG_VARIABLE, start_log
from lineament_desktop.app import offscreen, start
from lineament_desktop.app.interrupts import Interrupts
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.offscreen import run_offscreen
from lineament_desktop.app.unexpected import UnexpectedErrors
from lineament_desktop.state.places import log_file


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offscreen, "PLAY_S", 0.5)
    monkeypatch.setattr(offscreen, "SETTLE_S", 0.3)


def test_offscreen_plays_analyses_and_saves_picture_and_analysis(
    qapp: QApplication, quick: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = write_video(tmp_path / "two words.mp4", 1.0)
    core = FakeCore(seconds=1.0, writes=True)
    out = tmp_path / "out"
    assert run_offscreen(out, film, limit_s=20, core=core.core()) == 0
    picture = QImage(str(out / "two words.review.png"))
    assert picture.width() == 1440
    assert (out / "fake.lineament.parquet").exists()
    said = capsys.readouterr().out
    assert "two words.review.png" in said
    assert "fake.lineament.parquet" in said


def test_offscreen_says_what_is_wrong_with_a_file(
    qapp: QApplication, quick: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "empty.mp4"
    broken.touch()
    assert run_offscreen(tmp_path / "out", broken, core=FakeCore().core()) == 1
    said = capsys.readouterr().out.strip().splitlines()
    assert len(said) == 2
    assert said[1].startswith("empty.mp4: ")


def test_offscreen_keeps_the_picture_when_there_is_no_face(
    qapp: QApplication, quick: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = write_video(tmp_path / "no_face.mp4", 1.0)
    core = FakeCore(seconds=1.0, fail=FaceError("no face was found", path="no_face.mp4", remedy="Film a face."))
    assert run_offscreen(tmp_path / "out", film, limit_s=20, core=core.core()) == 1
    assert (tmp_path / "out" / "no_face.review.png").exists()
    assert "no_face.mp4: no face was found. Film a face." in capsys.readouterr().out


def test_no_display_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not start.has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(start, "x_server_answers", lambda: True)
    assert start.has_display()
    monkeypatch.setattr(start, "x_server_answers", lambda: False)
    assert not start.has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert start.has_display()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert not start.has_display()


def test_a_display_that_does_not_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    assert not start.x_server_answers()


def test_without_a_display_main_says_so_and_works_offscreen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[Path, Path | None]] = []
    monkeypatch.setattr(start, "has_display", lambda: False)
    monkeypatch.setattr(start, "FaultSession", lambda file: SimpleNamespace(end=lambda: None))
    monkeypatch.setattr(offscreen, "run_offscreen", lambda out, file: asked.append((out, file)) or 0)
    interval = sys.getswitchinterval()
    assert start.main(["lineament-desktop", "a.mp4", "--out", str(tmp_path)]) == 0
    sys.setswitchinterval(interval)
    assert asked == [(tmp_path, Path("a.mp4"))]
    assert "no display" in capsys.readouterr().out


@pytest.mark.parametrize("elsewhere", [False, True])
def test_something_unforeseen_is_logged_and_said_in_one_sentence(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, elsewhere: bool
) -> None:
    window = MainWindow(core=FakeCore().core())
    qtbot.addWidget(window)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    unexpected = UnexpectedErrors(window.state, window)
    unexpected.install()

    def fail() -> None:
        raise ZeroDivisionError("a secret")

    with caplog.at_level(logging.CRITICAL):
        if elsewhere:
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
        else:
            error = ZeroDivisionError("a secret")
            sys.excepthook(type(error), error, None)
    qtbot.waitUntil(lambda: window.messages.message is not None, timeout=5000)
    assert window.messages.message.text == "Something unexpected went wrong; nothing saved was lost."
    assert window.messages.log_button.isVisibleTo(window.messages)
    assert "a secret" not in window.messages.message.text
    assert "a secret" in caplog.text
    unexpected.release()
    window.close()


def test_control_c_closes_the_window(qtbot: QtBot) -> None:
    window = MainWindow(core=FakeCore().core())
    qtbot.addWidget(window)
    window.show()
    interrupts = Interrupts(window)
    try:
        os.kill(os.getpid(), signal.SIGINT)
        qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)
    finally:
        interrupts.release()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_log_is_a_file_in_the_data_folder(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOG_VARIABLE, "")
    root = logging.getLogger()
    before = list(root.handlers)
    start_log(log_file())
    logging.getLogger("lineament").warning("kept")
    added = [handler for handler in root.handlers if handler not in before]
    for handler in added:
        root.removeHandler(handler)
        handler.close()
    assert "kept" in (own_folders / "data" / "logs" / "lineament.log").read_text()
