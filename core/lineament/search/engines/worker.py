"""The other side of `PoolEngine`: a process that runs the units it is sent and says over a pipe what happens.

Each worker has a pipe of its own and no lock or queue is shared, so one that is killed at any moment blocks no other.
A thread listens all the time: it hears a cancellation during a unit, and the end of the process that started this one.
"""

import os
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

from lineament.errors import LineamentError
from lineament.faults import watch_process
from lineament.progress import Cancelled, CancelToken
from lineament.search.engines.threads import one_thread
from lineament.search.runs.execution import Place, execute_unit
from lineament.search.runs.registry import Registry, imported
from lineament.search.runs.run import Run
from lineament.search.runs.unit import Unit

NICENESS = 10
"""Workers give way to whatever has a window on screen (design: background work never freezes it)."""


@dataclass(frozen=True)
class Task:
    """To a worker: run this unit."""

    unit: Unit
    registry: Registry
    place: Place


@dataclass(frozen=True)
class CancelUnit:
    """To a worker: save and stop the unit you are running."""


@dataclass(frozen=True)
class Ready:
    """From a worker: it has started."""


@dataclass(frozen=True)
class Finished:
    """From a worker: the unit's result is on disk."""


@dataclass(frozen=True)
class Stopped:
    """From a worker: the unit was cancelled and has saved."""


@dataclass(frozen=True)
class Failed:
    """From a worker: an error, in parts that travel between processes.

    error: import path of its class. what, path, remedy: of a `LineamentError`; otherwise `what` is its text.
    """

    error: str
    what: str
    path: Path | None
    remedy: str
    trace: str

    @classmethod
    def of(cls, error: BaseException) -> "Failed":
        name = f"{type(error).__module__}:{type(error).__qualname__}"
        trace = "".join(traceback.format_exception(error))
        if isinstance(error, LineamentError):
            return cls(name, error.what, error.path, error.remedy, trace)
        return cls(name, str(error), None, "", trace)

    def exception(self) -> Exception:
        """The `LineamentError` again; for a mistake in the unit's function a `RuntimeError` with its traceback."""
        if not self.remedy:
            mistake = RuntimeError(f"a unit failed in a worker process: {self.error.partition(':')[2]}: {self.what}")
            mistake.add_note(self.trace)
            return mistake
        kind = imported(self.error)
        error: LineamentError = kind.__new__(kind)
        LineamentError.__init__(error, self.what, path=self.path, remedy=self.remedy)
        return error


def work(connection: Connection) -> None:
    """Body of a worker process; ends when the other end of the pipe is gone."""
    _be_modest()
    watch_process("search-worker")
    tasks: SimpleQueue[tuple[Task, CancelToken]] = SimpleQueue()
    threading.Thread(target=_listen, args=(connection, tasks), daemon=True).start()
    with one_thread():
        connection.send(Ready())
        while True:
            connection.send(_done(*tasks.get(), connection))


def _done(task: Task, cancel: CancelToken, connection: Connection) -> Finished | Stopped | Failed:
    results = Run.view(task.place.folder)
    try:
        execute_unit(task.unit, task.registry, task.place, cancel, connection.send, results.result)
    except Cancelled:
        return Stopped()
    except Exception as error:  # noqa: BLE001 - it is raised again on the other side of the pipe
        return Failed.of(error)
    return Finished()


def _listen(connection: Connection, tasks: "SimpleQueue[tuple[Task, CancelToken]]") -> None:
    cancel = CancelToken()
    try:
        while True:
            message = connection.recv()
            if isinstance(message, Task):
                cancel = CancelToken()
                tasks.put((message, cancel))
            elif isinstance(message, CancelUnit):
                cancel.cancel()
    except (EOFError, OSError):
        os._exit(0)  # whoever started this process is gone or wants no more; everything saved is on disk


def _be_modest() -> None:
    """Give way to other processes, and leave Ctrl-C in the terminal to the one that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        import ctypes

        below_normal, this_process = 0x4000, ctypes.c_void_p(-1)
        ctypes.windll.kernel32.SetPriorityClass(this_process, below_normal)
    else:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        # whoever started this process may have given way already
        os.setpriority(os.PRIO_PROCESS, 0, max(os.getpriority(os.PRIO_PROCESS, 0), NICENESS))
