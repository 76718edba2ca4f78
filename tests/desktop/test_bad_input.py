"""Bad files given to the real window, read by the real core: one sentence each, and what was open stays open."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.qt import write_video

from lineament.models import default_model_folder
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.jobs.core_work import Core, read_recording
from lineament_desktop.state import Message


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window on a good video under a name with blanks and letters of three alphabets, measured and at rest."""
    made = MainWindow(core=replace(FakeCore().core(), read_recording=read_recording))
    made.show()
    folder = tmp_path / "Gespräche, Zweite Woche"
    folder.mkdir()
    made.open_path(write_video(folder / "пример 面接 é.mp4", 1.0))
    qtbot.waitUntil(lambda: made.state.prediction is not None and made.state.progress is None, timeout=20_000)
    made.state.set_playing(False)
    yield made
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def zero_bytes(path: Path) -> None:
    path.touch()


def text(path: Path) -> None:
    path.write_text("Dear participant, thank you for coming.\n" * 20, encoding="utf-8")


def truncated(path: Path) -> None:
    write_video(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def sound_alone(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44_100)
        assert isinstance(stream, av.AudioStream)
        for start in range(0, 44_100, 1024):
            tone = np.sin(np.arange(start, start + 1024) * 0.05).astype(np.float32)[None] * 0.3
            frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44_100, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def newer_schema(path: Path) -> None:
    table = pa.table({"frame": pa.array([0], pa.int32())})
    pq.write_table(table.replace_schema_metadata({b"lineament": b'{"schema_version": 99}'}), path)


def cut_table(path: Path) -> None:
    newer_schema(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def columns_missing(path: Path) -> None:
    path.write_text("frame, timestamp, AU12_r\n1, 0.033, 1.5\n", encoding="utf-8")


def no_clnf(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("zero.mp4", zero_bytes, "is empty (0 bytes). Copy or record it again"),
        ("letter.mp4", text, "this is not a video, or it is damaged. Choose a video file"),
        ("half.mp4", truncated, "the recording is incomplete"),
        ("voice.mp4", sound_alone, "has sound but no picture. Choose the recording that holds the video"),
        ("later.lineament.parquet", newer_schema, "schema version 99, this Lineament reads up to"),
        ("cut.lineament.parquet", cut_table, "damaged or cut short"),
        ("other.csv", columns_missing, "columns are missing: confidence, success. Export the file again"),
        ("session", no_clnf, "no CLNF files are there. Open one session's folder"),
    ],
)
def test_one_sentence_and_nothing_lost(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, name: str, make: Callable[[Path], None], said: str
) -> None:
    state = window.state
    posted: list[Message] = []
    state.message_posted.connect(posted.append)
    before = (state.path, state.recording, state.prediction, state.playhead)
    make(tmp_path / name)
    window.open_path(tmp_path / name)
    qtbot.waitUntil(lambda: bool(posted), timeout=20_000)
    qtbot.wait(200)
    assert [message.severity for message in posted] == ["error"]
    assert posted[0].text.startswith(f"{name}: ")
    assert said in posted[0].text
    assert "Traceback" not in posted[0].text
    assert window.messages.isVisible()
    assert QApplication.activeModalWidget() is None
    assert (state.path, state.recording, state.prediction, state.playhead) == before
    window.leave()
    state.seek_frame(5)
    qtbot.waitUntil(lambda: state.playhead is not None and state.playhead.frame == 5, timeout=10_000)


def test_a_model_cut_in_half_leaves_the_measurements(qtbot: QtBot, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(default_model_folder(), model)
    weights = next(model.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])

    fake = FakeCore()
    window = MainWindow(core=Core(fake.measure, read_recording=fake.read).with_model(model))
    qtbot.addWidget(window)
    window.show()
    window.open_path(write_video(tmp_path / "film.mp4", 1.0))
    qtbot.waitUntil(lambda: window.state.failure is not None and window.state.progress is None, timeout=30_000)
    assert str(window.state.failure).startswith(f"{weights.name}: the weights are damaged")
    assert window.workspace.estimate.sentence.text() == window.state.failure
    assert window.state.recording is not None
    assert window.state.recording.meta.complete
    assert window.workspace.stack.panes["action units"].chart.content.lanes
    window.close()
