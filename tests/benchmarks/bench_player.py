"""The player's budgets, measured through the real widgets: playback, paint, step back, seek."""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from tests.support.fakes import FakeRecording, fake_prediction
from tests.support.tracked import TrackedRecording

from lineament.video import VideoWriter
from lineament_desktop.review.player import ReviewPlayer, SeekBar, TransportBar
from lineament_desktop.review.workspace import Controls, ReviewWorkspace
from lineament_desktop.state import ReviewState
from lineament_desktop.theme import apply_theme

Row = tuple[str, str, str, bool]

FULL_HD = (1920, 1080)
HD = (1280, 720)
FPS = 30
CLIP_S = 20
PLAY_S = 10.0
SEEKS = 60
STEPS = 40
_SEED = 7
_POLL_MS = 5


class Bench:
    """A Review workspace on screen, with every pane, and a clip with an invented recording that fits it."""

    def __init__(self, clip: Path, size: tuple[int, int] = (1440, 900)) -> None:
        self.app = QApplication.instance() or QApplication([])
        assert isinstance(self.app, QApplication)
        apply_theme(self.app, "light")
        self.state = ReviewState()
        self.player = ReviewPlayer(self.state)
        controls = Controls(self.player.view, TransportBar(self.player), SeekBar(self.state))
        self.window = ReviewWorkspace(self.state, controls)
        self.window.resize(*size)
        self.window.show()
        self.painted_at = 0.0
        self.player.view.painted.connect(self._note_paint)
        self.player.open(clip, play=False)
        self.wait(lambda: self.state.playhead is not None)
        self._measure()

    def _measure(self) -> None:
        video, index = self.state.video, self.state.index
        assert video is not None
        assert index is not None
        recording = WholeRecording(TrackedRecording(video, index), FakeRecording(video.duration_s + 1.0))
        self.state.set_recording(recording)  # type: ignore[arg-type]
        self.state.set_prediction(fake_prediction(video.duration_s))
        self.state.set_layer("points", True)
        self.wait(lambda: False, 0.5)

    def _note_paint(self) -> None:
        self.painted_at = time.perf_counter()

    def wait(self, ready: Callable[[], bool], seconds: float = 10.0) -> bool:
        """Run the window until `ready` or until the time is over, asleep in between as the application is."""
        until = time.perf_counter() + seconds
        loop, poll = QEventLoop(), QTimer()
        poll.timeout.connect(lambda: loop.quit() if ready() or time.perf_counter() > until else None)
        poll.start(_POLL_MS)
        loop.exec()
        poll.stop()
        return ready()

    def time_to_paint(self, wish: Callable[[], None], frame: int) -> float:
        """Seconds from a wish to the end of the paint of its frame; raises `TimeoutError` where it never came."""
        started = time.perf_counter()
        wish()
        if not self.wait(lambda: self.painted_at > started and self._on_screen() == frame):
            raise TimeoutError(f"frame {frame} was not painted within 10 s")
        return self.painted_at - started

    def _on_screen(self) -> int:
        return self.player.view.paint_log[-1].frame if self.player.view.paint_log else -1

    def close(self) -> None:
        self.player.close()
        self.window.close()
        self.window.deleteLater()
        self.app.processEvents()


@dataclass
class WholeRecording:
    """The face of `TrackedRecording` with the signals of `FakeRecording`, so that layers and panes all have work."""

    face: TrackedRecording
    signals: FakeRecording

    def __getattr__(self, name: str) -> object:
        return getattr(self.face, name)

    def has(self, name: str) -> bool:
        return self.face.has(name) or self.signals.has(name)

    def column(self, name: str) -> np.ndarray:
        return self.face.column(name) if self.face.has(name) else self.signals.column(name)[: self.face.n_rows]


def clip(size: tuple[int, int], gop: int) -> Path:
    """20 s at 30 fps of soft shapes that drift under a little noise; made once, kept in the temporary folder."""
    width, height = size
    path = Path(tempfile.gettempdir()) / "lineament-bench" / f"drift_{height}p_gop{gop}_{CLIP_S}s.mp4"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    scene = _scene(width + CLIP_S * FPS * 2, height)
    with VideoWriter(path, width, height, fps=FPS, gop=gop, preset="veryfast", crf=23) as writer:
        for frame in range(CLIP_S * FPS):
            writer.add(np.ascontiguousarray(scene[:, 2 * frame : 2 * frame + width]))
    return path


def _scene(width: int, height: int) -> np.ndarray:
    """uint8[height, width, 3]: about as hard to code as a room with a person in it."""
    rng = np.random.default_rng(_SEED)
    coarse = rng.integers(40, 200, (height // 60, width // 60, 3), dtype=np.uint8)
    soft = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return np.clip(soft + rng.integers(-3, 4, soft.shape), 0, 255).astype(np.uint8)


def rows() -> list[Row]:
    bench = Bench(clip(FULL_HD, 30))
    try:
        measured = [_playback(bench), *_steps_back(bench)]
    finally:
        bench.close()
    for gop, budget_ms in ((30, 60.0), (250, 400.0)):
        bench = Bench(clip(HD, gop))
        try:
            measured.append(_seeks(bench, f"GOP {gop}", budget_ms))
        finally:
            bench.close()
    return [*measured, *_paints()]


def _playback(bench: Bench) -> Row:
    stats = bench.player.stats
    stats.reset()
    bench.state.set_playing(True)
    bench.wait(lambda: False, PLAY_S)
    bench.state.set_playing(False)
    share = stats.shown_share
    measured = f"{share:.2%} of {stats.due} ({stats.dropped} dropped, {stats.late} late)"
    return ("1080p30 playback, contours, points and all panes: frames shown", measured, ">= 99 %", share >= 0.99)


def _steps_back(bench: Bench) -> list[Row]:
    frame = len(bench.state.index or []) // 2
    bench.time_to_paint(lambda: bench.state.seek_frame(frame), frame)
    bench.wait(lambda: False, 1.5)
    taken = []
    for step in range(1, STEPS + 1):
        taken.append(bench.time_to_paint(lambda: bench.state.step(-1), frame - step) * 1000)
        bench.wait(lambda: False, 0.03)
    return [_milliseconds("step back inside the cache, to the painted frame, p95", taken, 95, 16.0)]


def _seeks(bench: Bench, name: str, budget_ms: float) -> Row:
    rng = np.random.default_rng(_SEED)
    taken = []
    for frame in rng.integers(0, len(bench.state.index or []), SEEKS).tolist():
        if bench.state.playhead is not None and frame == bench.state.playhead.frame:
            continue
        taken.append(bench.time_to_paint(lambda frame=frame: bench.state.seek_frame(frame), frame) * 1000)  # type: ignore[misc]
    return _milliseconds(f"exact random seek, 720p, {name}, to the painted frame, p95", taken, 95, budget_ms)


def _paints() -> list[Row]:
    """One 1080p frame in views of two sizes, with the default layers and points."""
    found = []
    for size in (FULL_HD, HD):
        bench = Bench(clip(FULL_HD, 30))
        view = bench.player.view
        view.setParent(None)
        view.resize(*size)
        view.show()
        bench.wait(lambda: False, 2.0)  # until the frames around this one are ready
        view.paint_log.clear()
        for _ in range(60):
            view.repaint()
        taken = [record.seconds * 1000 for record in view.paint_log]
        found += [
            _milliseconds(f"paint a 1080p frame with overlay at {size[0]} x {size[1]}, p{q}", taken, q, 8.0)
            for q in (50, 95)
        ]
        view.close()
        bench.close()
    return found


def _milliseconds(what: str, taken: list[float], percentile: int, budget_ms: float) -> Row:
    value = float(np.percentile(taken, percentile))
    return (what, f"{value:.1f} ms", f"<= {budget_ms:g} ms", value <= budget_ms)


def main() -> None:
    for what, measured, budget, ok in rows():
        print(f"{what:75s} {measured:40s} {budget:12s} {'yes' if ok else 'NO'}")


if __name__ == "__main__":
    main()
