"""A search from the form to its end by mouse and keyboard: started, watched, paused, resumed, stopped, and resumed in
a new window."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from tests.desktop.search.conftest import STARTS_MS, Shown, show_workspace
from tests.support.killing import alive

from lineament.search.runs.run import Run

pytestmark = pytest.mark.timeout(900)  # half a minute of work in four processes, on a machine that may have others


def press(button: QPushButton) -> None:
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_search_is_started_paused_stopped_and_resumed_in_a_new_window(
    qtbot: QtBot, shown: Shown, tiny_settings: Path
) -> None:
    workspace = shown.workspace
    workspace.setup.presets.open_file(tiny_settings)
    line = workspace.setup.form.fields["recipe.steps"].line  # type: ignore[attr-defined]
    workspace.setup.form.more_button.click()
    line.selectAll()
    QTest.keyClicks(line, "80")
    qtbot.waitUntil(lambda: workspace.setup.cohort.summary is not None, timeout=STARTS_MS)
    assert "12 persons" in workspace.setup.cohort.words.text()
    line = workspace.setup.form.fields["budget"].line  # type: ignore[attr-defined]
    line.selectAll()
    QTest.keyClicks(line, "24")
    qtbot.waitUntil(workspace.setup.start.isEnabled, timeout=5000)
    press(workspace.setup.start)
    (task,) = workspace.jobs.tasks
    folder = task.folder
    assert workspace.page.folder == folder
    qtbot.waitUntil(lambda: task.standing is not None and task.standing.share > 0, timeout=STARTS_MS)
    assert "steps of training on 1 process" in workspace.bar.words.text()
    assert workspace.bar.pause.isVisible()
    press(workspace.bar.pause)
    assert task.state == "pausing"
    qtbot.waitUntil(lambda: task.state == "paused", timeout=30_000)
    share = task.standing.share
    qtbot.wait(500)
    assert task.standing.share == share
    press(workspace.bar.go_on)
    qtbot.waitUntil(lambda: task.state == "running" and task.standing.share > share, timeout=60_000)
    press(workspace.bar.stop)
    assert task.state == "stopping"
    assert "Stopping" in workspace.bar.words.text()
    qtbot.waitUntil(lambda: task.state == "ended", timeout=60_000)
    kinds = [event.kind for event in Run.view(folder).events()]
    assert kinds.index("paused") < kinds.index("continued") < kinds.index("session_ended")
    qtbot.waitUntil(workspace.bar.resume.isVisible, timeout=10_000)
    workspace.close_page()

    again = show_workspace(qtbot)
    press_resume(qtbot, again, folder)
    qtbot.waitUntil(lambda: (folder / "outcome.json").exists(), timeout=280_000)
    qtbot.waitUntil(lambda: not again.workspace.jobs.tasks, timeout=30_000)
    assert "finished" in again.workspace.runs.list.item(0).text()
    assert json.loads((folder / "outcome.json").read_text())["config"]["recipe"]["steps"] == 80
    again.workspace.close_page()


def press_resume(qtbot: QtBot, shown: Shown, folder: Path) -> None:
    workspace = shown.workspace
    workspace.tabs.setCurrentWidget(workspace.runs)
    assert "stopped, can be resumed" in workspace.runs.list.item(0).text()
    item = workspace.runs.list.visualItemRect(workspace.runs.list.item(0))
    QTest.mouseClick(workspace.runs.list.viewport(), Qt.MouseButton.LeftButton, pos=item.center())
    press(workspace.bar.resume)
    qtbot.waitUntil(lambda: [task.state for task in workspace.jobs.tasks] == ["running"], timeout=STARTS_MS)
    assert workspace.jobs.tasks[0].folder == folder


def test_closing_the_window_saves_and_leaves_nothing_running(qtbot: QtBot, shown: Shown, tiny_settings: Path) -> None:
    workspace = shown.workspace
    workspace.setup.presets.open_file(tiny_settings)
    workspace.setup.ask_start()
    (task,) = workspace.jobs.tasks
    qtbot.waitUntil(lambda: task.state == "running", timeout=STARTS_MS)
    pid = int((task.folder / "lock.pid").read_text())
    assert alive(pid)
    workspace.close_page()
    qtbot.waitUntil(lambda: not alive(pid), timeout=10_000)
    assert [event.kind for event in Run.view(task.folder).events()][-1] == "session_ended"
