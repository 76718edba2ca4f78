"""Keeping seek tables between runs, in files named by the content they belong to."""

import logging
import os
import tempfile
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs

from lineament.video.decoding import Stamping
from lineament.video.indexing import SeekTable
from lineament.video.orientation import Orientation
from lineament.video.types import FrameIndex

CACHE_DIR_VARIABLE = "LINEAMENT_CACHE_DIR"
_VERSION = 1
"""Raised whenever indexing changes, so that tables made by an older one are made again."""
_KEPT = 500
"""More tables than this are not kept; the oldest go first. An hour of video takes about 2 MB."""

_Columns = dict[str, npt.NDArray[Any]]

_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where Lineament keeps what it can make again: $LINEAMENT_CACHE_DIR, else the user's cache folder."""
    chosen = os.environ.get(CACHE_DIR_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("lineament")


class IndexCache:
    """Seek tables on disk. A table that is missing, damaged or of another version is simply made again."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = (folder or cache_folder()) / "video-index"

    def load(self, digest: str) -> SeekTable | None:
        path = self._path(digest)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return _unpack({name: stored[name] for name in stored.files})
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
            _log.warning("%s is damaged and is made again (%s)", path, error)
            return None

    def save(self, digest: str, table: SeekTable) -> None:
        """Written under another name first, so that a file of the right name is always whole.

        A cache that cannot be written costs time and nothing else, so this only logs it.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".tmp", delete=False) as file:
                partial = Path(file.name)
                try:
                    np.savez(file, **_pack(table))
                    file.close()
                    partial.replace(self._path(digest))
                finally:
                    partial.unlink(missing_ok=True)
            self._forget_oldest()
        except OSError as error:
            _log.warning("the index of a video was not kept in %s (%s)", self._folder, error)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.v{_VERSION}.npz"

    def _forget_oldest(self) -> None:
        tables = sorted(self._folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in tables[: max(len(tables) - _KEPT, 0)]:
            path.unlink(missing_ok=True)


def _pack(table: SeekTable) -> _Columns:
    turn = table.orientation
    return {
        "pts": table.index.pts,
        "keyframes": table.index.keyframes,
        "time_base": np.array(table.index.time_base.as_integer_ratio(), np.int64),
        "stamps": table.stamps,
        "stamping": np.array(table.stamping.value),
        "entry_ranks": table.entry_ranks,
        "entry_stamps": table.entry_stamps,
        "orientation": np.array([turn.transpose, turn.mirror_x, turn.mirror_y]),
        "last_duration": np.array(table.last_duration, np.int64),
    }


def _unpack(stored: _Columns) -> SeekTable:
    numerator, denominator = stored["time_base"].tolist()
    index = FrameIndex(stored["pts"], stored["keyframes"], Fraction(numerator, denominator))
    if not len(index) or len(stored["stamps"]) != len(index) or len(index.keyframes) != len(index):
        raise ValueError("its columns do not fit together")
    return SeekTable(
        index,
        stored["stamps"],
        Stamping(str(stored["stamping"])),
        stored["entry_ranks"],
        stored["entry_stamps"],
        Orientation(*stored["orientation"].tolist()),
        int(stored["last_duration"]),
    )
