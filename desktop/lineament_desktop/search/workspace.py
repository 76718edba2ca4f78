"""The workspace Search: set a search up, start and command it, and look at this and earlier runs."""

import json
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from lineament.errors import LineamentError
from lineament.search.control.folders import RunsReader, RunSummary, remove_run, summary_of_run
from lineament.search.control.messages import Command, SearchRequest
from lineament.storage import make_folder, write_atomically
from lineament_desktop.app.pages import Context
from lineament_desktop.jobs.search_jobs import SearchJobs
from lineament_desktop.jobs.search_queue import SearchTask
from lineament_desktop.search.control_bar import ControlBar
from lineament_desktop.search.runs_list import RunsList
from lineament_desktop.search.setup import Setup
from lineament_desktop.search.watch import RunPage, RunPages

LEFT_WIDTH = 400
LOOK_MS = 1500
OTHERS_FILE = "elsewhere.json"
DISCARD = "Delete this run?"
DISCARD_WORDS = "{name} and everything it found will be deleted from the disk. This cannot be undone."
COMMANDS: frozenset[str] = frozenset({"pause", "go on", "finish phase", "do not finish phase", "stop"})
ASKED_WORDS = {"pause": "Pausing", "stop": "Stopping"}


class SearchWorkspace(QWidget):
    """At the left the form and the list of runs, at the right the run that is chosen, or several side by side."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.jobs = SearchJobs(self)
        self.setup = Setup(self.jobs.folder, lambda: {task.folder for task in self.jobs.tasks})
        self.runs = RunsList()
        self.bar = ControlBar()
        self.page = RunPage()
        self.pages = RunPages()
        self._reader = RunsReader()
        self._summaries: list[RunSummary] = []
        self._others: list[Path] = self._read_others()
        self._shown: list[Path] = []
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self.refresh)
        self._lay_out()
        self._connect()
        self.refresh()
        self.jobs.restore_queue()

    def _lay_out(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("New search, or runs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.setup, "New search")
        self.tabs.addTab(self.runs, "Runs")
        self.tabs.setMinimumWidth(320)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.page)
        self.stack.addWidget(self.pages)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.stack, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(4)
        self.splitter.addWidget(self.tabs)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([LEFT_WIDTH, 3 * LEFT_WIDTH])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.splitter)

    def _connect(self) -> None:
        self.setup.started.connect(self.start)
        self.setup.measuring_asked.connect(self._measure)
        self.setup.told.connect(self._tell)
        self.runs.chosen.connect(self._show)
        self.runs.asked.connect(self._on_list)
        self.bar.asked.connect(self.ask)
        self.jobs.told.connect(self._tell)
        self.jobs.changed.connect(self._show_tasks)
        self.jobs.moved_on.connect(self._on_moved)
        self.jobs.ended.connect(self._on_ended)
        self.jobs.measured.connect(self.setup.show_measured)

    def _tell(self, sentence: str, severity: str) -> None:
        self._context.review.post(sentence, severity)  # type: ignore[arg-type]

    # Starting and commanding

    def start(self, request: SearchRequest) -> None:
        """Start a search, or have it wait for its turn, and show it."""
        task = self.jobs.start(request)
        self.show_run(task.folder)
        if task.state == "queued":
            self._tell(f"{task.folder.name} waits until its device is free.", "information")

    def _measure(self, request: SearchRequest) -> None:
        if self.jobs.measuring:
            self.jobs.stop_measuring()
        else:
            self.jobs.measure(request)

    def ask(self, word: str) -> None:
        """A button over the run that is shown."""
        folder = self._shown[0] if len(self._shown) == 1 else None
        if folder is None:
            return
        task = self.jobs.queue.of_folder(folder)
        if word in COMMANDS and task is not None:
            if word in ASKED_WORDS:
                self.page.show_asked(ASKED_WORDS[word])
            self._command(task, word)
        elif word == "resume":
            self.jobs.resume(folder)
        elif word == "repeat":
            self.repeat(folder)
        elif word == "discard":
            self.discard(folder, task)

    def _command(self, task: SearchTask, word: str) -> None:
        command: Command = word  # type: ignore[assignment]
        self.jobs.command(task, command)

    def repeat(self, folder: Path) -> None:
        """Fill the form with a run's settings and cohort, to change them and start another."""
        summary = summary_of_run(folder)
        try:
            self.setup.fill_from_run(summary.config, summary.cohort)
        except LineamentError as error:
            self._tell(f"{folder.name}: {error}", "error")
            return
        self.tabs.setCurrentWidget(self.setup)
        self.setup.focus_field("budget")

    def discard(self, folder: Path, task: SearchTask | None) -> None:
        """Delete a run, if the user means it."""
        words = DISCARD_WORDS.format(name=folder.name)
        yes, no = QMessageBox.StandardButton.Discard, QMessageBox.StandardButton.Cancel
        if QMessageBox.question(self, DISCARD, words, yes | no, no) != yes:
            return
        if task is not None and task.state != "queued":
            self.jobs.discard(task)
            return
        try:
            remove_run(folder)
        except LineamentError as error:
            self._tell(str(error), "error")
        self.refresh()

    # The list

    def refresh(self) -> None:
        """Look at the runs' folders again, and at what works here."""
        self._summaries = self._reader.runs(self.jobs.folder, [path for path in self._others if path.exists()])
        self._show_tasks()

    def _show_tasks(self) -> None:
        self.runs.show_runs(self.jobs.tasks, self._summaries)
        self._show_bar()

    def _on_list(self, word: str) -> None:
        if word == "open":
            name = QFileDialog.getExistingDirectory(self, "Open the folder of a search", str(self.jobs.folder))
            if name:
                self.open_run(Path(name))
            return
        chosen = self.runs.selected()
        task = self.jobs.queue.of_folder(chosen[0]) if len(chosen) == 1 else None
        if task is not None:
            if word == "remove":
                self.jobs.remove(task)
            else:
                self.jobs.move(task, -1 if word == "up" else 1)

    def open_run(self, folder: Path) -> None:
        """Show a run that lies elsewhere, and keep it in the list."""
        summary = summary_of_run(folder)
        if summary.state.kind == "unreadable":
            self._tell(summary.state.sentence, "error")
            return
        if folder.parent != self.jobs.folder and folder not in self._others:
            self._others.append(folder)
            self._keep_others()
        self.show_run(folder)

    def show_run(self, folder: Path) -> None:
        """Bring a run to the front."""
        self.refresh()
        self.tabs.setCurrentWidget(self.runs)
        self.runs.select(folder)

    def _show(self, folders: list[Path]) -> None:
        if folders == self._shown:
            return
        self._shown = folders
        several = len(folders) > 1
        self.pages.set_runs(folders if several else ())
        self.page.set_run(folders[0] if len(folders) == 1 else None)
        self.stack.setCurrentWidget(self.pages if several else self.page)
        self._show_bar()

    def _show_bar(self) -> None:
        if len(self._shown) != 1:
            self.bar.show_run(None, None)
            return
        task = self.jobs.queue.of_folder(self._shown[0])
        summary = next((one for one in self._summaries if one.folder == self._shown[0]), None)
        self.bar.show_run(task, summary.state.kind if summary is not None else None)

    # What the searches say

    def _on_moved(self, task: SearchTask) -> None:
        if self._shown == [task.folder]:
            self.bar.show_standing()

    def _on_ended(self, task: SearchTask) -> None:
        """Say how it ended, where the run itself is not in sight to say it."""
        self.refresh()
        ended, name = task.ended, task.folder.name
        if ended is None:
            return
        if task.discarded:
            self._tell(f"{name} was deleted.", "information")
        elif ended.how == "failed" and not task.begun:
            self._on_not_begun(task, ended.why)
        elif not self._in_sight(task):
            words = {
                "finished": f"{name}: the search is finished.",
                "stopped": f"{name} was stopped. What is finished is kept; resume it to go on.",
                "failed": ended.why,
            }
            self._tell(words[ended.how], "error" if ended.how == "failed" else "information")
        if ended.how == "finished":
            self.setup.look_again()

    def _on_not_begun(self, task: SearchTask, why: str) -> None:
        if task.request.resumed or not self.isVisible():
            self._tell(why, "error")
        if not task.request.resumed:
            self.tabs.setCurrentWidget(self.setup)
            self.setup.show_problem(f"The search did not begin. {why}")

    def _in_sight(self, task: SearchTask) -> bool:
        return self.isVisible() and self._shown == [task.folder]

    # Runs that lie elsewhere

    def _read_others(self) -> list[Path]:
        try:
            found = json.loads((self.jobs.folder / OTHERS_FILE).read_text(encoding="utf-8"))
            return [Path(text) for text in found if isinstance(text, str)]
        except (OSError, ValueError, TypeError):
            return []

    def _keep_others(self) -> None:
        try:
            make_folder(self.jobs.folder)
            write_atomically(self.jobs.folder / OTHERS_FILE, json.dumps([str(path) for path in self._others]).encode())
        except LineamentError as error:
            self._tell(str(error), "warning")

    # The window's life

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._look.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look.stop()

    def close_page(self) -> None:
        """The window goes: save what is computed and end every process and thread."""
        self._look.stop()
        self.page.set_run(None)
        self.page.feed.stop()
        self.pages.stop()
        self.setup.close_runner()
        self.jobs.close()
