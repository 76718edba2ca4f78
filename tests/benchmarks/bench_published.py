"""The published systems in Review: what the heat map adds to a paint, how fast each scores while the film plays.

The shipped models where there are any, else networks of the shipped size with random weights, which cost the same.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.benchmarks.bench_player import FULL_HD, Bench, Row, clip
from tests.support.published_predictions import HMHN, fake_regions

from lineament.crops.sampling import sampled_frames
from lineament.models import Prediction
from lineament.models.pixels import USUAL_RATES
from lineament.progress import CancelToken
from lineament.recording import RecordingView
from lineament.resources import resource_path
from lineament.video import VideoReader
from lineament_desktop.jobs.core_work import Core, make_scorer
from lineament_desktop.jobs.scoring import Scores, ScoringTask

PLAY_S = 15.0
LIMIT_S = 300.0
LEAST_A_SECOND = 10.0
WHAT = {"hmhn": "crops", "dj_ldml": "crops", "mpdrm": "windows"}


def rows() -> list[Row]:
    return [*_paints(), _control(), *(row for name in WHAT for row in _scoring(name))]


def _paints() -> list[Row]:
    """A 1080p frame with contours, points, pose and gaze, and the map and its scale over the face."""
    bench = Bench(clip(FULL_HD, 30))
    view = bench.player.view
    bench.state.set_model(HMHN)
    bench.state.set_prediction(fake_regions(20.0))
    view.setParent(None)
    view.resize(*FULL_HD)
    view.show()
    bench.wait(lambda: False, 2.0)
    with_map = _milliseconds(view)
    bench.state.set_layer("regions", False)
    without = _milliseconds(view)
    view.close()
    bench.close()
    return [
        (
            f"paint a 1080p frame with overlay and region map, p{q}",
            f"{np.percentile(with_map, q):.1f} ms ({np.percentile(without, q):.1f} without the map)",
            "<= 8 ms",
            bool(np.percentile(with_map, q) <= 8.0),
        )
        for q in (50, 95)
    ]


def _milliseconds(view: object) -> list[float]:
    view.paint_log.clear()  # type: ignore[attr-defined]
    for _ in range(60):
        view.repaint()  # type: ignore[attr-defined]
    return [record.seconds * 1000 for record in view.paint_log]  # type: ignore[attr-defined]


@dataclass
class Timed:
    """A scorer, and how long it took for how much."""

    inner: Scores
    seconds: float = 0.0
    cpu: float = 0.0
    last: Prediction | None = None

    def score(self, recording: RecordingView, cancel: CancelToken) -> Iterator[Prediction]:
        steps = self.inner.score(recording, cancel)
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            found = next(steps, None)
            self.seconds += time.perf_counter() - wall
            self.cpu += time.thread_time() - cpu
            if found is None:
                return
            self.last = found
            yield found

    def close(self) -> None:
        self.inner.close()


@dataclass
class Timing:
    made: list[Timed] = field(default_factory=list)

    def __call__(self, task: ScoringTask) -> Timed:
        self.made.append(Timed(make_scorer(task)))
        return self.made[-1]


class Film:
    """The demonstration, analysed before, playing in the real window with some model."""

    def __init__(self, model: Path | None, folder: Path) -> None:
        from lineament_desktop.app.main_window import MainWindow
        from lineament_desktop.app.start import SWITCH_INTERVAL_S, make_application
        from lineament_desktop.theme import apply_theme

        os.environ["LINEAMENT_DATA_DIR"], os.environ["LINEAMENT_CONFIG_DIR"] = str(_analysed()), str(folder)
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        apply_theme(make_application(), "light")
        self.timing = Timing()
        self.window = MainWindow(core=Core(make_scorer=self.timing))
        self.window.resize(1440, 900)
        self.window.show()
        if model is not None:
            self.window.use_model(model)
            self.wait(lambda: self.window.state.model is not None and self.window.state.model.folder == model)
        self.window.player.open(resource_path("demo/interview.mp4"))
        self.wait(lambda: self.window.state.playing)

    @property
    def scored(self) -> bool:
        return bool(self.timing.made) and not self.window.jobs.is_scoring

    def wait(self, condition: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
        from lineament_desktop.app.offscreen import wait

        wait(condition, limit_s)

    def frames(self, until: Callable[[], bool]) -> tuple[str, float]:
        """What share of the frames was shown, in words and as a number, for some seconds and on until then."""
        stats, begun = self.window.player.stats, time.perf_counter()
        stats.reset()
        self.wait(lambda: until() and time.perf_counter() - begun >= PLAY_S)
        share = stats.shown_share
        return f"{share:.2%} of {stats.due} ({stats.dropped} dropped)", share


def _control() -> Row:
    """Playing alone, when everything is analysed and scored: what the machine has to spare just now."""
    with tempfile.TemporaryDirectory() as folder:
        film = Film(None, Path(folder))
        film.wait(lambda: film.scored)
        words, _ = film.frames(lambda: True)
        film.window.close()
    return ("the demonstration plays and nothing is scored: frames shown", words, "for comparison", True)


def _scoring(name: str) -> list[Row]:
    """The demonstration is scored with a model while it plays."""
    with tempfile.TemporaryDirectory() as folder:
        film = Film(_model(name, Path(folder)), Path(folder))
        words, share = film.frames(lambda: film.scored)
        film.window.close()
    scored = film.timing.made[-1]
    assert scored.last is not None
    count = _count(name, scored.last)
    rate = count / scored.seconds
    return [
        (
            f"{name}: scored a second while the demonstration plays",
            f"{rate:.0f} {WHAT[name]} ({count} in {scored.seconds:.1f} s, CPU {scored.cpu / count * 1000:.1f} ms each)",
            f">= {LEAST_A_SECOND:g}",
            rate >= LEAST_A_SECOND,
        ),
        (f"{name}: frames shown meanwhile", words, ">= 99 %", share >= 0.99),
    ]


def _count(name: str, prediction: Prediction) -> int:
    """Windows that were scored, or crops, those of clips one by one: cutting them takes most of the time."""
    if name == "mpdrm":
        return len(prediction.window_times)
    with VideoReader(resource_path("demo/interview.mp4")) as reader:
        return round(len(sampled_frames(reader.index.times_s, USUAL_RATES[112])) * prediction.usable_share)


def _analysed() -> Path:
    """A data folder with the demonstration's recording; made once, kept in the temporary folder."""
    from lineament.analysis import analyze
    from lineament_desktop.state.places import recording_folder

    folder = Path(tempfile.gettempdir()) / "lineament-bench" / "data"
    os.environ["LINEAMENT_DATA_DIR"] = str(folder)
    video = resource_path("demo/interview.mp4")
    with VideoReader(video) as reader:
        place = recording_folder(reader.info.content_hash)
    analyze(video, place)
    return folder


def _model(name: str, folder: Path) -> Path:
    try:
        return resource_path(f"models/{name}")
    except FileNotFoundError:
        _random(name).save(folder / name)  # type: ignore[attr-defined]
        return folder / name


def _random(name: str) -> object:
    from tests.support.published_models import make_dj_ldml, make_hmhn, make_mpdrm

    from lineament.models.dj_ldml import ClipShape, NetworkShape
    from lineament.models.dj_ldml.network import DjLdmlNetwork
    from lineament.models.hmhn.network import HMHNNetwork
    from lineament.models.hmhn.presets import SMALL

    if name == "mpdrm":
        return make_mpdrm()
    if name == "hmhn":
        hmhn = make_hmhn()
        hmhn.shape, hmhn.network = SMALL, HMHNNetwork(SMALL).eval()
        return hmhn
    clips = make_dj_ldml(ClipShape())
    clips.shape = NetworkShape()
    clips.network = DjLdmlNetwork(clips.shape, len(clips.label.support)).eval()
    return clips


def main() -> None:
    for what, measured, budget, ok in rows():
        print(f"{what:60s} {measured:60s} {budget:8s} {'yes' if ok else 'NO'}")


if __name__ == "__main__":
    main()
