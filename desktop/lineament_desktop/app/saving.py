"""Saving a copy of a file: whole or not at all."""

import shutil
from pathlib import Path

from lineament.errors import StorageError
from lineament.storage import atomic_file


def copy_recording(source: Path, target: Path) -> None:
    """Copy over `target` atomically.

    Raises `StorageError` where the source cannot be opened and where the disk or the folder forbids the copy.
    """
    try:
        original = source.open("rb")
    except OSError as error:
        raise StorageError(
            f"this recording cannot be read ({error.strerror})", path=source, remedy="Check that it is still there."
        ) from error
    with original, atomic_file(target) as copy:
        shutil.copyfileobj(original, copy)
