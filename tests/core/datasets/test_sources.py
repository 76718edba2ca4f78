"""Where sessions come from: files and their content, or what they are simulated from."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lineament.datasets import Cohort, open_cohort
from lineament.errors import DatasetError, RecordingError
from lineament.simulation import simulate_cohort, write_cohort


def simulated_twice(**other: float) -> list[str]:
    made = [simulate_cohort(2, seed=5, **{"seconds": 3, "fps": 30, **change}) for change in ({}, other)]
    return [Cohort.from_simulation(one).fingerprint(1) for one in made]


def test_a_simulated_session_is_named_by_what_makes_it() -> None:
    first, again = simulated_twice()
    assert first == again
    assert len(first) == 64
    first, longer = simulated_twice(seconds=4)
    assert first != longer
    first, faster = simulated_twice(fps=10)
    assert first != faster
    cohort = Cohort.from_simulation(simulate_cohort(3, seed=5, seconds=3))
    assert len({cohort.fingerprint(i) for i in range(3)}) == 3
    assert cohort.source_files(0) == ()


def test_scores_do_not_enter_a_fingerprint() -> None:
    real, null = (Cohort.from_simulation(simulate_cohort(9, preset, seed=5)) for preset in ("realistic", "null"))
    assert real.scores.tolist() != null.scores.tolist()
    assert [real.fingerprint(i) for i in range(9)] == [null.fingerprint(i) for i in range(9)]
    assert real.identity() != null.identity()


def test_a_session_of_files_is_named_by_their_content(copy: Path, tmp_path: Path) -> None:
    cohort = open_cohort(copy)
    before = cohort.fingerprint(0)
    elsewhere = open_cohort(Path(shutil.copytree(copy, tmp_path / "elsewhere" / "daic")))
    assert elsewhere.fingerprint(0) == before
    assert elsewhere.identity() == cohort.identity()
    assert cohort.fingerprint(1) != before
    path = copy / "300_P" / "300_CLNF_pose.txt"
    changed = path.stat().st_mtime_ns + 10**9
    path.write_text(path.read_text().replace("1", "2", 1))
    os.utime(path, ns=(changed, changed))
    assert cohort.fingerprint(0) != before


def test_identity_follows_labels_and_splits(simulated: Cohort) -> None:
    identity = simulated.identity()
    assert simulated.subset(range(len(simulated))).identity() == identity
    assert simulated.subset([0, 1]).identity() != identity
    assert simulated.with_splits({"train": 0.5, "test": 0.5}).identity() != identity
    sessions = (replace(simulated.sessions[0], score=simulated.sessions[0].score + 1), *simulated.sessions[1:])
    assert replace(simulated, sessions=sessions).identity() != identity


def test_files_that_are_gone(copy: Path) -> None:
    cohort = open_cohort(copy)
    (copy / "300_P" / "300_CLNF_pose.txt").unlink()
    with pytest.raises(RecordingError, match=r"300_CLNF_pose\.txt: this file of the cohort cannot be read"):
        cohort.fingerprint(0)
    with pytest.raises(RecordingError, match="cannot be read"):
        cohort.identity()


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parquet") / "four"
    write_cohort(simulate_cohort(4, seed=3, seconds=3), folder)
    return folder


def test_a_written_cohort_lists_its_files(parquet: Path) -> None:
    cohort = open_cohort(parquet)
    assert cohort.source_files(2) == (parquet / "sessions" / "S00003.parquet",)
    assert len({cohort.fingerprint(i) for i in range(4)}) == 4
    assert {session.visit for session in cohort.sessions} == {1}


def test_visits_of_a_person(tmp_path: Path) -> None:
    simulated = simulate_cohort(3, "longitudinal", seed=2, seconds=2)
    cohort = Cohort.from_simulation(simulated)
    visits = [(session.person_id, session.visit) for session in cohort.sessions]
    assert visits == [(subject.person_id, subject.visit) for subject in simulated.subjects]
    assert len(cohort) > 6
    assert len({session.session_id for session in cohort.sessions}) == len(cohort)
    assert len({cohort.fingerprint(i) for i in range(len(cohort))}) == len(cohort)
    write_cohort(simulated, tmp_path / "c")
    labels = tmp_path / "c" / "labels.csv"
    labels.write_text(labels.read_text().replace(",dev", ",train").replace(",test", ",train"))
    assert [(session.person_id, session.visit) for session in open_cohort(tmp_path / "c").sessions] == visits


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda rows: rows[:2] + rows[1:2], "sessions stand more than once in the labels: S00001-1"),
        (lambda rows: [rows[0], rows[1].replace("S00001-1", "S00001-2").replace(",train", ",dev"), *rows[1:]],
         "person S00001 of labels.csv is in both dev and train"),
        (lambda rows: [rows[0], _with_score(rows[1], "25")], "from 0 to 24, but S00001-1 has 25"),
        (lambda rows: [rows[0], _with_score(rows[1], "nan")], "from 0 to 24, but S00001-1 has nan"),
        (lambda rows: [rows[0], _with_score(rows[1], "")], "sessions have no score: S00001-1"),
        (lambda rows: [rows[0], rows[1].rsplit(",", 2)[0]], "lines of the labels are cut short: 2"),
    ],
)  # fmt: skip
def test_bad_labels(parquet: Path, tmp_path: Path, change: Callable[[list[str]], list[str]], what: str) -> None:
    copy = Path(shutil.copytree(parquet, tmp_path / "copy"))
    rows = (copy / "labels.csv").read_text().splitlines()
    (copy / "labels.csv").write_text("\n".join(change(rows)) + "\n")
    with pytest.raises(DatasetError, match=what):
        open_cohort(copy)


def _with_score(row: str, score: str) -> str:
    cells = row.split(",")
    cells[3] = score
    return ",".join(cells)


def rewritten(parquet: Path, tmp_path: Path, column: str, rows: int, value: object) -> Path:
    """A copy whose first session has the value in the first rows of a column."""
    copy = Path(shutil.copytree(parquet, tmp_path / "copy"))
    path = copy / "sessions" / "S00001.parquet"
    table = pq.read_table(path)
    values = table.column(column).to_numpy().copy()
    values[:rows] = value
    place = table.column_names.index(column)
    pq.write_table(table.set_column(place, table.field(column), pa.array(values)), path)
    return copy


def test_a_column_without_numbers(parquet: Path, tmp_path: Path) -> None:
    copy = rewritten(parquet, tmp_path, "AU12_r", 20, np.nan)
    with pytest.raises(
        RecordingError, match=r"S00001\.parquet: AU12_r holds no number in \d+ of \d+ frames with a face\. Copy or"
    ):
        open_cohort(copy).recording(0)


def test_a_session_without_a_face(parquet: Path, tmp_path: Path) -> None:
    copy = rewritten(parquet, tmp_path, "success", 30, False)
    with pytest.raises(RecordingError, match=r"S00001\.parquet: none of the session's 30 frames has a face"):
        open_cohort(copy).recording(0)
