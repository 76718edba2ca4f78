"""Garbage cycles die in the window's thread, never in a job's."""

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from lineament_desktop.app.collector import MainThreadCollector


class Knot:
    """An object that only the cyclic collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_a_background_thread_never_collects_but_the_window_does(qtbot: QtBot) -> None:
    owner = QObject()
    MainThreadCollector(owner)
    died_in: list[int] = []
    weakref.finalize(Knot(), lambda: died_in.append(threading.get_ident()))

    def allocate() -> None:
        kept = [[i] for i in range(50_000)]
        kept.clear()

    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert not died_in
    many = [[i] for i in range(2 * gc.get_threshold()[0])]
    qtbot.waitUntil(lambda: bool(died_in), timeout=5000)
    assert died_in == [threading.get_ident()]
    many.clear()
