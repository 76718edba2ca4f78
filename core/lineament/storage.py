"""Writing files so that a reader sees the old one or the whole new one, and a full disk is a sentence."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lineament.errors import StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def storage_error(error: OSError, folder: Path) -> StorageError:
    """The sentence for an operating system's error while writing to `folder`."""
    if error.errno in _FULL:
        return StorageError(
            f"the disk that holds {folder} is full",
            remedy="Free some space or choose another folder, then start again: what is already saved is kept.",
        )
    if error.errno in _FORBIDDEN:
        return StorageError(
            f"the folder {folder} may not be written to",
            remedy="Change its permissions or choose another folder.",
        )
    reason = error.strerror or str(error)
    return StorageError(
        f"writing to the folder {folder} failed ({reason})",
        remedy="Check the disk or choose another folder, then start again: what is already saved is kept.",
    )


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn every `OSError` inside into a `StorageError` that names the folder."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, folder) from error


def make_folder(folder: Path) -> None:
    """Make a folder and its parents; raises `StorageError`."""
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the name `path` only when it is whole and on the disk; it leaves nothing behind otherwise.

    Raises `StorageError` when the folder may not be written to or the disk is full.
    """
    scratch = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with writing_to(path.parent):
        try:
            with scratch.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(scratch, path)
            sync_folder(path.parent)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise


def write_atomically(path: Path, content: bytes) -> None:
    """Write a small file; raises `StorageError`."""
    with atomic_file(path) as stream:
        stream.write(content)


def sync_folder(folder: Path) -> None:
    """Make a rename outlive a power cut; Windows keeps its own journal and offers no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
