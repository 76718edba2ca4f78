"""The core's functions that jobs call, imported when they are called: torch and mediapipe load in the job's thread."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lineament.progress import CancelToken, EventSink
from lineament.recording import RecordingView
from lineament.resources import resource_path
from lineament_desktop.jobs.scoring import Scores

MODEL = "models/hand_designed"


def measure(video: Path, out: Path, cancel: CancelToken, sink: EventSink) -> RecordingView:
    from lineament.analysis import AnalysisSettings, analyze

    return analyze(video, out, AnalysisSettings(), cancel=cancel, sink=sink)


def make_scorer(force: bool) -> Scores:
    """force: score recordings of another extractor than the model was trained on, too; such scores are marked."""
    from lineament.inference import Scorer
    from lineament.models import load_model

    return Scorer(load_model(resource_path(MODEL)), force=force)


def read_recording(path: Path) -> RecordingView:
    from lineament.recording import open_recording

    return open_recording(path)


@dataclass(frozen=True)
class Core:
    """What the window needs of the core; tests put stand-ins here."""

    measure: Callable[[Path, Path, CancelToken, EventSink], RecordingView] = measure
    make_scorer: Callable[[bool], Scores] = make_scorer
    read_recording: Callable[[Path], RecordingView] = read_recording
