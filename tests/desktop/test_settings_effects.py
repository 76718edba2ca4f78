"""Every setting does what it says: one test a setting, and a test that none is without."""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.fakes import FakeRecording, fake_video
from tests.support.main_window import MakeWindow, make_window
from tests.support.qt import wheel, write_video

from lineament.search.config import PRESETS
from lineament_desktop.app import start
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.start import apply_before_qt, open_window
from lineament_desktop.jobs.core_work import Tracking
from lineament_desktop.state import Message, places
from lineament_desktop.state.places import data_folder
from lineament_desktop.state.preference import Preference
from lineament_desktop.state.preferences import (
    ANALYSE_AT_ONCE,
    AT_START,
    CACHE_FOLDER,
    DATA_FOLDER,
    DEVICE,
    ESTIMATE_SECONDS,
    EVERY_FRAME,
    FOLLOW,
    LAYERS_AT_START,
    LINE_WIDTH,
    LONG_SKIP,
    MODEL_AT_START,
    MOST_FACES,
    NOTE_SECONDS,
    OPACITY,
    PLAY_AT_ONCE,
    PREFERENCES,
    RECENT_FILES,
    SCALE,
    SKIP,
    SPEED,
    THEME,
    TRACKER,
    VOLUME,
    WHEEL_ZOOM,
)
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import DARK, theme

__all__ = ["make_window"]
Test = Callable[..., None]
TESTED: dict[str, str] = {}


def of(*some: Preference[Any]) -> Callable[[Test], Test]:
    """Names the settings that a test is about."""

    def note(test: Test) -> Test:
        for one in some:
            TESTED[one.name] = test.__name__
        return test

    return note


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("films") / "visit.mp4", 2.0)


def opened(window: MainWindow, film: Path, qtbot: QtBot) -> MainWindow:
    window.open_path(film)
    qtbot.waitUntil(lambda: window.state.path == film and window.state.playhead is not None, timeout=10_000)
    return window


def with_recording(window: MainWindow, seconds: float = 30.0) -> MainWindow:
    """A recording of so many seconds is open, without its video."""
    info, index = fake_video(seconds)
    window.state.open_recording_alone(info.path, index, FakeRecording(seconds))
    return window


def test_every_setting_has_a_test_of_what_it_does() -> None:
    there = {name for name, _ in inspect.getmembers(sys.modules[__name__], inspect.isfunction)}
    assert set(TESTED) == {one.name for one in PREFERENCES}
    assert set(TESTED.values()) <= there


# General


@of(THEME)
def test_the_theme_is_worn_and_marked_in_the_menu(make_window: MakeWindow) -> None:
    window = make_window()
    window.settings.set(THEME, "dark")
    assert theme.tokens is DARK
    assert window.registry["view.theme.dark"].isChecked()
    assert not window.registry["view.theme.system"].isChecked()


@of(SCALE, DATA_FOLDER, CACHE_FOLDER)
def test_scale_and_folders_hold_before_anything_is_shown_or_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_ours", set())
    for name in ("QT_SCALE_FACTOR", DATA_FOLDER.variable, CACHE_FOLDER.variable):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    settings = Settings()
    assert apply_before_qt(settings) == []
    assert "QT_SCALE_FACTOR" not in start.os.environ
    settings.set(SCALE, 150)
    settings.set(DATA_FOLDER, str(tmp_path / "work"))
    settings.set(CACHE_FOLDER, str(tmp_path / "cache"))
    assert apply_before_qt(settings) == []
    assert start.os.environ["QT_SCALE_FACTOR"] == "1.5"
    assert data_folder() == tmp_path / "work"
    assert start.os.environ[CACHE_FOLDER.variable] == str(tmp_path / "cache")


@of(AT_START)
@pytest.mark.parametrize("choice", list(AT_START.choices))
def test_what_is_opened_at_the_start(
    qtbot: QtBot, qapp: Any, monkeypatch: pytest.MonkeyPatch, film: Path, choice: str
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(MainWindow, "open_path", lambda _, path: asked.append(path.name))
    settings = Settings()
    settings.add_recent(film)
    settings.set(AT_START, choice)
    window = open_window(qapp, None, settings)
    qtbot.addWidget(window)
    QTest.qWait(50)
    assert asked == {"demonstration": ["interview.mp4"], "last": ["visit.mp4"], "nothing": []}[choice]
    window.close()


@of(RECENT_FILES)
def test_only_so_many_recent_files_stand_in_the_menu(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window()
    for number in range(5):
        window.settings.add_recent(tmp_path / f"{number}.mp4")
    window.settings.set(RECENT_FILES, 3)
    menu = next(a.menu() for a in window.menuBar().actions()[0].menu().actions() if a.text() == "Recent &files")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()][:4] == ["&1 4.mp4", "&2 3.mp4", "&3 2.mp4", ""]


@of(NOTE_SECONDS)
def test_a_note_leaves_after_the_time_that_was_set(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.settings.set(NOTE_SECONDS, 2)
    window.messages.show_message(Message("Saved."))
    qtbot.wait(1500)
    assert window.messages.isVisible()
    qtbot.waitUntil(lambda: not window.messages.isVisible(), timeout=2000)


# Playback


@of(PLAY_AT_ONCE)
def test_a_video_opens_without_playing(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = make_window()
    window.settings.set(PLAY_AT_ONCE, False)
    opened(window, film, qtbot)
    qtbot.wait(150)
    assert not window.state.playing
    assert window.state.playhead is not None
    assert window.state.playhead.frame == 0


@of(SPEED, VOLUME, EVERY_FRAME)
def test_playback_is_as_settled_now_and_at_the_next_start(make_window: MakeWindow) -> None:
    window = make_window()
    assert (window.state.speed, window.player.volume, window.player.every_frame) == (1.0, 0.8, False)
    for one, value in ((SPEED, "1.5"), (VOLUME, 30), (EVERY_FRAME, True)):
        window.settings.set(one, value)
    for shown in (window, make_window()):
        assert (shown.state.speed, shown.player.volume, shown.player.every_frame) == (1.5, 0.3, True)
        assert shown.registry["player.every_frame"].isChecked()


@of(SKIP, LONG_SKIP)
def test_skips_go_as_far_as_their_actions_say(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    window = make_window()
    window.settings.set(PLAY_AT_ONCE, False)
    window.settings.set(SKIP, 0.5)
    window.settings.set(LONG_SKIP, 1)
    opened(window, film, qtbot)
    titles = {listed.id: listed.title for listed in window.registry.listed()}
    assert titles["player.second_forward"] == "0.5 seconds forward"
    assert titles["player.ten_back"] == "1 second back"
    assert window.registry["player.ten_back"].toolTip() == "1 second back (Ctrl+Left)"
    QTest.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.state.playhead.frame == 15, timeout=5000)
    QTest.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.state.playhead.frame == 45, timeout=5000)
    assert window.seek_bar.pageStep() == 30


# Picture and charts


@of(LAYERS_AT_START)
def test_layers_begin_as_they_were_left_or_as_usual(make_window: MakeWindow) -> None:
    window = make_window()
    window.state.set_layer("mesh", True)
    window.state.set_layer("contours", False)
    window.close()
    again = make_window()
    assert (again.player.view.layer("mesh").visible, again.player.view.layer("contours").visible) == (True, False)
    again.settings.set(LAYERS_AT_START, "usual")
    again.close()
    usual = make_window()
    assert (usual.player.view.layer("mesh").visible, usual.player.view.layer("contours").visible) == (False, True)


@of(LINE_WIDTH, OPACITY)
def test_what_is_drawn_over_the_picture_is_as_wide_and_as_opaque(make_window: MakeWindow) -> None:
    window = make_window()
    view = window.player.view
    contours, pose = view.layer("contours"), view.layer("pose")
    assert contours.strokes()[1].widthF() == 1.5
    window.settings.set(LINE_WIDTH, 3)
    assert contours.strokes()[1].widthF() == 3
    assert pose.strokes(2.0)[1].widthF() == 6

    seen: list[float] = []

    class Painter:
        def __getattr__(self, name: str) -> Callable[..., None]:
            return lambda *values: seen.append(values[0]) if name == "setOpacity" else None

    class Place:
        left = top = width = height = 1.0

    window.settings.set(OPACITY, 50)
    for layer in view.layers:
        layer.paint = lambda *_: None  # type: ignore[method-assign]
        layer.visible = layer.name in ("contours", "mesh")
    view._paint_layers(Painter(), None, Place())  # type: ignore[arg-type]
    assert seen == [pytest.approx(0.3), 0.5, 1.0]


@of(FOLLOW)
def test_zoomed_charts_follow_the_playhead_or_stay(make_window: MakeWindow) -> None:
    window = with_recording(make_window())
    axis = window.workspace.stack.axis
    for follows, start_s in ((True, 11.75), (False, 0.0)):
        window.settings.set(FOLLOW, follows)
        window.state.seek_time(2.0)
        axis.show(0.0, 5.0)
        window.state.seek_time(12.0)
        assert axis.start == pytest.approx(start_s, abs=0.02)


@of(WHEEL_ZOOM)
def test_a_notch_of_the_wheel_zooms_as_much_as_was_set(make_window: MakeWindow) -> None:
    window = with_recording(make_window())
    window.settings.set(WHEEL_ZOOM, 2)
    axis, whole = window.workspace.stack.axis, window.workspace.stack.axis.span
    wheel(window.workspace.stack.panes["quality"].chart, 0.5, 1)
    assert axis.span == pytest.approx(whole / 2)


# Analysis


@of(ANALYSE_AT_ONCE)
def test_a_video_waits_to_be_analysed(make_window: MakeWindow, film: Path, qtbot: QtBot) -> None:
    core = FakeCore()
    window = make_window(core)
    window.settings.set(ANALYSE_AT_ONCE, False)
    opened(window, film, qtbot)
    qtbot.waitUntil(lambda: window.state.failure is not None, timeout=5000)
    assert window.state.failure == "This video is not analysed yet. Ctrl+R analyses it."
    assert window.workspace.estimate.sentence.text() == window.state.failure
    assert core.measured == []
    QTest.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.state.prediction is not None, timeout=5000)
    assert core.measured == [film]
    assert window.state.failure is None


@of(TRACKER, MOST_FACES)
def test_the_analysis_is_told_tracker_and_faces(
    make_window: MakeWindow, film: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = FakeCore()
    window = make_window(core)
    window.settings.set(TRACKER, "face-landmarker")
    window.settings.set(MOST_FACES, 2)
    opened(window, film, qtbot)
    qtbot.waitUntil(lambda: bool(core.measured), timeout=5000)
    assert core.trackings == [Tracking("face-landmarker", 2)]

    from lineament import analysis
    from lineament_desktop.jobs.core_work import measure

    told: list[Any] = []
    monkeypatch.setattr(analysis, "analyze", lambda *given, **_: told.append(given[2]))
    measure(film, film.parent, None, None, core.trackings[0])  # type: ignore[arg-type]
    assert (told[0].tracker, told[0].max_faces) == ("face-landmarker", 2)


@of(ESTIMATE_SECONDS)
def test_estimates_follow_each_other_as_fast_as_was_set(make_window: MakeWindow) -> None:
    window = make_window()
    window.settings.set(ESTIMATE_SECONDS, 30)
    asked: list[object] = []
    window.state.set_recording(FakeRecording(2.0))
    window.jobs._score = lambda recording, **_: asked.append(recording)  # type: ignore[method-assign]
    for now, scored in ((29.0, 0), (31.0, 1), (40.0, 1), (62.0, 2)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("lineament_desktop.jobs.review_jobs.monotonic", lambda now=now: now)
            window.jobs._score_growth()
        assert len(asked) == scored


@of(MODEL_AT_START)
def test_the_model_at_the_start_is_the_last_or_the_shipped(make_window: MakeWindow) -> None:
    from lineament.models import default_model_folder

    settings, shipped = Settings(), default_model_folder()
    other = next(folder for folder in sorted(shipped.parent.iterdir()) if folder != shipped)
    settings.remember_model(other)
    assert make_window().state.model.folder == other.resolve()
    Settings().set(MODEL_AT_START, "shipped")
    assert make_window().state.model.folder == shipped


# Computing and files


@of(DEVICE)
def test_new_forms_propose_the_device_and_presets_leave_it(make_window: MakeWindow) -> None:
    window = make_window()
    window.settings.set(DEVICE, "cuda")
    window.show_page("search")
    setup = window.pages.made("search").setup
    assert setup.form.fields["device"].raw() == "cuda"
    before = setup.form.config()
    assert "budget" in PRESETS["quick"]
    setup.presets._on_pick(setup.presets.combo.findData("quick"))
    assert setup.form.config().budget == PRESETS["quick"]["budget"] != before.budget
    assert setup.form.fields["device"].raw() == "cuda"
    window.settings.set(DEVICE, "cpu")
    window.show_page("models")
    assert window.pages.made("models").trainings.form.device.raw() == "cpu"
