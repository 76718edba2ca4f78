"""What a native crash leaves behind: each process has a file that its crash would be written to, and locks it while it
lives. One that nobody holds any more, with something in it, tells of a crash.
"""

import atexit
import faulthandler
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from lineament.faults.privacy import anonymous
from lineament.file_lock import try_lock
from lineament.version import __version__

FOLDER = "running"
_open: BinaryIO | None = None


@dataclass(frozen=True)
class Crash:
    """what: which process. begun: its first line, with version and time. kind: for example "Segmentation fault". dump:
    where each thread was, without names of folders."""

    what: str
    begun: str
    kind: str
    dump: str


def watch_crashes(folder: Path, what: str) -> None:
    """Have this process write down where it is when it crashes. what: a word, part of the file's name.

    A folder that cannot be written is no reason to fail: then a crash leaves nothing.
    """
    global _open
    if _open is not None:
        return
    file = folder / f"{what}-{os.getpid()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = file.open("ab", buffering=0)
    except OSError:
        return
    try_lock(stream)
    begun = datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    stream.write(f"Lineament {__version__}, process of the {what}, begun {begun}\n".encode())
    faulthandler.enable(stream, all_threads=True)
    _open = stream
    atexit.register(forget_crashes)


def forget_crashes() -> None:
    """This process ends as it should."""
    global _open
    if _open is None:
        return
    faulthandler.disable()
    file, _ = Path(os.fsdecode(_open.name)), _open.close()
    _open = None
    file.unlink(missing_ok=True)


def take_crashes(folder: Path) -> list[Crash]:
    """Of processes that have ended, each told once; files of those that were killed or ended well go silently."""
    found = (_taken(file) for file in sorted(folder.glob("*-*.txt")))
    return [crash for crash in found if crash is not None]


def crash_of(folder: Path, pid: int | None) -> Crash | None:
    """Of one process that has ended; None where it left nothing."""
    files = sorted(folder.glob(f"*-{pid}.txt")) if pid is not None else []
    return _taken(files[0]) if files else None


def _taken(file: Path) -> Crash | None:
    """None for a process that lives, and for one that did not crash."""
    try:
        with file.open("r+b") as stream:
            if not try_lock(stream):
                return None
            stream.seek(0)
            data = stream.read()
        file.unlink()
    except OSError:
        return None
    begun, _, dump = data.decode("utf-8", "replace").partition("\n")
    lines = [line for line in dump.splitlines() if line.strip()]
    if not lines:
        return None
    kind = lines[0].partition(": ")[2] or lines[0]
    return Crash(file.stem.rpartition("-")[0], begun, kind, "\n".join(anonymous(line) for line in lines))
