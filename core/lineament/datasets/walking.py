"""Looking through a cohort's folder, in an order that does not depend on the disk."""

import os
from collections.abc import Iterator
from pathlib import Path

from lineament.errors import DatasetError

DEPTH = 3
"""Folders below the chosen one that are looked into: `data/300_P/300_P/300_CLNF_AUs.txt` is the deepest seen."""


def files_under(root: Path, depth: int = DEPTH) -> list[Path]:
    """Files of a folder, then those of its folders, sorted by name; hidden ones and __MACOSX are left out.

    Raises `DatasetError` when a folder cannot be read.
    """
    try:
        return list(_files(root, depth))
    except OSError as error:
        raise DatasetError(
            f"the cohort's folder cannot be read ({error.strerror})", path=root, remedy="Change its permissions."
        ) from error


def _files(folder: Path, depth: int) -> Iterator[Path]:
    inside = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.startswith((".", "__MACOSX")):
                continue
            if entry.is_dir():
                inside.append(Path(entry.path))
            else:
                yield Path(entry.path)
    if depth:
        for one in inside:
            yield from _files(one, depth - 1)
