"""The player with sound, at other scalings, on real clips, and on a Qt binding that can be trusted."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot
from tests.support.player_window import Window
from tests.support.videos import CLIPS, write_clip

from lineament_desktop.review.player.audio_device import default_audio_device
from lineament_desktop.review.player.audio_source import SampleFormat
from lineament_desktop.review.player.sound import Sound

pytestmark = [
    pytest.mark.clock,
    pytest.mark.qt_log_level_fail("WARNING"),
    pytest.mark.qt_log_ignore("This plugin does not support"),  # what the offscreen platform says of windows
]
PROJECT = Path(__file__).resolve().parents[2]


class SteadyDevice:
    """A device that plays in real time what it was given, as long as it was given something."""

    format = SampleFormat("s16", "stereo", 2, 48_000)
    room = 4 * 7200

    def __init__(self) -> None:
        self.queued, self.played, self.volume, self.at = 0, 0, -1.0, 0.0
        self.running = False

    def start(self) -> None:
        self.running, self.queued, self.at = True, 0, time.perf_counter()

    def stop(self) -> None:
        self.running, self.queued = False, 0

    def _pass(self) -> None:
        now = time.perf_counter()
        frames = min(int((now - self.at) * self.format.rate), self.queued // 4)
        self.at = now if frames * 4 == self.queued else self.at + frames / self.format.rate
        self.queued -= frames * 4
        self.played += frames

    def free_bytes(self) -> int:
        self._pass()
        return self.room - self.queued

    def write(self, data: bytes) -> int:
        taken = min(len(data), self.free_bytes())
        self.queued += taken
        return taken

    def queued_bytes(self) -> int:
        self._pass()
        return self.queued

    def set_volume(self, volume: float) -> None:
        self.volume = volume


@pytest.fixture
def device() -> SteadyDevice:
    return SteadyDevice()


@pytest.fixture
def sounding(qtbot: QtBot, tmp_path: Path, device: SteadyDevice) -> Iterator[Window]:
    clip = next(clip for clip in CLIPS if clip.name == "constant_rate")
    window = Window(qtbot, Sound(lambda: (device, "")))
    window.open(write_clip(clip, tmp_path / "sound.mp4"))
    yield window
    window.player.close()


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_the_picture_follows_the_sound(sounding: Window, device: SteadyDevice, speed: float) -> None:
    assert sounding.player.has_sound
    sounding.record()
    sounding.state.set_speed(speed)
    gaps: list[float] = []

    def compare(_frame: int) -> None:
        assert sounding.state.playhead is not None
        heard_s = device.played / device.format.rate * speed
        gaps.append(heard_s - sounding.state.playhead.time_s)

    sounding.state.set_playing(True)
    sounding.view.painted.connect(compare)
    sounding.qtbot.waitUntil(lambda: len(gaps) >= 30, timeout=10_000)
    sounding.view.painted.disconnect(compare)
    sounding.state.set_playing(False)
    gaps.sort()
    assert 0.0 <= gaps[len(gaps) // 2] < 0.04, "a frame is painted within 40 ms of its moment in the sound"
    assert all(record.overlay_pts == record.picture_pts for record in sounding.view.paint_log if record.overlay_pts)


def test_sound_stops_with_the_picture_and_at_the_end(sounding: Window, device: SteadyDevice) -> None:
    sounding.state.set_playing(True)
    sounding.qtbot.waitUntil(lambda: device.running)
    sounding.state.set_playing(False)
    assert not device.running
    sounding.seek(110)
    sounding.state.set_playing(True)
    sounding.wait_stopped()
    assert not device.running
    sounding.assert_shows(119)


def test_every_frame_mode_is_silent(sounding: Window, device: SteadyDevice) -> None:
    sounding.state.set_playing(True)
    sounding.qtbot.waitUntil(lambda: device.running)
    sounding.player.set_every_frame(True)
    assert not device.running
    sounding.player.set_every_frame(False)
    sounding.qtbot.waitUntil(lambda: device.running)
    sounding.state.set_playing(False)


def test_volume_and_mute(sounding: Window, device: SteadyDevice) -> None:
    actions = sounding.player.actions
    assert device.volume == pytest.approx(0.8)
    actions["quieter"].trigger()
    assert device.volume == pytest.approx(0.7)
    actions["mute"].trigger()
    assert device.volume == 0.0
    assert actions["mute"].isChecked()
    assert actions["mute"].text() == "Unmute"
    actions["mute"].trigger()
    assert device.volume == pytest.approx(0.7)
    sounding.transport.volume_slider.setValue(20)
    assert device.volume == pytest.approx(0.2)
    for _ in range(5):
        actions["quieter"].trigger()
    assert sounding.player.volume == 0.0


def test_looking_for_a_sound_device_prints_nothing_and_explains(
    capfd: pytest.CaptureFixture[str], qtbot: QtBot
) -> None:
    device, reason = default_audio_device()
    if device is None:
        assert reason.endswith(".")
        assert "sound" in reason.lower()
    captured = capfd.readouterr()
    assert "multimedia" not in captured.err.lower()
    assert "pulse" not in captured.err.lower()


SCALED = """
import sys
sys.path[:0] = [{project!r}]
import numpy as np
from pathlib import Path
from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
app = QApplication([])
from lineament_desktop.review.player import ReviewPlayer
from lineament_desktop.state import ReviewState
from tests.support.videos import read_number
state = ReviewState()
player = ReviewPlayer(state)
player.view.resize(333, 222)
player.view.show()
player.open(Path({clip!r}), play=False)
while state.playhead is None:
    app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 10)
state.seek_frame(77)
while state.playhead.frame != 77:
    app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 10)
shot = player.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
pixels = np.frombuffer(shot.constBits(), np.uint8).reshape(shot.height(), shot.bytesPerLine() // 4, 4)
box, ratio = player.view.view_transform(), shot.devicePixelRatio()
left, top, width, height = (round(v * ratio) for v in (box.left, box.top, box.width, box.height))
bar = pixels[4:-4, 4:left - 1, :3]
number = read_number(pixels[top:top + height, left:left + width])
print(ratio, shot.width(), number, bar.size > 1000 and bar.max() < 40)
player.close()
"""


@pytest.mark.parametrize(("factor", "width"), [("1.5", 500), ("2", 666)])
def test_the_picture_is_whole_at_other_scalings(tmp_path: Path, factor: str, width: int) -> None:
    clip = write_clip(next(clip for clip in CLIPS if clip.name == "rotated_90"), tmp_path / "clip.mp4")
    script = SCALED.format(project=str(PROJECT), clip=str(clip))
    environment = {**os.environ, "QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    ratio, shot_width, number, dark_bar = done.stdout.split()
    assert (float(ratio), number) == (float(factor), "77")
    assert abs(int(shot_width) - width) <= 1
    assert dark_bar == "True"


def test_every_real_clip_opens_seeks_and_plays(qtbot: QtBot, testdata: Path) -> None:
    window = Window(qtbot)
    clips = sorted(p for p in testdata.rglob("*") if p.suffix in (".mp4", ".mov", ".mpg", ".avi", ".webm", ".mkv"))
    assert clips
    for path in clips:
        window.open(path)
        assert window.state.index is not None
        total = len(window.state.index)
        for frame in (total // 2, total - 1, total // 3):
            window.seek(frame)
            assert window.state.playhead is not None
            assert window.state.playhead.pts == int(window.state.index.pts[frame])
        stop = min(total - 1, total // 3 + 5)
        window.state.set_playing(True)
        qtbot.waitUntil(lambda: window.view.paint_log[-1].frame >= stop, timeout=10_000)  # noqa: B023
        window.state.set_playing(False)
    window.player.close()
    assert [m for m in window.messages if m.severity == "error"] == []


def test_the_qt_binding_keeps_its_references(qtbot: QtBot) -> None:
    """PySide6 6.12.0 drops a reference to None at every call on Python 3.11: a window that paints dies in seconds."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.save()
        painter.restore()
    painter.end()
    assert sys.getrefcount(None) > before - 250, "pin another PySide6: this one loses references to None"
