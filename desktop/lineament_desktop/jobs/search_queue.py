"""Searches that were asked for, in their order; which may begin now. No Qt, no processes."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lineament.search.control.messages import Ended, SearchRequest, Standing
from lineament.search.preflight import Estimate

TaskState = Literal["queued", "preparing", "running", "pausing", "paused", "stopping", "ended"]
ACTIVE: frozenset[TaskState] = frozenset({"preparing", "running", "pausing", "paused", "stopping"})
_numbers = itertools.count(1)


@dataclass(eq=False)
class SearchTask:
    """One search that was asked for in this window. doing: a sentence while it is prepared. estimate: once a step was
    tried. begun: its run is on disk.

    after_phase: it stops when the present phase is finished. discarded: its run is deleted once it has stopped.
    """

    request: SearchRequest
    number: int = field(default_factory=lambda: next(_numbers))
    state: TaskState = "queued"
    doing: str = ""
    standing: Standing | None = None
    estimate: Estimate | None = None
    begun: bool = False
    after_phase: bool = False
    discarded: bool = False
    ended: Ended | None = None

    @property
    def folder(self) -> Path:
        return self.request.folder

    @property
    def device(self) -> str:
        """What it computes on: searches on one device take turns."""
        if self.request.ray:
            return f"ray {self.request.ray}"
        return "cuda" if self.request.config.get("device") == "cuda" else "cpu"

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


class SearchQueue:
    """Tasks in the order in which they were asked for; those that wait can be moved and taken out."""

    def __init__(self) -> None:
        self.tasks: list[SearchTask] = []

    def add(self, task: SearchTask) -> None:
        self.tasks.append(task)

    def remove(self, task: SearchTask) -> None:
        """Of one that waits or has ended."""
        if not task.active and task in self.tasks:
            self.tasks.remove(task)

    def move(self, task: SearchTask, places: int) -> None:
        """Earlier (negative) or later among those that wait."""
        waiting = self.waiting
        if task not in waiting:
            return
        place = waiting.index(task)
        waiting.insert(min(max(place + places, 0), len(waiting) - 1), waiting.pop(place))
        self.tasks = [one for one in self.tasks if one.state != "queued"] + waiting

    @property
    def waiting(self) -> list[SearchTask]:
        return [task for task in self.tasks if task.state == "queued"]

    @property
    def active(self) -> list[SearchTask]:
        return [task for task in self.tasks if task.active]

    def next(self, taken: Collection[str] = ()) -> list[SearchTask]:
        """The first that waits for each device on which nothing runs. taken: devices that others compute on."""
        busy, found = {task.device for task in self.active} | set(taken), []
        for task in self.waiting:
            if task.device not in busy:
                busy.add(task.device)
                found.append(task)
        return found

    def of_folder(self, folder: Path) -> SearchTask | None:
        """The task that waits for or works in a run's folder."""
        return next((task for task in self.tasks if task.folder == folder and task.state != "ended"), None)
