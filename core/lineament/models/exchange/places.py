"""Where a user's own models lie, and the log of what was put into use."""

import os
from pathlib import Path

DATA_DIR_VARIABLE = "LINEAMENT_DATA_DIR"


def data_folder() -> Path:
    """$LINEAMENT_DATA_DIR, else the system's place for a user's data."""
    from platformdirs import user_data_path

    given = os.environ.get(DATA_DIR_VARIABLE)
    return Path(given) if given else user_data_path("lineament", appauthor=False)


def own_models_folder() -> Path:
    """The user's library: one folder a model."""
    return data_folder() / "models"


def promotions_file() -> Path:
    return data_folder() / "promotions.jsonl"
