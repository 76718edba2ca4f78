"""The epochs of an unfinished training as lines of JSON beside its state: its curve, also after it was stopped."""

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from lineament.storage import writing_to
from lineament.training.control.messages import EpochTold

NAME = "epochs.jsonl"


def add_epoch(folder: Path, epoch: EpochTold) -> None:
    """One line more; raises `StorageError`."""
    with writing_to(folder), (folder / NAME).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(epoch)) + "\n")


def read_epochs(folder: Path) -> tuple[EpochTold, ...]:
    """In their order; a line that was cut short is left out, and of an epoch that was done twice the last one stays."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    found: dict[tuple[str, int], EpochTold] = {}
    for line in lines:
        with suppress(ValueError, TypeError):
            one = EpochTold(**json.loads(line))
            found[one.part, one.epoch] = one
    return tuple(found.values())
