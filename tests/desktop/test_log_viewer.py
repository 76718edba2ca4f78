"""Help > Log with mouse and keys: filtered by level and words, followed, copied, its folder opened."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lineament.faults import LOG_VARIABLE, start_log
from lineament.faults.log import earlier_file
from lineament_desktop.app.faults.log_window import EMPTY, NONE_MATCH, LogWindow
from lineament_desktop.state.places import log_file
from lineament_desktop.theme import apply_theme

LEFT = Qt.MouseButton.LeftButton
log = logging.getLogger("lineament.tests")


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(LOG_VARIABLE, "")
    made = start_log(log_file())
    yield
    logging.getLogger().removeHandler(made)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[LogWindow]:
    """With a note, a warning and a fault in it."""
    apply_theme(qapp, "light")
    log.info("Lineament begins")
    log.warning("the sound device was lost")
    try:
        {}["no such key"]
    except KeyError:
        log.exception("unexpected failure of scoring")
    parent = QWidget()
    qtbot.addWidget(parent)
    made = LogWindow(parent)
    made.show_again()
    qtbot.waitExposed(made)
    yield made
    made.close()


def texts(window: LogWindow) -> list[str]:
    return [window.model.index(row, 2).data() for row in range(window.model.rowCount())]


def click_row(window: LogWindow, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    where = window.view.visualRect(window.model.index(row, 0)).center()
    QTest.mouseClick(window.view.viewport(), LEFT, keys, where)


def test_the_newest_is_chosen_and_read_whole(window: LogWindow) -> None:
    assert texts(window) == ["Lineament begins", "the sound device was lost", "unexpected failure of scoring"]
    assert [window.model.index(row, 1).data() for row in range(3)] == ["Note", "Warning", "Error"]
    assert "KeyError: 'no such key'" in window.details.toPlainText()
    assert window.said.text() == "3 entries"
    click_row(window, 1)
    assert window.details.toPlainText().endswith("WARNING lineament.tests: the sound device was lost")


def test_by_level_with_the_keyboard(window: LogWindow) -> None:
    window.level.setFocus()
    QTest.keyClick(window.level, Qt.Key.Key_Down)
    assert texts(window) == ["the sound device was lost", "unexpected failure of scoring"]
    QTest.keyClick(window.level, Qt.Key.Key_Down)
    assert texts(window) == ["unexpected failure of scoring"]
    assert window.said.text() == "1 of 3 entries"


def test_by_words_also_of_the_details(window: LogWindow) -> None:
    QTest.mouseClick(window.field, LEFT)
    QTest.keyClicks(window.field, "KEYerror scoring")
    assert texts(window) == ["unexpected failure of scoring"]
    QTest.keyClicks(window.field, " nowhere")
    assert texts(window) == []
    assert window.said.text() == NONE_MATCH
    assert window.details.toPlainText() == ""
    assert not window.copy_button.isEnabled()


def test_it_follows_until_one_reads_something_else(window: LogWindow, qtbot: QtBot) -> None:
    log.warning("a newer one")
    qtbot.waitUntil(lambda: len(texts(window)) == 4, timeout=5000)
    assert "a newer one" in window.details.toPlainText()
    QTest.mouseClick(window.follow, LEFT, pos=QPoint(8, window.follow.height() // 2))
    assert not window.follow.isChecked()
    click_row(window, 0)
    log.warning("the newest one")
    qtbot.waitUntil(lambda: len(texts(window)) == 5, timeout=5000)
    assert "Lineament begins" in window.details.toPlainText(), "what is read stays"
    QTest.mouseClick(window.follow, LEFT, pos=QPoint(8, window.follow.height() // 2))
    assert "the newest one" in window.details.toPlainText()


def test_a_filter_also_holds_for_what_comes(window: LogWindow, qtbot: QtBot) -> None:
    window.level.setCurrentIndex(2)
    log.warning("a warning")
    log.error("an error")
    qtbot.waitUntil(lambda: window.model.total == 5, timeout=5000)
    assert texts(window) == ["unexpected failure of scoring", "an error"]


def test_copying_what_is_chosen_or_all(window: LogWindow) -> None:
    click_row(window, 0)
    click_row(window, 1, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert "Lineament begins" in copied
    assert "KeyError" not in copied
    assert window.said.text() == "Copied 2 entries."
    window.view.clearSelection()
    QTest.mouseClick(window.copy_button, LEFT)
    assert "KeyError" in QGuiApplication.clipboard().text()
    assert window.said.text() == "Copied 3 entries."


def test_its_folder_is_opened(window: LogWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    QTest.mouseClick(window.folder_button, LEFT)
    assert Path(opened[0].toLocalFile()) == log_file().parent


def test_a_log_that_begins_anew_is_read_anew(window: LogWindow, qtbot: QtBot) -> None:
    log_file().replace(earlier_file(log_file()))
    log.warning("after the change")
    qtbot.waitUntil(lambda: texts(window)[-1] == "after the change", timeout=5000)
    assert len(texts(window)) == 4, "what went into the file before is still there"


def test_an_empty_log_says_so_and_escape_closes(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = LogWindow(parent)
    made.show_again()
    assert made.said.text() == EMPTY
    QTest.keyClick(made, Qt.Key.Key_Escape)
    assert not made.isVisible()
    log.warning("while it was closed")
    made.show_again()
    assert texts(made) == ["while it was closed"]
    made.close()


def test_every_part_has_a_name_for_readers_of_the_screen(window: LogWindow) -> None:
    for widget in (window.level, window.field, window.follow, window.view, window.details, window.said):
        assert widget.accessibleName()
    assert window.model.index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("Error, ")


def test_colours_follow_the_theme(window: LogWindow, qapp: QApplication) -> None:
    before = window.model.index(2, 1).data(Qt.ItemDataRole.ForegroundRole)
    apply_theme(qapp, "dark")
    assert window.model.index(2, 1).data(Qt.ItemDataRole.ForegroundRole) != before
    apply_theme(qapp, "light")
