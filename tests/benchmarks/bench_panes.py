"""The panes' budgets: moving the cursor over one-hour series, and start-up from launch to the first overlaid frame."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QLabel
from tests.support.fakes import FakeRecording, fake_prediction, fake_video

from lineament.resources import resource_path
from lineament_desktop.review.panes.measured_panes import FIRST_ACTION_UNITS
from lineament_desktop.review.workspace import Controls, ReviewWorkspace
from lineament_desktop.state import Playhead, ReviewState
from lineament_desktop.theme import apply_theme

Row = tuple[str, str, str, bool]

HOUR_S = 3600.0
MOVES = 120
CURSOR_BUDGET_MS = 12.0
WINDOW_BUDGET_S = 2.5
OVERLAY_BUDGET_S = 4
PROBE_LIMIT_S = 120
PROJECT = Path(__file__).resolve().parents[2]

# Runs in a process of its own: prints the seconds since its launch at the first paint and at the first overlaid frame.
PROBE = """
import os, sys, time
launched = float(os.environ["LAUNCHED_AT"])
from lineament_desktop.app.start import make_application, open_window
from pathlib import Path
app = make_application()
from PySide6.QtCore import QEvent, QObject, QTimer
window = open_window(app, Path(sys.argv[1]))
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            window.removeEventFilter(self)
            QTimer.singleShot(0, lambda: print("window", time.time() - launched, flush=True))
        return False
painted = Painted()
window.installEventFilter(painted)
def on_frame(index):
    shown = window.player.view.state
    if shown is not None and shown.overlay is not None:
        print("overlay", time.time() - launched, flush=True)
        app.quit()
window.player.view.painted.connect(on_frame)
app.exec()
window.close()
"""


def hour_workspace() -> tuple[QApplication, ReviewState, ReviewWorkspace]:
    """Review at 1440 x 900 on an hour of 30 frames a second: 15 measured series and the attention of 1,800 windows."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    apply_theme(app, "light")
    state = ReviewState()
    workspace = ReviewWorkspace(state, Controls(QLabel(), QLabel(), QLabel()))
    workspace.resize(1440, 900)
    workspace.show()
    info, index = fake_video(HOUR_S)
    state.open_video(info.path, info, index)
    state.set_recording(FakeRecording(HOUR_S, lost=((600, 640), (2000, 2010))))
    state.set_prediction(fake_prediction(HOUR_S))
    workspace.stack.action_units.choose(FIRST_ACTION_UNITS)
    for pane in workspace.stack.panes.values():
        pane.refresh()
    app.processEvents()
    return app, state, workspace


def timed(moves: int, move: Callable[[int], None], app: QApplication) -> list[float]:
    """Milliseconds of each move, with all painting it causes."""
    taken = []
    for number in range(moves):
        started = time.perf_counter()
        move(number)
        app.processEvents()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def cursor_rows() -> list[Row]:
    app, state, workspace = hour_workspace()
    axis = workspace.stack.axis
    rows = []
    for name, start, stop in (("the hour", 0.0, HOUR_S), ("30 s", 1000.0, 1030.0)):
        axis.show(start, stop)
        app.processEvents()

        def move(number: int, start: float = start, stop: float = stop) -> None:
            frame = round((start + (stop - start) * (number + 1) / (MOVES + 2)) * 30)
            state.show_frame(Playhead(frame, frame, frame / 30))

        rows.append(_row(f"cursor move over 15 one-hour series, {name} in view", timed(MOVES, move, app)))
    axis.show(1000.0, 1600.0)
    zoom = timed(40, lambda number: axis.pan(15.0), app)
    panned = f"{statistics.median(zoom):.1f} ms (p95 {_p95(zoom):.1f})"
    rows.append(("pan by a drag over the same series", panned, "no budget", True))
    workspace.close()
    return rows


def _row(name: str, taken: list[float]) -> Row:
    median = statistics.median(taken)
    return name, f"{median:.1f} ms (p95 {_p95(taken):.1f})", f"{CURSOR_BUDGET_MS:.0f} ms", median <= CURSOR_BUDGET_MS


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int(0.95 * len(taken))]


def probe(video: Path) -> dict[str, float]:
    """Seconds from launch to "window" and to "overlay", in a process with settings and data of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "LINEAMENT_CONFIG_DIR": f"{folder}/config",
            "LINEAMENT_DATA_DIR": f"{folder}/data",
            "LAUNCHED_AT": str(time.time()),
        }
        done = subprocess.run(
            [sys.executable, "-c", PROBE, str(video)],
            capture_output=True,
            text=True,
            timeout=PROBE_LIMIT_S,
            env=environment,
            cwd=PROJECT,
            check=True,
        )
    lines = (line.split() for line in done.stdout.splitlines())
    return {words[0]: float(words[1]) for words in lines if len(words) == 2 and words[0] in ("window", "overlay")}


def startup_rows() -> list[Row]:
    """On the demonstration; the first launch warms the disk and is not counted."""
    try:
        demonstration = resource_path("demo/interview.mp4")
    except FileNotFoundError:
        return [("start-up on the demonstration", "the demonstration is not here", "2.5 s and 4 s", False)]
    probe(demonstration)
    runs = [probe(demonstration) for _ in range(3)]
    window = statistics.median(run["window"] for run in runs)
    overlay = statistics.median(run["overlay"] for run in runs)
    return [
        ("launch to window on screen", f"{window:.2f} s", f"{WINDOW_BUDGET_S} s", window <= WINDOW_BUDGET_S),
        (
            "launch to first overlaid frame",
            f"{overlay:.2f} s",
            f"{OVERLAY_BUDGET_S:.0f} s",
            overlay <= OVERLAY_BUDGET_S,
        ),
    ]


def rows() -> list[Row]:
    return [*cursor_rows(), *startup_rows()]


def main() -> None:
    for name, measured, budget, ok in rows():
        print(f"{name:60} {measured:26} budget {budget:10} {'met' if ok else 'MISSED'}")


if __name__ == "__main__":
    main()
