"""What every unit of an evaluation reads: the cohort's features and, where systems need them, more views of it.

As in a search, labels of test sessions are NaN in everything that units can read.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lineament.crops import CropFile
from lineament.features.cohort_features import CohortFeatures
from lineament.search.data import Fold, Part, Rows, SearchData
from lineament.search.data import open_data as open_search_data
from lineament.storage import write_atomically

if TYPE_CHECKING:
    from lineament.training.mpdrm.data import MovementData

LOADER = "lineament.evaluation.data:open_data"
CROP_LIST, MOVEMENT = "crops.json", "movement.safetensors"

OWN_DEV = Fold(1, 0, 0)
"""Of the official protocol: the cohort's own dev sessions. Grouped folds are always two or more."""


class EvaluationData(SearchData):
    """`SearchData` that knows a cohort's own dev split. folder: of the run, where further views of the cohort lie."""

    def __init__(self, features: CohortFeatures, folder: Path) -> None:
        super().__init__(features)
        self.folder = folder

    def fold_rows(self, part: Part, fold: Fold) -> Rows:
        """Rows held out: of a grouped fold, or the cohort's own dev."""
        if part.protocol == "official" and fold == OWN_DEV:
            return self.features.rows_of("dev")
        return super().fold_rows(part, fold)

    @cached_property
    def crops(self) -> Sequence[CropFile]:
        """Face crops of every session. Raises `RecordingError` for a file that is gone or damaged."""
        return [CropFile(Path(path)) for path in json.loads((self.folder / CROP_LIST).read_text(encoding="utf-8"))]

    @cached_property
    def movement(self) -> "MovementData":
        """Movement of the sessions that have a usable window; `scores` holds their rows, not their scores."""
        return read_movement(self.folder / MOVEMENT)


def open_data(folder: str, fingerprint: str) -> EvaluationData:
    """What the evaluation kept in its run's folder; raises `DatasetError` when it is gone or damaged."""
    return EvaluationData(open_search_data(folder, fingerprint).features, Path(folder))


def keep_movement(file: Path, movement: "MovementData") -> None:
    """Raises `StorageError`."""
    from safetensors.numpy import save

    arrays = {
        "series": movement.series,
        "usable": movement.usable,
        "persons": movement.persons,
        "visits": movement.visits,
        "rows": movement.scores,
    }
    write_atomically(file, save(arrays, {"absent": "\n".join(movement.absent)}))


def movement_is_kept(file: Path) -> bool:
    """Whether it is there and whole."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="np") as kept:
            return bool({"series", "usable", "persons", "visits", "rows"} <= set(kept.keys()))
    except (OSError, SafetensorError):
        return False


def read_movement(file: Path) -> "MovementData":
    """What `keep_movement` wrote."""
    from safetensors import safe_open

    from lineament.training.mpdrm.data import MovementData

    with safe_open(file, framework="np") as kept:
        arrays = {name: np.asarray(kept.get_tensor(name)) for name in ("series", "usable", "persons", "visits", "rows")}
        absent = (kept.metadata() or {}).get("absent", "")
    rows = arrays.pop("rows")
    return MovementData(**arrays, scores=rows, absent=tuple(absent.split("\n")) if absent else ())
