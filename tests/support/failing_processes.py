"""Processes that fail, for tests of what is said of them; light, because each imports this anew."""

from multiprocessing.connection import Connection
from typing import Any

from lineament.own_process import OwnProcess, how_it_ended

NAME = "Anna Müller"


class Injected(Exception):
    """What a test breaks something with; its words name a subject."""

    def __init__(self) -> None:
        super().__init__(f"cannot use '/data/{NAME}/visit.mp4' of {NAME}.mp4")


def broken(*_: object, **__: object) -> Any:
    """Stands for whatever is to fail."""
    raise Injected


def break_it(request: object) -> OwnProcess[str]:
    """Starts a process that fails at once."""
    return OwnProcess(_serve_broken, "", "test", "Try again.")


def crash_it(request: object) -> OwnProcess[str]:
    """Starts a process that crashes natively."""
    return OwnProcess(_serve_crash, "", "test", "Try again.")


def _serve_broken(connection: Connection, request: str) -> None:
    connection.send(how_it_ended(broken))


def _serve_crash(connection: Connection, request: str) -> None:
    import faulthandler

    faulthandler._sigsegv()
