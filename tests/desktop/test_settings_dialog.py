"""The settings dialog with mouse and keyboard: every setting stands in it, is changed, refused, reset and followed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from tests.support.main_window import MakeWindow, make_window

from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.settings.dialog import SettingsDialog
from lineament_desktop.app.settings.fields import FolderField
from lineament_desktop.app.settings.row import PreferenceRow
from lineament_desktop.state import places
from lineament_desktop.state.preferences import (
    CACHE_FOLDER,
    DATA_FOLDER,
    EVERY_FRAME,
    PAGES,
    PREFERENCES,
    RECENT_FILES,
    SCALE,
    SKIP,
    THEME,
    TRACKER,
)
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import DARK, apply_theme, theme
from lineament_desktop.widgets.setting_fields import ChoiceField, SwitchField, TextField

__all__ = ["make_window"]
LEFT = Qt.MouseButton.LeftButton
Open = Callable[[str], SettingsDialog]


@pytest.fixture
def window(make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr("lineament_desktop.app.settings.dialog.list_devices", list)
    return make_window()


@pytest.fixture
def shown(window: MainWindow, qtbot: QtBot) -> Iterator[SettingsDialog]:
    """The dialog, opened with its key."""
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.settings_dialog.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    yield dialog
    if window.settings_dialog.dialog is not None:
        window.settings_dialog.dialog.close()


def free_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own folders count as set by the application, not from outside."""
    monkeypatch.setattr(places, "_ours", {DATA_FOLDER.variable, CACHE_FOLDER.variable})


def type_into(line: QLineEdit, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, key)


def change_by_hand(row: PreferenceRow) -> Any:
    """Another value, with the keyboard; which."""
    one, field = row.preference, row.field
    if isinstance(field, SwitchField):
        field.box.setFocus()
        QTest.keyClick(field.box, Qt.Key.Key_Space)
        return not one.default
    if isinstance(field, ChoiceField):
        field.combo.setFocus()
        last = field.combo.currentIndex() == field.combo.count() - 1
        QTest.keyClick(field.combo, Qt.Key.Key_Up if last else Qt.Key.Key_Down)
        return field.combo.currentData()
    assert isinstance(field, TextField)
    if one.variable:
        type_into(field.line, str(Path("/elsewhere").absolute()))
        return str(Path("/elsewhere").absolute())
    value = one.low if one.default != one.low else one.high
    type_into(field.line, f"{value:g}")
    return value


def test_the_key_opens_it_and_the_pages_hold_every_setting_once(shown: SettingsDialog) -> None:
    titles = [shown.list.item(number).text() for number in range(shown.list.count())]
    assert titles == [*(page.title for page in PAGES), "Keys"]
    assert shown.list.hasFocus()
    for number, title in enumerate(titles):
        assert shown.heading.text() == title
        assert shown.stack.currentIndex() == number
        QTest.keyClick(shown.list, Qt.Key.Key_Down)
    assert [row.preference for page in shown.pages.values() for row in page.rows] == list(PREFERENCES)


def test_each_is_changed_with_the_keyboard_kept_and_reset_with_the_mouse(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    free_folders(monkeypatch)
    installed = "lineament_desktop.app.settings.fields.face_landmarker_path"
    monkeypatch.setattr(installed, lambda: Path("face_landmarker.task"))
    for one in PREFERENCES:
        window.show_settings(one.name)
        dialog = window.settings_dialog.dialog
        assert dialog is not None
        row = dialog.row(one)
        qtbot.waitUntil(row.field.editor.hasFocus)
        assert row.isVisible(), one.name
        assert row.title.text() == one.title
        assert not row.reset.isVisible(), one.name
        value = change_by_hand(row)
        assert value != one.default, one.name
        assert window.settings.get(one) == value, one.name
        assert Settings().get(one) == value, one.name
        assert row.field.error == "", one.name
        assert row.reset.isVisible(), one.name
        QTest.mouseClick(row.reset, LEFT)
        assert window.settings.get(one) == one.default, one.name
        assert row.field.value() == one.default, one.name
        assert not row.reset.isVisible(), one.name
    dialog.close()


def test_what_is_refused_is_said_beside_it_and_not_taken(shown: SettingsDialog, window: MainWindow) -> None:
    row = shown.row(SKIP)
    shown.show_place(SKIP.name)
    line = row.field.line
    for text in ("0", "a while", "61", ""):
        type_into(line, text)
        assert row.field.error.startswith('The setting "Short skip" cannot be ')
        assert row.field.editor.accessibleDescription() == row.field.error
        assert window.settings.get(SKIP) == SKIP.default
    type_into(line, "2.5", Qt.Key.Key_Tab)
    assert row.field.error == ""
    assert window.settings.get(SKIP) == 2.5


def test_a_number_takes_effect_when_it_is_whole(shown: SettingsDialog, window: MainWindow, tmp_path: Path) -> None:
    for number in range(8):
        window.settings.add_recent(tmp_path / f"{number}.mp4")
    shown.show_place(RECENT_FILES.name)
    line = shown.row(RECENT_FILES).field.line
    line.selectAll()
    QTest.keyClicks(line, "15")
    assert len(window.settings.recent()) == 8, "1, on the way to 15, would have forgotten seven"
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert window.settings.get(RECENT_FILES) == 15
    assert shown.isVisible(), "Return in a field does not close the dialog"


def test_changes_show_at_once_and_changes_elsewhere_in_the_dialog(shown: SettingsDialog, window: MainWindow) -> None:
    combo = shown.row(THEME).field.combo
    shown.show_place(THEME.name)
    QTest.keyClick(combo, Qt.Key.Key_End)
    assert theme.tokens is DARK
    window.set_theme("light")
    assert combo.currentText() == "Light"
    window.settings.set(EVERY_FRAME, True)
    assert shown.row(EVERY_FRAME).field.box.isChecked()


def test_what_waits_for_a_restart_is_said(shown: SettingsDialog, window: MainWindow) -> None:
    assert shown.restart.text() == ""
    shown.show_place(SCALE.name)
    type_into(shown.row(SCALE).field.line, "150")
    assert shown.restart.text() == "Restart Lineament for “Size of everything” to take effect."
    assert "Takes effect after a restart." in shown.row(SCALE).words.text()
    type_into(shown.row(SCALE).field.line, "100")
    assert shown.restart.text() == ""


@pytest.mark.parametrize("sure", [True, False])
def test_all_are_reset_when_asked_twice(
    shown: SettingsDialog, window: MainWindow, monkeypatch: pytest.MonkeyPatch, sure: bool, tmp_path: Path
) -> None:
    window.settings.set(SKIP, 3)
    window.settings.set(THEME, "dark")
    window.settings.add_recent(tmp_path / "a.mp4")
    window.keymap.assign("file.open", ["F7"])
    answer = QMessageBox.StandardButton.Reset if sure else QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer)
    QTest.mouseClick(shown.reset_all, LEFT)
    assert (window.settings.values.preferences == {}) == sure
    assert window.keymap.all_usual() == sure
    assert len(window.settings.recent()) == 1


def test_a_folder_is_chosen_with_the_button(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    free_folders(monkeypatch)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    window.show_settings(DATA_FOLDER.name)
    dialog = window.settings_dialog.dialog
    assert dialog is not None
    field = dialog.row(DATA_FOLDER).field
    assert isinstance(field, FolderField)
    assert field.line.placeholderText() == str(places.data_folder())
    QTest.mouseClick(field.button, LEFT)
    assert window.settings.get(DATA_FOLDER) == str(tmp_path)
    dialog.close()


def test_a_folder_that_a_variable_names_is_not_to_be_changed(shown: SettingsDialog) -> None:
    row = shown.row(DATA_FOLDER)
    assert not row.field.line.isEnabled()
    assert row.words.text().startswith(f"LINEAMENT_DATA_DIR names the folder {places.data_folder()}")


def test_a_tracker_that_is_not_installed_cannot_be_chosen(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineament_desktop.app.settings.fields.face_landmarker_path", lambda: None)
    window.show_settings(TRACKER.name)
    dialog = window.settings_dialog.dialog
    assert dialog is not None
    combo = dialog.row(TRACKER).field.combo
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert window.settings.get(TRACKER) == "facemesh"
    assert "lineament models add face-landmarker" in combo.itemData(1, Qt.ItemDataRole.ToolTipRole)
    dialog.close()


def test_it_opens_where_it_was_left_and_once(shown: SettingsDialog, window: MainWindow, qtbot: QtBot) -> None:
    shown.list.setCurrentRow(2)
    window.show_settings("Playback")
    assert window.settings_dialog.dialog is shown
    assert shown.page == "Playback"
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert window.settings_dialog.dialog is None
    window.show_settings()
    again = window.settings_dialog.dialog
    assert again is not None
    assert again.page == "Playback"
    again.close()


def test_everything_that_takes_the_keyboard_has_a_name(shown: SettingsDialog) -> None:
    for widget in shown.findChildren(QWidget):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.objectName().startswith("qt_"):
            continue
        if isinstance(widget, QAbstractButton | QComboBox | QLineEdit):
            said = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert said, widget


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("size", [(960, 600), (1440, 900)])
def test_nothing_is_cut(window: MainWindow, qapp: QApplication, qtbot: QtBot, look: Any, size: tuple[int, int]) -> None:
    apply_theme(qapp, look)
    window.resize(*size)
    window.show_settings()
    dialog = window.settings_dialog.dialog
    assert dialog is not None
    for number in range(dialog.list.count()):
        dialog.list.setCurrentRow(number)
        qtbot.wait(20)
        for widget in dialog.stack.currentWidget().findChildren(QWidget):
            if widget.isVisible() and isinstance(widget, QAbstractButton | QComboBox | QLineEdit):
                assert widget.width() >= widget.minimumSizeHint().width(), widget.objectName()
                assert widget.height() >= widget.minimumSizeHint().height(), widget.objectName()
        for row in dialog.stack.currentWidget().findChildren(PreferenceRow):
            assert row.words.height() >= row.words.heightForWidth(row.words.width())
            assert row.width() <= dialog.stack.width()
    dialog.close()
