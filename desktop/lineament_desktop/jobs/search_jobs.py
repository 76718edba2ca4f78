"""Searches of the window: one at a time on each device, the others wait; each in a process of its own."""

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, Signal

from lineament.errors import LineamentError, StorageError
from lineament.faults import unexpected
from lineament.progress import Progress
from lineament.search.control.folders import remove_run, summary_of_run
from lineament.search.control.messages import (
    Began,
    Command,
    Doing,
    Ended,
    Estimated,
    Paused,
    SearchRequest,
    Standing,
    Warned,
)
from lineament.search.runs.run import FACTS
from lineament.storage import make_folder, write_atomically
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.device_turns import turns
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.jobs.search_process import SearchWork
from lineament_desktop.jobs.search_queue import SearchQueue, SearchTask
from lineament_desktop.state.places import data_folder

NEWEST_ONLY = frozenset({"Standing", "Doing", "Progress"})
CLOSE_S = 5.0
QUEUE_FILE = "queue.json"
TRYING = "trying a step of a search"


def runs_folder() -> Path:
    """Where the window keeps its runs."""
    return data_folder() / "searches"


@dataclass(eq=False)
class _Working:
    work: SearchWork
    job: BackgroundJob


class SearchJobs(QObject):
    """Lives in the window's thread. changed: tasks or their states. moved_on: a task's standing. ended: a task.

    told: a sentence with its severity.
    """

    changed = Signal()
    moved_on = Signal(object)
    ended = Signal(object)
    told = Signal(str, str)
    measured = Signal(object)
    """An `Estimated`, or the sentence that says why there is none; None where it was stopped."""

    def __init__(self, parent: QObject | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.folder = folder or runs_folder()
        self.queue = SearchQueue()
        self._runner = JobRunner(self)
        self._working: dict[SearchTask, _Working] = {}
        self._measuring: BackgroundJob | None = None
        self._closing = False
        turns.freed.connect(self._begin_next)

    @property
    def tasks(self) -> list[SearchTask]:
        return list(self.queue.tasks)

    # Asking

    def start(self, request: SearchRequest) -> SearchTask:
        """As soon as the device is free."""
        task = SearchTask(request)
        self.queue.add(task)
        self._keep_queue()
        self._begin_next()
        self.changed.emit()
        return task

    def resume(self, folder: Path, workers: int | None = None, ray: str = "") -> SearchTask | None:
        """Go on with a run, also one of another window that was killed; None for one that is under way here."""
        known = self.queue.of_folder(folder)
        if known is not None:
            self.command(known, "go on")
            return None
        summary = summary_of_run(folder)
        if summary.state.kind == "unreadable":
            self.told.emit(summary.state.sentence, "error")
            return None
        config = summary.config
        return self.start(SearchRequest(folder, "", config, workers, ray, resumed=True, tries=False))

    def command(self, task: SearchTask, command: Command) -> None:
        """What the task's state does not allow is not asked."""
        working = self._working.get(task)
        if working is None or task.state == "stopping":
            return
        working.work.command(command)
        if command == "pause":
            task.state = "pausing"
        elif command == "stop":
            task.state = "stopping"
        elif command in ("finish phase", "do not finish phase"):
            task.after_phase = command == "finish phase"
        self.changed.emit()

    def discard(self, task: SearchTask) -> None:
        """Stop a search and delete its run."""
        task.discarded = True
        self.command(task, "stop")

    def remove(self, task: SearchTask) -> None:
        """Take a waiting search out of the queue."""
        self.queue.remove(task)
        self._keep_queue()
        self.changed.emit()

    def move(self, task: SearchTask, places: int) -> None:
        self.queue.move(task, places)
        self._keep_queue()
        self.changed.emit()

    def measure(self, request: SearchRequest) -> None:
        """Open the cohort and try a step, for the estimate alone; nothing is kept. A new one takes the last one's
        place."""
        self.stop_measuring()
        job = BackgroundJob(TRYING, SearchWork(replace(request, purpose="estimate")))
        self._measuring, found = job, list[Estimated]()

        def hear(message: object) -> None:
            if isinstance(message, Estimated):
                found.append(message)

        def end(done: Done) -> None:
            if self._measuring is not job:
                return
            self._measuring = None
            ended = done.result if isinstance(done.result, Ended) else Ended("failed", done.failure or "")
            failure = (ended.why or unexpected(TRYING)) if ended.how == "failed" else None
            self.measured.emit(found[0] if found and failure is None else failure)

        self._runner.start(job, hear, end)

    @property
    def measuring(self) -> bool:
        return self._measuring is not None

    def stop_measuring(self) -> None:
        if self._measuring is not None:
            self._measuring.cancel()
            self._measuring = None
            self.measured.emit(None)

    # Working

    def _begin_next(self) -> None:
        if self._closing:
            return
        for task in self.queue.next(turns.taken):
            self._begin(task)

    def _begin(self, task: SearchTask) -> None:
        task.state, task.doing = "preparing", "The search's process is starting."
        turns.take(task, task.device)
        work = SearchWork(task.request)
        name = f"searching in {task.folder.name}"
        job = BackgroundJob(name, work, newest_only=NEWEST_ONLY)
        self._working[task] = _Working(work, job)
        self._runner.start(job, partial(self._on_message, task), partial(self._on_done, task))
        self._keep_queue()

    def _on_message(self, task: SearchTask, message: object) -> None:
        if isinstance(message, Standing):
            task.standing = message
            self.moved_on.emit(task)
            return
        if isinstance(message, Warned):
            self.told.emit(f"{task.folder.name}: {message.text}", "warning")
        elif isinstance(message, Estimated):
            task.estimate = message.estimate
        elif isinstance(message, Doing):
            task.doing = message.text
        elif isinstance(message, Progress):
            task.doing = f"{message.task[:1].upper()}{message.task[1:]}: {message.done} of {message.total}."
        elif isinstance(message, Began):
            task.begun, task.doing = True, ""
            self._become(task, "preparing", "running")
        elif isinstance(message, Paused):
            wanted = ("paused", "running") if message.going_on else ("pausing", "paused")
            self._become(task, *wanted)
        self.changed.emit()

    def _become(self, task: SearchTask, before: str, state: str) -> None:
        """A state that the process has reached, unless something else was asked since."""
        if task.state == before:
            task.state = state if task.begun or state == "paused" else "preparing"  # type: ignore[assignment]

    def _on_done(self, task: SearchTask, done: Done) -> None:
        del self._working[task]
        ended = done.result if isinstance(done.result, Ended) else Ended("failed", done.failure or "")
        if ended.how == "failed" and not ended.why:
            ended = Ended("failed", unexpected(f"searching in {task.folder.name}"))
        task.state, task.ended = "ended", ended
        self.queue.remove(task)
        if task.discarded:
            self._delete(task.folder)
        turns.give_back(task)
        self._begin_next()
        self.ended.emit(task)
        self.changed.emit()

    def _delete(self, folder: Path) -> None:
        if not (folder / FACTS).exists():
            return
        try:
            remove_run(folder)
        except LineamentError as error:
            self.told.emit(str(error), "error")

    # The queue outlives the window

    def _keep_queue(self) -> None:
        waiting = [task.request.to_json() for task in self.queue.waiting]
        path = self.folder / QUEUE_FILE
        if not waiting and not path.exists():
            return
        try:
            make_folder(self.folder)
            write_atomically(path, json.dumps(waiting, indent=1).encode())
        except StorageError as error:
            self.told.emit(f"The queue of searches could not be saved: {error}", "warning")

    def restore_queue(self) -> None:
        """Searches that waited when the window was closed wait again, and the first begins."""
        try:
            kept = json.loads((self.folder / QUEUE_FILE).read_text(encoding="utf-8"))
            requests = [SearchRequest.from_json(one) for one in kept]
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError):
            self.told.emit("The queue of searches could not be read and is empty.", "warning")
            return
        for request in requests:
            self.queue.add(SearchTask(request))
        self._begin_next()
        self.changed.emit()

    def close(self) -> bool:
        """The window goes: what is computed is saved, within some seconds; whether all processes have ended by
        themselves. Those that have not are killed, and their runs can be resumed all the same."""
        self._closing = True
        end = monotonic() + CLOSE_S
        ended = self._runner.stop_all(CLOSE_S)
        for working in self._working.values():
            if not working.job.join(max(end - monotonic(), 0.0)):
                working.work.kill()
                working.job.join(1.0)
        for task in self._working:
            turns.give_back(task)
        self._working.clear()
        return ended
