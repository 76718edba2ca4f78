"""Whatever goes wrong unforeseen, in any thread, is logged whole and said to the user in one sentence."""

import logging
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from lineament_desktop.state import ReviewState
from lineament_desktop.state.places import log_file

log = logging.getLogger("lineament_desktop")


class UnexpectedErrors(QObject):
    """Python's last resorts for uncaught exceptions, while the window lives. Made in the window's thread."""

    _happened = Signal()  # crosses from the thread it happened in to the window's

    def __init__(self, state: ReviewState, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._happened.connect(self._say)

    def install(self) -> None:
        sys.excepthook = self._take
        threading.excepthook = self._take_from_thread

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("unexpected", exc_info=(kind, error, trace))
        self._happened.emit()

    def _take_from_thread(self, what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            self._take(what.exc_type, what.exc_value, what.exc_traceback)

    def _say(self) -> None:
        self._state.post(
            f"Something unexpected went wrong. Nothing saved was lost. Details are in {log_file()}.", "error"
        )
