"""A model's name as its folder in a library."""

import re
from collections.abc import Collection
from pathlib import Path

from lineament.training.errors import TrainingError

LONGEST = 60


def new_model_folder(library: Path, name: str, taken: Collection[Path] = ()) -> Path:
    """Where a new model of this name is to lie. Raises `TrainingError` for a name that makes no folder's name, is
    longer than 60 characters, or is taken by another model or an unfinished training.

    taken: folders that will be there soon.
    """
    plain = re.sub(r"[^\w-]+", "-", name).strip("-_").lower()
    if not plain:
        raise TrainingError("the model has no name", remedy="Give it one with a letter or a digit in it.")
    if len(name) > LONGEST:
        raise TrainingError(f"the name is longer than {LONGEST} characters", remedy="Shorten it.")
    if (library / plain).exists() or library / plain in taken:
        raise TrainingError(f"there is a model called {plain} in the library already", remedy="Choose another name.")
    return library / plain
