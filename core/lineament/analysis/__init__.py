"""From video to recording: measured as it is decoded, saved as it is measured, resumed after a kill at any moment."""

from lineament.analysis.events import (
    AnalysisWarning,
    RecordingFinished,
    RecordingGrew,
    RecordingRevised,
    RecordingStarted,
)
from lineament.analysis.place import DATA_DIR_VARIABLE, data_folder, default_folder
from lineament.analysis.run import analyze
from lineament.analysis.settings import AnalysisSettings
from lineament.analysis.watching import FrameWatcher

__all__ = [
    "DATA_DIR_VARIABLE",
    "AnalysisSettings",
    "AnalysisWarning",
    "FrameWatcher",
    "RecordingFinished",
    "RecordingGrew",
    "RecordingRevised",
    "RecordingStarted",
    "analyze",
    "data_folder",
    "default_folder",
]
