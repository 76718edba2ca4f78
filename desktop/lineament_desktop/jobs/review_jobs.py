"""What happens behind Review: a video that opens is measured and scored; a recording that opens finds its video."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import cast

from PySide6.QtCore import QObject, Signal

from lineament.errors import FaceError, LineamentError, ModelError
from lineament.progress import CancelToken, EventSink, Progress
from lineament.recording import SUFFIX, RecordingView
from lineament.video import VideoInfo
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.companions import find_video
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.jobs.options import JobOptions
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.jobs.scoring import Scored, Scores, ScoringTask, ScoringWork
from lineament_desktop.review.recording_playhead import index_of
from lineament_desktop.state import ReviewState
from lineament_desktop.state.places import recording_folder

JOIN_S = 5.0
NOT_ANALYSED = "This video is not analysed yet. {how}."
NEWEST_ONLY = frozenset({"Progress", "RecordingGrew", "RecordingRevised"})


class ReviewJobs(QObject):
    """Keeps one `ReviewState` supplied. Everything slow happens in threads; this object lives in the window's.

    stopping_changed: the measuring has been asked to stop, or has stopped.
    """

    stopping_changed = Signal(bool)

    def __init__(self, state: ReviewState, open_video: Callable[[Path], None], core: Core | None = None) -> None:
        super().__init__()
        self._state = state
        self._open_video = open_video
        self._core = core or Core()
        self.options = JobOptions()
        self._runner = JobRunner(self)
        self._measuring: BackgroundJob | None = None
        self._scoring: BackgroundJob | None = None
        self._requests: ScoringWork | None = None
        self._scored_at = 0.0
        self._brought: _Brought | None = None
        self.recording_path: Path | None = None
        state.video_changed.connect(self._on_video)

    @property
    def is_scoring(self) -> bool:
        """An estimate is being made, or another will follow."""
        return self._scoring is not None

    # Opening

    def open_recording(self, path: Path) -> None:
        """Read a recording in the background, show it, and open the video it was made from if that lies beside it."""

        def read(cancel: CancelToken, sink: EventSink) -> tuple[RecordingView, Path | None]:
            recording = self._core.read_recording(path)
            return recording, find_video(path, recording.meta.video)

        def show(done: Done) -> None:
            if done.failure is not None:
                self._state.post(done.failure, "error")
            elif not done.cancelled:
                self._show_opened(path, *cast(tuple[RecordingView, Path | None], done.result))

        job = BackgroundJob(f"reading {path.name}", read)
        self._runner.start(job, _ignore, show)

    def _show_opened(self, path: Path, recording: RecordingView, video: Path | None) -> None:
        if video is not None:
            self._brought = _Brought(path, recording, video)
            self._open_video(video)
            return
        if recording.n_rows == 0:
            self._state.post(f"{path.name}: the recording has no rows. Nothing is shown.", "warning")
            return
        self.stop()
        self._state.open_recording_alone(path, index_of(recording), recording)
        self._show_finished(path, recording)
        self._state.seek_frame(0)
        self._state.post(f"{path.name}: its video was not found beside it. The signals are shown without a picture.")

    def _on_video(self, video: object) -> None:
        """Another video is on screen: whatever was measured before belongs to the last one."""
        self.stop()
        info, brought = self._state.video, self._brought
        self._brought = None
        if info is None:
            return
        if brought is not None and brought.belongs_to(info):
            self._show_finished(brought.path, brought.recording)
            return
        self._look_for_recording(info.path, info.content_hash)

    def _look_for_recording(self, video: Path, content_hash: str) -> None:
        """Show what was measured earlier, from our own folder or from beside the video; else measure."""
        ours, beside = recording_folder(content_hash), video.parent / (video.stem + SUFFIX)

        def look(cancel: CancelToken, sink: EventSink) -> tuple[Path, RecordingView] | None:
            places = [*sorted(ours.glob(f"*{SUFFIX}")), beside]
            for place in (place for place in places if place.is_file()):
                try:
                    recording = self._core.read_recording(place)
                except LineamentError as error:
                    sink(_Unusable(f"{error} The video is measured again."))
                    continue
                source = recording.meta.video
                if source is not None and source.content_hash == content_hash and recording.meta.complete:
                    return place, recording
            return None

        def found(done: Done) -> None:
            if done.cancelled or self._measuring is not job:
                return
            self._measuring = None
            if done.failure is not None:
                self._fail(done.failure)
            elif isinstance(done.result, tuple):
                self._show_finished(*done.result)
            elif self.options.at_once:
                self.measure()
            else:
                key = self._state.key("file.analyse", "Ctrl+R")
                how = f"{key} analyses it" if key else "The menu File has Analyse"
                self._state.set_failure(NOT_ANALYSED.format(how=how))

        job = BackgroundJob(f"looking for the recording of {video.name}", look)
        self._measuring = job
        self._runner.start(job, partial(self._on_event, job), found)

    def _show_finished(self, path: Path, recording: RecordingView) -> None:
        self.recording_path = path
        for warning in recording.meta.warnings:
            self._state.post(warning, "warning")
        self._state.set_recording(recording)
        if not recording.meta.faces:
            self._fail(_no_face(self._state.path or path, recording))
            return
        self._start_scoring()
        self._score(recording, last=True)

    # Measuring

    def measure(self) -> None:
        """Measure the open video in the background, going on where an earlier run stopped."""
        info = self._state.video
        if info is None or self._measuring is not None:
            return
        self._state.set_failure(None)
        tracking = self.options.tracking

        def work(cancel: CancelToken, sink: EventSink) -> RecordingView:
            return self._core.measure(info.path, recording_folder(info.content_hash), cancel, sink, tracking)

        job = BackgroundJob(f"measuring {info.path.name}", work, newest_only=NEWEST_ONLY)
        self._measuring = job
        self._start_scoring()
        self._state.set_progress(Progress("analysing", 0, max(info.frame_count, 1), "frames", 0.0))
        self._runner.start(job, partial(self._on_event, job), partial(self._on_measured, job))

    def cancel(self) -> None:
        """Stop measuring; what is measured stays on screen and on disk."""
        if self._measuring is not None and self._measuring.state == "running":
            self._measuring.cancel()
            self.stopping_changed.emit(True)

    def stop(self) -> None:
        """Another file comes: let running work end by itself, and listen to it no more."""
        for job in (self._measuring, self._scoring):
            if job is not None:
                job.cancel()
        was_measuring = self._measuring is not None
        self._measuring = self._scoring = self._requests = None
        self._state.set_scoring(False)
        self.recording_path = None
        if was_measuring:
            self.stopping_changed.emit(False)
        self._state.set_progress(None)

    def close(self) -> bool:
        """Before the window goes: stop everything and wait a little; whether all threads have ended."""
        self._measuring = self._scoring = self._requests = None
        return self._runner.stop_all(JOIN_S)

    def _on_event(self, job: BackgroundJob, event: object) -> None:
        """An event of the measuring that is under way, in the window's thread; a job given up is not listened to.

        The classes of `lineament.analysis` are known by name: importing it would load mediapipe before the first paint.
        """
        if self._measuring is not job:
            return
        kind = type(event).__name__
        if isinstance(event, Progress):
            self._state.set_progress(event)
        elif kind in ("RecordingGrew", "RecordingRevised"):
            self._state.recording_grew.emit()
            self._score_growth()
        elif kind == "RecordingStarted":
            self._state.set_recording(event.recording)  # type: ignore[attr-defined]
        elif kind == "RecordingFinished":
            self.recording_path = event.path  # type: ignore[attr-defined]
        elif kind in ("AnalysisWarning", "_Unusable"):
            self._state.post(event.text, "warning")  # type: ignore[attr-defined]

    def _on_measured(self, job: BackgroundJob, done: Done) -> None:
        if self._measuring is not job:
            return
        self._measuring = None
        self.stopping_changed.emit(False)
        self._state.set_progress(None)
        if done.failure is not None:
            self._fail(done.failure)
        elif done.cancelled:
            self._on_cancelled()
        else:
            self._on_finished(cast(RecordingView, done.result))

    def _on_finished(self, recording: RecordingView) -> None:
        self._state.set_recording(recording)
        self._score(recording, last=True)

    def _on_cancelled(self) -> None:
        recording = self._state.recording
        self._state.post("The analysis was stopped. What is measured was kept; Analyse again goes on from there.")
        if recording is not None and recording.n_rows:
            self._score(recording, last=True)
        else:
            self._end_scoring()

    def _fail(self, sentence: str) -> None:
        self._end_scoring()
        self._state.set_failure(sentence)
        self._state.post(sentence, "error")

    # Scoring

    def score_all_the_same(self) -> None:
        """Score a recording of another extractor than the model was trained on, because the user says so."""
        recording = self._state.recording
        if recording is None or not recording.meta.complete:
            self._state.post("There is no finished recording to score yet.", "warning")
            return
        self._state.set_failure(None)
        self._start_scoring(force=True)
        self._score(recording, last=True)

    def score_again(self) -> None:
        """Another model is in use, or other earlier visits: score what is on screen, as far as it is measured."""
        recording = self._state.recording
        self._state.set_prediction(None)
        if recording is None or (recording.meta.complete and not recording.meta.faces):
            return
        self._state.set_failure(None)
        self._start_scoring()
        self._score(recording, last=self._measuring is None)

    def _start_scoring(self, *, force: bool = False) -> None:
        self._end_scoring()
        requests = ScoringWork(self._scorer_maker(force))
        job = BackgroundJob("scoring", requests, newest_only=frozenset({"Scored"}))
        self._scoring, self._requests, self._scored_at = job, requests, monotonic()
        self._runner.start(job, partial(self._on_scored, job), partial(self._on_scoring_done, job))
        self._state.set_scoring(True)

    def _scorer_maker(self, force: bool) -> Callable[[], Scores]:
        """What makes the scorer, in its own thread, of what is in use and on screen now."""
        model, video, earlier = self._state.model, self._state.video, self._state.earlier

        def make() -> Scores:
            folder = model.folder if model is not None else self._core.model_folder()
            path = video.path if video is not None else None
            return self._core.make_scorer(ScoringTask(folder, force, path, earlier))

        return make

    def _end_scoring(self) -> None:
        if self._scoring is not None:
            self._scoring.cancel()
        self._scoring = self._requests = None
        self._state.set_scoring(False)

    def _score(self, recording: RecordingView, *, last: bool = False) -> None:
        if self._requests is not None:
            self._requests.request(recording, last=last)

    def _score_growth(self) -> None:
        recording = self._state.recording
        if recording is not None and monotonic() - self._scored_at >= self.options.estimate_s:
            self._scored_at = monotonic()
            self._score(recording)

    def _on_scored(self, job: BackgroundJob, event: object) -> None:
        if isinstance(event, Scored) and self._scoring is job:
            self._state.set_prediction(event.prediction)

    def _on_scoring_done(self, job: BackgroundJob, done: Done) -> None:
        if self._scoring is not job:
            return
        self._scoring = self._requests = None
        self._state.set_scoring(False)
        if done.failure is not None:
            key = self._state.key("file.score", "Ctrl+Shift+R")
            self._fail(done.failure + _way_out(done.error, self._state.recording, key))


def _no_face(path: Path, recording: RecordingView) -> str:
    """What the analysis said when it was made; said again whenever its recording is shown."""
    remedy = "Check that the participant is in view, large enough and lit."
    return str(FaceError(f"no face was found in {recording.n_rows} frames", path=path, remedy=remedy))


def _way_out(error: LineamentError | None, recording: RecordingView | None, key: str) -> str:
    """Where the window has what the refusal to score another program's recording asks for, "" for other errors."""
    refused = isinstance(error, ModelError) and error.path is None
    ours = recording is None or "lineament" in recording.meta.provenance.extractor
    way = f"{key}, in the menu File, does that." if key else "The menu File has that."
    return f" {way}" if refused and not ours else ""


@dataclass(frozen=True)
class _Unusable:
    """An earlier recording that cannot be read."""

    text: str


@dataclass(frozen=True)
class _Brought:
    """A recording whose video, found beside it, is being opened."""

    path: Path
    recording: RecordingView
    video: Path

    def belongs_to(self, info: VideoInfo) -> bool:
        """A table of another program names no content: it is told by its video's name and by not being longer."""
        source = self.recording.meta.video
        if source is not None and source.content_hash:
            return source.content_hash == info.content_hash
        return info.path == self.video and self.recording.n_rows <= info.frame_count


def _ignore(event: object) -> None:
    """For work that sends no events."""
