"""Workspaces beside Review: made when asked for, with Review's actions out of the way."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from lineament_desktop.app import main_window, menus
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.pages import REVIEW, Context, Page


class Other(QPushButton):
    made = 0
    closed = False

    def __init__(self, context: Context) -> None:
        super().__init__("Go")
        self.context = context
        Other.made += 1

    def close_page(self) -> None:
        self.closed = True


@pytest.fixture
def window(qtbot, monkeypatch):
    Other.made = 0
    pages = (Page("other", "Other", Other),)
    for module in (main_window, menus):
        monkeypatch.setattr(module, "PAGES", pages)
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_workspace_is_made_when_it_is_first_shown_and_once(qtbot, window):
    assert Other.made == 0
    assert window.pages.current == REVIEW
    for name in ("other", REVIEW, "other"):
        qtbot.mouseClick(window.mode_bar.buttons[name], Qt.MouseButton.LeftButton)
        assert window.pages.current == name
        assert [key for key, button in window.mode_bar.buttons.items() if button.isChecked()] == [name]
    assert Other.made == 1


def test_keys_bring_workspaces_to_the_front(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert window.pages.current == "other"
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.pages.current == REVIEW


def test_reviews_actions_are_offered_in_review_alone(window):
    bar = {menu.title(): menu.menuAction() for menu in window.menuBar().findChildren(QWidget) if hasattr(menu, "title")}
    window.show_page("other")
    assert not window.registry["view.full_screen"].isVisible()
    assert not bar["&Playback"].isVisible()
    assert bar["&File"].isVisible()
    window.show_page(REVIEW)
    assert window.registry["view.full_screen"].isVisible()
    assert bar["&Playback"].isVisible()


def test_opening_a_file_shows_review(window, tmp_path):
    window.show_page("other")
    window.open_path(tmp_path / "missing.mp4")
    assert window.pages.current == REVIEW


def test_leaving_review_leaves_the_full_screen(window):
    window.toggle_full_screen()
    window.show_page("other")
    assert not window.workspace.video_only


def test_a_workspace_is_told_that_the_window_closes(window):
    window.show_page("other")
    page = window.pages.made("other")
    window.close()
    assert page.closed
