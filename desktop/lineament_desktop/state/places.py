"""Where the application keeps what it writes; two environment variables move it, for tests and shared machines."""

import os
from pathlib import Path

from platformdirs import user_config_path, user_data_path


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
