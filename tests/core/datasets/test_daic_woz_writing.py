"""Simulated cohorts in DAIC-WOZ's layout: what is written is what the corpus has, and reads back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.core.datasets.conftest import DEV, FULL_TEST, PERSONS, TEST, TRAIN, TRAIN_HEADER

from lineament.datasets import Cohort, Scale, open_cohort, write_daic_woz
from lineament.errors import DatasetError, StorageError
from lineament.face.rotation import matrix_from_angles
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.recording import RecordingView, open_recording
from lineament.recording.clnf import CLNF_INTENSITIES, CLNF_PRESENCES
from lineament.simulation.storage import split_of

ROUNDING = {"AU": 1e-5, "gaze": 2e-6, "pose": 2e-6, "confidence": 6e-4, "timestamp": 6e-5}
"""Half of each file's last decimal, and a little for single precision."""


def test_what_is_written_reads_back(simulated: Cohort, written: Path) -> None:
    cohort = open_cohort(written)
    assert cohort.simulated
    assert cohort.extractor == "simulated/openface-clnf"
    assert cohort.notes == ()
    np.testing.assert_array_equal(cohort.scores, simulated.scores)
    assert [s.gender for s in cohort.sessions] == [s.gender for s in simulated.sessions]
    assert [s.split for s in cohort.sessions] == [split_of(i, PERSONS) for i in range(PERSONS)]
    assert cohort.person_ids == tuple(str(300 + i) for i in range(PERSONS))
    for i in (0, PERSONS - 1):
        stored, made = cohort.recording(i), simulated.recording(i)
        assert stored.meta.provenance.simulated
        np.testing.assert_array_equal(stored.column("success"), made.column("success"))
        for name in (*CLNF_INTENSITIES, "confidence", "timestamp", "pose_Tx", "pose_Rz", "gaze_0_x", "gaze_1_z"):
            atol = next(size for start, size in ROUNDING.items() if name.startswith(start))
            np.testing.assert_allclose(stored.column(name), made.column(name), atol=atol, rtol=1e-6, err_msg=name)
        np.testing.assert_allclose(stored.column("gaze_angle_x"), made.column("gaze_angle_x"), atol=5e-6)
        for name in CLNF_PRESENCES:
            expected = made.column(name) if made.has(name) else np.zeros(made.n_rows, dtype=bool)
            np.testing.assert_array_equal(stored.column(name), expected)
        points, truth = stored.landmarks68(0, made.n_rows), made.landmarks68(0, made.n_rows)
        assert points is not None
        assert truth is not None
        np.testing.assert_allclose(points, truth, atol=6e-4)


def test_only_columns_of_the_corpus_are_written(written: Path) -> None:
    def header(kind: str) -> list[str]:
        return (written / "300_P" / f"300_CLNF_{kind}.txt").read_text().splitlines()[0].split(", ")

    head = ["frame", "timestamp", "confidence", "success"]
    assert header("AUs") == [*head, *CLNF_INTENSITIES, *CLNF_PRESENCES]
    assert header("pose") == [*head, "Tx", "Ty", "Tz", "Rx", "Ry", "Rz"]
    eyes = [f"{axis}_{eye}" for eye in ("0", "1", "h0", "h1") for axis in "xyz"]
    assert header("gaze") == [*head, *eyes]
    assert header("features") == [*head, *(f"{axis}{i}" for axis in "xy" for i in range(68))]
    assert len(list((written / "300_P").iterdir())) == 4


def test_split_files_have_the_names_of_the_corpus(simulated: Cohort, written: Path) -> None:
    train = (written / TRAIN).read_text().splitlines()
    assert train[0] == TRAIN_HEADER == (written / DEV).read_text().splitlines()[0]
    first = simulated.sessions[0]
    binary, gender = int(first.score >= 10), int(first.gender == "male")
    assert train[1] == f"300,{binary},{first.score:.0f},{gender},,,,,,,,"
    assert (written / TEST).read_text().splitlines()[0] == "participant_ID,Gender"
    assert (written / FULL_TEST).read_text().splitlines()[0] == "Participant_ID,PHQ_Binary,PHQ_Score,Gender"
    assert not any("severity" in path.read_text() for path in written.glob("*.csv"))


def test_gaze_in_the_heads_frame_is_gaze_turned_back(written: Path) -> None:
    recording = open_cohort(written).recording(0)
    rows = np.flatnonzero(recording.column("success"))[:20]

    def vectors(name: str) -> np.ndarray:
        return np.stack([recording.column(f"{name}{axis}")[rows] for axis in "xyz"], axis=1)

    for eye in (0, 1):
        again = np.einsum("nij,nj->ni", matrix_from_angles(vectors("pose_R")), vectors(f"gaze_h{eye}_"))
        np.testing.assert_allclose(again, vectors(f"gaze_{eye}_"), atol=5e-6)


def test_a_single_simulated_session_never_passes_for_real(written: Path) -> None:
    provenance = open_recording(written / "301_P").meta.provenance
    assert provenance.simulated
    assert provenance.extractor == "simulated/openface-clnf"


def test_the_numbers_the_corpus_excludes_are_left_out(simulated: Cohort, tmp_path: Path) -> None:
    first = simulated.sessions[0]
    sessions = tuple(replace(first, person_id=f"S{i}", session_id=f"S{i}-1") for i in range(189))
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write_daic_woz(replace(simulated, sessions=sessions), tmp_path / "c", cancel=token)
    text = (tmp_path / "c" / "lineament_origin.json").read_text()
    assert '"341": "S41",\n  "343": "S42"' in text
    assert '"492": "S188"' in text
    assert not [n for n in (394, 398, 460) if f'"{n}"' in text]


def test_a_stopped_run_continues(simulated: Cohort, tmp_path: Path) -> None:
    folder, token = tmp_path / "c", CancelToken()
    few = simulated.subset(range(4))

    def stop_in_the_second(i: int) -> RecordingView:
        if i == 1:
            token.cancel()
        return few.recording(i)

    with pytest.raises(Cancelled):
        write_daic_woz(replace(few, read=stop_in_the_second), folder, cancel=token)
    assert sorted(path.name for path in folder.glob("*_P")) == ["300_P", "301_P"]
    with pytest.raises(DatasetError, match=r"train_split_Depression_AVEC2017\.csv is missing"):
        open_cohort(folder)
    (folder / "301_P" / "301_CLNF_pose.txt").unlink()
    kept = (folder / "300_P" / "300_CLNF_pose.txt").stat().st_mtime_ns
    events: list[object] = []
    write_daic_woz(few, folder, sink=events.append)
    last = events[-1]
    assert isinstance(last, Progress)
    assert (last.done, last.total, last.skipped) == (4, 4, 1)
    assert (folder / "300_P" / "300_CLNF_pose.txt").stat().st_mtime_ns == kept
    np.testing.assert_array_equal(open_cohort(folder).scores, few.scores)


def test_another_cohort_is_never_mixed_in(simulated: Cohort, copy: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="another cohort is in this folder"):
        write_daic_woz(simulated.subset([0, 1, 2, 3]), copy)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(DatasetError, match="the folder is not empty"):
        write_daic_woz(simulated, tmp_path / "mine")


def test_numbers_of_three_digits_stay(written: Path, tmp_path: Path) -> None:
    part = open_cohort(written).subset([2, 8, 11])
    write_daic_woz(part, tmp_path / "c")
    again = open_cohort(tmp_path / "c")
    assert again.person_ids == ("302", "308", "311")
    assert [s.split for s in again.sessions] == ["train", "dev", "test"]
    stored, made = again.recording(1), part.recording(1)
    for name in ("AU12_r", "gaze_h0_x", "pose_Ty"):
        np.testing.assert_array_equal(stored.column(name), made.column(name))


def test_what_the_layout_cannot_hold(simulated: Cohort, tmp_path: Path) -> None:
    twice = simulated.subset([0, 0])
    with pytest.raises(DatasetError, match=r"DAIC-WOZ has one session a person, and .* has more of S00001"):
        write_daic_woz(twice, tmp_path)
    with pytest.raises(DatasetError, match="has BDI-II scores, and DAIC-WOZ's files hold PHQ-8"):
        write_daic_woz(replace(simulated, scale=Scale("BDI-II", 0, 63, ())), tmp_path)
    with pytest.raises(DatasetError, match="has no dev sessions, and DAIC-WOZ has files of each split"):
        write_daic_woz(simulated.subset([0, 1, 2]), tmp_path)
    odd = simulated.with_session_splits(["calibration"] + ["train"] * (PERSONS - 1))
    with pytest.raises(DatasetError, match="S00001-1 are in none of them"):
        write_daic_woz(odd, tmp_path)


def test_a_folder_that_cannot_be_made(simulated: Cohort, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="choose another folder"):
        write_daic_woz(simulated, tmp_path / "file" / "inside")
