"""The thread that starts a process and hears it, so that the window never waits for either."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from lineament.own_process import Ended
from lineament.progress import CancelToken, EventSink

if TYPE_CHECKING:
    from lineament.own_process import OwnProcess

log = logging.getLogger(__name__)

POLL_S = 0.1
Command = TypeVar("Command", bound=str)


class ProcessWork(Generic[Command]):
    """Work for a `BackgroundJob`: gives the process's `Ended`. Commands may come before the process has started.

    start: makes the process. name: of the work, for the log.
    """

    def __init__(self, start: "Callable[[], OwnProcess[Any]]", name: str) -> None:
        self._start, self._name = start, name
        self._lock = threading.Lock()
        self._early: list[str] = []
        self._process: OwnProcess[Any] | None = None

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
        process, told = self._start(), False
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
            log.error("unexpected failure of %s\n%s", self._name, ended.trace)  # names nobody: made by `fault_text`
        return ended
