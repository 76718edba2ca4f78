"""Where the application keeps what it writes; environment variables move it, for tests and shared machines."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from lineament.errors import StorageError
from lineament.models.exchange.places import DATA_DIR_VARIABLE
from lineament.storage import make_folder
from lineament.video.index_cache import CACHE_DIR_VARIABLE, cache_folder


def config_folder() -> Path:
    """Settings and recent files: `$LINEAMENT_CONFIG_DIR`, else the system's place for settings."""
    given = os.environ.get("LINEAMENT_CONFIG_DIR")
    return Path(given) if given else user_config_path("lineament", appauthor=False)


def data_folder() -> Path:
    """Recordings made in the window, and the log: `$LINEAMENT_DATA_DIR`, else the system's place for data."""
    given = os.environ.get("LINEAMENT_DATA_DIR")
    return Path(given) if given else user_data_path("lineament", appauthor=False)


def recording_folder(content_hash: str) -> Path:
    """Folder of a video's recording, the one `analyze` uses by itself: it follows the content, not the file's name."""
    return data_folder() / "recordings" / content_hash[-32:]


def log_file() -> Path:
    return data_folder() / "logs" / "lineament.log"


def use_folders(wanted: Mapping[str, str]) -> list[str]:
    """From now on this process and those it starts keep their files in these folders, by environment variable.

    A variable that is set already goes before the setting, and "" asks for the usual folder. Returns a sentence for
    each folder that cannot be made or written: the usual one is used then.
    """
    sentences = []
    for variable, folder in wanted.items():
        if not folder or given_from_outside(variable):
            continue
        try:
            make_folder(Path(folder))
            with tempfile.TemporaryFile(dir=folder):
                pass
        except (StorageError, OSError):
            sentences.append(f"{folder} cannot be written to, so the usual folder is in use. Settings names another.")
        else:
            os.environ[variable] = folder
            _ours.add(variable)
    return sentences


def present_folder(variable: str) -> Path:
    """The folder in use now."""
    return {DATA_DIR_VARIABLE: data_folder, CACHE_DIR_VARIABLE: cache_folder}[variable]()


def given_from_outside(variable: str) -> bool:
    """Whether whoever started the application has set it."""
    return bool(os.environ.get(variable)) and variable not in _ours


_ours: set[str] = set()
