"""Fetches the events of all running jobs a few times a second, in the window's thread."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QObject, QTimer

from lineament_desktop.jobs.background import BackgroundJob, Done

log = logging.getLogger(__name__)

DRAIN_INTERVAL_MS = 120

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
        """Hand out all events that wait; an ended job's last events come before its end."""
        for watched in list(self._watched):
            done = watched.job.done  # asked first: events put before the end are then all in the queue
            for event in watched.job.fetch():
                watched.on_event(event)
            if done is not None:
                self._watched.remove(watched)
                watched.on_done(done)
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
