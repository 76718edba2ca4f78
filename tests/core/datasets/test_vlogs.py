"""D-Vlog and LMVD, written by us and made up, with the corpora's quirks; every file is made up here."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lineament.datasets import VLOG_LABEL, Cohort, official_split, open_cohort, write_d_vlog, write_lmvd
from lineament.datasets.vlogs.landmarks import ORDERS, head_rotation, order_of, points_of
from lineament.errors import DatasetError, RecordingError
from lineament.face.rotation import matrix_from_angles
from lineament.face.template import LANDMARKS_68, load_template
from lineament.features.channels import UNIT_CHANNELS, absent_channels
from lineament.simulation import simulate_cohort
from lineament.simulation.storage import split_of

Edit = Callable[[Path, str, str], None]


def faces(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Template faces seen from afar: points [n, 68, 2], angles [n, 3] rad."""
    angles = np.random.default_rng(seed).uniform(-0.4, 0.4, (n, 3))
    turned = np.einsum("nij,kj->nki", matrix_from_angles(angles), load_template().vertices[LANDMARKS_68] * (1, -1, -1))
    return 3.0 * turned[:, :, :2] + 250.0, angles


@pytest.fixture(scope="module")
def talking() -> Cohort:
    """Four persons, six seconds each at 30 frames a second."""
    return Cohort.from_simulation(simulate_cohort(4, seed=5, seconds=6, fps=30))


@pytest.fixture
def d_vlog(tmp_path: Path) -> Path:
    """Three vlogs: x and y by turns, an acoustic file that is shorter, one that is longer; one second has no face."""
    root = tmp_path / "dvlog"
    for name, seconds, heard in (("0", 20, 20), ("1", 21, 19), ("2", 18, 22)):
        points, _ = faces(seconds, int(name))
        rows = points.reshape(seconds, 136) if name == "0" else points.transpose(0, 2, 1).reshape(seconds, 136)
        rows[3] = 0.0
        (root / name).mkdir(parents=True)
        np.save(root / name / f"{name}_visual.npy", rows)
        np.save(root / name / f"{name}_acoustic.npy", np.zeros((heard, 25)))
    (root / "labels.csv").write_text(
        "index,label,duration,gender,fold\n0,depression,20.1,m,train\n1,normal,21.0,f,valid\n2,normal,18.9,f,test\n"
    )
    return root


@pytest.fixture
def lmvd(tmp_path: Path) -> Path:
    """Two vlogs with files in the public code's form, sound of the same names, one label file each."""
    root = tmp_path / "lmvd"
    for kind in ("tcnfeature", "audio", "label"):
        (root / kind).mkdir(parents=True)
    for name, length in (("001", 60), ("002", 915)):
        rng = np.random.default_rng(int(name))
        points, angles = faces(length, int(name))
        gaze = np.concatenate([rng.uniform(-0.1, 0.1, (length, 6)), np.zeros((length, 6))], axis=1)
        gaze[:, [2, 5]] = -0.99
        pose = np.concatenate([rng.uniform(400, 600, (length, 3)), angles], axis=1)
        units = rng.integers(0, 2, (length, 17))
        rows = np.concatenate([units, points.transpose(0, 2, 1).reshape(length, 136), gaze, pose], axis=1)
        np.save(root / "tcnfeature" / f"{name}.npy", np.concatenate([rows, np.zeros((915 - length, 171))]))
        np.save(root / "audio" / f"{name}.npy", np.ones((186, 128), dtype=np.float32))
    (root / "label" / "001_Depression.csv").write_text("1\n")
    (root / "label" / "002_Depression.csv").write_text("0\n")
    return root


def test_d_vlog_reads_back(talking: Cohort, tmp_path: Path) -> None:
    write_d_vlog(talking, tmp_path / "c")
    cohort = open_cohort(tmp_path / "c")
    assert (cohort.simulated, cohort.extractor, cohort.notes) == (True, "simulated/d-vlog-landmarks", ())
    assert cohort.scale is VLOG_LABEL
    np.testing.assert_array_equal(cohort.scores, talking.scores >= 10)
    assert len(set(cohort.scores)) == 2
    assert [s.split for s in cohort.sessions] == [split_of(i, 4) for i in range(4)]
    assert [s.gender for s in cohort.sessions] == [s.gender for s in talking.sessions]
    assert (tmp_path / "c" / "labels.csv").read_text().splitlines()[0] == "index,label,duration,gender,fold"
    for i in range(4):
        stored, made = cohort.recording(i), talking.recording(i)
        rows = slice(0, made.n_rows, 30)
        np.testing.assert_array_equal(stored.time_s, np.arange(6))
        np.testing.assert_array_equal(stored.column("success"), made.column("success")[rows])
        np.testing.assert_array_equal(stored.landmarks68(0, 6), made.landmarks68(0, made.n_rows)[rows])
    array = np.load(tmp_path / "c" / "2" / "2_visual.npy")
    assert (array.shape, array.dtype) == ((6, 136), np.float64)


def test_lmvd_reads_back(talking: Cohort, tmp_path: Path) -> None:
    write_lmvd(talking, tmp_path / "c")
    cohort = open_cohort(tmp_path / "c")
    assert (cohort.simulated, cohort.extractor, cohort.scale) == (True, "simulated/lmvd", VLOG_LABEL)
    np.testing.assert_array_equal(cohort.scores, talking.scores >= 10)
    assert [s.split for s in cohort.sessions] == [split_of(i, 4) for i in range(4)]
    for i in range(4):
        stored, made = cohort.recording(i), talking.recording(i)
        found = made.column("success")[::6]
        np.testing.assert_allclose(stored.time_s, np.arange(30) / 5)
        for name in ("gaze_0_x", "gaze_1_z", "pose_Tx", "pose_Rz", "AU01_c", "AU23_c", "AU25_c", "AU45_c"):
            expected = made.column(name)[::6][found]
            np.testing.assert_array_equal(stored.column(name)[found], expected, err_msg=name)
        np.testing.assert_allclose(
            stored.column("gaze_angle_x")[found], made.column("gaze_angle_x")[::6][found], atol=1e-5
        )
        expected_points = made.landmarks68(0, made.n_rows)[::6][found]
        np.testing.assert_array_equal(stored.landmarks68(0, 30)[found], expected_points)
        assert not stored.has("AU12_r")
        assert not stored.column("AU28_c").any()
        assert absent_channels(stored) == UNIT_CHANNELS
    assert np.load(tmp_path / "c" / "visual" / "003.npy").shape == (915, 171)
    (tmp_path / "c" / "labels.csv").unlink()
    again = open_cohort(tmp_path / "c")
    np.testing.assert_array_equal(again.scores, cohort.scores)
    assert {s.split for s in again.sessions} == {""}


def test_d_vlog_s_quirks(d_vlog: Path) -> None:
    cohort = open_cohort(d_vlog)
    assert [(s.session_id, s.score, s.gender, s.split) for s in cohort.sessions] == [
        ("0", 1, "male", "train"),
        ("1", 0, "female", "dev"),
        ("2", 0, "female", "test"),
    ]
    assert cohort.notes == (
        "2 vlogs have visual and acoustic files of unequal lengths, which are cut to the shorter: 1, 2.",
        "Who speaks in which vlog is not known: every vlog counts as a person of its own, so folds may share persons.",
    )
    assert [cohort.recording(i).n_rows for i in range(3)] == [20, 19, 18]
    assert [len(s.files) for s in cohort.sessions] == [1, 2, 2]
    assert [rows.tolist() for rows in official_split(cohort)] == [[0], [1], [2]]
    for i, order in ((0, ORDERS[1]), (1, ORDERS[0])):
        stored = pickle.loads(pickle.dumps(cohort)).recording(i)
        points, angles = faces(int(20 + i), i)
        assert stored.meta.provenance.extractor == cohort.extractor == "d-vlog-landmarks"
        assert stored.meta.provenance.settings["landmarks"] == order
        np.testing.assert_array_equal(np.flatnonzero(~stored.column("success")), [3])
        kept = np.flatnonzero(stored.column("success"))
        np.testing.assert_allclose(stored.landmarks68(0, 20)[kept], points[kept], rtol=1e-6)
        turned = np.stack([stored.column(f"pose_R{axis}") for axis in "xyz"], axis=1)
        np.testing.assert_allclose(turned[kept], angles[kept], atol=1e-5)
        assert np.isnan(turned[3]).all()
        assert not stored.has("AU12_r")
        assert not stored.has("gaze_0_x")


def test_rotation_does_not_depend_on_size_and_place() -> None:
    points, angles = faces(30)
    scaled = (points - points.mean(axis=(1, 2), keepdims=True)) / points.std(axis=(1, 2), keepdims=True)
    scaled[4] = np.nan
    found = head_rotation(scaled.astype(np.float32))
    assert np.isnan(found[4]).all()
    np.testing.assert_allclose(np.delete(found, 4, axis=0), np.delete(angles, 4, axis=0), atol=1e-5)


def test_what_is_no_face_has_no_order() -> None:
    points, _ = faces(10)
    assert order_of(points.reshape(10, 136)) == ORDERS[1]
    assert order_of(points.transpose(0, 2, 1).reshape(10, 136)) == ORDERS[0]
    assert order_of(np.random.default_rng(0).uniform(0, 1, (10, 136))) is None
    np.testing.assert_array_equal(points_of(np.arange(136.0)[None], ORDERS[1])[0, 1], [2, 3])
    np.testing.assert_array_equal(points_of(np.arange(136.0)[None], ORDERS[0])[0, 1], [1, 69])


def test_labels_may_have_no_header(d_vlog: Path, edit: Edit) -> None:
    edit(d_vlog / "labels.csv", "index,label,duration,gender,fold\n", "")
    assert [s.score for s in open_cohort(d_vlog).sessions] == [1, 0, 0]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("0,depression", "0,sad", r"labels\.csv: the label 'sad' of vlog 0 is none of depression, normal, 1 and 0"),
        ("0,depression", "0,2", r"Depression vlog \(0 or 1\) scores are whole numbers from 0 to 1, but 0 has 2"),
        ("21.0,f,valid", "21.0,f,other", "the fold 'other' of vlog 1"),
        ("21.0,f,valid", "21.0,x,valid", "the gender 'x' of vlog 1"),
        ("1,normal", "0,normal", "person 0 of labels.csv is in both train and dev"),
        ("2,normal", "7,normal", r"dvlog: 1 labelled session has no files: 7\. Add files such as 0/0_visual\.npy"),
    ],
)
def test_labels_that_cannot_be(d_vlog: Path, edit: Edit, old: str, new: str, what: str) -> None:
    edit(d_vlog / "labels.csv", old, new)
    with pytest.raises(DatasetError, match=what):
        open_cohort(d_vlog)


def test_missing_files_may_be_skipped(d_vlog: Path) -> None:
    (d_vlog / "2" / "2_visual.npy").unlink()
    notes = open_cohort(d_vlog, skip_missing=True).notes
    assert notes[0] == "Left out, because their files are missing: 2."
    (d_vlog / "labels.csv").write_text("0,depression,20,m,train\n")
    assert "Not read, because they have no label: 1." in open_cohort(d_vlog).notes


@pytest.mark.parametrize(
    ("array", "what"),
    [
        (np.zeros((4, 130)), r"an array of shape \[4, 130\]"),
        (np.array(["a"]), "it holds no array of numbers"),
        (np.array([{"a": 1}], dtype=object), "the array cannot be read"),
    ],
)
def test_arrays_that_cannot_be(d_vlog: Path, array: np.ndarray, what: str) -> None:
    np.save(d_vlog / "1" / "1_visual.npy", array, allow_pickle=True)
    with pytest.raises(RecordingError, match=what):
        open_cohort(d_vlog)


def test_arrays_without_a_face(d_vlog: Path) -> None:
    (d_vlog / "0" / "0_visual.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(RecordingError, match=r"0_visual\.npy: the array cannot be read"):
        open_cohort(d_vlog)
    np.save(d_vlog / "0" / "0_visual.npy", np.random.default_rng(0).uniform(0, 1, (20, 136)))
    with pytest.raises(RecordingError, match="not 68 landmarks of a face"):
        open_cohort(d_vlog).recording(0)
    np.save(d_vlog / "0" / "0_visual.npy", np.zeros((20, 136)))
    with pytest.raises(RecordingError, match="none of the session's 20 frames has a face"):
        open_cohort(d_vlog).recording(0)


def test_lmvd_s_quirks(lmvd: Path) -> None:
    cohort = open_cohort(lmvd)
    assert [(s.session_id, s.score, s.split, s.files[0].parent.name) for s in cohort.sessions] == [
        ("001", 1, "", "tcnfeature"),
        ("002", 0, "", "tcnfeature"),
    ]
    assert cohort.extractor == "lmvd"
    assert [cohort.recording(i).n_rows for i in range(2)] == [60, 915]
    stored, array = cohort.recording(0), np.load(lmvd / "tcnfeature" / "001.npy")[:60]
    np.testing.assert_array_equal(stored.column("AU06_c"), array[:, 4] == 1)
    np.testing.assert_array_equal(stored.column("AU09_c"), array[:, 5] == 1)
    np.testing.assert_array_equal(stored.column("AU26_c"), array[:, 13] == 1)
    np.testing.assert_array_equal(stored.column("AU23_c"), array[:, 14] == 1)
    np.testing.assert_array_equal(stored.landmarks68(0, 60)[:, 5, 1], array[:, 17 + 68 + 5].astype(np.float32))
    np.testing.assert_array_equal(stored.column("gaze_1_y"), array[:, 153 + 4].astype(np.float32))
    np.testing.assert_array_equal(stored.column("pose_Rx"), array[:, 168].astype(np.float32))
    assert not stored.has("AU07_c")


def test_lmvd_as_landmarks_at_one_hertz(lmvd: Path) -> None:
    for path in list((lmvd / "tcnfeature").iterdir()):
        rows = np.load(path)[::5][:12, 17:153]
        rows = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
        np.save(path.with_name(f"{path.stem}_visual.npy"), rows)
        path.unlink()
    (lmvd / "labels.csv").write_text("index,label,fold\n001,1,train\n002,0,valid\n")
    cohort = open_cohort(lmvd)
    assert [(s.score, s.split) for s in cohort.sessions] == [(1, "train"), (0, "dev")]
    assert cohort.extractor == "lmvd-landmarks"
    stored = cohort.recording(0)
    np.testing.assert_array_equal(stored.time_s, np.arange(12))
    turned = np.stack([stored.column(f"pose_R{axis}") for axis in "xyz"], axis=1)
    np.testing.assert_allclose(turned, faces(60, 1)[1][::5][:12], atol=1e-5)


def test_lmvd_s_units_are_presences(lmvd: Path) -> None:
    path = lmvd / "tcnfeature" / "001.npy"
    rows = np.load(path)
    rows[0, 3] = 0.4
    np.save(path, rows)
    with pytest.raises(RecordingError, match=r"001\.npy: the first 17 numbers of a row are not all 0 or 1"):
        open_cohort(lmvd).recording(0)
    (lmvd / "label" / "001_Depression.csv").write_text("depressed")
    with pytest.raises(DatasetError, match=r"001_Depression\.csv: a label file holds one number"):
        open_cohort(lmvd)
    (lmvd / "label" / "001_Depression.csv").unlink()
    assert "Not read, because they have no label: 001." in open_cohort(lmvd).notes
    (lmvd / "label" / "002_Depression.csv").unlink()
    (lmvd / "1_visual.npy").write_bytes(path.read_bytes())
    with pytest.raises(DatasetError, match="lmvd: there are no labels"):
        open_cohort(lmvd)


def test_what_the_layouts_cannot_hold(seen_again: Cohort, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="D-Vlog has one session a person"):
        write_d_vlog(seen_again, tmp_path / "a")
    slow = Cohort.from_simulation(simulate_cohort(3, seconds=4, fps=3))
    with pytest.raises(RecordingError, match="fewer than 5 rows a second"):
        write_lmvd(slow, tmp_path / "b")
    with pytest.raises(DatasetError, match="no cohort is there"):
        open_cohort(tmp_path / "b")
