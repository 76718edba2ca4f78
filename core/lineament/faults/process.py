"""What every process of the window begins with, so that nothing that goes wrong in it is lost."""

import logging
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

from lineament.faults.crashes import FOLDER, Crash, crash_of, watch_crashes
from lineament.faults.log import LOG_VARIABLE, start_log

_log = logging.getLogger("lineament")


def watch_process(what: str) -> None:
    """For the beginning of a process beside a window: its crashes and uncaught exceptions go into the window's log.

    what: a word for it. Does nothing where no window keeps a log.
    """
    place = os.environ.get(LOG_VARIABLE)
    if place is None:
        return
    watch_crashes(Path(place).parent / FOLDER, what)
    start_log(Path(place), rotates=False)
    sys.excepthook = _take
    threading.excepthook = _take_from_thread


def crash_of_process(pid: int | None) -> Crash | None:
    """What a process beside this window, which has ended, left of a crash."""
    place = os.environ.get(LOG_VARIABLE)
    return crash_of(Path(place).parent / FOLDER, pid) if place is not None else None


def _take(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("something unexpected in a process beside the window", exc_info=(kind, error, trace))


def _take_from_thread(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None:
        _take(what.exc_type, what.exc_value, what.exc_traceback)
