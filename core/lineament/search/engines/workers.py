"""Worker processes as `PoolEngine` sees them: started, sent a unit, heard, ended."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from lineament.own_process import interrupts_blocked
from lineament.search.engines.worker import CancelUnit, Task, work
from lineament.search.runs.unit import Unit

_SPAWN = multiprocessing.get_context("spawn")
LAST_WORDS_S = 5.0
"""How long a process may take to end after its pipe was closed, before it is killed."""


class Worker:
    """One process and the pipe to it. `unit` is the one it runs; `ready` once it has started."""

    def __init__(self) -> None:
        self.unit: Unit | None = None
        self.ready = False
        self.told_to_stop = False
        self.connection, theirs = _SPAWN.Pipe()
        self._process: BaseProcess = _SPAWN.Process(target=work, args=(theirs,), daemon=True)
        with interrupts_blocked():
            self._process.start()
        theirs.close()  # so that its end is heard as the end of the pipe

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def start(self, task: Task) -> None:
        """Send a unit; that a worker has just died shows when it is heard."""
        self.unit, self.told_to_stop = task.unit, False
        self._send(task)

    def stop_unit(self) -> None:
        """Ask it to save and stop what it runs; once is enough."""
        if self.unit is not None and not self.told_to_stop:
            self.told_to_stop = True
            self._send(CancelUnit())

    def heard(self) -> Iterator[object]:
        """What it has said and not yet been heard; raises `EOFError` once it has died and all is heard."""
        try:
            while self.connection.poll():
                yield self.connection.recv()
        except OSError as error:  # it was killed in the middle of a word
            raise EOFError from error

    def end(self, patience_s: float = LAST_WORDS_S) -> int | None:
        """End the process, whatever it does; its exit status (negative: the signal that killed it)."""
        self.connection.close()
        self._process.join(patience_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        status = self._process.exitcode
        self._process.close()
        return status

    def _send(self, message: object) -> None:
        try:
            self.connection.send(message)
        except OSError:
            return


def speaking(workers: list[Worker], timeout_s: float) -> list[Worker]:
    """Workers that have said something or died, after at most `timeout_s`."""
    from multiprocessing.connection import wait

    connections: dict[object, Worker] = {worker.connection: worker for worker in workers}
    found = wait(list(connections), timeout_s)  # type: ignore[arg-type]
    return [connections[connection] for connection in found if isinstance(connection, Connection)]
