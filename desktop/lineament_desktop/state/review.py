"""The state of the Review workspace: one video, its recording, its estimate, and the playhead."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from psygnal import Signal

from lineament.faults import WENT_WRONG
from lineament.models.prediction import Prediction
from lineament.progress import Progress
from lineament.recording import RecordingView
from lineament.video import FrameIndex, VideoInfo
from lineament_desktop.state.model_facts import Given, ModelFacts
from lineament_desktop.state.playhead import Playhead

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True)
class Message:
    """One clear sentence for the message bar. in_log: the log says more."""

    text: str
    severity: Severity = "information"
    in_log: bool = False


class ReviewState:
    """Everything Review shows. Signals fire in the thread that changes the state: the window's own.

    Facts (set by the player and the jobs): `video`, `index`, `recording`, `prediction`, `model`, `earlier`, `scoring`,
    `playhead`, `playing`, `progress`, `failure`.
    Wishes (set by any widget, carried out by the player): `seek_frame`, `seek_time`, `step`, `set_playing`,
    `set_speed`, `set_loop`, `set_loop_start`.
    """

    video_changed = Signal(object)  # VideoInfo | None
    recording_changed = Signal(object)  # RecordingView | None: another recording
    recording_grew = Signal()  # the same recording has more rows, or its columns were revised
    prediction_changed = Signal(object)  # Prediction | None
    model_changed = Signal(object)  # ModelFacts | None: another model is in use
    scoring_changed = Signal(bool)  # an estimate is being made, or another will follow
    earlier_changed = Signal(object)  # tuple[Path, ...]: recordings of the person's earlier visits
    playhead_changed = Signal(Playhead)  # the picture on screen is now this frame
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    loop_changed = Signal(object)  # (start_s, end_s) | None
    loop_start_changed = Signal(object)  # float | None: A is set and waits for B
    layers_changed = Signal(str, bool)  # overlay layer name, visible
    progress_changed = Signal(object)  # Progress | None: None when no analysis runs
    failure_changed = Signal(object)  # str | None: why there is no (whole) recording or no estimate
    message_posted = Signal(Message)
    keys_changed = Signal()

    seek_requested = Signal(int)  # frame
    step_requested = Signal(int)  # frames, negative is back

    def __init__(self) -> None:
        self.path: Path | None = None
        self.video: VideoInfo | None = None
        self.index: FrameIndex | None = None
        self.recording: RecordingView | None = None
        self.prediction: Prediction | None = None
        self.model: ModelFacts | None = None
        self.scoring = False
        self.earlier: tuple[Path, ...] = ()
        self.playhead: Playhead | None = None
        self.playing = False
        self.speed = 1.0
        self.loop: tuple[float, float] | None = None
        self.loop_start_s: float | None = None
        self.layers: dict[str, bool] = {}
        self.progress: Progress | None = None
        self.failure: str | None = None
        self._keys: Mapping[str, str] = {}

    # Facts

    def open_video(self, path: Path, video: VideoInfo, index: FrameIndex) -> None:
        """Another video is open; everything known of the last one is gone from view."""
        self.path, self.video, self.index = path, video, index
        self._forget_place()
        self.set_recording(None)
        self.set_prediction(None)
        self.video_changed.emit(video)

    def open_recording_alone(self, path: Path, index: FrameIndex, recording: RecordingView) -> None:
        """A recording whose video is not here is open; `index` has the time of each of its frames."""
        self.path, self.video, self.index = path, None, index
        self._forget_place()
        self.set_prediction(None)
        self.set_recording(recording)
        self.video_changed.emit(None)

    def close_video(self) -> None:
        self.path = self.video = self.index = None
        self._forget_place()
        self.set_recording(None)
        self.set_prediction(None)
        self.video_changed.emit(None)

    def _forget_place(self) -> None:
        self.playhead = None
        self.set_failure(None)
        self.set_loop_start(None)
        self.set_loop(None)

    def set_recording(self, recording: RecordingView | None) -> None:
        self.recording = recording
        self.recording_changed.emit(recording)

    def set_prediction(self, prediction: Prediction | None) -> None:
        self.prediction = prediction
        self.prediction_changed.emit(prediction)

    def set_model(self, model: ModelFacts | None) -> None:
        """Another model is in use from now on; None where its folder says nothing that can be read."""
        if model != self.model:
            self.model = model
            self.model_changed.emit(model)

    def set_scoring(self, scoring: bool) -> None:
        if scoring != self.scoring:
            self.scoring = scoring
            self.scoring_changed.emit(scoring)

    def set_earlier(self, recordings: tuple[Path, ...]) -> None:
        """Recordings of earlier visits of the person on screen."""
        if recordings != self.earlier:
            self.earlier = recordings
            self.earlier_changed.emit(recordings)

    def model_gives(self, what: Given) -> bool:
        """Whether the model in use gives this; one that cannot be read is taken for one of the usual kind."""
        return what in self.model.gives if self.model is not None else what == "attributes"

    def set_progress(self, progress: Progress | None) -> None:
        self.progress = progress
        self.progress_changed.emit(progress)

    def set_failure(self, sentence: str | None) -> None:
        """Measuring or scoring ended without a result; None when another try or another file begins."""
        if sentence != self.failure:
            self.failure = sentence
            self.failure_changed.emit(sentence)

    def show_frame(self, playhead: Playhead) -> None:
        """The picture on screen is now this frame; called by the player in the same event as the paint request."""
        self.playhead = playhead
        self.playhead_changed.emit(playhead)

    def post(self, text: str, severity: Severity = "information", *, in_log: bool = False) -> None:
        """Of what went wrong unforeseen the log says more, whoever posts it."""
        self.message_posted.emit(Message(text, severity, in_log or WENT_WRONG in text.casefold()))

    def set_keys(self, keys: Mapping[str, str]) -> None:
        """The first key of each action in the system's spelling, "" for none, by the action's id."""
        if keys != self._keys:
            self._keys = dict(keys)
            self.keys_changed.emit()

    def key(self, action: str, usual: str) -> str:
        """What to press for it, "" for nothing; `usual` where no window has said."""
        return self._keys.get(action, usual)

    def row_at_playhead(self) -> int:
        """Row of the recording that the playhead stands on, -1 where there is none.

        Without a video the playhead counts rows: the frame numbers of another program's table may begin anywhere.
        """
        if self.recording is None or self.playhead is None:
            return -1
        if self.video is not None:
            return self.recording.row_of_frame(self.playhead.frame)
        return self.playhead.frame if self.playhead.frame < self.recording.n_rows else -1

    # Wishes

    def seek_frame(self, frame: int) -> None:
        if self.index is not None:
            last = len(self.index.pts) - 1
            self.seek_requested.emit(min(max(frame, 0), last))

    def seek_time(self, time_s: float) -> None:
        if self.index is not None:
            self.seek_frame(self.index.at_time(time_s))

    def step(self, frames: int) -> None:
        if self.index is not None:
            self.step_requested.emit(frames)

    def set_playing(self, playing: bool) -> None:
        if playing != self.playing and (self.index is not None or not playing):
            self.playing = playing
            self.playing_changed.emit(playing)

    def set_speed(self, speed: float) -> None:
        if speed != self.speed:
            self.speed = speed
            self.speed_changed.emit(speed)

    def set_loop(self, loop: tuple[float, float] | None) -> None:
        if loop != self.loop:
            self.loop = loop
            self.loop_changed.emit(loop)

    def set_loop_start(self, start_s: float | None) -> None:
        """A is set and B is not; None: neither, or both."""
        if start_s != self.loop_start_s:
            self.loop_start_s = start_s
            self.loop_start_changed.emit(start_s)

    def set_layer(self, name: str, visible: bool) -> None:
        if self.layers.get(name) != visible:
            self.layers[name] = visible
            self.layers_changed.emit(name, visible)
