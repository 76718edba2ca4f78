"""Copies of AVEC 2013 and 2014, written by us and made up, with the corpora's quirks; every file is made up here."""

import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lineament.datasets import BDI2, PHQ8, Cohort, Session, grouped_folds, official_split, open_cohort, write_avec
from lineament.errors import DatasetError, RecordingError, VideoError
from lineament.provenance import Provenance
from lineament.recording import COLUMNS, SUFFIX, Recording, RecordingMeta

PARTITION = {"train": "Training", "dev": "Development", "test": "Testing"}


def recording(seed: int, extractor: str = "lineament/facemesh", frames: int = 8) -> Recording:
    rng = np.random.default_rng(seed)
    columns: dict[str, np.ndarray] = {
        "frame": np.arange(frames),
        "timestamp": np.arange(frames) / 30,
        "face_id": np.zeros(frames),
        "confidence": np.full(frames, 0.9),
        "success": np.ones(frames, dtype=bool),
        "AU12_r": rng.uniform(0, 5, frames),
    }
    meta = RecordingMeta(1, Provenance(extractor, "1"), None, (), 0, (), 0, complete=True)
    points = rng.uniform(0, 400, (frames, 68, 2)).astype(np.float32)
    return Recording.from_columns(columns, meta, landmarks68=points)


def analyse(video: Path, into: Path | None = None, extractor: str = "lineament/facemesh") -> Path:
    """What `lineament analyze` would leave of a video."""
    into = into or video.parent
    into.mkdir(exist_ok=True)
    return recording(sum(video.stem.encode()), extractor).save(into / f"{video.stem}{SUFFIX}")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """AVEC 2014 with persons 203 (one session), 205 (two, in train and dev, names swapped in Northwind) and 206."""
    root = tmp_path / "AVEC2014"
    labels = {"203_1": (3, "train"), "205_1": (20, "train"), "205_2": (44, "dev"), "206_1": (11, "test")}
    swapped = {"205_1": "205_2", "205_2": "205_1"}
    for session, (score, split) in labels.items():
        path = root / f"{PARTITION[split]}_DepressionLabels" / f"{session}_Depression.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{score}\n")
        for task in ("Northwind", "Freeform"):
            name = swapped.get(session, session) if task == "Northwind" else session
            video = root / PARTITION[split] / task / f"{name}_{task}_video.mp4"
            video.parent.mkdir(parents=True, exist_ok=True)
            video.write_bytes(b"a video")
            analyse(video, root / "analysis")
    return root


@pytest.fixture(scope="module")
def avec2014(seen_again: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "avec2014"
    write_avec(seen_again.subset([0, 1, 4, 8]), folder, 2014)
    return folder


def assert_same(stored: Recording, made: Recording, start: int, stop: int) -> None:
    assert stored.n_rows == stop - start
    for name in COLUMNS:
        assert stored.has(name) == made.has(name)
        if made.has(name) and name not in ("frame", "pts", "timestamp"):
            np.testing.assert_array_equal(stored.column(name), made.column(name)[start:stop], err_msg=name)
    np.testing.assert_allclose(stored.time_s, made.time_s[start:stop] - made.time_s[start], atol=1e-12)
    np.testing.assert_array_equal(stored.column("frame"), np.arange(stop - start))
    np.testing.assert_array_equal(stored.landmarks68(0, stop - start), made.landmarks68(start, stop))


def test_avec2013_reads_back(seen_again: Cohort, tmp_path: Path) -> None:
    part = seen_again.subset([0, 1, 4, 8])
    write_avec(part, tmp_path / "avec", 2013)
    cohort = open_cohort(tmp_path / "avec")
    assert (cohort.scale, cohort.simulated, cohort.extractor) == (BDI2, True, part.extractor)
    assert [s.session_id for s in cohort.sessions] == ["203_1", "203_2", "204_1", "205_1"]
    assert [s.visit for s in cohort.sessions] == [1, 2, 1, 1]
    # 63 / 24 = 2.625; halves go up
    np.testing.assert_array_equal(cohort.scores, np.floor(part.scores * 2.625 + 0.5))
    assert [s.split for s in cohort.sessions] == ["train", "train", "train", "test"]
    assert all(s.video is None for s in cohort.sessions)
    for i in range(4):
        stored, made = cohort.recording(i), part.recording(i)
        assert_same(stored, made, 0, made.n_rows)
        assert stored.meta.blinks == made.meta.blinks
        assert stored.meta.provenance == made.meta.provenance
    path = tmp_path / "avec" / "Training" / "Video" / f"203_2_cut_combined{SUFFIX}"
    assert cohort.sessions[1].files == (path,)
    label = tmp_path / "avec" / "Training" / "DepressionLabels" / "204_1_Depression.csv"
    assert float(label.read_text()) == cohort.scores[2]


def test_avec2014_has_two_halves_of_a_session(seen_again: Cohort, avec2014: Path) -> None:
    cohort = open_cohort(avec2014)
    assert [(s.session_id, s.task) for s in cohort.sessions][:4] == [
        ("203_1_Northwind", "Northwind"),
        ("203_1_Freeform", "Freeform"),
        ("203_2_Northwind", "Northwind"),
        ("203_2_Freeform", "Freeform"),
    ]
    made = seen_again.recording(1)
    half = made.n_rows // 2
    assert_same(cohort.recording(2), made, 0, half)
    assert_same(cohort.recording(3), made, half, made.n_rows)
    assert cohort.notes == (
        "Each session has recordings of two tasks, Northwind and Freeform, with one label: say of results whether both "
        "were averaged or every recording counts.",
    )
    cohort.check_person_disjoint()


def test_a_cohort_read_can_be_written_again(avec2014: Path, tmp_path: Path) -> None:
    cohort = open_cohort(avec2014)
    write_avec(cohort, tmp_path / "again", 2014)
    again = open_cohort(tmp_path / "again")
    assert [replace(s, files=()) for s in again.sessions] == [replace(s, files=()) for s in cohort.sessions]
    assert [again.fingerprint(i) for i in range(2)] == [cohort.fingerprint(i) for i in range(2)]


def test_every_bdi_score_of_a_phq_score(seen_again: Cohort, tmp_path: Path) -> None:
    sessions = tuple(Session(f"P{i}", f"P{i}", float(i)) for i in range(25))
    cohort = Cohort("all", sessions, lambda _: recording(1, frames=4), "x", simulated=True)
    write_avec(cohort.subset([0, 4, 12, 24]), tmp_path / "c", 2013)
    assert sorted(open_cohort(tmp_path / "c").scores) == [0, 11, 32, 63]


def test_videos_are_made_on_demand_and_never_half(seen_again: Cohort, tmp_path: Path) -> None:
    part, asked = seen_again.subset([0, 4, 8]), []

    def film(session: Session, start: float, stop: float, path: Path) -> None:
        asked.append((session.person_id, start, stop))
        path.write_bytes(b"half")
        if len(asked) == 3:
            raise VideoError("no encoder", remedy="Install one.")
        path.write_bytes(b"whole")

    with pytest.raises(VideoError):
        write_avec(part, tmp_path / "c", 2014, video=film)
    assert len(list((tmp_path / "c").rglob("*.mp4"))) == 2
    write_avec(part, tmp_path / "c", 2014, video=film)
    np.testing.assert_allclose([one[1:] for one in asked[:2]], [(0, 1), (1, 2)])
    cohort = open_cohort(tmp_path / "c")
    assert {s.video.read_bytes() for s in cohort.sessions if s.video} == {b"whole"}
    assert cohort.sessions[0].video == tmp_path / "c" / "Training" / "Northwind" / "203_1_Northwind_video.mp4"
    assert len(asked) == 7


def test_the_swapped_names_follow_their_place(corpus: Path) -> None:
    cohort = open_cohort(corpus)
    by_id = {s.session_id: s for s in cohort.sessions}
    assert list(by_id) == [
        *("203_1_Northwind", "203_1_Freeform", "205_1_Northwind", "205_1_Freeform"),
        *("205_2_Northwind", "205_2_Freeform", "206_1_Northwind", "206_1_Freeform"),
    ]
    one = by_id["205_1_Northwind"]
    assert (one.score, one.split, one.visit, one.person_id) == (20, "train", 1, "205")
    assert one.video == corpus / "Training" / "Northwind" / "205_2_Northwind_video.mp4"
    assert one.files == (corpus / "analysis" / f"205_2_Northwind_video{SUFFIX}",)
    other = by_id["205_2_Northwind"]
    assert (other.score, other.split) == (44, "dev")
    assert other.video == corpus / "Development" / "Northwind" / "205_1_Northwind_video.mp4"
    assert by_id["205_1_Freeform"].video == corpus / "Training" / "Freeform" / "205_1_Freeform_video.mp4"
    swaps = [note for note in cohort.notes if "swaps" in note]
    assert swaps == [
        "205_1_Northwind_video is taken for session 205_2: AVEC 2014 swaps these names between partitions.",
        "205_2_Northwind_video is taken for session 205_1: AVEC 2014 swaps these names between partitions.",
    ]


def test_a_copy_without_the_slip_is_read_as_it_is(corpus: Path) -> None:
    north, other = corpus / "Training" / "Northwind", corpus / "Development" / "Northwind"
    (north / "205_2_Northwind_video.mp4").rename(corpus / "x.tmp")
    (other / "205_1_Northwind_video.mp4").rename(north / "205_1_Northwind_video.mp4")
    (corpus / "x.tmp").rename(other / "205_2_Northwind_video.mp4")
    cohort = open_cohort(corpus)
    assert not [note for note in cohort.notes if "swap" in note]
    assert {s.session_id: s.video.name for s in cohort.sessions if s.video}["205_1_Northwind"].startswith("205_1")


def test_names_alone_cannot_tell_the_slip(corpus: Path) -> None:
    for path in list(corpus.rglob("*.mp4")):
        path.unlink()
    cohort = open_cohort(corpus)
    assert len([note for note in cohort.notes if "which AVEC 2014 may swap" in note]) == 4
    assert all(s.video is None for s in cohort.sessions)


def test_persons_in_several_partitions_are_told_and_refused(corpus: Path) -> None:
    cohort = open_cohort(corpus)
    assert cohort.notes[-1] == (
        "1 person is in more than one official partition (205), 0 of the 1 persons of test among them: use "
        "person-disjoint folds (holdout or nested-cv); the official split is refused."
    )
    with pytest.raises(DatasetError, match=r"person 205 of cohort AVEC2014 is in both train and dev\. Use person-disj"):
        official_split(cohort)
    folds = grouped_folds(cohort, k=3)
    of_205 = [fold for fold in folds if {"205"} & {cohort.person_ids[i] for i in fold}]
    assert len(of_205) == 1
    assert sorted(cohort.sessions[i].session_id for i in of_205[0] if cohort.person_ids[i] == "205") == [
        *("205_1_Freeform", "205_1_Northwind", "205_2_Freeform", "205_2_Northwind")
    ]


def test_a_cohort_is_read_in_a_worker(corpus: Path) -> None:
    cohort = pickle.loads(pickle.dumps(open_cohort(corpus)))
    stored = cohort.recording(0)
    assert stored.meta.provenance.extractor == cohort.extractor == "lineament/facemesh"
    expected = recording(sum(b"203_1_Northwind_video"))
    np.testing.assert_array_equal(stored.column("AU12_r"), expected.column("AU12_r"))


def test_videos_that_are_not_analysed(corpus: Path) -> None:
    (corpus / "analysis" / f"203_1_Freeform_video{SUFFIX}").unlink()
    said = r"AVEC2014: 1 of 8 recordings are not analysed: 203_1_Freeform_video\. Analyse the videos first"
    with pytest.raises(DatasetError, match=said):
        open_cohort(corpus)
    cohort = open_cohort(corpus, skip_missing=True)
    assert len(cohort) == 7
    assert "Sessions left out, because their videos are not analysed: 203_1_Freeform_video." in cohort.notes
    shutil.rmtree(corpus / "analysis")
    with pytest.raises(DatasetError, match="8 of 8 recordings are not analysed"):
        open_cohort(corpus, skip_missing=True)


def test_labels_without_a_recording(corpus: Path) -> None:
    (corpus / "Testing" / "Freeform" / "206_1_Freeform_video.mp4").unlink()
    (corpus / "analysis" / f"206_1_Freeform_video{SUFFIX}").unlink()
    with pytest.raises(DatasetError, match=r"1 labelled session has no files: 206_1_Freeform\. Add their videos"):
        open_cohort(corpus)
    for folder in ("analysis", "Training", "Development", "Testing"):
        shutil.rmtree(corpus / folder)
    with pytest.raises(DatasetError, match="4 labelled sessions have no files: 205_2, 206_1, 203_1, 205_1"):
        open_cohort(corpus)


def test_recordings_without_a_label(corpus: Path) -> None:
    (corpus / "Training_DepressionLabels" / "203_1_Depression.csv").unlink()
    with pytest.raises(DatasetError, match="labels are missing for 2 recordings: 203_1_Freeform_video, 203_1_Northw"):
        open_cohort(corpus)


def test_a_test_partition_without_labels_is_left_out(corpus: Path) -> None:
    shutil.rmtree(corpus / "Testing_DepressionLabels")
    cohort = open_cohort(corpus)
    assert len(cohort) == 6
    assert "The 2 test recordings are left out: there are no test labels." in cohort.notes


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("64", "BDI-II scores are whole numbers from 0 to 63, but 203_1_Northwind has 64, 203_1_Freeform has 64"),
        ("3.5", "203_1_Northwind has 3.5"),
        ("nan", "203_1_Northwind has nan"),
        ("3,4", r"203_1_Depression\.csv: a label file holds one number, and this one does not"),
        ("high", "a label file holds one number"),
        ("", "the labels are an empty file"),
        ("\0", "a label file holds one number|not a table of text"),
    ],
)
def test_label_files_that_cannot_be(corpus: Path, text: str, what: str) -> None:
    (corpus / "Training_DepressionLabels" / "203_1_Depression.csv").write_text(text)
    with pytest.raises(DatasetError, match=what):
        open_cohort(corpus)


def test_files_twice_or_in_the_wrong_place(corpus: Path) -> None:
    shutil.copy(corpus / "Testing_DepressionLabels" / "206_1_Depression.csv", corpus / "Training_DepressionLabels")
    with pytest.raises(DatasetError, match="the label of 206_1 is in two places"):
        open_cohort(corpus)
    (corpus / "Testing_DepressionLabels" / "206_1_Depression.csv").unlink()
    with pytest.raises(
        DatasetError, match="206_1_Freeform_video lies in the test partition, but its label is in train"
    ):
        open_cohort(corpus)
    (corpus / "labels").mkdir()
    (corpus / "Training_DepressionLabels" / "206_1_Depression.csv").rename(corpus / "labels" / "206_1_Depression.csv")
    with pytest.raises(DatasetError, match="no folder around this label file says"):
        open_cohort(corpus)
    shutil.copy(corpus / "analysis" / f"203_1_Freeform_video{SUFFIX}", corpus / "Training" / "Freeform")
    with pytest.raises(DatasetError, match="the analysis of 203_1_Freeform_video is in two places"):
        open_cohort(corpus)


def test_both_editions_in_one_folder(corpus: Path) -> None:
    (corpus / "Training" / "Video").mkdir()
    (corpus / "Training" / "Video" / "203_1_cut_combined.mp4").write_bytes(b"")
    with pytest.raises(DatasetError, match="AVEC 2013 and AVEC 2014 are both in this folder"):
        open_cohort(corpus)


def test_recordings_of_several_extractors_or_damaged(corpus: Path) -> None:
    path = corpus / "analysis" / f"206_1_Freeform_video{SUFFIX}"
    path.unlink()
    analyse(path.with_name("206_1_Freeform_video.mp4"), extractor="lineament/face-landmarker")
    with pytest.raises(DatasetError, match="most by lineament/facemesh, but not 206_1_Freeform_video"):
        open_cohort(corpus)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(RecordingError, match="206_1_Freeform_video"):
        open_cohort(corpus)


def test_another_instrument_than_expected(corpus: Path) -> None:
    assert open_cohort(corpus, expected=BDI2).scale is BDI2
    with pytest.raises(DatasetError, match="AVEC2014: the cohort has BDI-II scores, not PHQ-8"):
        open_cohort(corpus, expected=PHQ8)


def test_what_the_layout_cannot_hold(seen_again: Cohort, avec2014: Path, tmp_path: Path) -> None:
    edit: Callable[[Session], Session] = lambda s: replace(s, visit=1)  # noqa: E731
    twice = replace(seen_again, sessions=tuple(edit(s) for s in seen_again.sessions))
    with pytest.raises(DatasetError, match="sessions would have one name: 203_1_cut_combined"):
        write_avec(twice, tmp_path / "a", 2013)
    with pytest.raises(DatasetError, match="AVEC 2013 has no task Northwind"):
        write_avec(open_cohort(avec2014), tmp_path / "b", 2013)
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "b").exists()
