"""The message bar: notes leave by themselves, errors stay until closed and are not covered by notes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lineament_desktop.state import Message
from lineament_desktop.widgets import message_bar
from lineament_desktop.widgets.message_bar import MessageBar


@pytest.fixture
def bar(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MessageBar:
    monkeypatch.setattr(message_bar, "READING_MS", 60)
    made = MessageBar()
    qtbot.addWidget(made)
    return made


def test_notes_leave_by_themselves_errors_stay(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message(Message("Saved."))
    assert bar.isVisible()
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=2000)
    bar.show_message(Message("a.mp4: broken. Choose another.", "error"))
    qtbot.wait(150)
    assert bar.isVisible()
    assert bar.accessibleName() == "Error: a.mp4: broken. Choose another."
    QTest.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_a_note_waits_behind_an_error(bar: MessageBar) -> None:
    error, note = Message("Broken.", "error"), Message("Saved.")
    bar.show_message(error)
    bar.show_message(note)
    assert bar.message == error
    bar.dismiss()
    assert bar.message == note


def test_a_newer_error_comes_first_and_the_older_comes_back(bar: MessageBar) -> None:
    first, second = Message("First.", "error"), Message("Second.", "error")
    bar.show_message(first)
    bar.show_message(second)
    bar.show_message(second)
    assert bar.message == second
    bar.dismiss()
    assert bar.message == first
    bar.dismiss()
    assert bar.message is None


def test_a_long_sentence_wraps_instead_of_widening_the_window(bar: MessageBar) -> None:
    bar.show_message(Message("word " * 80, "warning"))
    bar.resize(400, bar.heightForWidth(400) if bar.hasHeightForWidth() else 100)
    assert bar.minimumSizeHint().width() < 400
