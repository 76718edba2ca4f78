"""The core's functions that jobs call, imported when they are called: torch and mediapipe load in the job's thread."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from lineament.errors import ModelError
from lineament.models import Model, Prediction, default_model_folder
from lineament.progress import CancelToken, EventSink
from lineament.recording import RecordingView
from lineament_desktop.jobs.scoring import Scores, ScoringTask
from lineament_desktop.state.model_facts import read_model_facts
from lineament_desktop.state.preferences import MOST_FACES, TRACKER

if TYPE_CHECKING:
    from lineament.inference import Scorer, VideoScorer
    from lineament.models.pixels import PixelModel

    AnyModel: TypeAlias = Model | PixelModel

MODELS_KEPT = 2


@dataclass(frozen=True)
class Tracking:
    """With what faces are found, and how many at once."""

    tracker: str = TRACKER.default
    most_faces: int = MOST_FACES.default


class Measure(Protocol):
    """Measures a video into a folder."""

    def __call__(
        self, video: Path, out: Path, cancel: CancelToken, sink: EventSink, tracking: Tracking = ..., /
    ) -> RecordingView: ...


def measure(
    video: Path, out: Path, cancel: CancelToken, sink: EventSink, tracking: Tracking = Tracking()
) -> RecordingView:
    from lineament.analysis import AnalysisSettings, analyze

    settings = AnalysisSettings(tracking.tracker, tracking.most_faces)
    return analyze(video, out, settings, cancel=cancel, sink=sink)


def load_model(folder: Path) -> "AnyModel":
    """The model of a folder, whatever it reads; one that was just loaded and is unchanged on disk is not read again.

    Raises `ModelError` when it cannot be used.
    """
    facts = read_model_facts(folder)
    stamp = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(facts.folder.glob("model.*")))
    return _loaded(facts.folder, facts.reads_crops, stamp)


@lru_cache(maxsize=MODELS_KEPT)
def _loaded(folder: Path, reads_crops: bool, stamp: tuple[tuple[str, int], ...]) -> "AnyModel":
    from lineament.models import load_model, load_pixel_model

    return load_pixel_model(folder) if reads_crops else load_model(folder)


def make_scorer(task: ScoringTask) -> Scores:
    """Raises `ModelError` when the model cannot be used, or the video it needs is not here; `RecordingError` when an
    earlier visit cannot be read."""
    from lineament.inference import Scorer, VideoScorer
    from lineament.models.base import KnowsPerson

    facts, model = read_model_facts(task.model), load_model(task.model)
    if not facts.reads_crops:
        earlier = [read_recording(path) for path in task.earlier] if isinstance(model, KnowsPerson) else []
        return SignalScores(Scorer(cast(Model, model), task.force, earlier=earlier))
    if task.video is None:
        raise ModelError(
            f"the model {facts.name} looks at the face in the video, and this recording's video is not here",
            path=task.model,
            remedy="Put the video beside the recording and open it again, or choose a model of signals.",
        )
    return CropScores(VideoScorer(cast("PixelModel", model), task.video, task.force))


class SignalScores:
    """Implements `Scores` for a model of signals: one estimate a request."""

    def __init__(self, scorer: "Scorer") -> None:
        self._scorer = scorer

    def score(self, recording: RecordingView, cancel: CancelToken) -> Iterator[Prediction]:
        yield self._scorer.score(recording)

    def close(self) -> None:
        """Nothing is held open."""


class CropScores:
    """Implements `Scores` for a model of face crops, cut out of the video as far as it is measured: an estimate after
    every few seconds of video."""

    def __init__(self, scorer: "VideoScorer") -> None:
        self._scorer = scorer

    def score(self, recording: RecordingView, cancel: CancelToken) -> Iterator[Prediction]:
        yield from self._scorer.scores(recording, cancel)

    def close(self) -> None:
        self._scorer.close()


def read_recording(path: Path) -> RecordingView:
    from lineament.recording import open_recording

    return open_recording(path)


@dataclass(frozen=True)
class Core:
    """What the window needs of the core; tests put stand-ins here. model_folder: of the model in use where the user
    chose none."""

    measure: Measure = measure
    make_scorer: Callable[[ScoringTask], Scores] = make_scorer
    read_recording: Callable[[Path], RecordingView] = read_recording
    model_folder: Callable[[], Path] = default_model_folder
    load_model: "Callable[[Path], AnyModel]" = load_model

    def with_model(self, folder: Path) -> "Core":
        """The same with another model where the user chose none."""
        return replace(self, model_folder=lambda: folder)
