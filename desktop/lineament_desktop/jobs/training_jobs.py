"""Trainings of the window: one at a time on each device, the others wait; each in a process of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal

from lineament.faults import unexpected
from lineament.own_process import Ended
from lineament.progress import Progress
from lineament.training.control.messages import Answer, Began, Doing, EpochTold, TrainingRequest
from lineament.training.events import TrainingNote
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.device_turns import turns
from lineament_desktop.jobs.process_work import ProcessWork
from lineament_desktop.jobs.runner import JobRunner

if TYPE_CHECKING:
    from lineament.training.control.host import TrainingProcess

NEWEST_ONLY = frozenset({"Progress", "Doing"})
CLOSE_S = 5.0
DESCRIBING = "reading the settings of trainings"
STOP: Literal["stop"] = "stop"
TaskState = Literal["waiting", "running", "stopping", "ended"]


@dataclass(eq=False)
class TrainingTask:
    """One training of this window. system, cohort, settings: as they were asked, also of one that is resumed. begun:
    it is on disk. doing: a sentence where there is no progress to count. discarded: to be deleted once it has
    stopped."""

    request: TrainingRequest
    system: str
    cohort: str
    settings: Mapping[str, Any]
    device: str
    state: TaskState = "waiting"
    begun: bool = False
    discarded: bool = False
    doing: str = ""
    progress: Progress | None = None
    epochs: list[EpochTold] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ended: Ended | None = None

    @property
    def folder(self) -> Path:
        return self.request.folder


class TrainingWork(ProcessWork[Literal["stop"]]):
    """A training's process as a background job."""

    def __init__(self, request: TrainingRequest) -> None:
        def start() -> "TrainingProcess":
            from lineament.training.control.host import TrainingProcess

            return TrainingProcess(request)

        super().__init__(start, f"the training in {request.folder}")


class TrainingJobs(QObject):
    """Lives in the window's thread. changed: tasks or their states. moved_on: a task's progress. ended: a task.
    described: the settings of all systems (`Described`), or the sentence that says why there are none."""

    changed = Signal()
    moved_on = Signal(object)
    ended = Signal(object)
    described = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tasks: list[TrainingTask] = []
        self._runner = JobRunner(self)
        self._working: dict[TrainingTask, tuple[TrainingWork, BackgroundJob]] = {}
        self._closing = False
        turns.freed.connect(self._begin_next)

    def of_folder(self, folder: Path) -> TrainingTask | None:
        return next((task for task in self.tasks if task.folder == folder), None)

    # Asking

    def start(self, task: TrainingTask) -> None:
        """As soon as its device is free."""
        self.tasks.append(task)
        self._begin_next()
        self.changed.emit()

    def stop(self, task: TrainingTask) -> None:
        """Stop it; what it has learnt is kept. One that waits is forgotten."""
        if task.state == "waiting":
            self.tasks.remove(task)
        elif task.state == "running":
            task.state = "stopping"
            self._working[task][0].command(STOP)
        self.changed.emit()

    def describe(self) -> None:
        """Ask for all settings, which takes seconds; answered by `described`."""
        found: list[Answer] = []
        job = BackgroundJob(DESCRIBING, TrainingWork(TrainingRequest(Path(), purpose="describe")))

        def hear(message: object) -> None:
            if isinstance(message, Answer):
                found.append(message)

        def end(done: Done) -> None:
            ended = done.result if isinstance(done.result, Ended) else Ended("failed", done.failure or "")
            self.described.emit(found[0].settings if found else ended.why or unexpected(DESCRIBING))

        self._runner.start(job, hear, end)

    # Working

    def _begin_next(self) -> None:
        for task in self.tasks:
            if task.state == "waiting" and task.device not in turns.taken and not self._closing:
                self._begin(task)

    def _begin(self, task: TrainingTask) -> None:
        task.state, task.doing = "running", "The training's process is starting."
        turns.take(task, task.device)
        work = TrainingWork(task.request)
        name = f"training {task.folder.name}"
        job = BackgroundJob(name, work, newest_only=NEWEST_ONLY)
        self._working[task] = work, job
        self._runner.start(job, partial(self._on_message, task), partial(self._on_done, task))
        self.changed.emit()

    def _on_message(self, task: TrainingTask, message: object) -> None:
        if isinstance(message, Progress):
            task.progress, task.doing = message, ""
        elif isinstance(message, EpochTold):
            task.epochs.append(message)
        elif isinstance(message, TrainingNote):
            task.notes.append(message.text)
        elif isinstance(message, Doing):
            task.doing = message.text
        elif isinstance(message, Began):
            task.begun = True
        self.moved_on.emit(task)

    def _on_done(self, task: TrainingTask, done: Done) -> None:
        del self._working[task]
        ended = done.result if isinstance(done.result, Ended) else Ended("failed", done.failure or "")
        if ended.how == "failed" and not ended.why:
            ended = Ended("failed", unexpected(f"training {task.folder.name}"))
        task.state, task.ended = "ended", ended
        self.tasks.remove(task)
        turns.give_back(task)
        self.ended.emit(task)
        self.changed.emit()

    def close(self) -> bool:
        """The window goes: trainings stop, what they have learnt is saved; whether all ended by themselves."""
        self._closing = True
        end = monotonic() + CLOSE_S
        ended = self._runner.stop_all(CLOSE_S)
        for task, (work, job) in self._working.items():
            if not job.join(max(end - monotonic(), 0.0)):
                work.kill()
                job.join(1.0)
            turns.give_back(task)
        self._working.clear()
        return ended
