"""Training any system into a folder: to the end, stopped and gone on with, and a sentence for whatever is wrong."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.crop_cohorts import (
    REQUESTS,
    SECONDS,
    read_labels,
    write_cohort_with_crops,
    write_crops,
    write_labels,
)

from lineament.crops import CropRequest, crop_path
from lineament.datasets import BDI2, Cohort, open_cohort, write_openface_folder
from lineament.datasets.source import CohortSource
from lineament.errors import DatasetError, LineamentError, ModelError, StorageError
from lineament.models.dj_ldml.objective import Losses
from lineament.models.exchange.library import load_any
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.settings import SettingError
from lineament.training import TrainingError, TrainingNote, resume, running, train, unfinished
from lineament.training.crops.cohorts import recorded_crops
from lineament.training.running import ASKED, UNFINISHED
from lineament.training.splits import check_labels, with_four_splits

TINY: Mapping[str, Mapping[str, Any]] = {
    "hand-designed": {
        "preset": "small", "seconds": SECONDS, "shape.width": 6, "shape.token": 8, "loop.epochs": 3, "loop.batch": 12,
    },
    "hmhn": {
        "shape.crop": 64, "epochs": 3, "batch": 16, "frames": 4, "dev_frames": 4, "crops": 8, "threads": 1,
        "shape.gwa_hidden": 4, "seconds": 20,
    },
    "dj-ldml": {
        "clip.size": 32, "clip.frames": 4, "clip.step_s": 0.5, "clip.tolerance_s": 0.1, "clips": 2, "dev_clips": 2,
        "epochs": 3, "threads": 1, "seconds": 20,
    },
    "mpdrm": {
        "seconds": SECONDS, "loop.person_epochs": 1, "loop.epochs": 2, "shape.stem": 6, "shape.token": 8,
        "loop.windows": 2,
    },
}  # fmt: skip
"""Settings with which each system is trained in a second or two."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort_with_crops(tmp_path_factory.mktemp("cohorts") / "small")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own cache is read or written."""
    monkeypatch.setenv("LINEAMENT_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache of trainings"))


def facts_of(model: Path) -> dict[str, Any]:
    """All of a model but the times of day at which it was made."""
    facts: dict[str, Any] = json.loads((model / "model.json").read_text(encoding="utf-8"))
    del facts["facts_sha256"], facts["card"]["utc_time"], facts["card"]["settings"]["minutes"]
    return {**facts, "weights": hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()}


@pytest.mark.parametrize(
    "system", [name if name == "dj-ldml" else pytest.param(name, marks=pytest.mark.slow) for name in TINY]
)
def test_stopped_after_an_epoch_and_gone_on_with_it_is_the_same_model(
    system: str, folder: Path, tmp_path: Path
) -> None:
    cohort = CohortSource(folder)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    events: list[object] = []
    train(system, cohort, TINY[system], whole, sink=events.append)
    assert sorted(path.name for path in whole.iterdir()) == ["MODEL_CARD.md", "model.json", "model.safetensors"]
    assert any(isinstance(event, Progress) and event.task.startswith("training") for event in events)
    cancel = CancelToken()

    def stop(event: object) -> None:
        if getattr(event, "dev_rmse", None) is not None:
            cancel.cancel()

    with pytest.raises(Cancelled):
        train(system, cohort, TINY[system], stopped, cancel, stop)
    assert [path.name for path in stopped.iterdir()] == [UNFINISHED]
    asked = unfinished(stopped)
    assert asked is not None
    assert (asked.system, asked.cohort) == (system, cohort)
    resume(stopped)
    assert facts_of(stopped) == facts_of(whole)
    assert unfinished(stopped) is None
    card = load_any(stopped).card  # type: ignore[attr-defined]
    assert card.persons == {"train": 12, "dev": 10, "calibration": 10, "test": 10}


def test_an_unfinished_training_is_not_trained_over(folder: Path, tmp_path: Path) -> None:
    out, cancel = tmp_path / "m", CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        train("mpdrm", CohortSource(folder), TINY["mpdrm"], out, cancel)
    with pytest.raises(TrainingError, match=r"m: there is an unfinished training.*train --resume --out"):
        train("hmhn", CohortSource(folder), TINY["hmhn"], out)
    (out / UNFINISHED / ASKED).write_text("{", encoding="utf-8")
    for go_on in (lambda: resume(out), lambda: train("mpdrm", CohortSource(folder), TINY["mpdrm"], out)):
        with pytest.raises(TrainingError, match=r"asked\.json: what the unfinished training was asked cannot be read"):
            go_on()


@pytest.mark.parametrize("place", ["nothing there", "a folder", "a file"])
def test_going_on_with_nothing_is_told(tmp_path: Path, place: str) -> None:
    out = tmp_path / "m"
    if place == "a folder":
        out.mkdir()
    elif place == "a file":
        out.write_text("not a folder", encoding="utf-8")
    with pytest.raises(TrainingError, match="m: no unfinished training is in this folder"):
        resume(out)


Change = Callable[[Path], object]


def relabel(**changes: str) -> Change:
    """The first session's line with other values."""

    def change(folder: Path) -> None:
        rows = read_labels(folder)
        rows[0] |= changes
        write_labels(folder, rows)

    return change


def session(folder: Path, i: int) -> Path:
    return folder / read_labels(folder)[i]["file"]


def another_split(folder: Path) -> None:
    rows = read_labels(folder)
    rows[-1]["person_id"] = rows[0]["person_id"]
    write_labels(folder, rows)


def same_recording(folder: Path) -> None:
    rows = read_labels(folder)
    rows[1]["file"] = rows[0]["file"]
    write_labels(folder, rows)


def same_session(folder: Path) -> None:
    rows = read_labels(folder)
    rows[1]["session_id"] = rows[0]["session_id"]
    write_labels(folder, rows)


def without_dev(folder: Path) -> None:
    rows = read_labels(folder)
    for row in rows:
        row["split"] = "train" if row["split"] == "dev" else row["split"]
    write_labels(folder, rows)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-50])


WRONG: Mapping[str, tuple[str, Change, str]] = {
    "a label is missing": ("hmhn", relabel(phq8=""), "have no score"),
    "a label is no number": ("hmhn", relabel(phq8="many"), "no number"),
    "a label is off the scale": ("dj-ldml", relabel(phq8="25"), r"whole numbers from 0 to 24, but .* has 25"),
    "a person in two splits": ("hmhn", another_split, r"person \w+ of .* is in both train and test"),
    "a recording of two persons": ("mpdrm", same_recording, "have the same recording"),
    "a session twice": ("hand-designed", same_session, "stand more than once"),
    "no dev persons": ("mpdrm", without_dev, r"has 0 dev persons, at least 10 are needed\. Use a larger cohort"),
    "a recording is gone": ("mpdrm", lambda f: session(f, 0).unlink(), "labelled session has no files"),
    "a recording is damaged": ("mpdrm", lambda f: session(f, 0).write_bytes(b"PAR1"), r"\.parquet: "),
    "crops are missing": (
        "hmhn",
        lambda f: crop_path(session(f, 3), REQUESTS[0]).unlink(),
        r"has none of 64@2 for session \S+\. Draw them with lineament simulate crops .* --crops 64@2",
    ),
    "crops are damaged": (
        "hmhn",
        lambda f: cut_short(crop_path(session(f, 3), REQUESTS[0])),
        r"\.crops: the file is damaged or cut short",
    ),
    "a video without a usable face": (
        "hmhn",
        lambda f: write_crops(session(f, 3), REQUESTS[0], 3, count=0),
        r"1 videos have not one face crop, of persons \w+",
    ),
    "a face for too short a time": (
        "dj-ldml",
        lambda f: write_crops(session(f, 3), REQUESTS[1], 3, count=2),
        r"1 videos show no face for 2\.0 seconds at a stretch",
    ),
    "crops of another tracker": (
        "hmhn",
        lambda f: write_crops(session(f, 3), REQUESTS[0], 3, extractor="lineament/face-landmarker"),
        r"face crops of \S+ were not aligned by simulated/lineament-facemesh",
    ),
    "no cohort": ("mpdrm", lambda f: (f / "cohort.json").unlink(), "no cohort is there"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_cohort_that_cannot_be_learnt_from_is_told_and_nothing_is_left(
    what: str, folder: Path, tmp_path: Path
) -> None:
    system, change, sentence = WRONG[what]
    copy = shutil.copytree(folder, tmp_path / "cohort")
    change(copy)
    out = tmp_path / "m"
    with pytest.raises(LineamentError, match=sentence) as refused:
        train(system, CohortSource(copy), TINY[system], out)
    assert "\n" not in str(refused.value)
    assert refused.value.remedy
    assert not out.exists()


def test_another_instrument_is_told(folder: Path, tmp_path: Path) -> None:
    cohort, out = CohortSource(folder), tmp_path / "m"
    with pytest.raises(DatasetError, match="cohort small has PHQ-8 scores, not BDI-II"):
        train("mpdrm", cohort, {**TINY["mpdrm"], "instrument": "BDI-II"}, out)
    assert not out.exists()


def test_another_modality_is_told(folder: Path, tmp_path: Path) -> None:
    write_openface_folder(open_cohort(folder).subset(range(3)), tmp_path / "tables")
    with pytest.raises(
        DatasetError, match=r"HMHN reads face crops and cohort tables has none: its recordings are not Lineament's own"
    ):
        recorded_crops(open_cohort(tmp_path / "tables"), CropRequest(64, 2), "HMHN")


@pytest.mark.parametrize(
    ("system", "cohort", "settings", "sentence"),
    [
        ("nas", None, {}, "no system nas to train. Choose one of: hand-designed, hmhn"),
        ("hmhn", None, {}, "HMHN has no cohort to learn from"),
        ("hmhn", CohortSource(Path("c")), {"epochs": 0}, "the setting epochs cannot be 0. Use 1 to"),
        ("hmhn", CohortSource(Path("c")), {"epoch": 3}, "HMHN has no setting epoch"),
        ("hmhn", CohortSource(Path("c")), {"preset": "huge"}, "the setting preset cannot be 'huge'"),
        ("hmhn", CohortSource(Path("c")), {"shape.crop": 100}, "shape.crop cannot be 100: crops of 100 pixels"),
        ("hand-designed", None, {"device": "cuda"}, "the setting device cannot be 'cuda'. Choose one of: auto, cpu"),
        ("mpdrm", CohortSource(Path("c")), {}, "this is no folder"),
        ("mpdrm", CohortSource(preset="sad", persons=9), {}, "sad"),
    ],
)
def test_what_cannot_be_asked_is_told(
    system: str, cohort: CohortSource | None, settings: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises((TrainingError, SettingError, DatasetError), match=sentence):
        train(system, cohort, settings, tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_an_error_before_anything_is_learnt_leaves_nothing_and_a_later_one_the_state(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort, out = CohortSource(folder), tmp_path / "m"
    monkeypatch.setattr("lineament.training.dj_ldml.loop.joint_loss", _no_number)
    with pytest.raises(ModelError, match="stopped being a number"):
        train("dj-ldml", cohort, TINY["dj-ldml"], out)
    assert not out.exists()
    monkeypatch.setattr("lineament.models.hmhn.model.HMHNModel.save", _full_disk)
    with pytest.raises(StorageError, match="disk"):
        train("hmhn", cohort, TINY["hmhn"], out)
    assert unfinished(out) is not None
    monkeypatch.undo()
    resume(out)
    assert load_any(out)


def _no_number(coded: Any, *others: object) -> Losses:
    none = coded.logits.sum() * float("nan")
    return Losses(none, none, none, none)


def _full_disk(model: object, folder: Path) -> None:
    raise StorageError("the disk is full", remedy="Free some space.")


def test_persons_are_dealt_where_a_cohort_has_no_splits(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "cohort")
    rows = read_labels(copy)
    write_labels(copy, [{**row, "split": ""} for row in rows])
    events: list[object] = []
    with pytest.raises(DatasetError, match="has 4 dev persons"):
        train("mpdrm", CohortSource(copy), TINY["mpdrm"], tmp_path / "m", sink=events.append)
    least = dict.fromkeys(("train", "dev", "calibration", "test"), 1)
    dealt, notes = with_four_splits(open_cohort(copy), 0, least)
    assert notes == ("cohort has no splits: its persons were dealt at random (seed 0).",)
    counts = {name: sum(s.split == name for s in dealt.sessions) for name in least}
    assert counts == {"train": 24, "dev": 4, "calibration": 6, "test": 8}
    three = dealt.with_session_splits(["train" if s.split == "calibration" else s.split for s in dealt.sessions])
    again, notes = with_four_splits(three, 0, least)
    assert len(notes) == 1
    assert "a quarter of the training persons" in notes[0]
    assert sum(s.split == "calibration" for s in again.sessions) == 30 // 4


def test_labels_that_no_reader_checked_are_checked(folder: Path) -> None:
    cohort = open_cohort(folder)

    def first(**changes: object) -> Cohort:
        return replace(cohort, sessions=(replace(cohort.sessions[0], **changes), *cohort.sessions[1:]))  # type: ignore[arg-type]

    with pytest.raises(DatasetError, match=r"has no PHQ-8 score for \S+\. Give the scores"):
        check_labels(first(score=np.nan))
    with pytest.raises(DatasetError, match="has the score 63, outside PHQ-8's 0 to 24"):
        check_labels(first(score=63.0))
    check_labels(replace(first(score=63.0), scale=BDI2))


def test_notes_are_told(folder: Path, tmp_path: Path) -> None:
    events: list[object] = []
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        train("mpdrm", CohortSource(folder), TINY["mpdrm"], tmp_path / "m", cancel, events.append)
    assert any(isinstance(e, TrainingNote) and "No person of small has a second visit" in e.text for e in events)


def test_a_simulated_cohort_is_opened_as_long_as_is_used() -> None:
    asked = running.Asked.checked("mpdrm", CohortSource.parse("simulated:longitudinal:40:2"), TINY["mpdrm"])
    opened = asked.kind.open(asked.cohort, asked.config(), asked.extra(), CancelToken(), lambda event: None)
    assert opened.made is not None
    assert opened.made.seconds == SECONDS
    assert len(opened.cohort) == len(opened.made) > 40
    assert {s.split for s in opened.cohort.sessions} == {"train", "dev", "test"}
