"""One analysis at a time in a folder: a lock that the operating system drops when its process ends, however it ends."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lineament.errors import StorageError
from lineament.storage import writing_to

NAME = "lock"


PATIENCE_S = 5.0
"""An analysis that was told to stop, because its video was opened again, may need this long to let go."""


@contextmanager
def only_one(folder: Path, patience_s: float) -> Iterator[None]:
    """Hold `folder` for this analysis.

    Raises `StorageError` when another one, in this process or elsewhere, does not let go of it for `patience_s`.
    """
    with writing_to(folder):
        stream = (folder / NAME).open("wb")
    with stream:
        until = time.monotonic() + patience_s
        while not (held := _try_lock(stream)) and time.monotonic() < until:
            time.sleep(0.05)
        if not held:
            raise StorageError(
                f"another analysis of this video is working in {folder.parent}",
                remedy="Wait until it has finished, stop it, or choose another folder.",
            )
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(stream: BinaryIO) -> bool:
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(stream: BinaryIO) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
