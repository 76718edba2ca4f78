"""A search in a process of its own, as whoever started it sees it: commanded, heard, ended."""

import multiprocessing
from collections.abc import Iterator
from contextlib import suppress

from lineament.search.control_messages import Command, Ended, SearchRequest
from lineament.search.control_process import serve
from lineament.search.engines.workers import interrupts_blocked

_SPAWN = multiprocessing.get_context("spawn")
_LAST_WORDS_S = 5.0


class SearchProcess:
    """Starts at once. `hear` belongs to one thread; commands may come from any."""

    def __init__(self, request: SearchRequest) -> None:
        self._connection, theirs = _SPAWN.Pipe()
        # no daemon: it starts workers of its own; it ends by itself when the pipe does
        self._process = _SPAWN.Process(target=serve, args=(theirs, request), name="lineament search")
        with interrupts_blocked():
            self._process.start()
        theirs.close()
        self._over = False

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def command(self, command: Command) -> None:
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
            yield Ended("failed", _death(self._process.exitcode))

    @property
    def over(self) -> bool:
        """Its end has been heard."""
        return self._over

    def kill(self) -> None:
        """From any thread; its end is then heard as a failure."""
        self._process.kill()

    def end(self, patience_s: float = _LAST_WORDS_S) -> None:
        """End the process, whatever it does; what a run finished is on disk."""
        self._connection.close()
        self._process.join(patience_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _death(status: int | None) -> str:
    how = f"was killed by signal {-status}" if status is not None and status < 0 else f"ended with status {status}"
    return (
        f"The search's process {how}. What is finished is kept. Most often memory ran out: close other programs or use "
        "fewer workers, then resume the run."
    )
