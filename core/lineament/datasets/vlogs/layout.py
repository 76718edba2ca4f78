"""Where things lie in a copy of D-Vlog or LMVD.

D-Vlog: labels.csv, ID/ID_visual.npy [T, 136] and ID/ID_acoustic.npy [T, 25], both at 1 Hz.
LMVD:   001.npy [915, 171] at 5 Hz, or 001_visual.npy [T, 136] at 1 Hz as public code makes it; 001_Depression.csv with
        one number each, or labels.csv. Sound, also called 001.npy but [T, 128], is known by its shape and not read.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lineament.datasets.walking import files_under
from lineament.errors import DatasetError, RecordingError

LABELS = "labels.csv"
POINTS_ONLY, WITH_UNITS = 136, 171
_LABEL = re.compile(r"([^_]+)_Depression\.csv$", re.IGNORECASE)
_ARRAY = re.compile(r"(.+?)(_visual|_acoustic)?\.npy$", re.IGNORECASE)


@dataclass
class Layout:
    """What was found. visual: files by width, then id. acoustic: D-Vlog's sound by id. label_files: by id."""

    root: Path
    table: Path | None = None
    visual: dict[int, dict[str, Path]] = field(default_factory=lambda: {POINTS_ONLY: {}, WITH_UNITS: {}})
    acoustic: dict[str, Path] = field(default_factory=dict)
    label_files: dict[str, Path] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Numbers a row of the files that are read: with action units where there are some."""
        return WITH_UNITS if self.visual[WITH_UNITS] else POINTS_ONLY

    @property
    def files(self) -> dict[str, Path]:
        return self.visual[self.width]


def has_arrays(root: Path) -> bool:
    """Whether a folder has arrays and labels as vlogs do; cheap, no array is opened."""
    names = [path.name for path in files_under(root)]
    arrays = [name for name in names if name.lower().endswith(".npy")]
    labelled = LABELS in names or any(_LABEL.match(name) for name in names)
    return any(name.lower().endswith("_visual.npy") for name in arrays) or (bool(arrays) and labelled)


def find_layout(root: Path) -> Layout:
    """Look through a folder; raises `DatasetError` when it cannot be read or has a file twice, `RecordingError` for an
    array that cannot be read."""
    layout = Layout(root)
    for path in files_under(root):
        if path.name == LABELS and path.parent == root:
            layout.table = path
        elif found := _LABEL.match(path.name):
            _once(layout.label_files, found[1], path, root)
        elif found := _ARRAY.match(path.name):
            if (found[2] or "").lower() == "_acoustic":
                _once(layout.acoustic, found[1], path, root)
                continue
            shape = open_array(path).shape
            if len(shape) == 2 and shape[1] in layout.visual:
                _once(layout.visual[shape[1]], found[1], path, root)
            elif found[2]:
                raise RecordingError(
                    f"the visual features are an array of shape {list(shape)}, not [T, 136] or [T, 171]",
                    path=path,
                    remedy="Copy the file again from where the corpus came.",
                )
    return layout


def open_array(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """An array of numbers, mapped and not read; raises `RecordingError` when the file holds none."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        if isinstance(array, np.ndarray) and array.dtype.kind in "fiu":
            return array
        reason = "it holds no array of numbers"
    except (OSError, ValueError, EOFError) as error:
        reason = str(error).splitlines()[0][:120].rstrip(".") if str(error) else type(error).__name__
    raise RecordingError(
        f"the array cannot be read ({reason})", path=path, remedy="Copy the file again from where the corpus came."
    )


def _once(known: dict[str, Path], name: str, path: Path, root: Path) -> None:
    first = known.setdefault(name, path)
    if first != path:
        raise DatasetError(
            f"{path.name} is in two places, {first.parent} and {path.parent}", path=root, remedy="Keep one of them."
        )
