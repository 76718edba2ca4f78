"""Unfinished trainings in a library of models: what each was asked and how far it came, read without torch.

LIBRARY/.NAME.lock        held while a process trains in LIBRARY/NAME
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from lineament.file_lock import is_locked, try_lock
from lineament.storage import make_folder, writing_to
from lineament.training.control.messages import EpochTold
from lineament.training.epoch_log import read_epochs
from lineament.training.errors import TrainingError
from lineament.training.running import ASKED, UNFINISHED

PATIENCE_S = 2.0
"""Whoever looks whether a lock is held holds it for a moment."""


@dataclass(frozen=True)
class UnfinishedTraining:
    """folder: the model's. system, cohort, settings: as they were asked. working: a process trains in it just now.
    problem: one sentence where what was asked cannot be read."""

    folder: Path
    system: str
    cohort: str
    settings: Mapping[str, Any]
    epochs: tuple[EpochTold, ...]
    working: bool
    problem: str = ""

    @property
    def name(self) -> str:
        """What the model is to be called."""
        return str(self.settings.get("name") or self.folder.name)


def list_unfinished(library: Path) -> tuple[UnfinishedTraining, ...]:
    """Those in the folders of a library, by their folders' names."""
    return tuple(read_unfinished(file.parent.parent) for file in sorted(library.glob(f"*/{UNFINISHED}/{ASKED}")))


def read_unfinished(folder: Path) -> UnfinishedTraining:
    """Never raises: what cannot be read is said in `problem`."""
    place = folder / UNFINISHED
    working = is_locked(lock_of(folder))
    try:
        said = json.loads((place / ASKED).read_bytes())
        system, cohort, settings = str(said["system"]), said["cohort"] or "", dict(said["settings"])
    except (OSError, ValueError, KeyError, TypeError):
        problem = f"{folder.name}: what the unfinished training was asked cannot be read. Discard it and train again."
        return UnfinishedTraining(folder, "", "", {}, (), working, problem)
    return UnfinishedTraining(folder, system, str(cohort), settings, read_epochs(place), working)


def discard(folder: Path) -> None:
    """Delete what an unfinished training has learnt; a model that was there before stays.

    Raises `TrainingError` while a process trains in it, `StorageError` where it may not be deleted.
    """
    with training_in(folder), writing_to(folder):
        with suppress(FileNotFoundError):
            shutil.rmtree(folder / UNFINISHED)
        with suppress(OSError):  # there is more in it than a training
            folder.rmdir()


def lock_of(folder: Path) -> Path:
    """Beside the folder, which is not there before something is learnt; hidden."""
    return folder.with_name(f".{folder.name}.lock")


@contextmanager
def training_in(folder: Path) -> Iterator[None]:
    """Work in the folder of a training, alone. Raises `TrainingError` while another process does, `StorageError`."""
    make_folder(folder.parent)
    with writing_to(folder.parent):
        stream = lock_of(folder).open("a+b")
    with stream:
        until = monotonic() + PATIENCE_S
        while not (held := try_lock(stream)) and monotonic() < until:
            sleep(0.05)
        if not held:
            raise TrainingError(
                "another process is training in this folder",
                path=folder,
                remedy="Wait until it has finished or stop it.",
            )
        try:
            yield
        finally:
            with suppress(OSError):  # where an open file cannot be deleted it stays, empty and hidden
                lock_of(folder).unlink()
