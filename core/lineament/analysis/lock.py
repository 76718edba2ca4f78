"""One analysis at a time in a folder: a lock that the operating system drops when its process ends, however it ends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lineament.errors import StorageError
from lineament.file_lock import try_lock
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
        while not (held := try_lock(stream)) and time.monotonic() < until:
            time.sleep(0.05)
        if not held:
            raise StorageError(
                f"another analysis of this video is working in {folder.parent}",
                remedy="Wait until it has finished, stop it, or choose another folder.",
            )
        yield
