"""Help > About, the licences of the parts, and the self-test in its own process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore

from lineament.cli.self_test_process import Tried, Trying
from lineament.own_process import Ended
from lineament.version import __version__
from lineament_desktop.app.help.about import AboutDialog
from lineament_desktop.app.help.about_facts import gather
from lineament_desktop.app.help.notices_window import NoticesWindow
from lineament_desktop.app.help.self_test_window import PASSED, STOPPED, SelfTestWindow
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.jobs.background import Done
from lineament_desktop.state import ModelFacts

LEFT = Qt.MouseButton.LeftButton
WAIT = 60_000


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(core=FakeCore().core())
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    yield made
    made.close()


def opened(kind: type, qtbot: QtBot) -> object:
    def found() -> list[object]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]

    qtbot.waitUntil(lambda: bool(found()), timeout=5000)
    return found()[-1]


# About


def test_about_says_what_this_is(window: MainWindow, qtbot: QtBot) -> None:
    window.registry["help.about"].trigger()
    dialog = opened(AboutDialog, qtbot)
    assert isinstance(dialog, AboutDialog)
    words = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    for wanted in (__version__, version("torch"), version("mediapipe"), version("pyarrow"), version("av"), qVersion()):
        assert wanted in words
    assert "Apache License 2.0" in words
    assert "model estimate, not a diagnosis" in words
    assert "simulated behaviour" in words
    assert window.state.model is not None
    assert window.state.model.name in words
    QTest.mouseClick(dialog.copy_button, LEFT)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(f"Lineament {__version__}")
    assert f"torch {version('torch')}" in copied
    assert "Trained on: simulated behaviour" in copied
    assert str(Path.home()) not in copied
    assert dialog.said.text() == "Copied."
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_every_word_of_about_has_its_room(window: MainWindow, qtbot: QtBot) -> None:
    window.registry["help.about"].trigger()
    dialog = opened(AboutDialog, qtbot)
    assert isinstance(dialog, AboutDialog)
    qtbot.wait(50)
    for label in dialog.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    dialog.close()


def test_from_about_to_the_licences(window: MainWindow, qtbot: QtBot) -> None:
    window.registry["help.about"].trigger()
    dialog = opened(AboutDialog, qtbot)
    assert isinstance(dialog, AboutDialog)
    QTest.mouseClick(dialog.notices_button, LEFT)
    notices = opened(NoticesWindow, qtbot)
    assert isinstance(notices, NoticesWindow)
    notices.close()


def test_a_model_that_cannot_be_read_is_no_reason_to_say_nothing(tmp_path: Path) -> None:
    facts = gather(ModelFacts(tmp_path, "gone", "searched network", True))
    assert facts.model == "gone (searched network)"
    assert facts.provenance == "its card can no longer be read"
    assert gather(None).model == "none that can be read"


def test_about_loads_no_torch() -> None:
    program = (
        "import sys; from lineament_desktop.app.help.about_facts import gather; gather(None);"
        "import lineament_desktop.app.help.self_test_window, lineament_desktop.app.help.notices_window;"
        "assert not {'torch', 'mediapipe'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# Licences


@pytest.fixture
def notices(window: MainWindow, qtbot: QtBot) -> Iterator[NoticesWindow]:
    window.registry["help.notices"].trigger()
    made = opened(NoticesWindow, qtbot)
    assert isinstance(made, NoticesWindow)
    qtbot.waitUntil(lambda: made.list.count() > 0, timeout=WAIT)
    yield made
    made.close()


def test_each_part_has_its_licence(notices: NoticesWindow) -> None:
    assert notices.list.count() > 40
    assert "not a package" in notices.said.text()
    QTest.mouseClick(notices.field, LEFT)
    QTest.keyClicks(notices.field, "numpy")
    assert notices.list.count() == 1
    assert "NumPy Developers" in notices.text.toPlainText()
    QTest.keyClicks(notices.field, " nothing")
    assert notices.list.count() == 0
    assert notices.text.toPlainText() == ""


def test_the_list_of_parts_is_saved(
    notices: NoticesWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "parts.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    QTest.mouseClick(notices.save_button, LEFT)
    qtbot.waitUntil(lambda: str(target) in notices.said.text(), timeout=WAIT)
    document = json.loads(target.read_text(encoding="utf-8"))
    assert document["bomFormat"] == "CycloneDX"
    named = {part["name"].lower() for part in document["components"]}
    assert {"numpy", "torch", "mediapipe", "python"} <= named


def test_a_folder_that_may_not_be_written_is_said(notices: NoticesWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    notices.save(tmp_path / "file" / "parts.json")
    qtbot.waitUntil(lambda: "file" in notices.said.text(), timeout=WAIT)
    assert "went wrong" not in notices.said.text()


# Self-test


@pytest.fixture
def self_test(window: MainWindow, qtbot: QtBot) -> Iterator[SelfTestWindow]:
    made = SelfTestWindow(window, ("cluster", "licences"))
    made.show()
    yield made
    made.close()


def test_it_runs_in_a_process_and_says_that_it_passed(self_test: SelfTestWindow, qtbot: QtBot) -> None:
    QTest.mouseClick(self_test.start_button, LEFT)
    assert not self_test.start_button.isEnabled()
    assert self_test.stop_button.isEnabled()
    qtbot.waitUntil(lambda: self_test.start_button.isEnabled(), timeout=WAIT)
    assert self_test.said.text() == PASSED
    assert [row.name for row in self_test.tried] == ["cluster", "licences"]
    assert "Only packages carry notices" in self_test.rows["licences"][2].text()
    assert self_test.bar.value() == self_test.bar.maximum() == 2
    QTest.mouseClick(self_test.copy_button, LEFT)
    assert QGuiApplication.clipboard().text().endswith(PASSED)


def test_it_is_stopped_and_leaves_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    made = SelfTestWindow(window, ("demonstration",))
    made.show()
    QTest.keyClick(made, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: made.rows["demonstration"][0].text() == "being tried", timeout=WAIT)
    QTest.mouseClick(made.stop_button, LEFT)
    qtbot.waitUntil(lambda: made.start_button.isEnabled(), timeout=WAIT)
    assert made.said.text() == STOPPED
    assert made.rows["demonstration"][0].text() == "not tried"
    qtbot.waitUntil(lambda: not list(tmp_path.glob("lineament-self-test*")), timeout=5000)
    made.close()


def test_a_failure_is_said_and_named(self_test: SelfTestWindow) -> None:
    self_test._hear(Trying("cluster"))
    assert self_test.said.text() == "Trying 1 of 2: cluster."
    self_test._hear(Tried("cluster", "FAILED", 1.25, "it gives nothing"))
    self_test._hear(Tried("licences", "not here", 0.0, "Only packages carry them"))
    self_test._on_done(Done(Ended("finished")))
    assert self_test.said.text().startswith("Self-test FAILED: cluster.")
    assert self_test.rows["cluster"][1].text() == "1.2"
    assert self_test.rows["cluster"][0].accessibleName() == "cluster: FAILED"


def test_there_is_one_window_of_it(window: MainWindow, qtbot: QtBot) -> None:
    window.registry["help.self_test"].trigger()
    first = opened(SelfTestWindow, qtbot)
    window.registry["help.self_test"].trigger()
    assert opened(SelfTestWindow, qtbot) is first
