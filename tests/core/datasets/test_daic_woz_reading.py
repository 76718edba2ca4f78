"""Copies of DAIC-WOZ as users have them, whole and damaged; every file is made up here."""

import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.core.datasets.conftest import DEV, FULL_TEST, TEST, TRAIN, TRAIN_HEADER, made_up_session

from lineament.datasets import official_split, open_cohort
from lineament.errors import DatasetError, RecordingError
from lineament.recording import open_recording

Edit = Callable[[Path, str, str], None]


def test_labels_splits_and_gender_of_the_real_spellings(corpus: Path) -> None:
    cohort = open_cohort(corpus)
    found = [(s.person_id, s.session_id, s.score, s.split, s.gender, s.visit) for s in cohort.sessions]
    assert found == [
        ("302", "302", 4, "train", "male", 1),
        ("303", "303", 10, "train", "female", 1),
        ("373", "373", 24, "dev", "female", 1),
        ("300", "300", 0, "test", "male", 1),
        ("301", "301", 17, "test", "female", 1),
    ]
    assert [rows.tolist() for rows in official_split(cohort)] == [[0, 1], [2], [3, 4]]
    assert cohort.scale.name == "PHQ-8"
    assert not cohort.simulated


def test_quirks_are_told(corpus: Path) -> None:
    assert open_cohort(corpus).notes == (
        f"{TRAIN}: the binary label contradicts the score of 303; only scores are used.",
        "373: the interview is interrupted from 5:52 to 7:00; the frames are kept.",
    )


def test_all_recordings_have_the_cohorts_extractor(corpus: Path) -> None:
    cohort = open_cohort(corpus)
    extractors = {recording.meta.provenance.extractor for recording in cohort.recordings()}
    assert extractors == {cohort.extractor} == {open_recording(corpus / "302_P").meta.provenance.extractor}


def test_a_session_lists_its_files(corpus: Path) -> None:
    files = open_cohort(corpus).source_files(0)
    assert [path.name for path in files] == [f"302_CLNF_{kind}.txt" for kind in ("AUs", "features", "gaze", "pose")]
    assert all(path.parent == corpus / "302_P" for path in files)


def test_a_worker_process_can_be_given_a_cohort(corpus: Path) -> None:
    part = open_cohort(corpus).subset([2, 0])
    again = pickle.loads(pickle.dumps(part))
    np.testing.assert_array_equal(again.recording(0).column("AU12_r"), part.recording(0).column("AU12_r"))


def flat(corpus: Path) -> None:
    for path in list(corpus.glob("*_P/*")):
        path.rename(corpus / path.name)


def bare_numbers(corpus: Path) -> None:
    for path in list(corpus.glob("*_P")):
        path.rename(path.with_name(path.name.removesuffix("_P")))


def nested(corpus: Path) -> None:
    for path in list(corpus.glob("*_P")):
        place = corpus / "data" / path.name / path.name
        place.parent.mkdir(parents=True)
        path.rename(place)
    (corpus / "labels").mkdir()
    for path in list(corpus.glob("*.csv")):
        path.rename(corpus / "labels" / path.name)


@pytest.mark.parametrize("arrange", [flat, bare_numbers, nested])
def test_other_arrangements(corpus: Path, arrange: Callable[[Path], None]) -> None:
    before = open_cohort(corpus)
    arrange(corpus)
    after = open_cohort(corpus)
    assert [s.session_id for s in after.sessions] == [s.session_id for s in before.sessions]
    assert after.recording(4).n_rows == 12
    assert after.fingerprint(4) == after.fingerprint(4)


def test_blanks_in_headers_blank_lines_and_floats_are_forgiven(corpus: Path) -> None:
    header = TRAIN_HEADER.replace(",", ", ")
    (corpus / TRAIN).write_text(f"﻿{header}\n302.0, 0, 4.0, 1.0\n\n , , ,\n303, 1, 10, 0\n", encoding="utf-8")
    assert [(s.person_id, s.score, s.gender) for s in open_cohort(corpus).sessions[:2]] == [
        ("302", 4, "male"),
        ("303", 10, "female"),
    ]


def test_a_test_split_without_scores_is_left_out_and_told(corpus: Path) -> None:
    (corpus / FULL_TEST).unlink()
    cohort = open_cohort(corpus)
    assert f"The 2 test sessions are left out: {TEST} has no scores; add {FULL_TEST}." in cohort.notes
    with pytest.raises(DatasetError, match="cohort DAIC has no test sessions"):
        official_split(cohort)
    assert [len(rows) for rows in official_split(cohort, with_test=False)] == [2, 1, 0]
    (corpus / TEST).unlink()
    assert f"The test split is left out: {FULL_TEST} is not there." in open_cohort(corpus).notes


def test_folders_without_a_label_are_not_looked_at(corpus: Path) -> None:
    (made_up_session(corpus, "342") / "342_CLNF_AUs.txt").write_text("")
    assert "342" not in open_cohort(corpus).person_ids


def test_sessions_may_be_left_out_by_name(corpus: Path) -> None:
    assert open_cohort(corpus, leave_out=["302", "300"]).person_ids == ("303", "373", "301")
    with pytest.raises(DatasetError, match="there are no sessions 999 to leave out"):
        open_cohort(corpus, leave_out=["302", "999"])
    with pytest.raises(DatasetError, match="every session is to be left out"):
        open_cohort(corpus, leave_out=["300", "301", "302", "303", "373"])


# Bad input


def test_neither_layout(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(DatasetError, match=r"no cohort is there: neither cohort\.json .* nor DAIC-WOZ's train_split"):
        open_cohort(tmp_path)
    with pytest.raises(DatasetError, match="this is no folder"):
        open_cohort(tmp_path / "notes.txt")


def test_packed_sessions(corpus: Path) -> None:
    for participant in ("302", "300"):
        shutil.rmtree(corpus / f"{participant}_P")
        with zipfile.ZipFile(corpus / f"{participant}_P.zip", "w") as packed:
            packed.writestr(f"{participant}_CLNF_AUs.txt", "")
    with pytest.raises(DatasetError, match=r"2 labelled sessions are still packed: 302_P\.zip, 300_P\.zip\. Unzip"):
        open_cohort(corpus)
    cohort = open_cohort(corpus, skip_missing=True)
    assert cohort.person_ids == ("303", "373", "301")
    assert "Sessions left out, because they are still packed: 302_P.zip, 300_P.zip." in cohort.notes


def test_labels_without_folders(corpus: Path) -> None:
    lines = "".join(f"{n},0,1,1,,,,,,,,\n" for n in range(480, 487))
    (corpus / TRAIN).write_text((corpus / TRAIN).read_text() + lines)
    with pytest.raises(DatasetError, match=r"7 labelled sessions have no files: 480, 481, 482, 483, 484 and 2 more\."):
        open_cohort(corpus)
    cohort = open_cohort(corpus, skip_missing=True)
    assert len(cohort) == 5
    assert cohort.notes[1] == "Sessions left out, because they have no folder: 480, 481, 482, 483, 484 and 2 more."


def test_missing_feature_files(corpus: Path) -> None:
    (corpus / "303_P" / "303_CLNF_gaze.txt").unlink()
    (corpus / "301_P" / "301_CLNF_features.txt").unlink()
    with pytest.raises(
        DatasetError, match=r"feature files are missing: 303_CLNF_gaze\.txt, 301_CLNF_features\.txt\. Unpack"
    ):
        open_cohort(corpus)
    assert open_cohort(corpus, skip_missing=True).person_ids == ("302", "373", "300")


def test_nothing_left_to_skip_to(corpus: Path) -> None:
    for folder in corpus.glob("*_P"):
        shutil.rmtree(folder)
    with pytest.raises(DatasetError, match="5 labelled sessions have no files"):
        open_cohort(corpus, skip_missing=True)


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        (TRAIN, "", "train_split.*: the labels are an empty file"),
        (TRAIN, f"{TRAIN_HEADER}\n\n", "the train split has no participants"),
        (DEV, f"{TRAIN_HEADER}\n", "the dev split has no participants"),
        (FULL_TEST, "Participant_ID,PHQ_Score\n", "the test split has no participants"),
        (TRAIN, "Participant_ID,Gender\n302,1\n", "no column PHQ8_Score"),
        (TRAIN, "PHQ8_Score,Gender\n3,1\n", "no column Participant_ID"),
        (TRAIN, "Participant_ID,PHQ8_Score\n302,\n303,4\n", "participants have no score: 302"),
        (TRAIN, "Participant_ID,PHQ8_Score\n302,25\n303,-1\n", "from 0 to 24, but 302 has 25, 303 has -1"),
        (TRAIN, "Participant_ID,PHQ8_Score\n302,nan\n303,4\n", "whole numbers from 0 to 24, but 302 has nan"),
        (TRAIN, "Participant_ID,PHQ8_Score\n302,4.5\n", "whole numbers from 0 to 24, but 302 has 4.5"),
        (TRAIN, "Participant_ID,PHQ8_Score\n302,many\n", "the score 'many' of 302 is no number"),
        (TRAIN, "Participant_ID,PHQ8_Score\nP302,4\n", "'P302' is no participant's number"),
        (TRAIN, "Participant_ID,PHQ8_Score,Gender\n302,4,2\n", "the gender '2' of 302 is neither"),
        (TRAIN, "Participant_ID,PHQ8_Score\n302,4\n302,5\n303,1\n", "participants stand more than once: 302"),
        (DEV, "Participant_ID,PHQ8_Score\n302,4\n", "person 302 of DAIC is in both train and dev"),
        (DEV, "Participant_ID,PHQ8_Score\n302,4\n303,9\n", "2 persons of DAIC are in more than one split: 302, 303"),
    ],
)
def test_bad_labels(corpus: Path, name: str, text: str, what: str) -> None:
    (corpus / name).write_text(text)
    with pytest.raises(DatasetError, match=what) as raised:
        open_cohort(corpus)
    assert "\n" not in str(raised.value)


def test_labels_that_are_no_text_or_not_there(corpus: Path) -> None:
    (corpus / DEV).write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(DatasetError, match="the labels are not a table of text"):
        open_cohort(corpus)
    (corpus / DEV).unlink()
    with pytest.raises(DatasetError, match=f"{DEV} is missing"):
        open_cohort(corpus)


def test_the_same_thing_in_two_places(corpus: Path) -> None:
    shutil.copytree(corpus / "302_P", corpus / "again" / "302_P")
    with pytest.raises(DatasetError, match="files of session 302 are in two places"):
        open_cohort(corpus)
    shutil.rmtree(corpus / "again")
    (corpus / "labels").mkdir()
    shutil.copy(corpus / DEV, corpus / "labels")
    with pytest.raises(DatasetError, match=f"{DEV} is in two places"):
        open_cohort(corpus)


def test_an_unreadable_feature_file(corpus: Path) -> None:
    cohort = open_cohort(corpus)
    gaze = corpus / "302_P" / "302_CLNF_gaze.txt"
    gaze.write_bytes(b"\x00\x01\x02")
    with pytest.raises(RecordingError, match=r"302_CLNF_gaze\.txt: this is not a CSV table"):
        cohort.recording(0)
    gaze.unlink()
    gaze.mkdir()
    with pytest.raises(DatasetError, match=r"feature files are missing: 302_CLNF_gaze\.txt"):
        open_cohort(corpus)


def test_a_session_without_a_face(corpus: Path, edit: Edit) -> None:
    for path in (corpus / "303_P").iterdir():
        path.write_text(path.read_text().replace("0.950, 1,", "0.000, 0,"))
    with pytest.raises(RecordingError, match=r"303_CLNF_AUs\.txt: none of the session's 12 frames has a face"):
        open_cohort(corpus).recording(1)


def holed(path: Path, column: int, rows: int) -> None:
    """Put old OpenFace's spelling of no number into the first rows of a column."""
    lines = [line.split(", ") for line in path.read_text().splitlines()]
    for line in lines[1 : rows + 1]:
        line[column] = "-1.#IND"
    path.write_text("\n".join(", ".join(line) for line in lines) + "\n")


@pytest.mark.parametrize(
    ("kind", "column", "name"), [("pose", 7, "pose_Rx"), ("gaze", 4, "gaze_0_x"), ("AUs", 4, "AU01_r")]
)
def test_columns_without_numbers(corpus: Path, kind: str, column: int, name: str) -> None:
    cohort, path = open_cohort(corpus), corpus / "302_P" / f"302_CLNF_{kind}.txt"
    holed(path, column, 3)
    recording = cohort.recording(0)
    assert np.isnan(recording.column(name)[:3]).all()
    theirs = path.read_text().split("\n")[0].split(", ")[column]
    assert recording.meta.warnings == (f"{path.name}: 3 frames that show a face hold no number in {theirs}.",)
    holed(path, column, 7)
    with pytest.raises(
        RecordingError, match=rf"{path.name}: {name} holds no number in 7 of 12 frames with a face\. Copy or export"
    ):
        cohort.recording(0)


def test_landmarks_without_numbers(corpus: Path) -> None:
    cohort, path = open_cohort(corpus), corpus / "302_P" / "302_CLNF_features.txt"
    holed(path, 100, 7)
    with pytest.raises(RecordingError, match=r"302_CLNF_features\.txt: landmarks holds no number in 7 of 12 frames"):
        cohort.recording(0)


def test_an_origin_that_cannot_be_read(copy: Path) -> None:
    (copy / "lineament_origin.json").write_text("{}")
    with pytest.raises(RecordingError, match="it does not say whether its sessions are simulated"):
        open_cohort(copy)
    with pytest.raises(RecordingError, match="it does not say whether its sessions are simulated"):
        open_recording(copy / "300_P")
