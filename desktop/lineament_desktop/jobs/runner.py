"""Fetches the events of all running jobs a few times a second, in the window's thread."""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer

from lineament.faults import unexpected
from lineament.own_process import Ended
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.told_faults import told_faults

log = logging.getLogger(__name__)

DRAIN_INTERVAL_MS = 120

T = TypeVar("T")
EventHandler = Callable[[object], None]
DoneHandler = Callable[[Done], None]


@dataclass(frozen=True)
class _Watched:
    job: BackgroundJob
    on_event: EventHandler
    on_done: DoneHandler


class JobRunner(QObject):
    """Owns the jobs it started. Handlers run in the window's thread, so they may touch the state and widgets."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watched: list[_Watched] = []
        self._timer = QTimer(self, interval=DRAIN_INTERVAL_MS)
        self._timer.timeout.connect(self.drain)

    @property
    def jobs(self) -> list[BackgroundJob]:
        return [watched.job for watched in self._watched]

    def start(self, job: BackgroundJob, on_event: EventHandler, on_done: DoneHandler) -> None:
        self._watched.append(_Watched(job, on_event, on_done))
        job.start()
        self._timer.start()

    def drain(self) -> None:
        """Hand out all events that wait; an ended job's last events come before its end.

        A handler that fails is told as every mistake in the window's thread is, and keeps nothing from the others.
        """
        for watched in list(self._watched):
            done = watched.job.done  # asked first: events put before the end are then all in the queue
            for event in watched.job.fetch():
                _hand(watched.on_event, event)
            if done is not None:
                self._watched.remove(watched)
                _hand(watched.on_done, done)
                _tell_fault(watched.job.name, done)
        if not self._watched:
            self._timer.stop()

    def stop_all(self, timeout_s: float) -> bool:
        """Cancel everything and wait at most so long; whether all threads have ended."""
        self._timer.stop()
        for watched in self._watched:
            watched.job.cancel()
        deadline = monotonic() + timeout_s
        ended = [watched.job.join(max(deadline - monotonic(), 0.0)) for watched in self._watched]
        for watched, has_ended in zip(self._watched, ended, strict=True):
            if not has_ended:
                log.warning("%s had not stopped after %.0f s", watched.job.name, timeout_s)
        self._watched.clear()
        return all(ended)


def _hand(handler: Callable[[T], None], what: T) -> None:
    try:
        handler(what)
    except Exception as error:  # noqa: BLE001 - the hook logs it and says so
        sys.excepthook(type(error), error, error.__traceback__)


def _tell_fault(name: str, done: Done) -> None:
    """After whoever asked has said it in its own words, or has not."""
    in_process = isinstance(done.result, Ended) and done.result.trace
    if done.unforeseen or in_process:
        told_faults.told.emit(done.failure or unexpected(name))
