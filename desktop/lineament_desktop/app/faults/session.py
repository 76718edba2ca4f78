"""From the first line of the program to its last: the log, crashes of earlier sessions, what goes wrong meanwhile."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lineament.faults import FOLDER, FaultLog, forget_crashes, start_log, take_crashes, watch_crashes
from lineament.version import __version__

if TYPE_CHECKING:
    from lineament_desktop.app.main_window import MainWindow
    from lineament_desktop.app.unexpected import UnexpectedErrors

log = logging.getLogger("lineament_desktop")

WINDOW = "window"
CRASHED = "Lineament ended unexpectedly when it was last open; nothing saved was lost."


class FaultSession:
    """Of one start of the program. crashed: the last one ended in a native crash, which is in the log now."""

    def __init__(self, file: Path) -> None:
        self.log: FaultLog = start_log(file)
        self._unexpected: UnexpectedErrors | None = None
        folder = file.parent / FOLDER
        crashes = take_crashes(folder)
        for crash in crashes:
            log.critical("process of the %s crashed: %s\n%s\n%s", crash.what, crash.kind, crash.begun, crash.dump)
        self.crashed = any(crash.what == WINDOW for crash in crashes)
        watch_crashes(folder, WINDOW)
        log.info("Lineament %s begins on %s", __version__, sys.platform)

    def watch(self, window: "MainWindow") -> None:
        """From now on every fault is said in this window."""
        from lineament_desktop.app.faults.qt_messages import log_qt_messages
        from lineament_desktop.app.unexpected import UnexpectedErrors

        log_qt_messages()
        self._unexpected = UnexpectedErrors(window.state, window, self.log)
        self._unexpected.install()
        if self.crashed:
            window.state.post(CRASHED, "warning", in_log=True)

    def end(self) -> None:
        """The program ends as it should."""
        if self._unexpected is not None:
            from lineament_desktop.app.faults.qt_messages import release_qt_messages

            self._unexpected.release()
            release_qt_messages()
        forget_crashes()
