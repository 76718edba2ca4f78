"""The player in a real window, on clips whose pictures show their own number: what is seen is what is said."""

import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.support.player_window import Window
from tests.support.published_predictions import HMHN, fake_regions
from tests.support.videos import CLIPS, Clip, write_clip

from lineament_desktop.review.player import player_actions
from lineament_desktop.review.player.sound import Sound
from lineament_desktop.review.recording_playhead import RecordingPlayhead

pytestmark = [
    pytest.mark.qt_log_level_fail("WARNING"),
    pytest.mark.qt_log_ignore("This plugin does not support"),  # what the offscreen platform says of windows
]

KINDS = ("constant_rate", "variable_rate", "b_frames", "b_frames_variable_rate", "rotated_90", "no_sound")
BY_NAME = {clip.name: clip for clip in CLIPS}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return {name: write_clip(BY_NAME[name], folder / f"{name}.mp4") for name in KINDS}


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    made = Window(qtbot, Sound(lambda: (None, "No sound device in this test.")))
    yield made
    made.player.close()
    assert not [t for t in threading.enumerate() if t.name.startswith(("lineament", "frames of"))]


@pytest.mark.parametrize("name", KINDS)
def test_random_seeks_show_the_frame_they_asked_for(window: Window, clips: dict[str, Path], name: str) -> None:
    window.open(clips[name])
    witness = window.watch(window.record())
    total = BY_NAME[name].frames
    for frame in np.random.default_rng(3).integers(0, total, 200).tolist():
        window.seek(frame)
        window.assert_shows(frame)
    assert len(witness.seen) >= 200
    assert [pair for pair in witness.seen if pair[0] != pair[1]] == []
    assert [record for record in window.view.paint_log if record.overlay_pts not in (record.picture_pts, None)] == []


@pytest.mark.parametrize("name", KINDS)
def test_backward_steps_go_back_by_one(window: Window, clips: dict[str, Path], name: str) -> None:
    window.open(clips[name])
    window.record()
    frame = BY_NAME[name].frames - 1
    window.seek(frame)
    for _ in range(200):
        if frame == 0:
            frame = BY_NAME[name].frames - 1
            window.seek(frame)
        frame -= 1
        with window.painted(frame):
            window.state.step(-1)
        window.assert_shows(frame)


@pytest.mark.parametrize("name", KINDS)
def test_playing_paints_picture_and_overlay_of_one_frame(window: Window, clips: dict[str, Path], name: str) -> None:
    window.open(clips[name])
    witness = window.watch(window.record())
    window.state.set_speed(2.0)
    window.view.paint_log.clear()
    window.state.set_playing(True)
    window.wait_stopped()
    last = BY_NAME[name].frames - 1
    window.qtbot.waitUntil(lambda: window.view.paint_log[-1].frame == last)
    window.assert_shows(last)
    assert [pair for pair in witness.seen if pair[0] != pair[1]] == []
    log = list(window.view.paint_log)
    assert all(record.overlay_pts == record.picture_pts for record in log)
    frames = [record.frame for record in log]
    assert frames == sorted(frames)
    stats = window.player.stats
    assert stats.due == last + 1
    assert stats.shown == len(set(frames))
    assert stats.dropped == stats.due - stats.shown


def test_every_frame_mode_drops_nothing(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["b_frames_variable_rate"])
    window.player.set_every_frame(True)
    window.view.paint_log.clear()
    window.state.set_speed(2.0)
    window.state.set_playing(True)
    window.wait_stopped()
    assert sorted({record.frame for record in window.view.paint_log}) == list(range(120))
    assert window.player.stats.dropped == 0


def test_a_storm_of_seeks_ends_on_the_last_one(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["no_sound"])
    window.record()
    wishes = np.random.default_rng(5).integers(0, 119, 150).tolist()
    with window.painted(119):
        for frame in [*wishes, 119]:
            window.state.seek_frame(frame)
            window.qtbot.wait(1)
    window.qtbot.wait(300)
    window.assert_shows(119)
    assert all(record.overlay_pts == record.picture_pts for record in window.view.paint_log if record.overlay_pts)


def test_quick_steps_add_up_and_playing_stops(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["b_frames"], play=True)
    window.record()
    window.seek(60)
    window.state.set_playing(False)
    assert window.state.playhead is not None
    here = window.state.playhead.frame
    with window.painted(here + 5):
        for _ in range(7):
            window.state.step(1)
        for _ in range(2):
            window.state.step(-1)
    window.qtbot.wait(100)
    window.assert_shows(here + 5)
    window.state.set_playing(True)
    window.state.step(1)
    assert not window.state.playing


def test_steps_stop_at_both_ends(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    with window.painted(0):
        window.state.step(-3)
    window.seek(118)
    with window.painted(119):
        window.state.step(30)
    window.assert_shows(119)


def test_the_loop_stays_inside_its_frames(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["variable_rate"])
    assert window.state.index is not None
    times = window.state.index.times_s
    window.state.set_loop((float(times[20]), float(times[26])))
    window.view.paint_log.clear()
    window.state.set_playing(True)
    window.qtbot.waitUntil(lambda: _rounds(window, 20) >= 3, timeout=10_000)
    window.state.set_playing(False)
    assert {record.frame for record in window.view.paint_log} - set(range(20, 27)) <= {0}


def _rounds(window: Window, first: int) -> int:
    frames = [record.frame for record in window.view.paint_log]
    return sum(after < before for before, after in pairwise(frames)) + (first in frames)


def test_a_and_b_are_set_at_the_playhead(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    actions = window.player.actions
    assert not actions["loop_clear"].isEnabled()
    window.seek(30)
    actions["loop_a"].trigger()
    assert window.state.loop is None
    assert "Press B" in window.messages[-1].text
    actions["loop_clear"].trigger()
    assert not actions["loop_clear"].isEnabled()
    actions["loop_a"].trigger()
    assert actions["loop_clear"].isEnabled()
    window.seek(60)
    actions["loop_b"].trigger()
    assert window.state.loop == (pytest.approx(1.0, abs=1e-3), pytest.approx(2.0, abs=1e-3))
    window.seek(45)
    actions["loop_a"].trigger()
    assert window.state.loop == (pytest.approx(1.5, abs=1e-3), pytest.approx(2.0, abs=1e-3))
    actions["loop_clear"].trigger()
    assert window.state.loop is None


def test_a_loop_that_waits_for_its_end_is_marked_on_the_seek_bar(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    window.seek(60)
    window.seek_bar.clearFocus()
    bare = window.seek_bar.grab().toImage()
    window.seek(30)
    window.player.actions["loop_a"].trigger()
    window.seek(60)
    assert window.state.loop_start_s == pytest.approx(1.0, abs=1e-3)
    marked = window.seek_bar.grab().toImage()
    x = round(window.seek_bar.x_of(1.0) * marked.devicePixelRatio())
    column = range(marked.height())
    assert any(marked.pixel(x, y) != bare.pixel(x, y) for y in column)
    assert all(marked.pixel(x + 20, y) == bare.pixel(x + 20, y) for y in column)
    window.player.actions["loop_clear"].trigger()
    assert window.seek_bar.grab().toImage() == bare


def test_play_again_at_the_end_starts_over(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    window.seek(119)
    with window.painted(0):
        window.state.set_playing(True)
    assert window.state.playing


def test_opening_plays_at_once_in_real_time(window: Window, clips: dict[str, Path]) -> None:
    """No sound device: the machine's own clock, within a tenth of a second over three."""
    window.open(clips["no_sound"], play=True)
    assert window.state.playing
    with window.painted(90):
        pass
    assert window.state.playhead is not None
    assert not window.player.has_sound
    assert window.player.no_sound_reason == "This video has no sound."


def test_the_newest_of_several_files_wins(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"], play=True)
    for frame in range(0, 120, 7):
        window.state.seek_frame(frame)
    for name in ("b_frames", "rotated_90", "variable_rate"):
        window.player.open(clips[name], play=False)
    window.qtbot.waitUntil(lambda: window.state.path == clips["variable_rate"], timeout=10_000)
    window.qtbot.waitUntil(lambda: window.state.playhead is not None)
    window.qtbot.wait(200)
    assert window.state.path == clips["variable_rate"]
    window.assert_shows(0)
    window.seek(77)
    window.assert_shows(77)


def test_switching_while_frames_are_decoded_shows_no_frame_of_the_old_video(
    window: Window, clips: dict[str, Path]
) -> None:
    window.open(clips["b_frames"], play=True)
    for frame in (100, 3, 110, 7):
        window.state.seek_frame(frame)
    window.open(clips["rotated_90"])
    assert window.state.video is not None
    assert (window.state.video.width, window.state.video.height) == (128, 192)
    window.qtbot.wait(200)
    assert window.view.state is not None
    assert window.view.state.frame.image.shape[:2] == (192, 128)
    window.assert_shows(0)


def test_closing_while_frames_are_decoded(qtbot: QtBot, clips: dict[str, Path]) -> None:
    window = Window(qtbot)
    window.open(clips["b_frames"], play=True)
    for frame in (100, 3, 110, 7):
        window.state.seek_frame(frame)
    window.player.open(clips["no_sound"])
    window.player.close()
    shown = window.state.playhead
    qtbot.wait(200)
    assert window.state.playhead == shown
    assert not [t for t in threading.enumerate() if t.name.startswith(("lineament", "frames of"))]


def test_a_file_that_is_no_video_says_so_and_the_old_one_stays(
    window: Window, clips: dict[str, Path], tmp_path: Path
) -> None:
    window.open(clips["constant_rate"])
    window.seek(33)
    text = tmp_path / "Notizen für später.mp4"
    text.write_text("no video at all")
    window.player.open(text)
    window.qtbot.waitUntil(lambda: bool(window.messages), timeout=10_000)
    assert window.messages[-1].severity == "error"
    assert text.name in window.messages[-1].text
    window.assert_shows(33)
    window.seek(34)
    window.assert_shows(34)


def test_a_first_file_that_is_no_video_leaves_the_invitation(window: Window, tmp_path: Path) -> None:
    window.player.open(tmp_path / "missing.mp4")
    window.qtbot.waitUntil(lambda: bool(window.messages), timeout=10_000)
    assert "Drop a video" in window.view.accessibleDescription()
    assert window.state.index is None
    for action in player_actions(window.player):
        action.trigger()
    assert not window.state.playing


def test_the_overlay_comes_when_its_row_is_measured(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    recording = window.record(measured=10, lost=(5,))
    window.seek(5)
    assert window.view.state is not None
    assert window.view.state.measured == "no face"
    window.seek(50)
    assert window.view.state.measured == "not measured"
    recording.grow(60)
    with window.painted(50):
        window.state.recording_grew.emit()
    assert window.view.state.measured == "face"
    assert window.view.paint_log[-1].overlay_pts == window.view.paint_log[-1].picture_pts


def test_layers_toggle_by_key_and_change_the_picture(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    window.record()
    window.state.set_model(HMHN)
    window.state.set_prediction(fake_regions(10.0))
    window.seek(40)
    window.widget.activateWindow()
    window.qtbot.waitUntil(window.widget.isActiveWindow)
    for layer in window.view.layers:
        before, was = window.view.grab().toImage(), layer.visible
        window.qtbot.keyClick(window.widget, layer.key)
        assert layer.visible is not was
        assert window.state.layers[layer.name] is layer.visible
        assert window.player.actions.layer(layer.name).isChecked() is layer.visible
        assert window.view.grab().toImage() != before, f"{layer.name} draws nothing"


def test_everything_goes_by_keyboard(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    window.widget.activateWindow()
    window.qtbot.waitUntil(window.widget.isActiveWindow)
    window.view.setFocus()

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        window.qtbot.keyClick(window.view, key, modifier)

    keys, shift, ctrl = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    for key, modifier, frame in (
        (keys.Key_Right, Qt.KeyboardModifier.NoModifier, 1),
        (keys.Key_Period, Qt.KeyboardModifier.NoModifier, 2),
        (keys.Key_Comma, Qt.KeyboardModifier.NoModifier, 1),
        (keys.Key_Right, shift, 31),
        (keys.Key_Left, shift, 1),
        (keys.Key_Right, ctrl, 119),
        (keys.Key_Left, ctrl, 0),
        (keys.Key_End, Qt.KeyboardModifier.NoModifier, 119),
        (keys.Key_Left, Qt.KeyboardModifier.NoModifier, 118),
        (keys.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
    ):
        with window.painted(frame):
            press(key, modifier)
        window.assert_shows(frame)
    press(keys.Key_BracketRight)
    assert window.state.speed == 1.25
    press(keys.Key_J)
    press(keys.Key_J)
    assert window.state.speed == 0.75
    press(keys.Key_Backspace)
    assert window.state.speed == 1.0
    press(keys.Key_E)
    assert window.player.every_frame
    press(keys.Key_E)
    press(keys.Key_Space)
    assert window.state.playing
    press(keys.Key_K)
    assert not window.state.playing


def test_typing_a_time_or_a_frame_goes_there(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    window.widget.activateWindow()
    window.qtbot.waitUntil(window.widget.isActiveWindow)
    ctrl = Qt.KeyboardModifier.ControlModifier
    window.qtbot.keyClick(window.view, Qt.Key.Key_G, ctrl)
    edit = window.transport.time_edit
    assert edit.hasFocus()
    window.qtbot.keyClicks(edit, "0:02.5")
    with window.painted(75):
        window.qtbot.keyClick(edit, Qt.Key.Key_Return)
    window.assert_shows(75)
    window.qtbot.keyClick(window.view, Qt.Key.Key_G, ctrl | Qt.KeyboardModifier.ShiftModifier)
    window.qtbot.keyClicks(window.transport.frame_edit, "12")
    with window.painted(12):
        window.qtbot.keyClick(window.transport.frame_edit, Qt.Key.Key_Return)
    window.assert_shows(12)
    window.transport.frame_edit.begin()
    window.qtbot.keyClicks(window.transport.frame_edit, "a1 ")
    assert not window.state.playing, "letters typed into a field are not keys of the player"
    window.qtbot.keyClick(window.transport.frame_edit, Qt.Key.Key_Return)
    assert window.messages[-1].severity == "warning"
    window.transport.frame_edit.begin()
    window.qtbot.keyClicks(window.transport.frame_edit, "99")
    window.qtbot.keyClick(window.transport.frame_edit, Qt.Key.Key_Escape)
    window.assert_shows(12)


def test_every_control_has_a_name_and_every_action_a_key(window: Window) -> None:
    assert window.view.accessibleName()
    assert window.seek_bar.accessibleName()
    controls = [w for w in window.transport.findChildren(QWidget) if w.isVisible()]
    controls = [w for w in controls if w.focusPolicy() != Qt.FocusPolicy.NoFocus]
    assert len(controls) > 15
    for control in controls:
        assert control.accessibleName(), control
        assert control.toolTip(), control
    keys = [key.toString() for action in player_actions(window.player) for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    for action in player_actions(window.player):
        assert action.shortcuts(), action.text()
        assert action.property("group") in ("Playback", "Layers")


def test_click_and_drag_on_the_seek_bar(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"])
    window.record(lost=tuple(range(70, 80)))
    bar = window.seek_bar
    middle = bar.rect().center()
    with window.painted(bar.frame_at(middle.x())):
        window.qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=middle)
    for offset in range(0, 120, 3):
        window.qtbot.mouseMove(bar, middle + middle.__class__(offset, 0))
    target = bar.frame_at(middle.x() + 117)
    window.qtbot.waitUntil(lambda: window.view.paint_log[-1].frame == target, timeout=5000)
    window.qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=middle)
    window.assert_shows(target)
    bar.setFocus()
    assert "frame" in bar.accessibleDescription()


def test_a_very_short_clip(window: Window, tmp_path: Path) -> None:
    window.open(write_clip(Clip("short", frames=2, fps=25), tmp_path / "short.mp4"), play=True)
    window.wait_stopped()
    window.assert_shows(1)
    window.seek(0)
    window.assert_shows(0)


def test_a_recording_alone_can_be_walked_through(window: Window, clips: dict[str, Path]) -> None:
    window.open(clips["constant_rate"], play=True)
    recording, index = window.record(), window.state.index
    assert index is not None
    walker = RecordingPlayhead(window.state)
    window.state.open_recording_alone(Path("visit.lineament.parquet"), index, recording)
    assert not window.state.playing
    assert window.view.state is None
    assert window.view.accessibleDescription()
    window.state.seek_frame(50)
    window.player.actions["step_forward"].trigger()
    assert window.transport.frame_edit.text() == "51"
    assert window.seek_bar.value() == 51
    assert window.seek_bar.isEnabled()
    assert not window.player.actions["play"].isEnabled()
    window.player.toggle_playing()
    assert not window.state.playing
    del walker
    window.open(clips["variable_rate"])
    window.seek(9)
    window.assert_shows(9)
    window.state.close_video()
    assert "Drop a video" in window.view.accessibleDescription()


def test_a_picture_at_rest_is_refined_and_stays_the_same_frame(window: Window, tmp_path: Path) -> None:
    large = Clip("large", frames=10, width=1280, height=960)
    window.open(write_clip(large, tmp_path / "large.mp4"))
    window.record()
    window.seek(7)
    window.qtbot.waitUntil(lambda: window.view._fine is not None, timeout=5000)
    window.assert_shows(7)
    window.seek(3)
    assert window.view._fine is None
    window.assert_shows(3)
    window.qtbot.waitUntil(lambda: window.view._fine is not None, timeout=5000)
    window.widget.resize(700, 430)
    assert window.view._fine is None
    window.assert_shows(3)
