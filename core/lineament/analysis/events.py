"""What `analyze` tells its sink beside `Progress`, always from the analysing thread."""

from dataclasses import dataclass
from pathlib import Path

from lineament.recording import GrowingRecording, Recording


@dataclass(frozen=True)
class RecordingStarted:
    """The recording that will grow; rows of an interrupted analysis are already in it."""

    recording: GrowingRecording


@dataclass(frozen=True)
class RecordingGrew:
    """The growing recording now has so many rows."""

    rows: int


@dataclass(frozen=True)
class RecordingRevised:
    """Columns of rows already there changed: the person's neutral face was re-estimated, or another face is shown."""


@dataclass(frozen=True)
class RecordingFinished:
    """The recording is whole and saved at `path`."""

    recording: Recording
    path: Path


@dataclass(frozen=True)
class AnalysisWarning:
    """One sentence the user should see, e.g. that there are several faces; also kept in `meta.warnings`."""

    text: str
