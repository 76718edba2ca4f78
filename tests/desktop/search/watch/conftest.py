"""Runs to look at, and a page that looks at them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.core.search.monitor.conftest import Folder, config, folder, whole_search

from lineament.search.monitor import RunMonitor, RunView
from lineament_desktop.search.watch import RunPage
from lineament_desktop.theme import apply_theme

__all__ = ["config", "folder"]


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> Iterator[RunPage]:
    apply_theme(qapp, "light")
    made = RunPage()
    qtbot.addWidget(made)
    made.resize(1000, 640)
    made.show()
    yield made
    made.stop()


@pytest.fixture
def searched(folder: Folder) -> Folder:
    """A run in the middle of a search, which this process works in."""
    folder.write(*whole_search())
    folder.hold()
    yield folder
    folder.let_go()


def view_of(folder: Path) -> RunView:
    """Everything that can be known of a run now."""
    monitor = RunMonitor(folder)
    view = monitor.poll()
    while (after := monitor.poll()) is not view:
        view = after
    return view


def cpu_ms(work: object, times: int = 5) -> float:
    """What a call costs this thread, the best of some: other processes do not count."""
    assert callable(work)
    costs = []
    for _ in range(times):
        begun = time.thread_time()
        work()
        costs.append(time.thread_time() - begun)
    return 1000 * min(costs)
