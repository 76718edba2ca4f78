"""Trainings as the list of models shows them: those of this window, and unfinished ones that lie in the library."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lineament.training.control.messages import EpochTold
from lineament.training.systems.registry import SYSTEMS
from lineament.training.unfinished_folders import UnfinishedTraining
from lineament_desktop.jobs.training_jobs import TrainingTask
from lineament_desktop.models.train_form import SHORT

STATES = {"waiting": "waits for its turn", "running": "training", "stopping": "training, stopping"}


@dataclass(frozen=True)
class TrainingRow:
    """kept: what lies on disk, None where nothing does yet. task: of this window, None where it works in none."""

    folder: Path
    kept: UnfinishedTraining | None
    task: TrainingTask | None

    @property
    def name(self) -> str:
        if self.task is not None and self.task.settings.get("name"):
            return str(self.task.settings["name"])
        return self.kept.name if self.kept is not None else self.folder.name

    @property
    def state(self) -> str:
        """In some words."""
        if self.task is not None:
            return STATES[self.task.state]
        return "cannot be read" if self.problem else "training elsewhere" if self.working else "training, stopped"

    @property
    def problem(self) -> str:
        return self.kept.problem if self.kept is not None else ""

    @property
    def working(self) -> bool:
        """Some other process trains here."""
        return self.task is None and self.kept is not None and self.kept.working

    @property
    def epochs(self) -> tuple[EpochTold, ...]:
        """Those on disk when the list was read, and what the task has told since."""
        found = {(one.part, one.epoch): one for one in (self.kept.epochs if self.kept is not None else ())}
        found |= {(one.part, one.epoch): one for one in (self.task.epochs if self.task is not None else ())}
        return tuple(found.values())

    @property
    def kind(self) -> str:
        """System and preset."""
        asked = self.task or self.kept
        if asked is None or asked.system not in SYSTEMS:
            return ""
        preset = asked.settings.get("preset", SYSTEMS[asked.system].usual)
        return f"{SHORT[asked.system]}, {preset}"

    @property
    def facts(self) -> str:
        """What was asked, in one line."""
        asked = self.task or self.kept
        if asked is None or not self.kind:
            return str(self.folder)
        seed, device = asked.settings.get("seed", 0), asked.settings.get("device", "auto")
        cohort = asked.cohort or "a simulated cohort of its own"
        return f"{self.kind} preset, trained on {cohort}, seed {seed}, device {device}. {self.folder}"


def rows_of(tasks: Sequence[TrainingTask], kept: Iterable[UnfinishedTraining]) -> tuple[TrainingRow, ...]:
    """Those of this window first."""
    there = {one.folder: one for one in kept}
    own = [TrainingRow(task.folder, there.pop(task.folder, None), task) for task in tasks]
    return (*own, *(TrainingRow(folder, one, None) for folder, one in there.items()))
