"""Nothing is cut, nothing jumps: the window at its sizes, and messages that lie over it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.fakes import FakeRecording, fake_abstention, fake_prediction, fake_video

from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.shortcuts_dialog import ShortcutsDialog
from lineament_desktop.state import Playhead
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import apply_theme, small_font
from lineament_desktop.widgets.elided_label import ElidedLabel

LONG = (
    "an interview of last week.mp4: the recording is incomplete: its table of frames is missing, as when a camera or "
    "a copy stops half-way. Copy it again from the camera, or repair it with the camera's own program."
)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    """A window in the light theme with a whole recording and its estimate on screen, no video decoded."""
    apply_theme(qapp, "light")
    made = MainWindow(Settings(), FakeCore().core())
    made.show()
    recording = FakeRecording(30.0)
    made.state.open_recording_alone(fake_video(30.0)[0].path, fake_video(30.0)[1], recording)
    made.state.set_prediction(fake_prediction(30.0))
    made.state.show_frame(Playhead(60, 60, 2.0))
    yield made
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def resize(window: MainWindow, width: int, height: int, qtbot: QtBot) -> None:
    window.resize(width, height)
    qtbot.waitUntil(lambda: window.centralWidget().width() == width)
    QApplication.processEvents()


@pytest.mark.parametrize("abstained", [False, True])
@pytest.mark.parametrize("size", [(960, 600), (1280, 720), (1440, 900), (2560, 1440)])
def test_every_part_has_the_room_it_needs(
    window: MainWindow, qtbot: QtBot, size: tuple[int, int], abstained: bool
) -> None:
    resize(window, *size, qtbot)
    if abstained:
        window.state.set_prediction(fake_abstention())
    qtbot.wait(50)
    work = window.workspace
    parts = [work.estimate, work.estimate.scale, work.attention_now]
    parts += [] if abstained else [work.attention_now.bars]
    parts += [work.action_units_now, work.action_units_now.bars, work.controls.video, work.controls.seek_bar]
    for part in parts:
        least = part.minimumSizeHint()
        assert part.height() >= least.height(), part
        assert part.width() >= least.width(), part
    sentence = work.estimate.sentence
    assert sentence.isVisible() == abstained
    assert not abstained or sentence.height() >= sentence.heightForWidth(sentence.width())
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text() and not label.wordWrap() and not isinstance(label, ElidedLabel):
            assert label.width() >= label.minimumSizeHint().width(), label.text()


@pytest.mark.parametrize("way", [[(1440, 900)], [(960, 600), (2560, 1440), (1440, 900)]])
def test_all_panes_fit_at_1440_by_900(window: MainWindow, qtbot: QtBot, way: list[tuple[int, int]]) -> None:
    for size in way:
        resize(window, *size, qtbot)
    stack = window.workspace.stack
    assert stack.height() >= stack.needed_height()
    scroll = stack.scroller.verticalScrollBar()
    assert scroll.maximum() == 0


def test_a_border_moved_by_the_user_stays(window: MainWindow, qtbot: QtBot) -> None:
    resize(window, 1440, 900, qtbot)
    before = window.workspace.stack.height()
    window.registry["view.more_panes"].trigger()
    moved = window.workspace.stack.height()
    assert moved > before
    resize(window, 1440, 860, qtbot)
    resize(window, 1440, 900, qtbot)
    assert window.workspace.stack.height() == pytest.approx(moved, abs=2)


@pytest.mark.parametrize("width", [960, 1440, 2560])
def test_a_message_moves_nothing_and_is_whole(window: MainWindow, qtbot: QtBot, width: int) -> None:
    resize(window, width, 900, qtbot)

    def places() -> list[object]:
        work = window.workspace
        return [part.geometry() for part in (work, work.controls.video, work.stack, work.estimate, window.mode_bar)]

    before = places()
    for text in ("A note.", LONG):
        window.state.post(text, "error")
        QApplication.processEvents()
        bar = window.messages
        assert bar.isVisible()
        assert places() == before
        assert window.centralWidget().rect().contains(bar.geometry())
        assert bar.height() >= bar.heightForWidth(bar.width())
        kept = (window.mode_bar.notice, window.mode_bar.simulated, window.workspace.side)
        where = window.centralWidget()
        assert not any(bar.geometry().intersects(QRect(part.mapTo(where, QPoint()), part.size())) for part in kept)
    window.leave()
    window.leave()
    assert not window.messages.isVisible()


def test_small_letters_are_never_unreadable(window: MainWindow) -> None:
    font = window.font()
    for points, small in ((9.0, 8.0), (7.0, 8.0), (12.0, 11.0)):
        font.setPointSizeF(points)
        assert small_font(font).pointSizeF() == small


def test_the_list_of_keys_fits_the_window(window: MainWindow, qtbot: QtBot) -> None:
    resize(window, 1440, 900, qtbot)
    window.show_shortcuts()
    dialog = window.findChild(ShortcutsDialog)
    assert dialog is not None
    QApplication.processEvents()
    scroll = dialog.scroller
    assert scroll.verticalScrollBar().maximum() == 0
    assert scroll.horizontalScrollBar().maximum() == 0
