"""Background work: events are few, arrive in order and in the window's thread; it stops, fails and ends in words."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.fakes import FakeRecording, fake_video

from lineament.errors import FaceError, ModelError
from lineament.progress import CancelToken, EventSink, Progress
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.companions import find_video
from lineament_desktop.jobs.review_jobs import ReviewJobs
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.state import ReviewState

pytestmark = pytest.mark.clock


def run(qtbot: QtBot, job: BackgroundJob) -> tuple[list[object], Done]:
    runner, events, ends = JobRunner(), [], []
    runner.start(job, events.append, ends.append)
    qtbot.waitUntil(lambda: bool(ends), timeout=5000)
    return events, ends[0]


def test_fast_work_does_not_flood_the_window(qtbot: QtBot) -> None:
    def work(cancel: CancelToken, sink: EventSink) -> str:
        sink("begun")
        for number in range(5000):
            sink(Progress("working", number, 5000, "steps", 1.0))
        sink("ended")
        return "result"

    job = BackgroundJob("working", work, newest_only=frozenset({"Progress"}))
    job.start()
    assert job.join(5)
    events = job.fetch()
    assert [event for event in events if isinstance(event, str)] == ["begun", "ended"]
    assert [event.done for event in events if isinstance(event, Progress)] == [4999]
    assert job.done == Done("result")


def test_handlers_run_in_the_windows_thread_after_the_last_event(qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []
    order: list[object] = []
    runner = JobRunner()

    def work(cancel: CancelToken, sink: EventSink) -> None:
        for number in range(3):
            sink(number)

    def note(event: object) -> None:
        threads.append(threading.current_thread())
        order.append(event)

    runner.start(BackgroundJob("counting", work), note, note)
    qtbot.waitUntil(lambda: len(order) == 4, timeout=2000)
    assert order == [0, 1, 2, Done()]
    assert set(threads) == {threading.current_thread()}
    assert runner.jobs == []


def test_cancel_goes_from_running_over_stopping_to_stopped(qtbot: QtBot) -> None:
    let_go = threading.Event()

    def work(cancel: CancelToken, sink: EventSink) -> None:
        while not cancel.cancelled:
            time.sleep(0.005)
        let_go.wait(5)
        cancel.raise_if_cancelled()

    job = BackgroundJob("waiting", work)
    assert job.state == "waiting"
    job.start()
    assert job.state == "running"
    job.cancel()
    assert job.state == "stopping"
    let_go.set()
    assert job.join(5)
    assert job.state == "stopped"
    assert job.done == Done(cancelled=True)


def test_a_known_error_is_said_as_it_stands(qtbot: QtBot) -> None:
    def work(cancel: CancelToken, sink: EventSink) -> None:
        raise FaceError("no face was found", path="a.mp4", remedy="Check that the participant is in view.")

    _, done = run(qtbot, BackgroundJob("measuring a.mp4", work))
    assert done.failure == "a.mp4: no face was found. Check that the participant is in view."


def test_an_unknown_error_is_logged_whole_and_said_in_a_sentence(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def work(cancel: CancelToken, sink: EventSink) -> None:
        raise ZeroDivisionError("secret detail")

    with caplog.at_level(logging.ERROR):
        _, done = run(qtbot, BackgroundJob("measuring a.mp4", work))
    assert done.failure == "Something unexpected went wrong while measuring a.mp4; nothing saved was lost."
    assert done.unforeseen
    assert "secret detail" in caplog.text


def test_closing_waits_for_threads_but_not_for_ever(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()
    runner = JobRunner()
    stubborn = BackgroundJob("being stubborn", lambda cancel, sink: release.wait(10))
    runner.start(stubborn, print, print)
    started = time.monotonic()
    assert not runner.stop_all(0.2)
    assert time.monotonic() - started < 2
    assert "being stubborn" in caplog.text
    release.set()
    assert stubborn.join(5)


# Behind Review


class Desk:
    """A state with jobs behind it, a record of what was posted and which videos were asked for."""

    def __init__(self, core: FakeCore) -> None:
        self.state = ReviewState()
        self.opened: list[Path] = []
        self.posted: list[tuple[str, str]] = []
        self.state.message_posted.connect(lambda message: self.posted.append((message.severity, message.text)))
        self.jobs = ReviewJobs(self.state, self.opened.append, core.core())

    def open(self, path: Path, seconds: float = 2.0) -> None:
        info, index = fake_video(seconds, path)
        self.state.open_video(path, info, index)


MakeDesk = Callable[[FakeCore], Desk]


@pytest.fixture
def make_desk(qtbot: QtBot) -> Iterator[MakeDesk]:
    desks: list[Desk] = []

    def make(core: FakeCore) -> Desk:
        desks.append(Desk(core))
        return desks[-1]

    yield make
    for desk in desks:
        desk.jobs.close()


def test_an_opened_video_is_measured_and_scored(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    core = FakeCore()
    desk = make_desk(core)
    seen: list[float] = []
    desk.state.progress_changed.connect(lambda progress: seen.append(progress.share) if progress else None)
    desk.open(tmp_path / "a.mp4")
    qtbot.waitUntil(lambda: desk.state.prediction is not None and desk.state.progress is None, timeout=5000)
    assert core.measured == [tmp_path / "a.mp4"]
    assert desk.state.recording.meta.complete
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert desk.jobs.recording_path.name == "fake.lineament.parquet"
    assert desk.posted == []


def test_an_earlier_recording_beside_the_video_is_shown(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    saved = tmp_path / "a.lineament.parquet"
    saved.touch()
    core = FakeCore(saved={saved: FakeRecording(2.0)})
    desk = make_desk(core)
    desk.open(tmp_path / "a.mp4")
    qtbot.waitUntil(lambda: desk.state.prediction is not None, timeout=5000)
    assert core.measured == []
    assert desk.state.recording is core.saved[saved]


def test_stopping_keeps_what_is_measured_and_scores_it(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    core = FakeCore(hold=threading.Event(), seconds=8.0)
    desk = make_desk(core)
    stopping: list[bool] = []
    desk.jobs.stopping_changed.connect(stopping.append)
    desk.open(tmp_path / "a.mp4", 8.0)
    qtbot.waitUntil(lambda: desk.state.recording is not None and desk.state.recording.n_rows > 0, timeout=5000)
    desk.jobs.cancel()
    qtbot.waitUntil(lambda: desk.state.progress is None, timeout=5000)
    assert stopping == [True, False]
    assert desk.state.recording.n_rows == 120
    qtbot.waitUntil(lambda: desk.state.prediction is not None, timeout=5000)
    assert "kept" in desk.posted[0][1]
    core.hold.set()
    desk.jobs.measure()
    qtbot.waitUntil(lambda: desk.state.recording.meta.complete and desk.state.progress is None, timeout=5000)


@pytest.mark.parametrize(
    ("core", "words"),
    [
        (
            FakeCore(fail=FaceError("no face was found", path="a.mp4", remedy="Look.")),
            "a.mp4: no face was found. Look.",
        ),
        (FakeCore(fail=RuntimeError("boom")), "Something unexpected went wrong while measuring"),
        (FakeCore(score_fails=ModelError("the model is damaged", path="m", remedy="Install again.")), "m: the model"),
    ],
    ids=["no face", "unforeseen", "model"],
)
def test_a_failure_is_posted_once_and_stays_in_the_panes(
    make_desk: MakeDesk,
    qtbot: QtBot,
    tmp_path: Path,
    core: FakeCore,
    words: str,
) -> None:
    desk = make_desk(core)
    desk.open(tmp_path / "a.mp4")
    qtbot.waitUntil(lambda: desk.state.failure is not None and desk.state.progress is None, timeout=5000)
    qtbot.wait(300)
    errors = [text for severity, text in desk.posted if severity == "error"]
    assert len(errors) == 1
    assert words in errors[0]
    assert desk.state.failure == errors[0]


def test_a_refused_score_is_given_when_the_user_insists(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    refusal = ModelError("the model was trained on another extractor", remedy="Analyse the video.")
    desk = make_desk(FakeCore(score_fails=refusal))
    desk.open(tmp_path / "a.mp4")
    qtbot.waitUntil(lambda: desk.state.failure is not None and desk.state.progress is None, timeout=5000)
    assert desk.state.failure == "The model was trained on another extractor. Analyse the video."
    desk.jobs.score_all_the_same()
    qtbot.waitUntil(lambda: desk.state.prediction is not None, timeout=5000)
    assert desk.state.failure is None


def test_an_earlier_recording_without_a_face_says_so_again(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    nobody = FakeRecording(2.0, lost=((0.0, 2.0),))
    nobody.meta = replace(nobody.meta, faces=())
    core = FakeCore(saved={tmp_path / "a.lineament.parquet": nobody})
    (tmp_path / "a.lineament.parquet").write_bytes(b"not a real one")
    desk = make_desk(core)
    desk.open(tmp_path / "a.mp4")
    qtbot.waitUntil(lambda: desk.state.failure is not None, timeout=5000)
    assert desk.state.failure == (
        "a.mp4: no face was found in 60 frames. Check that the participant is in view, large enough and lit."
    )
    assert core.measured == []
    assert desk.state.prediction is None


def test_a_refusal_says_where_to_insist(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    refusal = ModelError("the model was trained on another extractor", remedy="Ask for a score all the same.")
    foreign = FakeRecording(2.0)
    foreign.forget_video()
    foreign.meta = replace(foreign.meta, provenance=replace(foreign.meta.provenance, extractor="openface"))
    desk = make_desk(FakeCore(score_fails=refusal, saved={tmp_path / "a.csv": foreign}))
    (tmp_path / "a.csv").write_text("not a real one")
    desk.jobs.open_recording(tmp_path / "a.csv")
    qtbot.waitUntil(lambda: desk.state.failure is not None, timeout=5000)
    assert "Ctrl+Shift+R" in str(desk.state.failure)


def test_a_folder_that_may_not_be_listed_holds_no_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert find_video(tmp_path / "a.csv", None) is None


def test_another_video_silences_the_work_for_the_last_one(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    core = FakeCore(hold=threading.Event(), seconds=4.0)
    desk = make_desk(core)
    desk.open(tmp_path / "a.mp4", 4.0)
    qtbot.waitUntil(lambda: desk.state.recording is not None, timeout=5000)
    first = desk.state.recording
    core.hold = None
    desk.open(tmp_path / "b.mp4", 4.0)
    assert desk.state.recording is None
    qtbot.waitUntil(lambda: desk.state.recording is not None and desk.state.progress is None, timeout=5000)
    assert desk.state.recording is not first
    assert desk.posted == []


def test_a_recording_opens_with_the_video_beside_it(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    table, video = tmp_path / "a.csv", tmp_path / "a.mp4"
    video.write_bytes(b"film")
    recording = FakeRecording(2.0)
    recording.forget_video()
    core = FakeCore(saved={table: recording})
    desk = make_desk(core)
    desk.jobs.open_recording(table)
    qtbot.waitUntil(lambda: desk.opened == [video], timeout=5000)
    desk.open(video)  # what the player does
    assert desk.state.recording is recording
    assert core.measured == []


def test_a_recording_without_a_video_has_a_playhead(make_desk: MakeDesk, qtbot: QtBot, tmp_path: Path) -> None:
    from lineament_desktop.review.recording_playhead import RecordingPlayhead

    table = tmp_path / "a.csv"
    desk = make_desk(FakeCore(saved={table: FakeRecording(2.0)}))
    playhead = RecordingPlayhead(desk.state)
    desk.jobs.open_recording(table)
    qtbot.waitUntil(lambda: desk.state.prediction is not None, timeout=5000)
    assert desk.opened == []
    assert desk.state.playhead.frame == 0
    desk.state.seek_time(1.01)
    assert desk.state.playhead.frame == 30
    desk.state.step(-1)
    assert desk.state.playhead.frame == 29
    assert "without a picture" in desk.posted[0][1]
    del playhead


def test_the_video_is_found_by_content_under_another_name(tmp_path: Path) -> None:
    import hashlib

    from lineament.recording import VideoSource

    (tmp_path / "renamed.mov").write_bytes(b"the very film")
    (tmp_path / "a.mp4").write_bytes(b"another film")
    digest = hashlib.sha256(b"the very film").hexdigest()
    source = VideoSource("a.mp4", 2, 2, 60, 2.0, 30.0, digest)
    assert find_video(tmp_path / "a.lineament.parquet", source) == tmp_path / "renamed.mov"
    assert find_video(tmp_path / "a.csv", None) == tmp_path / "a.mp4"
    assert find_video(tmp_path / "b.csv", None) is None
