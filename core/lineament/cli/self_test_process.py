"""The self-test in a process of its own, for a window: rows as they come; one that is stopped leaves nothing behind."""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from lineament.own_process import Ended, OwnProcess, be_modest, how_it_ended

_REMEDY = "Try again; if it ends so again, install Lineament again."


@dataclass(frozen=True)
class Trying:
    """The next row is being tried."""

    name: str


@dataclass(frozen=True)
class Tried:
    """One row. verdict: passed, not here or FAILED. says: a sentence."""

    name: str
    verdict: str
    seconds: float
    says: str


class SelfTestProcess(OwnProcess[tuple[str, ...]]):
    """Sends `Trying` and `Tried` and ends with `Ended`. Told anything, it stops at once.

    names: what to try, all of it where empty.
    """

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        super().__init__(serve, names, "self-test", _REMEDY)


def serve(connection: Connection, names: tuple[str, ...]) -> None:
    """Body of the process."""
    be_modest()
    folder = Path(tempfile.mkdtemp(prefix="lineament-self-test-"))
    tempfile.tempdir = str(folder)  # whatever is written lies in it, whoever writes it
    sending = threading.Lock()

    def tell(message: object) -> None:
        with sending, suppress(OSError):
            connection.send(message)

    def stop_when_told() -> None:
        with suppress(EOFError, OSError):
            connection.recv()
        tell(Ended("stopped"))
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    threading.Thread(target=stop_when_told, daemon=True).start()
    ended = how_it_ended(lambda: _try_all(names, tell))
    shutil.rmtree(folder, ignore_errors=True)
    tell(ended)
    os._exit(0)


def _try_all(names: tuple[str, ...], tell: Callable[[object], None]) -> None:
    from lineament.cli.self_test import self_test
    from lineament.cli.self_test_checks import CHECKS

    checks = {name: check for name, check in CHECKS.items() if not names or name in names}
    waiting = list(checks)
    tell(Trying(waiting[0]))
    for row in self_test(checks=checks):
        tell(Tried(row.name, row.verdict, row.seconds, row.says))
        waiting.remove(row.name)
        if waiting:
            tell(Trying(waiting[0]))
