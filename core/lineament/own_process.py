"""Work in a process of its own, beside a window: started, commanded, heard, ended; and how such a process behaves.

No import, no garbage and no arithmetic of such work ever holds up a paint, and memory that runs out takes that process
and not the window.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, Literal, TypeVar

from lineament.errors import LineamentError
from lineament.faults import crash_of_process, fault_text, unexpected, watch_process
from lineament.progress import Cancelled

NICENESS = 5
"""The window comes first, such a process next, its workers last: 10. A thread that gave way hands that on."""
_SPAWN = multiprocessing.get_context("spawn")
_LAST_WORDS_S = 5.0
Request = TypeVar("Request")


@dataclass(frozen=True)
class Ended:
    """How it ended. why: one sentence where it failed. trace: of a mistake in the program, for the log."""

    how: Literal["finished", "stopped", "failed"]
    why: str = ""
    trace: str = ""


class OwnProcess(Generic[Request]):
    """Starts at once. `hear` belongs to one thread; commands may come from any.

    serve: the body of the process, told its end of the pipe and the request. remedy: what to do where it was killed.
    """

    def __init__(self, serve: Callable[[Connection, Request], None], request: Request, whose: str, remedy: str) -> None:
        self._whose, self._remedy = whose, remedy
        self._connection, theirs = _SPAWN.Pipe()
        # no daemon: it may start workers of its own; it ends by itself when the pipe does
        work = (serve, whose, theirs, request)
        self._process = _SPAWN.Process(target=_watched, args=work, name=f"lineament {whose}")
        with interrupts_blocked():
            self._process.start()
        theirs.close()
        self._over = False

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def command(self, command: str) -> None:
        """Whether it is still there shows when it is heard."""
        with suppress(OSError):
            self._connection.send(command)

    def hear(self, timeout_s: float) -> Iterator[object]:
        """Messages since the last call, after at most `timeout_s`; the last one of all is an `Ended`."""
        try:
            while not self._over and self._connection.poll(timeout_s):
                timeout_s = 0.0
                message = self._connection.recv()
                self._over = isinstance(message, Ended)
                yield message
        except (EOFError, OSError):  # it was killed, perhaps in the middle of a word
            self._over = True
            self._process.join(_LAST_WORDS_S)
            yield self._death()

    @property
    def over(self) -> bool:
        """Its end has been heard."""
        return self._over

    def kill(self) -> None:
        """From any thread; its end is then heard as a failure."""
        self._process.kill()

    def end(self, patience_s: float = _LAST_WORDS_S) -> None:
        """End the process, whatever it does; what is finished is on disk."""
        self._connection.close()
        self._process.join(patience_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        crash_of_process(self.pid)  # one that was killed leaves the file that its crash would be in

    def _death(self) -> Ended:
        """In words; of a crash also where, for the log."""
        status = self._process.exitcode
        how = f"was killed by signal {-status}" if status is not None and status < 0 else f"ended with status {status}"
        crash = crash_of_process(self.pid)
        if crash is None:
            return Ended("failed", f"The {self._whose}'s process {how}. What is finished is kept. {self._remedy}")
        why = unexpected(f"the {self._whose}'s process was at work")
        return Ended("failed", why, f"{crash.begun}\n{crash.kind}; it {how}\n{crash.dump}")


def _watched(
    serve: Callable[[Connection, Request], None], whose: str, connection: Connection, request: Request
) -> None:
    """First of all in the process: whatever goes wrong in it goes into the window's log."""
    watch_process(whose.replace(" ", "-"))
    serve(connection, request)


def be_modest() -> None:
    """For the beginning of such a process: the window comes first, and answers Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), NICENESS))


def how_it_ended(work: Callable[[], None]) -> Ended:
    """Do the work, which may fail in any way."""
    try:
        work()
    except Cancelled:
        return Ended("stopped")
    except LineamentError as error:
        return Ended("failed", _sentence(error))
    except Exception as error:  # noqa: BLE001 - the window logs it and says so
        return Ended("failed", "", fault_text(error))
    return Ended("finished")


def _sentence(error: LineamentError) -> str:
    """The error as it stands; one that names no file begins with a capital letter here."""
    text = str(error)
    return text if error.path is not None else text[:1].upper() + text[1:]


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """A process inherits what its starter blocks: Ctrl-C must not reach it before it has decided to ignore it."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # starting it unblocks signals, so it has to run already
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
