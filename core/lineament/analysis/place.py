"""Where a recording lies, and whether one of this very video is already there."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from lineament.analysis.partial import Partial
from lineament.analysis.settings import AnalysisSettings
from lineament.errors import RecordingError
from lineament.recording.facts import RecordingFacts
from lineament.recording.parquet import SUFFIX, RecordingFile

DATA_DIR_VARIABLE = "LINEAMENT_DATA_DIR"
_LOOKED_AT = 500
"""Recordings of other names that are looked into for this video's hash, newest first (a few ms each)."""


@dataclass(frozen=True)
class Place:
    """The names of a video's recording and of the folder in which it is made."""

    folder: Path
    stem: str

    @property
    def recording(self) -> Path:
        return self.folder / f"{self.stem}{SUFFIX}"

    @property
    def partial(self) -> Path:
        return self.folder / f"{self.stem}.lineament.partial"


def data_folder() -> Path:
    """Where Lineament keeps what it measured: $LINEAMENT_DATA_DIR, else the user's data folder."""
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_data_path("lineament", appauthor=False)


def default_folder(content_hash: str) -> Path:
    """The folder of one video's recording when the user names none; it follows the content, not the file's name."""
    return data_folder() / "recordings" / content_hash[-32:]


def choose_place(video: Path, content_hash: str, out: Path | None) -> Place:
    """Names of this video alone: where another one of its name was here first, a part of the hash joins."""
    folder = default_folder(content_hash) if out is None else out
    plain = Place(folder, video.stem)
    if _is_free(plain, content_hash):
        return plain
    return Place(folder, f"{video.stem}-{content_hash[-8:]}")


def find_finished(place: Place, content_hash: str, settings: AnalysisSettings) -> RecordingFile | None:
    """A whole recording of this content with these settings in the folder, under whatever name; open."""
    for path in _candidates(place):
        try:
            file = RecordingFile(path)
        except RecordingError:
            continue  # damaged, newer or of another program: not ours to use, and not ours to touch
        if is_of(file.facts, content_hash) and file.facts.complete and _same_settings(file.facts, settings):
            return file
        file.close()
    return None


def is_of(facts: RecordingFacts, content_hash: str) -> bool:
    return facts.video is not None and facts.video.content_hash == content_hash


def _same_settings(facts: RecordingFacts, settings: AnalysisSettings) -> bool:
    return dict(facts.provenance.settings) == dict(settings.fingerprint())


def _candidates(place: Place) -> list[Path]:
    try:
        others = [path for path in place.folder.glob(f"*{SUFFIX}") if path != place.recording]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        others = []
    return [path for path in (place.recording, *others[:_LOOKED_AT]) if path.is_file()]


def _is_free(place: Place, content_hash: str) -> bool:
    """Whether neither a recording nor an unfinished analysis of another video has this name."""
    if place.recording.exists():
        try:
            file = RecordingFile(place.recording)
        except RecordingError:
            return False
        same = is_of(file.facts, content_hash)
        file.close()
        if not same:
            return False
    begun = Partial(place.partial).manifest()
    return begun is None or begun.get("content_hash") == content_hash
