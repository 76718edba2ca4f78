"""A cohort's feature arrays as a folder: `.npy` files and `facts.json`, whole or not there at all.

The arrays are mapped copy-on-write when read, so that worker processes share the pages of one file.
"""

import json
import os
import shutil
import time
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from lineament.storage import make_folder, sync_folder, write_atomically, writing_to

CACHE_SCHEMA = 1
_FACTS = "facts.json"
_SCRATCH = ".unfinished"
_ABANDONED_S = 3600.0
"""An unfinished folder that nobody touched for so long belongs to a process that was killed."""


@dataclass(frozen=True, eq=False)
class FeatureArrays:
    """What is computed of a cohort's recordings; shapes as in `CohortFeatures`."""

    values: npt.NDArray[np.float32]
    points: npt.NDArray[np.float32]
    present: npt.NDArray[np.bool_]
    statistics: npt.NDArray[np.float32]
    absent: tuple[str, ...]


_ARRAYS = tuple(field.name for field in fields(FeatureArrays) if field.name != "absent")


def write_arrays(folder: Path, arrays: FeatureArrays) -> None:
    """Write `folder`, which appears whole in one step. Where another process was faster, its folder stays.

    Raises `StorageError`.
    """
    make_folder(folder.parent)
    _remove_abandoned(folder.parent)
    scratch = folder.with_name(f"{folder.name}.{uuid4().hex}{_SCRATCH}")
    try:
        with writing_to(folder.parent):
            scratch.mkdir()
            for name in _ARRAYS:
                np.save(scratch / f"{name}.npy", getattr(arrays, name), allow_pickle=False)
            facts = {
                "schema_version": CACHE_SCHEMA,
                "absent": list(arrays.absent),
                "files": {name: _checksum(scratch / f"{name}.npy") for name in _ARRAYS},
            }
            write_atomically(scratch / _FACTS, json.dumps(facts, indent=1).encode())
            _rename(scratch, folder)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def read_arrays(folder: Path) -> FeatureArrays | None:
    """The arrays of a folder; None where it is not there, damaged or of another version."""
    try:
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        if facts["schema_version"] != CACHE_SCHEMA:
            return None
        arrays = {name: _mapped(folder / f"{name}.npy", facts["files"][name]) for name in _ARRAYS}
        return FeatureArrays(**arrays, absent=tuple(facts["absent"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_arrays(folder: Path) -> None:
    """Take a damaged folder away; another process may be doing the same."""
    shutil.rmtree(folder, ignore_errors=True)


def _mapped(path: Path, checksum: int) -> npt.NDArray[Any]:
    if _checksum(path) != checksum:
        raise ValueError(f"{path} is damaged")
    return np.load(path, mmap_mode="c", allow_pickle=False)  # type: ignore[no-any-return]


def _checksum(path: Path) -> int:
    found = 0
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            found = zlib.crc32(block, found)
    return found


def _rename(scratch: Path, folder: Path) -> None:
    try:
        os.rename(scratch, folder)
    except OSError:
        if not (folder / _FACTS).exists():
            raise


def _remove_abandoned(parent: Path) -> None:
    for path in parent.glob(f"*{_SCRATCH}"):
        if time.time() - path.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(path, ignore_errors=True)
