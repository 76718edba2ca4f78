"""Train any system into a folder, stop it, and go on with it: the functions behind `lineament train`.

OUT/training/asked.json        what was asked, while the training is unfinished
OUT/training/*.safetensors     its state, replaced after every epoch
OUT/model.safetensors ...      the model, once it is trained; OUT/training is then gone
"""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from lineament.datasets.cohort import Cohort
from lineament.datasets.source import CohortSource
from lineament.errors import DatasetError, LineamentError
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.storage import make_folder, write_atomically
from lineament.training.asked import Asked
from lineament.training.errors import TrainingError
from lineament.training.events import TrainingNote
from lineament.training.splits import with_four_splits
from lineament.training.systems.system import Opened, TrainedModel, Training

UNFINISHED, ASKED = "training", "asked.json"
ASKED_SCHEMA = 1


def train(
    system: str,
    cohort: CohortSource | None,
    settings: Mapping[str, Any],
    out: Path,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> TrainedModel:
    """Train one system on a cohort and save the model in `out`; an older model there is replaced at the end.

    settings: by name, of `training_settings`; those not given are at the preset's default. The state is saved after
    every epoch, so that `resume` goes on from there, bit for bit on a CPU. Events: `Progress`, `TrainingNote`, and
    what the system sends after each epoch (`EpochFinished`, `MpdrmEpoch`).

    Raises `TrainingError` where an unfinished training is in `out`, `SettingError`, `DatasetError`, `RecordingError`,
    `ModelError`, `StorageError`, and `Cancelled` when `cancel` is set. Where nothing was learnt yet, an error leaves
    nothing behind.
    """
    asked = Asked.checked(system, cohort, settings)
    if unfinished(out) is not None:
        raise TrainingError(
            "there is an unfinished training in this folder",
            path=out,
            remedy=f"Go on with it (lineament train --resume --out {out}), delete {out / UNFINISHED}, or choose "
            "another folder.",
        )
    cancel = cancel or CancelToken()
    opened = _opened(asked, cancel, sink)
    existed = out.exists()
    make_folder(out / UNFINISHED)
    write_atomically(out / UNFINISHED / ASKED, json.dumps({"schema_version": ASKED_SCHEMA, **asked.to_json()}).encode())
    try:
        return _trained(asked, opened, out, cancel, sink)
    except LineamentError:
        _clean(out, existed=existed)
        raise


def resume(out: Path, cancel: CancelToken | None = None, sink: EventSink = ignore_events) -> TrainedModel:
    """Go on with the unfinished training in `out`; events and errors as `train`, and `TrainingError` where none is."""
    asked = unfinished(out)
    if asked is None:
        raise TrainingError(
            "no unfinished training is in this folder",
            path=out,
            remedy="Choose the folder of a training that was stopped, or leave --resume out.",
        )
    cancel = cancel or CancelToken()
    return _trained(asked, _opened(asked, cancel, sink), out, cancel, sink)


def unfinished(out: Path) -> Asked | None:
    """What the unfinished training in a folder was asked; None where there is none.

    Raises `TrainingError` where what it was asked cannot be read.
    """
    file = out / UNFINISHED / ASKED
    try:
        said = json.loads(file.read_bytes())
        if said["schema_version"] != ASKED_SCHEMA:
            raise ValueError(f"schema {said['schema_version']}")
        return Asked.from_json(said)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            "what the unfinished training was asked cannot be read",
            path=file,
            remedy=f"Delete {out / UNFINISHED} and train again.",
        ) from error


def _opened(asked: Asked, cancel: CancelToken, sink: EventSink) -> Opened:
    """The cohort with its four splits; what a user should know of it is told."""
    system, config, extra = asked.kind, asked.config(), asked.extra()
    opened = system.open(asked.cohort, config, extra, cancel, sink)
    _check_instrument(opened.cohort, asked.scale)
    cohort, dealt = with_four_splits(opened.cohort, config.seed, system.least)
    for text in (*opened.cohort.notes, *dealt, *system.notes(cohort)):
        sink(TrainingNote(text))
    return Opened(cohort, opened.made)


def _check_instrument(cohort: Cohort, wanted: str | None) -> None:
    if wanted is not None and cohort.scale.name != wanted:
        raise DatasetError(
            f"cohort {cohort.name} has {cohort.scale.name} scores, not {wanted}",
            remedy=f"Choose a cohort with {wanted} scores, or leave the instrument to the cohort.",
        )


def _trained(asked: Asked, opened: Opened, out: Path, cancel: CancelToken, sink: EventSink) -> TrainedModel:
    training = Training(opened, asked.config(), asked.extra(), out / UNFINISHED, cancel, sink)
    model = asked.kind.train(training)
    model.save(out)
    shutil.rmtree(out / UNFINISHED, ignore_errors=True)
    return model


def _clean(out: Path, *, existed: bool) -> None:
    """Take away what was begun where there is nothing to go on from."""
    if not list((out / UNFINISHED).glob("*.safetensors")):
        shutil.rmtree(out / UNFINISHED, ignore_errors=True)
        if not existed:
            with suppress(OSError):  # somebody has put something there in the meantime
                out.rmdir()
