"""Keys are changed by pressing them, taken over only when asked for, kept, reset, and named as they are everywhere."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot
from tests.support.main_window import MakeWindow, make_window

from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.settings.keys_page import CHOOSE, NOTHING, KeysPage
from lineament_desktop.app.settings.opening import KEYS
from lineament_desktop.app.shortcuts_dialog import ShortcutsDialog
from lineament_desktop.state.places import config_folder
from lineament_desktop.state.settings import Settings

__all__ = ["make_window"]
LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def window(make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr("lineament_desktop.app.settings.dialog.list_devices", list)
    return make_window()


def keys_page(window: MainWindow, qtbot: QtBot) -> KeysPage:
    """By way of the overview under `?`."""
    QTest.keyClick(window, "?")
    overview = window.findChild(ShortcutsDialog)
    assert overview is not None
    QTest.mouseClick(overview.change, LEFT)
    dialog = window.settings_dialog.dialog
    assert dialog is not None
    assert not overview.isVisible()
    assert dialog.page == KEYS
    qtbot.waitUntil(dialog.keys.search.hasFocus)
    return dialog.keys


def press(page: KeysPage, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """With the focus where the page has put it."""
    line = page.catcher.findChild(QLineEdit)
    focused = QApplication.focusWidget()
    assert focused in (line, page.catcher), focused
    QTest.keyClick(focused, key, modifiers)


def find(page: KeysPage, words: str) -> None:
    page.search.setFocus()
    page.search.selectAll()
    QTest.keyClicks(page.search, words)


def listed(page: KeysPage) -> list[str]:
    table = page.table
    heads = [table.topLevelItem(number) for number in range(table.topLevelItemCount())]
    rows = [head.child(number) for head in heads for number in range(head.childCount()) if not head.isHidden()]
    return [row.text(0) for row in rows if not row.isHidden()]


def reached(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier, action: str) -> bool:
    """Whether the key, pressed in the window, triggers the action."""
    heard: list[bool] = []
    window.registry[action].triggered.connect(lambda: heard.append(True))
    QTest.keyClick(window, key, modifiers)
    return bool(heard)


def close(window: MainWindow, qtbot: QtBot) -> None:
    assert window.settings_dialog.dialog is not None
    window.settings_dialog.dialog.close()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)


def test_a_key_is_changed_by_pressing_it_and_kept(window: MainWindow, make_window: MakeWindow, qtbot: QtBot) -> None:
    page = keys_page(window, qtbot)
    find(page, "as the system")
    assert listed(page) == ["As the system"]
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    assert page.words.text() == "Press the new key for “As the system”. Esc leaves it as it is."
    press(page, Qt.Key.Key_F7, CTRL)
    assert page.words.text() == "“As the system” has Ctrl+F7."
    close(window, qtbot)
    assert reached(window, Qt.Key.Key_F7, CTRL, "view.theme.system")
    assert not reached(window, Qt.Key.Key_Y, CTRL | SHIFT, "view.theme.system")
    assert Settings().values.keys == {"view.theme.system": ["Ctrl+F7"]}
    window.close()
    again = make_window()
    assert reached(again, Qt.Key.Key_F7, CTRL, "view.theme.system")


def test_actions_are_found_by_name_group_and_key(window: MainWindow, qtbot: QtBot) -> None:
    page = keys_page(window, qtbot)
    assert len(listed(page)) == len(window.registry.listed())
    find(page, "ctrl+shift+do")
    assert listed(page) == ["More room for the video"]
    find(page, "theme")
    assert listed(page) == ["As the system", "Light", "Dark"]
    find(page, "LOOP clear")
    assert listed(page) == ["Clear the loop"]
    assert page.table.action == "player.loop_clear"
    find(page, "no such thing")
    assert listed(page) == []
    assert page.words.text() == NOTHING
    assert not page.change.isEnabled()
    page.search.clear()
    assert page.words.text() in (CHOOSE, "“Open…” has Ctrl+O.")


def test_a_key_of_another_action_is_taken_over_only_when_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    page = keys_page(window, qtbot)
    page.table.choose("file.demonstration")
    QTest.mouseClick(page.change, LEFT)
    press(page, Qt.Key.Key_R, CTRL)
    said = "Ctrl+R belongs to “Analyse, or go on analysing”, which loses it if you take it over."
    assert page.words.text() == said
    assert page.leave.hasFocus(), "Return alone takes nothing away"
    QTest.keyClick(page.leave, Qt.Key.Key_Return)
    assert window.keymap.all_usual()
    QTest.mouseClick(page.change, LEFT)
    press(page, Qt.Key.Key_R, CTRL)
    QTest.mouseClick(page.take, LEFT)
    assert window.keymap.keys("file.demonstration") == ("Ctrl+R",)
    assert window.keymap.keys("file.analyse") == ()
    assert Settings().values.keys == {"file.demonstration": ["Ctrl+R"], "file.analyse": []}
    row = next(item for _, item in page.table._rows.values() if item.text(0) == "Analyse, or go on analysing")
    assert (row.text(1), row.text(2)) == ("–", "Ctrl+R")


def test_reset_asks_for_a_key_that_has_gone_to_another(window: MainWindow, qtbot: QtBot) -> None:
    window.keymap.assign("file.demonstration", ["Ctrl+R"])
    page = keys_page(window, qtbot)
    page.table.choose("file.analyse")
    QTest.mouseClick(page.usual, LEFT)
    assert page.words.text().startswith("Ctrl+R belongs to “Open the demonstration”")
    QTest.mouseClick(page.take, LEFT)
    assert window.keymap.is_usual("file.analyse")
    assert window.keymap.keys("file.demonstration") == ()
    page.table.choose("file.demonstration")
    QTest.mouseClick(page.usual, LEFT)
    assert window.keymap.all_usual()
    assert Settings().values.keys == {}
    assert not page.usual.isEnabled()


def test_keys_are_added_taken_away_and_all_reset(window: MainWindow, qtbot: QtBot) -> None:
    page = keys_page(window, qtbot)
    page.table.choose("player.play")
    QTest.mouseClick(page.add, LEFT)
    press(page, Qt.Key.Key_P)
    assert window.keymap.keys("player.play") == ("Space", "K", "P")
    page.table.choose("player.mute")
    QTest.mouseClick(page.none, LEFT)
    assert window.keymap.keys("player.mute") == ()
    assert page.words.text() == "“Mute” has no key."
    QTest.mouseClick(page.all_usual, LEFT)
    assert window.keymap.all_usual()
    assert not page.all_usual.isEnabled()


def test_escape_leaves_it_as_it_is(window: MainWindow, qtbot: QtBot) -> None:
    page = keys_page(window, qtbot)
    page.table.choose("file.open")
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    press(page, Qt.Key.Key_Escape)
    assert page.words.text() == "“Open…” has Ctrl+O."
    assert page.table.hasFocus()
    assert window.settings_dialog.dialog is not None, "the dialog stays open"


@pytest.mark.parametrize(
    ("key", "modifiers", "said"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "Return moves between fields or presses"),
        (Qt.Key.Key_F, ALT, "Alt+F opens the menu File."),
    ],
)
def test_keys_that_are_spoken_for_are_refused(
    window: MainWindow, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier, said: str
) -> None:
    page = keys_page(window, qtbot)
    page.table.choose("file.open")
    QTest.mouseClick(page.change, LEFT)
    press(page, key, modifiers)
    assert page.words.text().startswith(said)
    assert page.catcher.isVisible(), "another key may be pressed at once"
    press(page, Qt.Key.Key_F8)
    assert window.keymap.keys("file.open") == ("F8",)


def test_the_window_names_the_keys_as_they_are(window: MainWindow, qtbot: QtBot) -> None:
    assert "press Ctrl+O" in window.player.view.accessibleDescription()
    window.keymap.assign("file.open", ["F7"])
    window.keymap.assign("player.step_back", [])
    window.keymap.assign("player.go_to_time", ["Ctrl+J"])
    window.keymap.assign("view.leave", ["Ctrl+W"])
    assert window.player.view.accessibleDescription() == "Drop a video here, or press F7"
    assert "Open a video with F7" in window.workspace.estimate.sentence.text()
    assert window.registry["player.step_back"].toolTip() == "One frame back"
    assert window.messages.close_button.toolTip() == "Dismiss (Ctrl+W)"
    edits = {edit.accessibleName(): edit.toolTip() for edit in window.findChildren(QLineEdit)}
    assert edits["Time"] == "Type a time to go there (Ctrl+J)"
    window.keymap.assign("file.open", [])
    assert window.player.view.accessibleDescription() == "Drop a video here"
    QTest.keyClick(window, "?")
    overview = window.findChild(ShortcutsDialog)
    assert overview is not None
    assert "Ctrl+W" in {label.text() for label in overview.findChildren(QLabel)}
    overview.close()


def test_what_is_wrong_in_the_file_is_said_and_the_rest_taken(make_window: MakeWindow) -> None:
    keys = {
        "file.open": ["F7", "no key"],
        "file.demonstration": ["F7"],
        "player.mute": ["Ctrl+S"],
        "file.quit": ["Alt+V"],
        "action.of.a.later.version": ["F9"],
    }
    file = config_folder() / "settings.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"keys": keys}))
    window = make_window()
    keymap = window.keymap
    assert keymap.keys("file.open") == ("F7",)
    assert keymap.keys("file.demonstration") == ()
    assert keymap.keys("player.mute") == ("Ctrl+S",)
    assert keymap.keys("file.save_copy") == ()
    assert keymap.keys("file.quit") == ()
    said = keymap.restore()
    assert len(said) == 4
    assert 'give "Open…" the key "no key", which there is not' in said[0]
    assert 'the key F7 to "Open…", so "Open the demonstration" does without it' in said[1]
    assert 'give "Quit" a key it cannot have: Alt+V opens the menu View.' in said[2]
    assert 'the key Ctrl+S to "Mute", so "Save a copy of the analysis…" does without it' in said[3]
    assert window.messages.message is not None
    assert window.messages.message.severity == "warning"
    keymap.assign("file.open", ["F8"])
    kept = json.loads(file.read_text())["keys"]
    assert kept["action.of.a.later.version"] == ["F9"]
    assert kept["file.open"] == ["F8"]
    assert make_window().keymap.restore() == [], "said once"


def test_every_button_of_the_page_has_words(window: MainWindow, qtbot: QtBot) -> None:
    page = keys_page(window, qtbot)
    assert all(button.text() or button.accessibleName() for button in page.findChildren(QPushButton))
    assert page.catcher.accessibleName()
    assert page.table.accessibleName()
    assert page.search.accessibleName()
