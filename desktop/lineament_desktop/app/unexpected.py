"""Whatever goes wrong unforeseen, in any thread, is logged whole and said to the user in one sentence."""

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import Shiboken

from lineament.faults import FaultLog, Repeats, fault_key, hide, unexpected
from lineament_desktop.app.faults.painters import drawn_by
from lineament_desktop.jobs.told_faults import told_faults
from lineament_desktop.state import ReviewState
from lineament_desktop.widgets.guarded_paint import end_painters

log = logging.getLogger("lineament_desktop")
COUNT_MS = 20_000


class UnexpectedErrors(QObject):
    """Python's last resorts for uncaught exceptions, while the window lives. Made in the window's thread.

    A fault that comes again within a minute is counted in the log and not said again.
    """

    _happened = Signal(str)  # crosses from the thread it happened in to the window's

    def __init__(self, state: ReviewState, parent: QObject, faults: FaultLog | None = None) -> None:
        super().__init__(parent)
        self._state, self._log = state, faults
        self._said = Repeats()
        self._happened.connect(self._say)
        self._counting = QTimer(self, interval=COUNT_MS)
        self._counting.timeout.connect(self._count)

    def install(self) -> None:
        sys.excepthook = self._take
        threading.excepthook = self._take_from_thread
        sys.unraisablehook = self._take_unraisable
        told_faults.told.connect(self._say)
        self._state.video_changed.connect(self._hide_what_is_open)
        self._state.earlier_changed.connect(self._hide_what_is_open)
        self._counting.start()

    def release(self) -> None:
        """The window is gone; what was held back is written down."""
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__
        told_faults.told.disconnect(self._say, missing_ok=True)
        self._state.video_changed.disconnect(self._hide_what_is_open, missing_ok=True)
        self._state.earlier_changed.disconnect(self._hide_what_is_open, missing_ok=True)
        self._counting.stop()
        if self._log is not None:
            self._log.write_counts(ending=True)

    # In any thread

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        end_painters(trace)
        if isinstance(error, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        drawn = drawn_by(trace)
        log.critical("unexpected%s", f" while drawing {drawn}" if drawn else "", exc_info=(kind, error, trace))
        if self._said.admit(fault_key(error)) is not None and Shiboken.isValid(self):
            self._happened.emit(unexpected(f"drawing {drawn}" if drawn else ""))
        _let_go(error)

    def _take_from_thread(self, what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None:
            self._take(what.exc_type, what.exc_value, what.exc_traceback)

    def _take_unraisable(self, what: "sys.UnraisableHookArgs") -> None:
        """Where Python cannot pass an exception on, in a destructor for example: logged, and nothing to be said."""
        if what.exc_value is not None:
            end_painters(what.exc_traceback)
            log.error("unexpected, with nobody to take it", exc_info=what.exc_value)

    # In the window's thread

    def _say(self, sentence: str) -> None:
        self._state.post(sentence, "error")

    def _hide_what_is_open(self, _: object) -> None:
        """Names of these files stand in no entry from now on."""
        shown = [self._state.path] if self._state.path is not None else []
        hide(*shown, *self._state.earlier)

    def _count(self) -> None:
        if self._log is not None:
            self._log.write_counts()


def _let_go(error: BaseException) -> None:
    """Python keeps the last exception, and with it whatever the failed code had in its hands: pictures, widgets."""
    if error.__traceback__ is not None:
        traceback.clear_frames(error.__traceback__)
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)
