"""Cohorts: simulated, written, read back, split by person, and refused when damaged."""

import json
from pathlib import Path

import numpy as np
import pytest

from lineament.datasets import PHQ8, Cohort, Session, open_cohort
from lineament.errors import DatasetError, RecordingError, StorageError
from lineament.progress import Cancelled, CancelToken
from lineament.recording import open_recording
from lineament.recording.session_file import read_session
from lineament.simulation import simulate_cohort, write_cohort


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("cohort") / "eight"
    write_cohort(simulate_cohort(8, seed=3, seconds=30), target)
    return target


def copy_of(folder: Path, tmp_path: Path) -> Path:
    target = tmp_path / "copy"
    for path in folder.rglob("*"):
        if path.is_file():
            (target / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (target / path.relative_to(folder)).write_bytes(path.read_bytes())
    return target


def test_written_cohort_reads_back(folder: Path) -> None:
    simulated = simulate_cohort(8, seed=3, seconds=30)
    cohort = open_cohort(folder)
    assert len(cohort) == 8
    assert cohort.simulated
    assert cohort.scale is PHQ8
    np.testing.assert_array_equal(cohort.scores, [s.phq8 for s in simulated.subjects])
    stored, made = cohort.recording(5), simulated.session(5)
    assert stored.n_rows == made.n_rows
    for name, values in made.columns.items():
        np.testing.assert_array_equal(stored.column(name), values)
    points, truth = stored.landmarks68(0, 300), made.points
    assert points is not None
    np.testing.assert_allclose(points, truth, atol=1 / 16)
    assert stored.meta.provenance.extractor == made.meta.provenance.extractor
    assert stored.meta.blinks == made.meta.blinks
    assert {s.split for s in cohort.sessions} == {"train", "dev", "test"}


def test_truth_stays_out_of_what_models_read(folder: Path) -> None:
    assert "severity" not in (folder / "labels.csv").read_text()
    assert "severity" in (folder / "truth" / "truth.csv").read_text()
    assert not any("severity" in name for name in read_session(next((folder / "sessions").iterdir())).columns)


def test_writing_continues_after_a_stop(tmp_path: Path) -> None:
    cohort = simulate_cohort(4, seconds=20)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write_cohort(cohort, tmp_path / "c", cancel=token)
    with pytest.raises(DatasetError, match="no cohort is there"):
        open_cohort(tmp_path / "c")
    write_cohort(cohort, tmp_path / "c")
    first = (tmp_path / "c" / "sessions" / "S00001.parquet").stat().st_mtime_ns
    write_cohort(cohort, tmp_path / "c")
    assert (tmp_path / "c" / "sessions" / "S00001.parquet").stat().st_mtime_ns == first


def test_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Choose a folder that may be written"):
        write_cohort(simulate_cohort(1, seconds=20), tmp_path / "file" / "inside")


def test_unknown_preset_names_the_ones_there_are() -> None:
    with pytest.raises(DatasetError, match=r"Choose one of: .*null.*realistic"):
        simulate_cohort(2, preset="easy")


def test_damaged_folders_are_refused(folder: Path, tmp_path: Path) -> None:
    copy = copy_of(folder, tmp_path)
    session = copy / "sessions" / "S00002.parquet"
    session.write_bytes(session.read_bytes()[:500])
    with pytest.raises(RecordingError, match=r"S00002\.parquet: the session's file is damaged"):
        open_cohort(copy).recording(1)
    session.unlink()
    with pytest.raises(DatasetError, match=r"copy: 1 labelled session has no files: S00002-1\. Write the cohort again"):
        open_cohort(copy)
    assert open_cohort(copy, skip_missing=True).notes == ("Left out, because their files are missing: S00002-1.",)
    with pytest.raises(RecordingError, match="cannot be read"):
        read_session(session)
    session.write_bytes((folder / "sessions" / "S00002.parquet").read_bytes())
    labels = (copy / "labels.csv").read_text()
    (copy / "labels.csv").write_text(labels.replace("phq8,", "score,", 1))
    with pytest.raises(DatasetError, match="the labels lack phq8"):
        open_cohort(copy)
    (copy / "labels.csv").write_text(labels.splitlines()[0] + "\nS1,S1-1,f,many,0,male,40,train\n")
    with pytest.raises(DatasetError, match="value that is no number"):
        open_cohort(copy)
    (copy / "labels.csv").write_text(labels.splitlines()[0] + "\n")
    with pytest.raises(DatasetError, match="labels are empty"):
        open_cohort(copy)
    (copy / "labels.csv").unlink()
    with pytest.raises(DatasetError, match="labels cannot be read"):
        open_cohort(copy)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "damaged"),
        ("[]", "not a cohort's manifest"),
        (json.dumps({"schema_version": 99, "simulated": True}), "schema 99"),
        (json.dumps({"schema_version": 1, "simulated": True, "scale": "XYZ"}), "scale XYZ is not known"),
    ],
)
def test_damaged_manifests_are_refused(folder: Path, tmp_path: Path, text: str, what: str) -> None:
    copy = copy_of(folder, tmp_path)
    (copy / "cohort.json").write_text(text)
    with pytest.raises(DatasetError, match=what):
        open_cohort(copy)


def visits(persons: int, each: int) -> Cohort:
    sessions = tuple(Session(f"P{p}", f"P{p}-{v}", float(p)) for p in range(persons) for v in range(each))
    return Cohort("visits", sessions, lambda i: simulate_cohort(1, seconds=20).session(0), "x", simulated=True)


def test_splits_never_share_a_person() -> None:
    cohort = visits(40, 3).with_splits({"train": 0.5, "dev": 0.25, "test": 0.25}, seed=1)
    cohort.check_person_disjoint()
    parts = {name: set(cohort.split(name).person_ids) for name in ("train", "dev", "test")}
    assert len(parts["train"]) == 20
    assert len(parts["dev"]) == len(parts["test"]) == 10
    assert not parts["train"] & parts["dev"]
    assert cohort.split("dev").recording(0).n_rows == 200


def test_a_person_in_two_splits_is_refused() -> None:
    with pytest.raises(DatasetError, match="person P0 of cohort visits is in both train and test"):
        visits(1, 2).with_session_splits(["train", "test"])
    with pytest.raises(DatasetError, match="has no calibration sessions"):
        visits(2, 1).split("calibration")


def test_a_session_can_be_opened_alone(folder: Path) -> None:
    """As a recording of its own: to look at it, or as an earlier visit of a person."""
    file = folder / "sessions" / "S00002.parquet"
    alone, within = open_recording(file), open_cohort(folder).recording(1)
    np.testing.assert_array_equal(alone.column("AU12_r"), within.column("AU12_r"))
    points = alone.landmarks68(0, alone.n_rows)
    assert points is not None
    np.testing.assert_array_equal(points, within.landmarks68(0, within.n_rows))
    assert alone.meta.provenance == within.meta.provenance
