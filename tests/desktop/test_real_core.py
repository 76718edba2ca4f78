"""The whole way with nothing stood in for: a film of the avatar, the real tracker, the shipped model, the real window.

A first window, in a process of its own, is killed in the middle of its analysis; a second one goes on from there.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lineament.analysis import AnalysisSettings, analyze
from lineament.progress import CancelToken, EventSink
from lineament.recording import RecordingView
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.jobs.core_work import Core

pytestmark = pytest.mark.clock

SEGMENT = 90  # frames: short ones, so that a kill in a short film leaves something
FRAMES = 720
LIMIT_S = 120.0


def measure(video: Path, out: Path, cancel: CancelToken, sink: EventSink, *_: object) -> RecordingView:
    return analyze(video, out, AnalysisSettings(segment_frames=SEGMENT), cancel=cancel, sink=sink)


def saved_segments(folder: Path) -> int:
    """Pieces on disk of an analysis under way."""
    return len(list(folder.glob("recordings/*/*.partial/*.parquet")))


def main(film: Path) -> None:
    """The first window: opens the film and goes on until it is killed."""
    from lineament_desktop.app.start import make_application

    app = make_application()
    window = MainWindow(core=Core(measure=measure))
    window.show()
    window.open_path(film)
    app.exec()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.support.avatar_clips import looped, pictures, write_clip

    path = tmp_path_factory.mktemp("films") / "a visit.mp4"
    return write_clip(path, looped(pictures(320, 240, 60), FRAMES))


def killed_half_way(film: Path, data: Path) -> int:
    """Let another process analyse the film in its window and kill it; returns the segments it had saved."""
    first = subprocess.Popen([sys.executable, __file__, str(film)], env=os.environ)
    try:
        deadline = time.monotonic() + LIMIT_S
        while saved_segments(data) < 2:
            assert first.poll() is None, "the first window ended by itself"
            assert time.monotonic() < deadline, "the first window saved nothing"
            time.sleep(0.02)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    return saved_segments(data)


@pytest.mark.timeout(240)
def test_a_killed_window_goes_on_where_it_was_and_fills_its_panes(qtbot: QtBot, film: Path, own_folders: Path) -> None:
    kept = killed_half_way(film, own_folders / "data")
    assert 2 <= kept < FRAMES // SEGMENT
    window = MainWindow(core=Core(measure=measure))
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    try:
        state, rows = window.state, []
        state.recording_changed.connect(lambda recording: rows.append(recording.n_rows) if recording else None)
        window.open_path(film)
        qtbot.waitUntil(lambda: bool(rows), timeout=60_000)
        assert rows[0] >= 2 * SEGMENT, "measured from the start again"
        assert state.progress is not None
        qtbot.waitUntil(lambda: state.recording.meta.complete and state.progress is None, timeout=120_000)
        qtbot.waitUntil(lambda: state.prediction is not None and not window.jobs.is_scoring, timeout=60_000)
        state.set_playing(False)
        state.seek_frame(300)
        qtbot.waitUntil(lambda: state.playhead is not None and state.playhead.frame == 300, timeout=10_000)
        qtbot.wait(500)  # the panes draw growth a few times a second
        assert_filled(window)
    finally:
        window.close()


def assert_filled(window: MainWindow) -> None:
    state, work = window.state, window.workspace
    assert state.recording is not None
    assert state.prediction is not None
    assert state.recording.n_rows == FRAMES
    assert state.failure is None
    assert window.messages.message is None
    assert state.prediction.score is not None
    assert "interval" in work.estimate.interval.text()
    shown = {key: pane for key, pane in work.stack.panes.items() if not pane.isHidden()}
    assert set(work.stack.panes) - set(shown) == {"habit"}, "this model knows nobody's habits"
    for key, pane in shown.items():
        content = pane.chart.content
        assert content.lanes, key
        assert pane.chart.message == "", key
        for line in (line for lane in content.lanes for line in lane.lines):
            assert np.isfinite(line.at(10.0)), (key, line.channel.column)
    assert all(bar.share is not None for bar in work.action_units_now.bars.bars)
    assert sum(float(bar.figure) for bar in work.attention_now.bars.bars[:4]) == pytest.approx(1.0, abs=0.021)
    view = window.player.view.state
    assert view is not None
    assert view.overlay_pts == view.frame.pts
    assert view.measured == "face"
    assert window.jobs.recording_path is not None
    assert window.jobs.recording_path.is_file()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
