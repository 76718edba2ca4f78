"""The published systems behind Review: crops cut from the video while it is measured, earlier visits, refusals."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.fakes import FakeRecording
from tests.support.growing import Growing
from tests.support.published_models import make_dj_ldml, make_hmhn, make_mpdrm
from tests.support.tracked import TrackedRecording
from tests.support.videos import numbered_image

from lineament.analysis.events import RecordingFinished, RecordingGrew, RecordingStarted
from lineament.errors import ModelError, RecordingError
from lineament.face import LANDMARKS_68
from lineament.progress import Cancelled, CancelToken, EventSink, Progress
from lineament.recording import RecordingMeta, RecordingView
from lineament.simulation import simulate_cohort
from lineament.video import VideoReader, VideoWriter
from lineament_desktop.app import main_window
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.jobs import core_work
from lineament_desktop.jobs.core_work import Core, make_scorer
from lineament_desktop.jobs.earlier_visits import NOTHING_OPEN
from lineament_desktop.jobs.scoring import ScoringTask
from lineament_desktop.state import Message
from lineament_desktop.state.settings import Settings

pytestmark = pytest.mark.clock

SECONDS, FPS, SIZE = 36, 16, (320, 180)


class Tracked(TrackedRecording):
    """Whose 68 points are those of its mesh, as in a recording of our own."""

    def landmarks68(self, start: int, stop: int) -> np.ndarray:
        return self.mesh(start, stop)[:, LANDMARKS_68, :2]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "visit.mp4"
    with VideoWriter(path, *SIZE, fps=FPS) as writer:
        for number in range(SECONDS * FPS):
            writer.add(numbered_image(number, *SIZE))
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name, make in (("hmhn", make_hmhn), ("dj_ldml", make_dj_ldml), ("mpdrm", make_mpdrm)):
        make().save(folder / name)
    return folder


def tracked(film: Path, measured: int | None = None) -> Tracked:
    with VideoReader(film) as reader:
        return Tracked(reader.info, reader.index, measured=measured)


@dataclass
class Measuring:
    """Measures a film by knowing where the face is: a second of video every `pause_s` seconds."""

    pause_s: float = 0.0

    def __call__(self, video: Path, out: Path, cancel: CancelToken, sink: EventSink, *_: object) -> RecordingView:
        recording = tracked(video, 0)
        total = SECONDS * FPS
        sink(RecordingStarted(recording))
        for rows in range(FPS, total + 1, FPS):
            cancel.raise_if_cancelled()
            recording.grow(rows)
            sink(RecordingGrew(rows))
            sink(Progress("analysing", rows, total, "frames", 1.0))
            time.sleep(self.pause_s)
        sink(RecordingFinished(recording, out / "visit.lineament.parquet"))
        return recording


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(core=Core(measure=Measuring(), read_recording=FakeCore().read))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


@pytest.mark.parametrize("kind", ["hmhn", "dj_ldml"])
def test_a_film_that_is_measured_is_scored_from_its_own_pictures_to_the_end(
    qtbot: QtBot, window: MainWindow, film: Path, models: Path, kind: str
) -> None:
    window.use_model(models / kind)
    qtbot.waitUntil(lambda: window.state.model is not None and window.state.model.folder.name == kind, timeout=30_000)
    estimates, headings = [], []
    window.state.prediction_changed.connect(lambda p: estimates.append(p) if p is not None else None)
    window.state.prediction_changed.connect(lambda _: headings.append(window.workspace.estimate.instrument.text()))
    window.player.open(film, play=False)
    qtbot.waitUntil(lambda: bool(estimates) and not window.jobs.is_scoring, timeout=60_000)
    assert window.state.failure is None
    assert window.workspace.estimate.instrument.text() == "Estimate of PHQ-8"
    assert any("so far" in heading or "still narrowing" in heading for heading in headings)
    last = window.state.prediction
    assert last is not None
    assert last.abstained is None
    assert last.usable_s == pytest.approx(SECONDS, abs=1.0)
    if kind == "hmhn":
        assert last.region_attention is not None
        window.state.seek_frame(10 * FPS)
        qtbot.waitUntil(lambda: window.player.view.state.frame.index == 10 * FPS, timeout=10_000)
        regions = window.player.view.state.regions
        assert regions.scored is not None
        assert abs(regions.scored.time_s - 10.0) < 0.2
    else:
        assert last.distribution is not None
        assert window.workspace.distribution.chart.has_distribution


def test_an_estimate_follows_every_few_seconds_of_video_and_scoring_can_be_stopped(film: Path, models: Path) -> None:
    scorer = make_scorer(ScoringTask(models / "hmhn", video=film))
    usable = [p.usable_s for p in scorer.score(tracked(film), CancelToken())]
    assert len(usable) > 1
    assert usable == sorted(usable)
    scorer.close()
    cancel = CancelToken()
    scorer = make_scorer(ScoringTask(models / "hmhn", video=film))
    steps = scorer.score(tracked(film), cancel)
    next(steps)
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(steps)
    scorer.close()


def test_growing_rows_cost_only_what_is_new_and_end_as_one_go(film: Path, models: Path) -> None:
    scorer, recording = make_scorer(ScoringTask(models / "dj_ldml", video=film)), tracked(film, 100)
    (early,) = list(scorer.score(recording, CancelToken()))[-1:]
    assert early.abstained is not None
    recording.grow(SECONDS * FPS)
    late = list(scorer.score(recording, CancelToken()))[-1]
    scorer.close()
    whole = list(make_scorer(ScoringTask(models / "dj_ldml", video=film)).score(tracked(film), CancelToken()))[-1]
    assert late.score == pytest.approx(whole.score, abs=1e-4)


def test_a_model_of_pictures_says_that_the_video_is_missing(models: Path) -> None:
    with pytest.raises(ModelError, match="looks at the face in the video") as caught:
        make_scorer(ScoringTask(models / "hmhn"))
    assert "Put the video beside the recording" in str(caught.value)


def test_choosing_a_model_of_pictures_while_no_video_is_there_fails_in_words(
    qtbot: QtBot, window: MainWindow, models: Path, tmp_path: Path
) -> None:
    table = tmp_path / "alone.csv"
    table.touch()
    window.core.read_recording.__self__.saved[table] = FakeRecording(40.0)
    window.use_model(models / "hmhn")
    qtbot.waitUntil(lambda: window.state.model.folder.name == "hmhn", timeout=30_000)
    window.open_path(table)
    qtbot.waitUntil(lambda: window.state.failure is not None, timeout=30_000)
    assert "this recording's video is not here" in window.state.failure
    assert window.workspace.estimate.sentence.text() == window.state.failure


# Earlier visits


class Visit(Growing):
    """A simulated visit, as if it were measured from a video with this content."""

    def __init__(self, whole: RecordingView, content: str) -> None:
        super().__init__(whole, whole.n_rows)
        self.content = content

    @property
    def meta(self) -> RecordingMeta:
        meta = super().meta
        return replace(meta, provenance=replace(meta.provenance, data_hash=self.content), video=None)


@pytest.fixture(scope="module")
def sessions() -> list[RecordingView]:
    cohort = simulate_cohort(1, "longitudinal", 12, seconds=60)
    return [cohort.session(i) for i in range(3)]


class Visits:
    """A recording on screen, two earlier ones on disk, and a model that knows the person."""

    def __init__(self, qtbot: QtBot, window: MainWindow, models: Path, folder: Path, sessions) -> None:
        self.core: FakeCore = window.core.read_recording.__self__
        self.paths = [folder / name for name in ("second.parquet", "first.parquet")]
        self.now = folder / "now.parquet"
        for path, content, session in zip((*self.paths, self.now), ("0", "1", "now"), sessions, strict=True):
            self.core.saved[path] = Visit(session, content)
            path.touch()
        window.use_model(models / "mpdrm")
        qtbot.waitUntil(lambda: window.state.model.folder.name == "mpdrm", timeout=30_000)
        window.open_path(self.now)
        qtbot.waitUntil(lambda: window.state.prediction is not None, timeout=30_000)


@pytest.fixture
def visits(qtbot: QtBot, window: MainWindow, models: Path, tmp_path: Path, monkeypatch, sessions) -> Visits:
    made = Visits(qtbot, window, models, tmp_path, sessions)
    monkeypatch.setattr(core_work, "read_recording", made.core.read)  # the scorer reads earlier visits by itself
    return made


def test_earlier_visits_are_chosen_with_a_key_scored_with_and_remembered(
    qtbot: QtBot, window: MainWindow, visits: Visits, monkeypatch
) -> None:
    assert window.state.prediction.habit.earlier_visits == 0
    chosen = [str(path) for path in visits.paths]
    monkeypatch.setattr(main_window.QFileDialog, "getOpenFileNames", lambda *_: (chosen, ""))
    window.registry["file.earlier"].trigger()
    qtbot.waitUntil(
        lambda: window.state.prediction is not None and window.state.prediction.habit.earlier_visits == 2,
        timeout=30_000,
    )
    assert window.state.earlier == tuple(visits.paths)
    assert window.state.prediction.provenance.settings["earlier_visits"] == ["0", "1"]
    assert Settings().earlier("now") == tuple(visits.paths)
    window.open_path(visits.paths[1])
    qtbot.waitUntil(lambda: window.state.path == visits.paths[1], timeout=30_000)
    assert window.state.earlier == ()
    window.open_path(visits.now)
    qtbot.waitUntil(
        lambda: window.state.prediction is not None and window.state.prediction.habit.earlier_visits == 2,
        timeout=30_000,
    )
    window.registry["file.no_earlier"].trigger()
    qtbot.waitUntil(
        lambda: window.state.prediction is not None and window.state.prediction.habit.earlier_visits == 0,
        timeout=30_000,
    )
    assert Settings().earlier("now") == ()


@pytest.mark.parametrize(
    ("wrong", "said"), [("now", "this is the recording on screen"), ("gone", "gone.parquet: the file is not there")]
)
def test_wrong_earlier_visits_are_refused_and_change_nothing(
    qtbot: QtBot, window: MainWindow, visits: Visits, monkeypatch, wrong: str, said: str
) -> None:
    def read(path: Path) -> RecordingView:
        if path.name == "gone.parquet":
            raise RecordingError("the file is not there", path=path, remedy="Choose another one.")
        return visits.core.saved[path]

    window.earlier._core = replace(window.core, read_recording=read)
    window.leave()
    before = window.state.prediction
    window.earlier.choose([visits.paths[0], visits.now.with_name(f"{wrong}.parquet")])
    qtbot.waitUntil(lambda: window.messages.message is not None, timeout=10_000)
    message = window.messages.message
    assert message.severity == "error"
    assert said in message.text
    assert message.text.endswith("The earlier visits stay as they were.")
    assert window.state.earlier == ()
    assert window.state.prediction is before
    assert Settings().earlier("now") == ()


def test_an_earlier_visit_that_is_gone_by_the_next_time_is_named(
    qtbot: QtBot, window: MainWindow, visits: Visits, monkeypatch
) -> None:
    window.settings.remember_earlier("now", tuple(visits.paths))

    def read(path: Path) -> RecordingView:
        raise RecordingError("the file is not there", path=path, remedy="Choose another one.")

    monkeypatch.setattr(core_work, "read_recording", read)
    window.open_path(visits.now)
    qtbot.waitUntil(lambda: window.state.failure is not None, timeout=30_000)
    assert window.state.failure.startswith("second.parquet: the file is not there.")


def test_without_a_recording_there_is_nothing_to_choose_for(window: MainWindow) -> None:
    posted: list[Message] = []
    window.state.message_posted.connect(posted.append)
    window.ask_for_earlier()
    window.earlier.choose([Path("a.parquet")])
    assert [message.text for message in posted] == [NOTHING_OPEN, NOTHING_OPEN]


def test_a_model_that_takes_no_account_of_visits_says_so(
    qtbot: QtBot, window: MainWindow, visits: Visits, models: Path
) -> None:
    window.use_model(None)
    qtbot.waitUntil(lambda: window.state.model.kind != "MPDRM" and window.state.prediction is not None, timeout=30_000)
    before = window.state.prediction
    window.earlier.choose(visits.paths)
    qtbot.waitUntil(lambda: len(window.state.earlier) == 2, timeout=10_000)
    assert "takes no account of them" in window.messages.message.text
    assert window.state.prediction is before
