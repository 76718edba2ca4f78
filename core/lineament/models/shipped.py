"""Which of the shipped models is used where the user names none: the one place that decides."""

from pathlib import Path

from lineament.models.store import FACTS
from lineament.resources import resource_path

PREFERRED = ("searched", "hand_designed")
"""Folders of `resources/models`, best first; the first that is there is the default."""


def default_model_folder(models: Path | None = None) -> Path:
    """The folder of the default model. models: where to look, the shipped models if not given.

    Raises `FileNotFoundError` when no model is there, which is a broken installation and not a user's mistake.
    """
    place = models if models is not None else resource_path("models")
    for name in PREFERRED:
        if (place / name / FACTS).is_file():
            return place / name
    raise FileNotFoundError(f"no shipped model is in {place}")
