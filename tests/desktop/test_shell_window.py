"""The main window itself, with the real player and small videos: opening, messages, keys, theme, remembering."""

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.qt import click, write_video

from lineament.progress import Progress
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.notices import RESEARCH, SIMULATED
from lineament_desktop.app.shortcuts_dialog import ShortcutsDialog
from lineament_desktop.app.status import progress_words
from lineament_desktop.state.preferences import THEME
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import DARK, apply_theme, theme

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def make_window(qtbot: QtBot) -> Iterator[MakeWindow]:
    windows: list[MainWindow] = []

    def make(core: FakeCore | None = None) -> MainWindow:
        window = MainWindow(Settings(), (core or FakeCore()).core())
        windows.append(window)
        window.resize(1440, 900)
        window.show()
        window.activateWindow()
        qtbot.waitActive(window)
        qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("films") / "an interview – Gespräch.mp4", 2.0)


def opened(window: MainWindow, film: Path, qtbot: QtBot) -> MainWindow:
    window.open_path(film)
    qtbot.waitUntil(lambda: window.state.path == film and window.state.playhead is not None, timeout=10_000)
    qtbot.waitUntil(lambda: window.state.prediction is not None and window.state.progress is None, timeout=10_000)
    window.state.set_playing(False)
    return window


def test_notices_are_in_sight_from_the_start(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = make_window()
    assert window.mode_bar.notice.isVisible()
    assert window.mode_bar.notice.text() == RESEARCH
    opened(window, film, qtbot)
    assert window.mode_bar.simulated.isVisible()
    assert window.mode_bar.simulated.text() == SIMULATED
    window.toggle_full_screen()
    assert window.mode_bar.notice.isVisible()
    assert window.mode_bar.simulated.isVisible()


def test_a_video_plays_at_once_while_it_is_measured(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    core = FakeCore(hold=threading.Event())
    window = make_window(core)
    window.open_path(film)
    qtbot.waitUntil(lambda: window.state.playing, timeout=10_000)
    qtbot.waitUntil(lambda: window.state.recording is not None and window.state.recording.n_rows > 0, timeout=5000)
    assert not window.state.recording.meta.complete
    assert window.status.button.isVisible()
    assert "analysing 50 %" in window.status.text.text()
    QTest.mouseClick(window.status.button, Qt.MouseButton.LeftButton)
    assert window.status.text.text().startswith("stopping")
    qtbot.waitUntil(lambda: window.state.progress is None, timeout=5000)
    assert not window.status.button.isVisible()
    assert "not all" in window.status.text.text()


def test_click_in_a_pane_moves_the_picture(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = opened(make_window(), film, qtbot)
    click(window.workspace.stack.panes["angles"].chart, 0.5)
    qtbot.waitUntil(lambda: abs(window.state.playhead.frame - 30) <= 1, timeout=5000)
    charts = [pane.chart for pane in window.workspace.stack.panes.values() if pane.isVisible()]
    assert {chart.cursor_s for chart in charts} == {window.state.playhead.time_s}


def test_keys_alone_step_zoom_hide_and_fit(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = opened(make_window(), film, qtbot)
    window.activateWindow()
    window.setFocus()
    window.state.seek_frame(10)
    qtbot.waitUntil(lambda: window.state.playhead.frame == 10, timeout=5000)
    QTest.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.state.playhead.frame == 11, timeout=5000)
    axis, stack = window.workspace.stack.axis, window.workspace.stack
    QTest.keyClick(window, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert axis.span == pytest.approx(2 / 1.5)
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert axis.span == pytest.approx(2)
    QTest.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert stack.hidden() == ["quality"]
    assert not window.registry["view.pane.quality"].isChecked()
    before = window.workspace.controls.video.height()
    QTest.keyClick(window, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    QTest.qWait(20)
    assert window.workspace.controls.video.height() == before + 40


def test_full_screen_and_back_by_keys(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = opened(make_window(), film, qtbot)
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.workspace.video_only
    assert not window.menuBar().isVisible()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.workspace.video_only
    assert window.menuBar().isVisible()
    assert window.workspace.stack.hidden() == []


def test_every_action_is_listed_once_and_no_key_twice(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    listed = window.registry.listed()
    keys = [key for action in listed for key in action.keys]
    assert len(keys) == len(set(keys))
    assert {action.id for action in listed} >= {"file.open", "player.play", "view.full_screen", "help.keys"}
    QTest.keyClick(window, "?")
    dialog = window.findChild(ShortcutsDialog)
    assert dialog is not None
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    for action in listed:
        assert action.title in texts
        assert not action.keys or " or ".join(action.keys) in texts
    dialog.close()


def test_every_action_stands_in_a_menu(make_window: MakeWindow) -> None:
    window = make_window()

    def below(widget: QWidget) -> set[str]:
        found: set[str] = set()
        for action in widget.actions():
            found.add(action.objectName())
            if action.menu() is not None:
                found |= below(action.menu())
        return found

    assert {action.id for action in window.registry.listed()} <= below(window.menuBar())


def test_a_second_claim_to_a_key_is_refused(make_window: MakeWindow) -> None:
    window = make_window()
    with pytest.raises(ValueError, match=r"file\.open"):
        window.registry.add("other", "File", "Other", window.close, QKeySequence.StandardKey.Open)


def test_a_file_dropped_on_the_window_opens(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = make_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(film)), QUrl.fromLocalFile("/elsewhere/b.mp4")])
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(700, 700), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(700, 700), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    QApplication.sendEvent(window, drop)
    qtbot.waitUntil(lambda: window.state.path == film, timeout=10_000)
    assert "first of 2" in window.messages.message.text


def test_recent_files_are_kept_newest_first(make_window: MakeWindow, film: Path, qtbot: QtBot, tmp_path: Path) -> None:
    other = write_video(tmp_path / "other.mp4", 0.5)
    window = opened(make_window(), film, qtbot)
    opened(window, other, qtbot)
    opened(window, film, qtbot)
    window.close()
    again = make_window()
    assert again.settings.recent() == [film, other]
    menu = next(a.menu() for a in again.menuBar().actions()[0].menu().actions() if a.text() == "Recent &files")
    menu.aboutToShow.emit()
    names = [action.text() for action in menu.actions()]
    assert names[0] == f"&1 {film.name}"
    menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: again.state.path == other, timeout=10_000)


def test_a_missing_file_is_said_and_nothing_is_lost(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = opened(make_window(), film, qtbot)
    window.open_path(film.with_name("gone.mp4"))
    assert window.messages.message.severity == "error"
    assert window.messages.message.text.startswith("gone.mp4: the file is not there.")
    assert window.state.path == film
    assert window.state.recording is not None


@pytest.mark.parametrize("name", ["locked.mp4", "locked.csv", "session"])
def test_what_may_not_be_read_is_said(
    make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    window = make_window()
    locked = tmp_path / name
    if locked.suffix:
        locked.write_bytes(b"secret")
    else:
        locked.mkdir()
    real_stat, real_scan = os.stat, os.scandir

    def refuse(path: object, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def stat(path: object, **more: object) -> os.stat_result:
        blocked = path == locked and locked.suffix
        return refuse(path) if blocked else real_stat(path, **more)  # type: ignore[return-value, arg-type]

    monkeypatch.setattr(os, "stat", stat)
    monkeypatch.setattr(os, "scandir", lambda path: refuse(path) if path == locked else real_scan(path))
    monkeypatch.setattr(Path, "is_dir", lambda path: not path.suffix)
    window.open_path(locked)
    assert window.messages.message is not None
    assert window.messages.message.severity == "error"
    assert window.messages.message.text.startswith(f"{name}: it may not be read (Permission denied). Ask for")


def test_settings_that_cannot_be_saved_are_said_once(make_window: MakeWindow, own_folders: Path) -> None:
    window = make_window()
    own_folders.mkdir(exist_ok=True)
    (own_folders / "config").write_text("a file where the folder should be")
    window.set_theme("light")
    assert window.messages.message is not None
    assert "could not be saved" in window.messages.message.text
    window.leave()
    window.settings.forget_recent()
    assert not window.messages.isVisible()


def test_a_text_file_called_video_is_one_message(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window()
    fake = tmp_path / "notes.mp4"
    fake.write_text("this is not a film")
    window.open_path(fake)
    qtbot.waitUntil(lambda: window.messages.message is not None, timeout=10_000)
    assert window.messages.isVisible()
    assert window.messages.message.severity == "error"
    assert "notes.mp4" in window.messages.message.text
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.messages.isVisible()


def test_theme_follows_the_choice_and_is_remembered(make_window: MakeWindow, qapp: QApplication) -> None:
    window = make_window()
    window.registry["view.theme.dark"].trigger()
    assert theme.tokens is DARK
    assert Settings().get(THEME) == "dark"
    assert make_window().registry["view.theme.dark"].isChecked()
    apply_theme(qapp, "light")


def test_layout_is_remembered(make_window: MakeWindow) -> None:
    window = make_window()
    window.workspace.stack.set_visible("angles", False)
    window.workspace.give_room(60)
    height = window.workspace.controls.video.height()
    window.close()
    again = make_window()
    assert again.workspace.stack.hidden() == ["angles"]
    assert again.workspace.controls.video.height() == pytest.approx(height, abs=2)


def test_damaged_settings_are_kept_aside_and_said(make_window: MakeWindow, own_folders: Path) -> None:
    file = own_folders / "config" / "settings.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"theme": "dark", "recent": 3')
    window = make_window()
    assert "settings.json" in window.messages.message.text
    assert "settings.json.damaged" in window.messages.message.text
    assert file.with_name("settings.json.damaged").read_text() == '{"theme": "dark", "recent": 3'
    window.close()
    assert json.loads(file.read_text())["preferences"] == {}


def test_custom_painted_widgets_have_names(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = opened(make_window(), film, qtbot)
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if type(widget).__module__.startswith("lineament_desktop")
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not widget.accessibleName()
        and not getattr(widget, "text", lambda: "")()
    ]
    assert nameless == []


def test_progress_in_words() -> None:
    progress = Progress("analysing", 945, 1500, "frames", 6.8)
    assert progress_words(progress, 50.0) == "analysing 63 % · 4.6× real time · 0:04 left"
    assert progress_words(Progress("analysing", 0, 1500, "frames", 0.0), 50.0) == "analysing 0 %"
    assert progress_words(progress, 50.0, stopping=True) == "stopping, 63 % analysed and kept"
