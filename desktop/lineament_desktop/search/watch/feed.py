"""Reads a run's files in a thread of its own and hands what they say to the window, about three times a second."""

import logging
import threading
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lineament.progress import CancelToken, EventSink
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.runner import JobRunner

if TYPE_CHECKING:
    from lineament.search.monitor import RunView

log = logging.getLogger(__name__)

LIVE_INTERVAL_S = 0.33
QUIET_INTERVAL_S = 1.0
BREATH_S = 0.002
"""Between two parts of a long run's events, so that the window gets its turn."""
STOP_TIMEOUT_S = 0.5
"""The thread only reads, so nothing is lost where it takes longer."""


class RunFeed(QObject):
    """Watches one run at a time. viewed: a `RunView` that says something new."""

    viewed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = JobRunner(self)
        self._job: BackgroundJob | None = None

    def watch(self, folder: Path | None) -> None:
        """Watch the run in `folder` from now on; None watches nothing."""
        if self._job is not None:
            self._job.cancel()  # its thread ends by itself; what it still has to say is for nobody
            self._job = None
        if folder is None:
            return
        job = BackgroundJob(f"reading {folder.name}", _Following(folder), newest_only=frozenset({"RunView"}))
        self._job = job
        self._runner.start(job, lambda view: self._on_view(job, view), lambda done: self._on_done(job, done))

    def stop(self) -> None:
        """End all threads, for the window's end."""
        self._job = None
        self._runner.stop_all(STOP_TIMEOUT_S)

    def _on_view(self, job: BackgroundJob, view: object) -> None:
        if job is self._job:
            self.viewed.emit(view)

    def _on_done(self, job: BackgroundJob, done: Done) -> None:
        if job is self._job and done.failure is not None:
            log.error("a run can no longer be watched: %s", done.failure)


class _Following:
    """The work of the thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sleep = threading.Event()

    def __call__(self, cancel: CancelToken, sink: EventSink) -> None:
        from lineament.search.monitor import LoadMeter, RunMonitor

        monitor, last = RunMonitor(self._folder, LoadMeter()), None
        while not cancel.cancelled:
            view = monitor.poll()
            if view is not last:
                sink(view)
            last = view
            self._wait(_interval(view), cancel)

    def _wait(self, seconds: float, cancel: CancelToken) -> None:
        """In short naps: whoever closes the window does not wait for a whole interval."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and not cancel.cancelled:
            self._sleep.wait(min(left, 0.1))


def _interval(view: "RunView") -> float:
    if view.read < 1.0:
        return BREATH_S
    return LIVE_INTERVAL_S if view.state.live else QUIET_INTERVAL_S
