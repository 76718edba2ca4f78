"""One piece of work in a thread of its own, and the events it leaves for the window to fetch."""

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lineament.errors import LineamentError
from lineament.faults import unexpected
from lineament.progress import Cancelled, CancelToken, EventSink

log = logging.getLogger(__name__)

NICENESS = 10  # of 19: work in the background has what playback leaves over

Work = Callable[[CancelToken, EventSink], object]
State = Literal["waiting", "running", "stopping", "stopped"]


@dataclass(frozen=True)
class Done:
    """How the work ended. failure: one sentence for the user, error: what it was said by; cancelled: as asked.

    unforeseen: it failed by a mistake in the program, which is in the log.
    """

    result: object = None
    failure: str | None = None
    error: LineamentError | None = None
    cancelled: bool = False
    unforeseen: bool = False


class BackgroundJob:
    """Runs `work(cancel, sink)` once.

    The sink never waits for the window: an event whose class is named in `newest_only` takes the place of an unread one
    of its class, so that the queue stays short however fast the work is. `fetch` is called by the window's thread.
    """

    def __init__(self, name: str, work: Work, *, newest_only: frozenset[str] = frozenset()) -> None:
        self.name = name
        self._work = work
        self._newest_only = newest_only
        self._cancel = CancelToken()
        self._events: deque[object] = deque()
        self._lock = threading.Lock()
        self._done: Done | None = None
        self._thread = threading.Thread(target=self._run, name=f"lineament {name}", daemon=True)

    @property
    def state(self) -> State:
        if self._done is not None:
            return "stopped"
        if not self._thread.is_alive():
            return "waiting"
        return "stopping" if self._cancel.cancelled else "running"

    @property
    def done(self) -> Done | None:
        """None until the work has ended and its last event has been put in the queue."""
        return self._done

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to stop; it does so at its next step."""
        self._cancel.cancel()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread; whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def fetch(self) -> list[object]:
        """Events since the last call, oldest first."""
        with self._lock:
            events = list(self._events)
            self._events.clear()
        return events

    def _put(self, event: object) -> None:
        with self._lock:
            if type(event).__name__ in self._newest_only:
                unread = (i for i, known in enumerate(self._events) if type(known) is type(event))
                place = next(unread, None)
                if place is not None:
                    del self._events[place]
            self._events.append(event)

    def _run(self) -> None:
        _give_way()
        try:
            self._done = Done(self._work(self._cancel, self._put))
        except Cancelled:
            self._done = Done(cancelled=True)
        except LineamentError as error:
            self._done = Done(failure=_sentence(error), error=error)
        except BaseException as error:
            log.error("unexpected failure of %s", self.name, exc_info=error)
            self._done = Done(failure=unexpected(self.name), unforeseen=True)


def _give_way() -> None:
    """Let playback come first: on Linux a thread has a niceness of its own, which the threads it starts inherit."""
    if sys.platform.startswith("linux"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _sentence(error: LineamentError) -> str:
    """The error as it stands; one that names no file begins with a capital letter here."""
    text = str(error)
    return text if error.path is not None else text[:1].upper() + text[1:]
