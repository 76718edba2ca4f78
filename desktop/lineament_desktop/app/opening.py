"""Which files the window opens, and as what."""

import os
import stat
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QMimeData

from lineament_desktop.jobs.companions import VIDEO_SUFFIXES

RECORDING_SUFFIXES = (".parquet", ".csv")
VIDEO_FILTER = f"Videos ({' '.join('*' + suffix for suffix in VIDEO_SUFFIXES)})"
RECORDING_FILTER = "Recordings (*.lineament.parquet *.csv *_CLNF_*.txt)"
ALL_FILTER = "All files (*)"


def kind_of(path: Path) -> Literal["video", "recording"]:
    """By name; a folder can only be a recording (a DAIC-WOZ session). Of anything else the video reader judges."""
    if path.suffix.lower() in RECORDING_SUFFIXES or "_CLNF_" in path.name or path.is_dir():
        return "recording"
    return "video"


def why_not(path: Path) -> str | None:
    """One sentence why a file or folder cannot be opened at all; None where it can be tried."""
    try:
        if path.is_dir():
            os.scandir(path).close()
        elif not stat.S_ISREG(path.stat().st_mode):
            return f"{path.name}: this is no file but a device or a pipe. Choose a video or a recording."
    except FileNotFoundError:
        return f"{path.name}: the file is not there. It may have been moved, or its drive is off."
    except OSError as error:
        return (
            f"{path.name}: it may not be read ({error.strerror}). Ask for permission to read it and its folder, or "
            "copy it to a folder of your own."
        )
    return None


def dropped_files(data: QMimeData) -> list[Path]:
    """Local files and folders in what is dragged over the window."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
