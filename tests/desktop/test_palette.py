"""The command palette from the keyboard: found by some letters, recent first, only what can be done now."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.fakes import FakeRecording, fake_video
from tests.support.main_window import MakeWindow, make_window
from tests.support.qt import write_video

from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.palette.drawing import FOUND
from lineament_desktop.app.palette.entries import Entry, found
from lineament_desktop.app.palette.fuzzy import match
from lineament_desktop.app.palette.palette import NOTHING, Palette
from lineament_desktop.state.preferences import OPACITY
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import DARK, LIGHT, apply_theme, theme

__all__ = ["make_window"]
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window()


def opened(window: MainWindow, qtbot: QtBot) -> Palette:
    QTest.keyClick(window, Qt.Key.Key_P, CTRL_SHIFT)
    palette = window.palette_bar
    qtbot.waitUntil(palette.field.hasFocus)
    return palette


def titles(palette: Palette) -> list[str]:
    return [palette.list.item(row).text() for row in range(palette.list.count())]


def ids(palette: Palette) -> list[str]:
    return [palette.list.item(row).data(FOUND).entry.id for row in range(palette.list.count())]


# Finding


def test_letters_in_order_are_found_and_runs_and_first_letters_count() -> None:
    whole, strewn = match("full", "Full screen"), match("fuse", "Full screen")
    assert whole is not None
    assert whole.letters == {0, 1, 2, 3}
    assert whole.points == 4 * 1 + 2 + 3 * 2
    assert strewn is not None
    assert strewn.points < whole.points
    initials = match("fs", "Full screen")
    assert initials is not None
    assert initials.letters == {0, 5}
    assert initials.points == pytest.approx(2 + 2 * 2 - 5 * 0.05)


@pytest.mark.parametrize(
    ("word", "text"),
    [("llf", "Full screen"), ("x", "Full screen"), ("full", ""), ("aei", "Save a copy of the analysis")],
)
def test_other_orders_missing_and_strewn_letters_are_not_found(word: str, text: str) -> None:
    assert match(word, text) is None


def test_case_does_not_matter_and_letters_that_double_do_not_shift() -> None:
    upper = match("STRASSE", "straße")
    assert upper is None or max(upper.letters) < len("straße")
    turkish = match("i", "İstanbul i")
    assert turkish is not None
    assert max(turkish.letters) < len("İstanbul i")
    assert match("ü", "Ü") is not None
    assert match("", "anything") is not None


def entry(title: str, group: str = "File", detail: str = "", *, asked_for: bool = False) -> Entry:
    return Entry(title, group, title, lambda: None, detail=detail, asked_for=asked_for)


def test_the_best_comes_first_and_every_word_must_be_found() -> None:
    some = [entry("Loop to here (B)"), entry("Clear the loop", "Playback"), entry("Loop from here (A)")]
    assert [hit.entry.title for hit in found(some, "loop fr", ())] == ["Loop from here (A)"]
    assert [hit.entry.title for hit in found(some, "clear", ())] == ["Clear the loop"]
    assert [hit.entry.title for hit in found(some, "play loop", ())] == ["Clear the loop"]
    assert found(some, "loop zebra", ()) == []


def test_what_was_used_last_comes_first_among_equals() -> None:
    some = [entry("Open one"), entry("Open two"), entry("Open six"), entry("Setting", asked_for=True)]
    assert [hit.entry.id for hit in found(some, "", ("Open six", "Open two"))] == ["Open six", "Open two", "Open one"]
    assert [hit.entry.id for hit in found(some, "open", ("Open six", "Open two"))][:2] == ["Open six", "Open two"]
    assert [hit.entry.id for hit in found(some, "sett", ())] == ["Setting"]


# In the window


def test_it_offers_what_can_be_done_now_with_its_keys(window: MainWindow, qtbot: QtBot) -> None:
    palette = opened(window, qtbot)
    offered = set(ids(palette))
    for listed in window.registry.listed():
        action = window.registry[listed.id]
        can = action.isEnabled() and action.isVisible() and listed.id != "view.palette"
        assert (listed.id in offered) == can, listed.id
    assert "player.play" not in offered, "nothing is open"
    item = palette.list.item(ids(palette).index("file.open"))
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "Open…, File, Ctrl+O"
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    window.state.open_recording_alone(fake_video(2.0)[0].path, fake_video(2.0)[1], FakeRecording(2.0))
    assert "player.step_forward" in ids(opened(window, qtbot))
    palette.leave()
    window.show_page("models")
    palette.open()
    assert "player.step_forward" not in ids(palette)


def test_typed_found_and_done_without_the_mouse(window: MainWindow, qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "light")
    palette = opened(window, qtbot)
    QTest.keyClicks(palette.field, "dark")
    assert titles(palette)[0] == "Dark"
    assert palette.current is not None
    assert palette.current.letters == {0, 1, 2, 3}
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert theme.tokens is DARK
    assert not palette.isVisible()
    assert Settings().values.used == ["view.theme.dark"]
    opened(window, qtbot)
    assert ids(palette)[0] == "view.theme.dark"
    assert palette.field.text() == ""
    QTest.keyClicks(palette.field, "light")
    QTest.keyClick(palette.field, Qt.Key.Key_Enter)
    assert theme.tokens is LIGHT
    assert Settings().values.used == ["view.theme.light", "view.theme.dark"]


def test_keys_of_the_window_are_letters_in_the_field(window: MainWindow, qtbot: QtBot) -> None:
    palette = opened(window, qtbot)
    before = dict(window.state.layers)
    for text in ("1", "2", "a", " ", "?", "m"):
        QTest.keyClicks(palette.field, text)
    QTest.keyClick(palette.field, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert palette.field.text() == "12a ?m"
    assert dict(window.state.layers) == before
    assert window.workspace.stack.hidden() == []
    assert palette.isVisible()


def test_arrows_go_round_and_pages_stop_at_the_ends(window: MainWindow, qtbot: QtBot) -> None:
    palette = opened(window, qtbot)
    last = palette.list.count() - 1
    assert palette.list.currentRow() == 0
    for key, row in (
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, last),
        (Qt.Key.Key_PageDown, last),
        (Qt.Key.Key_Down, 0),
        (Qt.Key.Key_PageDown, 11),
        (Qt.Key.Key_PageUp, 0),
    ):
        QTest.keyClick(palette.field, key)
        assert palette.list.currentRow() == row
    assert palette.field.accessibleDescription() == "Open…, File, Ctrl+O"


def test_nothing_found_is_said_and_return_does_nothing(window: MainWindow, qtbot: QtBot) -> None:
    palette = opened(window, qtbot)
    QTest.keyClicks(palette.field, "zzzz")
    assert palette.nothing.isVisible()
    assert palette.nothing.text() == NOTHING
    assert palette.field.accessibleDescription() == NOTHING
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert Settings().values.used == []


def test_recent_files_and_models_are_opened_and_used(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = write_video(tmp_path / "participant 17.mp4", 0.5)
    window.settings.add_recent(film)
    used: list[Path | None] = []
    monkeypatch.setattr(window.models, "use", used.append)
    palette = opened(window, qtbot)
    QTest.keyClicks(palette.field, "recent parti")
    assert titles(palette)[0] == film.name
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.state.path == film, timeout=10_000)
    opened(window, qtbot)
    QTest.keyClicks(palette.field, "use model dj")
    assert palette.current is not None
    folder = Path(palette.current.entry.id.removeprefix("model:"))
    assert folder.is_dir()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert used == [folder]


def test_a_setting_is_found_and_has_the_focus(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lineament_desktop.app.settings.dialog.list_devices", list)
    palette = opened(window, qtbot)
    assert not any(one.startswith("setting:") for one in ids(palette))
    QTest.keyClicks(palette.field, "opacity")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    dialog = window.settings_dialog.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.row(OPACITY).field.editor.hasFocus)
    dialog.close()


def test_it_goes_when_the_focus_does_and_fits_the_window(window: MainWindow, qtbot: QtBot) -> None:
    palette = opened(window, qtbot)
    for size in ((960, 600), (1440, 900)):
        window.resize(*size)
        qtbot.waitUntil(lambda size=size: window.width() == size[0])
        QApplication.processEvents()
        assert window.rect().contains(palette.geometry())
        assert abs(palette.geometry().center().x() - window.rect().center().x()) <= 1
    line = palette.list.visualItemRect(palette.list.item(3)).center()
    assert palette.list.itemAt(line) is palette.list.item(3)
    window.player.view.setFocus()
    assert not palette.isVisible()
    for elsewhere in (window.status, window.workspace.stack.panes["quality"].chart.viewport()):
        opened(window, qtbot)
        QTest.mouseClick(elsewhere, Qt.MouseButton.LeftButton)
        assert not palette.isVisible(), elsewhere


def test_a_click_chooses_too(window: MainWindow, qtbot: QtBot) -> None:
    palette = opened(window, qtbot)
    QTest.keyClicks(palette.field, "models")
    row = ids(palette).index("view.page.models")
    where = palette.list.visualItemRect(palette.list.item(row)).center()
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert window.pages.current == "models"
