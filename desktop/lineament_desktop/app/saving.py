"""Saving a copy of a file: whole or not at all."""

import os
import shutil
from pathlib import Path

from lineament.errors import StorageError


def copy_recording(source: Path, target: Path) -> None:
    """Copy over `target` atomically; raises `StorageError` naming the target when the disk or the folder forbids it."""
    partial = target.with_name(target.name + ".tmp")
    try:
        shutil.copyfile(source, partial)
        os.replace(partial, target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StorageError(
            f"the copy could not be written ({error.strerror})",
            path=target,
            remedy="Choose another folder or make room.",
        ) from error
