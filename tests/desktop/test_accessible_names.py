"""Whoever does not see the window is told what every part of it is, and what the drawings show."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QProgressBar,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.fakes import FakeRecording, fake_abstention, fake_prediction, fake_video
from tests.support.player_window import Window
from tests.support.published_predictions import DJ_LDML, MPDRM, fake_distribution, fake_habit
from tests.support.whole_window import Whole, rest, show_whole

import lineament_desktop
from lineament.video import Frame
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.review.player.frame_state import FrameState
from lineament_desktop.state import Playhead
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import apply_theme

INTERACTIVE = (QAbstractButton, QLineEdit, QComboBox, QAbstractSlider, QAbstractItemView, QProgressBar)
INTERNAL = (QScrollBar, QMenu, QMenuBar)
"""Qt's own, which it tells of by itself."""


def is_painted_by_us(widget: QWidget) -> bool:
    """It has a paintEvent of this window's, or is drawn by pyqtgraph."""
    own = (kind for kind in type(widget).__mro__ if kind.__module__.startswith(("lineament_desktop", "pyqtgraph")))
    return any("paintEvent" in vars(kind) for kind in own) and not isinstance(widget, QLabel)


def wants_a_name(widget: QWidget) -> bool:
    if isinstance(widget, INTERNAL) or not widget.isVisible() or widget.objectName().startswith("qt_"):
        return False
    parent = widget.parentWidget()
    if isinstance(parent, QLineEdit | QComboBox | QAbstractScrollArea) and not is_painted_by_us(widget):
        return False  # clear buttons, lists that open, viewports
    if type(widget).__name__ in ("QTabBar", "QSplitterHandle", "ScrollButton"):
        return False
    if isinstance(widget, QLabel) and not widget.text():
        return False  # its words come later
    focusable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    return is_painted_by_us(widget) or isinstance(widget, INTERACTIVE) or (focusable and not widget.isWindow())


def spoken_name(widget: QWidget) -> str:
    """As a screen reader is told it: our name, else a button's words or the label that belongs to it."""
    if is_painted_by_us(widget):
        return widget.accessibleName()
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name) if found is not None else ""


def nameless(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__} ({widget.objectName()})"
        for widget in root.findChildren(QWidget)
        if wants_a_name(widget) and not spoken_name(widget).strip()
    ]


def painting_classes() -> set[str]:
    """Names of all classes of the window that have a paintEvent."""
    folder = Path(inspect.getfile(lineament_desktop)).parent
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(getattr(part, "name", "") == "paintEvent" for part in node.body):
                found.add(node.name)
    return found


@pytest.fixture(scope="module")
def whole(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LINEAMENT_CONFIG_DIR", "LINEAMENT_DATA_DIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp("own")))
        apply_theme(qapp, "light")
        made = show_whole(tmp_path_factory.mktemp("whole"), 1280, 800)
        yield made
        made.window.close()
        made.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_everything_that_can_be_used_or_is_drawn_has_a_name(whole: Whole) -> None:
    found: dict[str, list[str]] = {}
    scenes: set[str] = set()
    seen: set[str] = set()
    for name, widget in whole.scenes():
        rest(0.02)
        scenes.add(name)
        seen |= {kind.__name__ for one in widget.findChildren(QWidget) if one.isVisible() for kind in type(one).__mro__}
        for one in nameless(widget):
            found.setdefault(one, []).append(name)
    assert len(scenes) > 25
    assert painting_classes() <= seen, "a class that paints is in no scene of tests/support/whole_window.py"
    assert not found, "\n".join(f"{one}: {', '.join(names)}" for one, names in found.items())


def test_the_check_can_fail(qtbot: QtBot) -> None:
    class Drawing(QWidget):
        def paintEvent(self, event: object) -> None:
            pass

    Drawing.__module__ = "lineament_desktop.somewhere"
    root = QWidget()
    qtbot.addWidget(root)
    drawing, line, label = Drawing(root), QLineEdit(root), QLabel("Name", root)
    root.show()
    assert len(nameless(root)) == 2
    drawing.setAccessibleName("A drawing")
    label.setBuddy(line)
    assert nameless(root) == []


# What the drawings say


@pytest.fixture(scope="module")
def shown(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    apply_theme(qapp, "light")
    made = MainWindow(Settings(tmp_path_factory.mktemp("settings")), FakeCore().core())
    made.resize(1280, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(shown: MainWindow) -> MainWindow:
    """With a recording of 30 s and its estimate on screen."""
    state, (video, index) = shown.state, fake_video(30.0)
    state.set_prediction(None)
    state.open_recording_alone(video.path, index, FakeRecording(30.0))
    state.set_prediction(fake_prediction(30.0))
    state.show_frame(Playhead(60, 60, 2.0))
    return shown


def test_the_estimates_scale_says_interval_first_then_point_and_constant(window: MainWindow) -> None:
    scale = window.workspace.estimate.scale
    said = scale.accessibleDescription()
    assert said.startswith("80 % interval 6 to 13")
    assert said.index("interval") < said.index("point 9.2") < said.index("constant baseline 6.6")
    assert "PHQ-8 from 0 to 24" in said
    assert "mild from 5" in said
    window.state.set_prediction(fake_abstention())
    assert scale.accessibleDescription().startswith("No estimate")
    window.state.set_prediction(None)
    assert scale.accessibleDescription() == ""


def test_charts_and_legends_say_the_values_at_the_playhead(window: MainWindow) -> None:
    panes = window.workspace.stack.panes
    assert "yaw" in panes["angles"].chart.accessibleDescription()
    assert "action units 0." in panes["attention"].legend.accessibleDescription()
    before = panes["angles"].chart.accessibleDescription()
    window.state.show_frame(Playhead(600, 600, 20.0))
    assert panes["angles"].chart.accessibleDescription() != before
    assert "AU01" in window.workspace.action_units_now.bars.accessibleDescription()
    assert "gaze" in window.workspace.attention_now.bars.accessibleDescription()


def test_the_time_axis_says_what_stretch_is_shown_and_where_the_playhead_is(window: MainWindow) -> None:
    ruler = window.workspace.stack.ruler
    assert "00:00 to 00:29" in ruler.accessibleDescription()
    assert "playhead at 00:02" in ruler.accessibleDescription()
    window.workspace.stack.axis.zoom(0.5, 2.0)
    assert "00:29" not in ruler.accessibleDescription()


def test_the_seek_bar_says_where_it_is_how_much_is_measured_and_what_is_repeated(window: MainWindow) -> None:
    bar = window.workspace.controls.seek_bar
    assert "00:02" in bar.accessibleDescription()
    assert "frame 60" in bar.accessibleDescription()
    assert "100 % measured" in bar.accessibleDescription()
    window.state.set_loop((1.0, 4.0))
    assert "repeated from 00:01" in bar.accessibleDescription()


def test_the_video_says_what_is_laid_over_it(window: MainWindow) -> None:
    view = window.player.view
    assert view.accessibleName() == "Video"
    assert view.accessibleDescription() == "No video beside this recording"


def test_distribution_and_habit_say_theirs(window: MainWindow, qtbot: QtBot) -> None:
    window.state.set_prediction(None)
    window.state.set_model(DJ_LDML)
    window.state.set_prediction(fake_distribution(30.0))
    assert "mild" in window.workspace.distribution.chart.accessibleDescription()
    window.state.set_prediction(None)
    window.state.set_model(MPDRM)
    window.state.set_prediction(fake_habit(30.0, earlier=2))
    pane = window.workspace.stack.panes["habit"]
    qtbot.waitUntil(lambda: "was habit and taken away" in pane.accessibleDescription())
    assert "earlier visits" in pane.accessibleDescription()


def test_the_picture_says_what_is_drawn_on_it(qtbot: QtBot) -> None:
    window = Window(qtbot)
    view = window.view
    frame = Frame(0, 0, 0.0, np.zeros((72, 128, 4), np.uint8))
    view.show_state(FrameState(frame, None, "not measured"))
    assert view.accessibleDescription() == "not measured yet"
    view.show_state(FrameState(frame, None, "face"))
    for layer in view.layers:
        window.state.set_layer(layer.name, layer.name in ("mesh", "gaze"))
    assert view.accessibleDescription() == "a face, drawn on it: mesh, gaze"
    view.show_state(FrameState(frame, None, "no face"))
    assert view.accessibleDescription() == "no face in this frame"
    window.player.close()


def test_layers_are_switches_with_their_names(window: MainWindow) -> None:
    buttons = window.workspace.controls.transport.findChildren(QAbstractButton)
    named = {button.accessibleName(): button for button in buttons}
    assert {"Contours", "Points", "Mesh", "Head pose", "Gaze", "Face box", "Play"} <= set(named)
    found = QAccessible.queryAccessibleInterface(named["Contours"])
    assert found.state().checkable  # type: ignore[attr-defined]
