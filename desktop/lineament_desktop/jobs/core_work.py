"""The core's functions that jobs call, imported when they are called: torch and mediapipe load in the job's thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from lineament.models import default_model_folder
from lineament.progress import CancelToken, EventSink
from lineament.recording import RecordingView
from lineament_desktop.jobs.scoring import Scores


def measure(video: Path, out: Path, cancel: CancelToken, sink: EventSink) -> RecordingView:
    from lineament.analysis import AnalysisSettings, analyze

    return analyze(video, out, AnalysisSettings(), cancel=cancel, sink=sink)


def make_scorer(force: bool) -> Scores:
    """With the default model. force: score recordings of another extractor than it was trained on, too; such scores
    are marked."""
    return scorer_of(default_model_folder(), force)


def scorer_of(folder: Path, force: bool) -> Scores:
    """With the model of a folder; see `make_scorer`."""
    from lineament.inference import Scorer
    from lineament.models import load_model

    return Scorer(load_model(folder), force=force)


def read_recording(path: Path) -> RecordingView:
    from lineament.recording import open_recording

    return open_recording(path)


@dataclass(frozen=True)
class Core:
    """What the window needs of the core; tests put stand-ins here. model_folder: the model that `make_scorer` uses."""

    measure: Callable[[Path, Path, CancelToken, EventSink], RecordingView] = measure
    make_scorer: Callable[[bool], Scores] = make_scorer
    read_recording: Callable[[Path], RecordingView] = read_recording
    model_folder: Callable[[], Path] = default_model_folder

    def with_model(self, folder: Path) -> "Core":
        """The same with another model than the default one, for scoring and for its card."""
        return replace(self, make_scorer=partial(scorer_of, folder), model_folder=lambda: folder)
