"""Folders of OpenFace CSVs with labels.csv, written by us and put together by hand."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lineament.datasets import BDI2, PHQ8, Cohort, official_split, open_cohort, write_avec, write_openface_folder
from lineament.errors import DatasetError, RecordingError
from lineament.features.channels import LANDMARK_CHANNELS, absent_channels
from lineament.recording import COLUMNS
from lineament.recording.openface_layout import OPENFACE_COLUMNS
from lineament.simulation.storage import split_of

Edit = Callable[[Path, str, str], None]
HEAD = [
    *("frame", "face_id", "timestamp", "confidence", "success"),
    *(f"pose_{kind}{axis}" for kind in "TR" for axis in "xyz"),
    *("gaze_angle_x", "gaze_angle_y", *(f"AU{n:02d}_r" for n in (1, 2, 4, 5, 6, 9, 12, 15, 25, 26))),
]


def table(path: Path, seed: int) -> None:
    """Ten frames; blanks before names, as OpenFace 2.0 writes them."""
    rows = np.random.default_rng(seed).uniform(0, 1, (10, len(HEAD)))
    rows[:, :5] = np.stack([np.arange(1, 11), np.zeros(10), np.arange(10) / 25, np.ones(10), np.ones(10)], axis=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [", ".join(f"{value:.3f}" for value in row) for row in rows]
    path.write_text("\n".join([", ".join(HEAD), *lines]) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Anna twice, Ben once; a column of the user's own."""
    root = tmp_path / "clinic"
    for seed, name in enumerate(("anna_1.csv", "second/anna-2.csv", "ben.csv")):
        table(root / name, seed)
    (root / "labels.csv").write_text(
        "Person,Visit,Score,ward,Gender,Age,Split\nanna,1,4,A,f,31,train\nanna,2,9,A,f,31.5,train\nben,1,20,B,M,,valid\n"
    )
    return root


def test_what_is_written_reads_back(simulated: Cohort, tmp_path: Path) -> None:
    part = simulated.subset(range(4))
    write_openface_folder(part, tmp_path / "c")
    cohort = open_cohort(tmp_path / "c")
    assert (cohort.simulated, cohort.extractor, cohort.scale, cohort.notes) == (True, "simulated/openface", PHQ8, ())
    np.testing.assert_array_equal(cohort.scores, part.scores)
    kept = [(s.person_id, s.session_id, s.visit, s.gender, s.age) for s in cohort.sessions]
    assert kept == [(s.person_id, s.session_id, s.visit, s.gender, s.age) for s in part.sessions]
    assert [s.split for s in cohort.sessions] == [split_of(i, 4) for i in range(4)]
    decimals = {column.name: column.decimals for column in OPENFACE_COLUMNS}
    stored, made = cohort.recording(1), part.recording(1)
    for name in COLUMNS:
        if made.has(name) and name in decimals:
            atol = 0.5 * 10.0 ** -decimals[name] + 1e-5
            np.testing.assert_allclose(stored.column(name), made.column(name), atol=atol, err_msg=name)
    np.testing.assert_allclose(stored.landmarks68(0, 90), made.landmarks68(0, 90), atol=0.0501)
    assert stored.meta.provenance.simulated


def test_several_visits_and_other_instruments_read_back(seen_again: Cohort, tmp_path: Path) -> None:
    part = seen_again.subset([0, 1, 8])
    write_avec(part, tmp_path / "avec", 2013)
    avec = open_cohort(tmp_path / "avec")
    write_openface_folder(avec, tmp_path / "c")
    cohort = open_cohort(tmp_path / "c", expected=BDI2)
    np.testing.assert_array_equal(cohort.scores, avec.scores)
    assert [(s.person_id, s.visit, s.split) for s in cohort.sessions] == [
        (s.person_id, s.visit, s.split) for s in avec.sessions
    ]


def test_files_are_found_by_person_and_visit(folder: Path) -> None:
    cohort = open_cohort(folder)
    assert [(s.person_id, s.session_id, s.visit, s.score, s.split, s.gender, s.age) for s in cohort.sessions] == [
        ("anna", "anna_1", 1, 4, "train", "female", 31),
        ("anna", "anna_2", 2, 9, "train", "female", 31.5),
        ("ben", "ben_1", 1, 20, "dev", "male", None),
    ]
    assert [s.files[0].name for s in cohort.sessions] == ["anna_1.csv", "anna-2.csv", "ben.csv"]
    assert [rows.tolist() for rows in official_split(cohort, with_test=False)] == [[0, 1], [2], []]
    assert (cohort.extractor, cohort.simulated) == ("openface", False)
    assert cohort.notes == ("labels.csv does not name its instrument, so PHQ-8 is taken; a column instrument says it.",)
    recording = cohort.recording(1)
    assert recording.meta.provenance.extractor == cohort.extractor
    np.testing.assert_allclose(recording.time_s, np.arange(10) / 25)
    units = [f"action units: AU{n:02d}" for n in (7, 10, 14, 17, 20, 23, 45)]
    assert absent_channels(recording) == (*units, *LANDMARK_CHANNELS)


def test_files_are_found_by_session_or_file(folder: Path) -> None:
    (folder / "labels.csv").write_text(
        "person,visit,score,session,file,instrument\n"
        "anna,1,4,anna_1.csv,,bdi-ii\nanna,2,63,,second/anna-2.csv,BDI-II\nben,7,20,ben,,BDI-II\n"
    )
    cohort = open_cohort(folder)
    assert [s.files[0].name for s in cohort.sessions] == ["anna_1.csv", "anna-2.csv", "ben.csv"]
    assert [s.session_id for s in cohort.sessions] == ["anna_1", "anna-2", "ben"]
    assert cohort.sessions[2].visit == 7
    assert (cohort.scale, cohort.notes) == (BDI2, ())


def test_labels_without_files_and_files_without_labels_are_named(folder: Path) -> None:
    (folder / "ben.csv").rename(folder / "benjamin.csv")
    (folder / "anna_1.csv").unlink()
    table(folder / "more" / "carl_1.csv", 5)
    with pytest.raises(DatasetError, match=r"clinic: 2 labels have no CSV file: anna_1, ben_1\. Add the files"):
        open_cohort(folder)
    notes = open_cohort(folder, skip_missing=True).notes
    assert notes[1:] == (
        "Left out, because they have no CSV file: anna_1, ben_1.",
        "Not read, because they have no label: benjamin.csv, more/carl_1.csv.",
    )


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("Score", "phq", r"labels\.csv: the labels have no column score"),
        ("ben,1,20", "ben,1,", "line 4 has no score"),
        ("ben,1,20", ",1,20", "line 4 has no person"),
        ("ben,1,20", "ben,1,high", "the score 'high' in line 4 is no number"),
        ("ben,1,20", "ben,1,25", "PHQ-8 scores are whole numbers from 0 to 24, but ben_1 has 25"),
        ("ben,1,20", "ben,0,20", "the visit 0 in line 4 is not a whole number from 1 on"),
        ("anna,2,9", "anna,1,9", "sessions stand more than once: anna visit 1"),
        ("M,,valid", "M,,later", "the split 'later' in line 4 is none of train"),
        ("M,,valid", "x,,valid", "the gender 'x' in line 4"),
        ("31.5,train", "31.5,test", "person anna of labels.csv is in both train and test"),
        ("ward", "instrument", "the instrument a is not known"),
    ],
)
def test_labels_that_cannot_be(folder: Path, edit: Edit, old: str, new: str, what: str) -> None:
    edit(folder / "labels.csv", old, new)
    with pytest.raises(DatasetError, match=what):
        open_cohort(folder)


def test_labels_that_are_no_table(folder: Path) -> None:
    labels = folder / "labels.csv"
    labels.write_text("person,visit,score\n")
    with pytest.raises(DatasetError, match="the labels have a header but no lines"):
        open_cohort(folder)
    labels.write_text("person,visit,score,instrument\nanna,1,4,PHQ-8\nben,1,20,BDI-II\n")
    with pytest.raises(DatasetError, match="the lines are of several instruments"):
        open_cohort(folder)
    labels.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match=r"labels\.csv: the labels are not a table of text"):
        open_cohort(folder)
    labels.write_text("")
    with pytest.raises(DatasetError, match="the labels are an empty file"):
        open_cohort(folder)


def test_files_that_are_ambiguous_shared_or_damaged(folder: Path, edit: Edit) -> None:
    table(folder / "second" / "anna_1.csv", 9)
    with pytest.raises(DatasetError, match=r"session anna_1 has several files: anna_1\.csv, second/anna_1\.csv"):
        open_cohort(folder)
    (folder / "labels.csv").write_text("person,visit,score,file\nanna,1,4,ben.csv\nben,1,20,ben.csv\n")
    with pytest.raises(DatasetError, match=r"visit 1 of anna and visit 1 of ben have the same file ben\.csv"):
        open_cohort(folder)
    (folder / "labels.csv").write_text("person,visit,score\nben,1,20\n")
    edit(folder / "ben.csv", "0.040", "text")
    with pytest.raises(RecordingError, match=r"ben\.csv: the table cannot be read"):
        open_cohort(folder).recording(0)


def test_names_that_are_no_files(simulated: Cohort, tmp_path: Path) -> None:
    odd = replace(simulated, sessions=tuple(replace(s, session_id=f"a/{s.session_id}") for s in simulated.sessions))
    with pytest.raises(DatasetError, match="sessions cannot be names of files: a/S00001-1"):
        write_openface_folder(odd, tmp_path / "c")
