"""One process at a time works in a run: a lock that the operating system drops however the process ends."""

import os
from contextlib import ExitStack
from pathlib import Path

from lineament.file_lock import try_lock
from lineament.search.runs.errors import RunError
from lineament.storage import writing_to


class RunLock:
    """Held from its making to `release`. Raises `RunError` while another one is held, here or in another process."""

    def __init__(self, path: Path) -> None:
        with writing_to(path.parent), ExitStack() as undo:
            stream = undo.enter_context(path.open("a+b"))
            if not try_lock(stream):
                raise RunError(
                    f"another process{_owner(path)} is working in this run",
                    path=path.parent,
                    remedy="Wait until it has finished or stop it; the run can then be resumed.",
                )
            _owner_file(path).write_text(str(os.getpid()))
            undo.pop_all()
        self._stream = stream

    def release(self) -> None:
        self._stream.close()


def _owner_file(path: Path) -> Path:
    """Beside the lock, because a locked file cannot be read on Windows."""
    return path.with_name(path.name + ".pid")


def _owner(path: Path) -> str:
    try:
        return f" ({int(_owner_file(path).read_text())})"
    except (OSError, ValueError):
        return ""
