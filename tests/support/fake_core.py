"""A core that measures and scores at once, or fails as asked, for tests of the jobs and the window."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.fakes import FakeRecording, fake_prediction

from lineament.analysis.events import RecordingFinished, RecordingGrew, RecordingStarted
from lineament.models import Prediction
from lineament.progress import CancelToken, EventSink, Progress
from lineament.recording import RecordingView
from lineament_desktop.jobs.core_work import Core, Tracking
from lineament_desktop.jobs.scoring import ScoringTask

USUAL = Tracking()


@dataclass
class FakeCore:
    """Measures `seconds` of behaviour in `steps` steps; `fail` is raised half way, `hold` is waited for after it."""

    seconds: float = 2.0
    steps: int = 4
    fail: Exception | None = None
    score_fails: Exception | None = None
    hold: threading.Event | None = None
    writes: bool = False
    saved: dict[Path, RecordingView] = field(default_factory=dict)
    prediction: Callable[[float], Prediction] = fake_prediction
    measured: list[Path] = field(default_factory=list)
    trackings: list[Tracking] = field(default_factory=list)
    tasks: list[ScoringTask] = field(default_factory=list)

    def core(self) -> Core:
        return Core(self.measure, self.make_scorer, self.read)

    def measure(
        self, video: Path, out: Path, cancel: CancelToken, sink: EventSink, tracking: Tracking = USUAL
    ) -> RecordingView:
        self.measured.append(video)
        self.trackings.append(tracking)
        recording = FakeRecording(self.seconds, measured=0)
        total = round(self.seconds * 30)
        sink(RecordingStarted(recording))  # type: ignore[arg-type]
        for step in range(1, self.steps + 1):
            cancel.raise_if_cancelled()
            recording.grow(total * step // self.steps)
            sink(RecordingGrew(recording.n_rows))
            sink(Progress("analysing", recording.n_rows, total, "frames", 0.1 * step))
            time.sleep(0.01)
            if step == self.steps // 2:
                self._wait_or_fail(cancel)
        saved = out / "fake.lineament.parquet"
        if self.writes:
            out.mkdir(parents=True, exist_ok=True)
            saved.write_bytes(b"not a real one")
        sink(RecordingFinished(recording, saved))  # type: ignore[arg-type]
        return recording

    def make_scorer(self, task: ScoringTask) -> "FakeCore":
        self.tasks.append(task)
        return self

    def _wait_or_fail(self, cancel: CancelToken) -> None:
        while self.hold is not None and not self.hold.is_set():
            cancel.raise_if_cancelled()
            time.sleep(0.01)
        if self.fail is not None:
            raise self.fail

    def score(self, recording: RecordingView, cancel: CancelToken) -> Iterator[Prediction]:
        if self.score_fails is not None and not self.tasks[-1].force:
            raise self.score_fails
        yield self.prediction(max(recording.n_rows / 30, 4.5))

    def close(self) -> None:
        """Nothing is held open."""

    def read(self, path: Path) -> RecordingView:
        return self.saved[path]
