"""Locks on open files, which the operating system drops when the process ends, however it ends."""

import sys
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def try_lock(stream: BinaryIO) -> bool:
        """Lock the file until it is closed; False where another one, here or in another process, has it."""
        try:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(stream: BinaryIO) -> bool:
        """Lock the file until it is closed; False where another one, here or in another process, has it."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock at this moment; nobody can hold one that is not there."""
    try:
        with path.open("r+b") as stream:
            return not try_lock(stream)
    except OSError:
        return False
