"""A player in a window for tests, and a witness of what it paints."""

from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from tests.support.tracked import TrackedRecording
from tests.support.videos import read_number

from lineament_desktop.review.player import ReviewPlayer, SeekBar, TransportBar, player_actions
from lineament_desktop.review.player.frame_state import FrameState
from lineament_desktop.review.player.layers import OverlayLayer
from lineament_desktop.review.player.sound import Sound
from lineament_desktop.review.player.view_transform import ViewTransform
from lineament_desktop.state import Message, ReviewState


class Witness(OverlayLayer):
    """Draws nothing and notes, at every paint, which frame's pixels and which frame's measurements it was given."""

    name, title, key, icon, attribute, z = "witness", "Witness", "9", "layer-box", "landmarks", 99

    def __init__(self, recording: TrackedRecording) -> None:
        super().__init__()
        self.visible = True
        self.recording = recording
        self.seen: list[tuple[int | None, int]] = []

    def paint(self, painter: QPainter, state: FrameState, transform: ViewTransform) -> None:
        assert state.overlay is not None
        row = state.overlay.row
        np.testing.assert_array_equal(state.overlay.mesh, self.recording.mesh(row, row + 1)[0])
        self.seen.append((read_number(state.frame.image), row))


class Window:
    """View, transport bar and seek bar of one player, and the messages it posted."""

    def __init__(self, qtbot: QtBot, sound: Sound | None = None) -> None:
        self.qtbot = qtbot
        self.state = ReviewState()
        self.messages: list[Message] = []
        self.state.message_posted.connect(self.messages.append)
        self.player = ReviewPlayer(self.state, sound)
        self.view = self.player.view
        self.transport = TransportBar(self.player)
        self.seek_bar = SeekBar(self.state)
        self.widget = QWidget()
        layout = QVBoxLayout(self.widget)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.transport)
        layout.addWidget(self.seek_bar)
        for action in player_actions(self.player):
            self.widget.addAction(action)
        self.widget.resize(760, 480)
        qtbot.addWidget(self.widget)
        self.widget.show()
        qtbot.waitExposed(self.widget)

    def open(self, path: Path, *, play: bool = False) -> None:
        self.player.open(path, play=play)
        self.qtbot.waitUntil(lambda: self.state.path == path and self.state.playhead is not None, timeout=10_000)

    def record(self, **settings: object) -> TrackedRecording:
        assert self.state.video is not None
        assert self.state.index is not None
        recording = TrackedRecording(self.state.video, self.state.index, **settings)  # type: ignore[arg-type]
        self.state.set_recording(recording)
        return recording

    def watch(self, recording: TrackedRecording) -> Witness:
        witness = Witness(recording)
        self.view.layers = (*self.view.layers, witness)
        return witness

    def painted(self, frame: int):  # type: ignore[no-untyped-def]
        """Wait, in a `with`, until this frame has been painted."""
        return self.qtbot.waitSignal(self.view.painted, timeout=10_000, check_params_cb=lambda rank: rank == frame)

    def seek(self, frame: int) -> None:
        with self.painted(frame):
            self.state.seek_frame(frame)

    def picture_number(self) -> int | None:
        """The number that a screenshot of the view shows."""
        shot = self.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(shot.constBits(), np.uint8).reshape(shot.height(), shot.bytesPerLine() // 4, 4)
        box = self.view.view_transform()
        assert box is not None
        ratio = shot.devicePixelRatio()
        left, top, width, height = (round(v * ratio) for v in (box.left, box.top, box.width, box.height))
        return read_number(pixels[top : top + height : 3, left : left + width : 3])

    def assert_shows(self, frame: int) -> None:
        """Screenshot, playhead, overlay, time field, frame field and seek bar all say the same."""
        assert self.picture_number() == frame
        playhead, index = self.state.playhead, self.state.index
        assert playhead is not None
        assert index is not None
        assert (playhead.frame, playhead.pts) == (frame, int(index.pts[frame]))
        assert self.view.state is not None
        if self.state.recording is not None:
            assert self.view.state.overlay_pts == playhead.pts
        assert self.transport.frame_edit.text() == str(frame)
        assert self.seek_bar.value() == frame

    def wait_stopped(self) -> None:
        self.qtbot.waitUntil(lambda: not self.state.playing, timeout=20_000)
