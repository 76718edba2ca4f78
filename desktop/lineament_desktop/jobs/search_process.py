"""The thread that starts a search's process and hears it, so that the window never waits for either."""

import logging
import threading
from typing import TYPE_CHECKING

from lineament.progress import CancelToken, EventSink
from lineament.search.control_messages import Command, Ended, SearchRequest

if TYPE_CHECKING:
    from lineament.search.control_host import SearchProcess

log = logging.getLogger(__name__)

POLL_S = 0.1


class SearchWork:
    """Work for a `BackgroundJob`: gives the search's `Ended`. Commands may come before the process has started."""

    def __init__(self, request: SearchRequest) -> None:
        self._request = request
        self._lock = threading.Lock()
        self._early: list[Command] = []
        self._process: SearchProcess | None = None

    def command(self, command: Command) -> None:
        with self._lock:
            if self._process is None:
                self._early.append(command)
            else:
                self._process.command(command)

    def kill(self) -> None:
        """End the process, whatever it does; what is finished is on disk, and its workers end with it."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def __call__(self, cancel: CancelToken, sink: EventSink) -> Ended:
        from lineament.search.control_host import SearchProcess

        process, told = SearchProcess(self._request), False
        with self._lock:
            self._process = process
            for command in self._early:
                process.command(command)
        ended = Ended("stopped")
        while not process.over:
            if cancel.cancelled and not told:
                told = True
                process.command("stop")
            for message in process.hear(POLL_S):
                if isinstance(message, Ended):
                    ended = message
                else:
                    sink(message)
        process.end()
        if ended.trace:
            log.error("unexpected failure of the search in %s\n%s", self._request.folder, ended.trace)
        return ended
