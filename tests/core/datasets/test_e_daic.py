"""Copies of E-DAIC, written by us and made up, with the corpus's quirks; every file is made up here."""

import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lineament.datasets import BDI2, Cohort, official_split, open_cohort, write_e_daic
from lineament.datasets.e_daic.layout import features_file
from lineament.datasets.e_daic.writing import COLUMNS
from lineament.errors import DatasetError, RecordingError
from lineament.features.channels import LANDMARK_CHANNELS, absent_channels
from lineament.progress import Cancelled, CancelToken
from lineament.simulation.storage import split_of

Edit = Callable[[Path, str, str], None]
HEADER = "Participant_ID,Gender,PHQ_Binary,PHQ_Score,PCL-C (PTSD),PTSD Severity\n"
ROUNDING = {"AU": 0.0051, "confidence": 0.0051, "timestamp": 0.00051, "gaze_angle": 0.00051, "gaze": 6e-7}
ROUNDING |= {"pose_T": 0.051, "pose_R": 0.00051}
"""Half of each column's last decimal, and a little for single precision."""


@pytest.fixture(scope="module")
def few(simulated: Cohort) -> Cohort:
    return simulated.subset(range(5))


@pytest.fixture(scope="module")
def e_daic(few: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "edaic"
    write_e_daic(few, folder)
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three made-up participants; the second at 32.8 frames a second, and its binary label is not its score's."""
    for participant, fps in (("302", 30.0), ("413", 32.8), ("600", 30.0)):
        rng = np.random.default_rng(int(participant))
        path = features_file(tmp_path / "E-DAIC", participant)
        path.parent.mkdir(parents=True)
        rows = np.concatenate(
            [np.stack([np.arange(1, 41), np.arange(40) / fps, np.full(40, 0.98), np.ones(40)], axis=1),
             rng.uniform(0, 1, (40, 49))], axis=1,
        )  # fmt: skip
        lines = [", ".join(f"{value:.4f}" for value in row) for row in rows]
        path.write_text("\n".join([", ".join(COLUMNS), *lines]) + "\n")
    labels = tmp_path / "E-DAIC" / "labels"
    labels.mkdir()
    (labels / "train_split.csv").write_text(HEADER + "302,male,0,4,28,0\n")
    (labels / "dev_split.csv").write_text(HEADER + "413,female,0,10,41,1\n")
    (labels / "test_split.csv").write_text(HEADER + "600,female,1,17,60,1\n")
    (labels / "Detailed_PHQ8_Labels.csv").write_text("Participant_ID,PHQ_8Total\n302,4\n")
    return tmp_path / "E-DAIC"


def test_what_is_written_reads_back(few: Cohort, e_daic: Path) -> None:
    cohort = open_cohort(e_daic)
    assert (cohort.simulated, cohort.extractor, cohort.notes) == (True, "simulated/openface", ())
    np.testing.assert_array_equal(cohort.scores, few.scores)
    assert [s.split for s in cohort.sessions] == [split_of(i, 5) for i in range(5)]
    assert [s.gender for s in cohort.sessions] == [s.gender for s in few.sessions]
    assert cohort.person_ids == ("300", "301", "302", "303", "600")
    for i in (0, 4):
        stored, made = cohort.recording(i), few.recording(i)
        assert stored.meta.provenance.extractor == cohort.extractor
        for name in COLUMNS:
            expected = made.column(name) if made.has(name) else np.zeros(made.n_rows, dtype=bool)
            if expected.dtype.kind == "f":
                atol = next(size for start, size in ROUNDING.items() if name.startswith(start))
                np.testing.assert_allclose(stored.column(name), expected, atol=atol, err_msg=name)
            else:
                np.testing.assert_array_equal(stored.column(name), expected, err_msg=name)


def test_the_table_has_the_corpus_s_columns(e_daic: Path) -> None:
    header = features_file(e_daic, "300").read_text().splitlines()[0].split(", ")
    assert len(header) == 4 + 49
    assert header[4:18] == [
        *("pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz"),
        *("gaze_0_x", "gaze_0_y", "gaze_0_z", "gaze_1_x", "gaze_1_y", "gaze_1_z", "gaze_angle_x", "gaze_angle_y"),
    ]
    assert (e_daic / "labels" / "train_split.csv").read_text().startswith(HEADER)


def test_scores_count_and_contradictions_are_counted(corpus: Path) -> None:
    cohort = open_cohort(corpus)
    assert [(s.person_id, s.score, s.split, s.gender) for s in cohort.sessions] == [
        ("302", 4, "train", "male"),
        ("413", 10, "dev", "female"),
        ("600", 17, "test", "female"),
    ]
    assert cohort.notes[0] == (
        "PHQ_Binary is not a PHQ_Score of 10 or more in 1 of 3 sessions (1 in dev_split.csv); only scores are used."
    )
    assert "expect a shift" in cohort.notes[1]
    assert [rows.tolist() for rows in official_split(cohort)] == [[0], [1], [2]]
    assert not cohort.simulated


def test_recordings_are_the_files(corpus: Path) -> None:
    cohort = open_cohort(corpus)
    recording = pickle.loads(pickle.dumps(cohort)).recording(1)
    provenance = recording.meta.provenance
    assert (provenance.extractor, provenance.extractor_version) == ("openface", "2.1.0")
    assert provenance.extractor == cohort.extractor
    np.testing.assert_allclose(np.diff(recording.time_s), 1 / 32.8, atol=1e-4)
    assert recording.landmarks68(0, 1) is None
    assert absent_channels(recording) == LANDMARK_CHANNELS


def test_a_test_split_without_scores_is_left_out(corpus: Path) -> None:
    path = corpus / "labels" / "test_split.csv"
    path.write_text("Participant_ID,Gender\n600,female\n")
    cohort = open_cohort(corpus)
    assert len(cohort) == 2
    assert "The 1 test sessions are left out: test_split.csv has no scores." in cohort.notes
    path.unlink()
    assert "The test split is left out: test_split.csv is not there." in open_cohort(corpus).notes


def test_sessions_without_features_are_named(corpus: Path) -> None:
    shutil.rmtree(corpus / "413_P")
    with pytest.raises(DatasetError, match=r"1 labelled session has no files: 413\. Add files such as 300_P/features"):
        open_cohort(corpus)
    assert "Sessions left out, because they have no features: 413." in open_cohort(corpus, skip_missing=True).notes
    (corpus / "413_P.tar.gz").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"1 labelled session is still packed: 413_P\.tar\.gz"):
        open_cohort(corpus)
    assert len(open_cohort(corpus, skip_missing=True)) == 2


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("train_split.csv", "302,male,0,4", "302,male,0,25", "PHQ-8 scores are whole numbers from 0 to 24, but 302"),
        ("train_split.csv", "302,male,0,4", "302,male,0,", "participants have no score: 302"),
        ("train_split.csv", "302,male,0,4", "302,male,0,four", "the score 'four' of 302 is no number"),
        ("train_split.csv", "PHQ_Score", "Score", "no column PHQ8_Score"),
        ("dev_split.csv", "413,", "302,", "person 302 of E-DAIC is in both train and dev"),
        ("dev_split.csv", "413,female", "413,other", "the gender 'other' of 413"),
    ],
)
def test_labels_that_cannot_be(corpus: Path, edit: Edit, file: str, old: str, new: str, what: str) -> None:
    edit(corpus / "labels" / file, old, new)
    with pytest.raises(DatasetError, match=what):
        open_cohort(corpus)


def test_labels_twice_missing_or_unreadable(corpus: Path) -> None:
    shutil.copy(corpus / "labels" / "dev_split.csv", corpus / "dev_split.csv")
    with pytest.raises(DatasetError, match=r"dev_split\.csv are in two places"):
        open_cohort(corpus)
    (corpus / "dev_split.csv").unlink()
    (corpus / "labels" / "dev_split.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match=r"dev_split\.csv: the labels are not a table of text"):
        open_cohort(corpus)
    (corpus / "labels" / "dev_split.csv").unlink()
    with pytest.raises(DatasetError, match=r"dev_split\.csv is missing"):
        open_cohort(corpus)


def test_features_twice_or_damaged(corpus: Path) -> None:
    path = features_file(corpus, "302")
    path.write_text(path.read_text().replace("0.9800", "text", 1))
    with pytest.raises(RecordingError, match="302_OpenFace"):
        open_cohort(corpus).recording(0)
    shutil.copytree(corpus / "302_P", corpus / "more" / "302_P")
    with pytest.raises(DatasetError, match="the features of session 302 are in two places"):
        open_cohort(corpus)


def test_a_stopped_run_continues(few: Cohort, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write_e_daic(few, tmp_path / "c", cancel=token)
    with pytest.raises(DatasetError):
        open_cohort(tmp_path / "c")
    write_e_daic(few, tmp_path / "c")
    assert len(open_cohort(tmp_path / "c")) == 5
    with pytest.raises(DatasetError, match="another cohort is in this folder"):
        write_e_daic(few.subset([0, 1, 2, 4]), tmp_path / "c")


def test_what_the_layout_cannot_hold(few: Cohort, seen_again: Cohort, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="E-DAIC has one session a person"):
        write_e_daic(seen_again, tmp_path / "a")
    with pytest.raises(DatasetError, match="has BDI-II scores, and this layout's files hold PHQ-8"):
        write_e_daic(replace(few, scale=BDI2), tmp_path / "b")
