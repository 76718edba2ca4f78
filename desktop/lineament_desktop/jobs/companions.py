"""The video a recording was made from, looked for beside it: by name first, then by content."""

from pathlib import Path

from lineament.recording import SUFFIX, VideoSource
from lineament.video.content_hash import content_hash

VIDEO_SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m4v", ".gif", ".wmv", ".ts", ".ogv")


def find_video(recording: Path, source: VideoSource | None) -> Path | None:
    """The video beside `recording`, None when there is none.

    With a known hash only a video of that content will do, under whatever name; without one (another program's
    table) the video of the same name is taken.
    """
    stem = recording.name.removesuffix(SUFFIX) if recording.name.endswith(SUFFIX) else recording.stem
    beside = [path for path in _listed(recording.parent) if path.suffix.lower() in VIDEO_SUFFIXES]
    named = source.name if source is not None else ""
    likely = sorted(beside, key=lambda path: (path.name != named, path.stem != stem))
    if source is None or not source.content_hash:
        return next((path for path in likely if path.name == named or path.stem == stem), None)
    return next((path for path in likely if _content(path) == source.content_hash), None)


def _listed(folder: Path) -> list[Path]:
    """What lies in a folder; nothing to be found where it may be entered but not listed."""
    try:
        return sorted(folder.iterdir())
    except PermissionError:
        return []


def _content(path: Path) -> str:
    """Hash of a file's content, "" when it cannot be read."""
    try:
        return content_hash(path)
    except OSError:
        return ""
