"""OpenFace CSV in and out: order, units, decimals, blanks, old clocks, several faces, missing columns."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lineament.errors import RecordingError
from lineament.recording import Recording, open_recording, read_openface_csv, write_openface_csv
from lineament.recording.openface_layout import OPENFACE_COLUMNS

MakeRecording = Callable[..., Recording]


def test_layout_is_that_of_openface(testdata: Path) -> None:
    header = (testdata / "openface_format" / "openface_2.x_header_714.csv").read_text().strip().split(",")
    assert [column.name for column in OPENFACE_COLUMNS] == header


def test_layout_has_714_columns() -> None:
    assert len({column.name for column in OPENFACE_COLUMNS}) == 714


def test_written_columns_keep_the_order_and_leave_out_what_is_unknown(
    make_recording: MakeRecording, tmp_path: Path
) -> None:
    path = write_openface_csv(make_recording(), tmp_path / "a.csv")
    header = path.read_text().splitlines()[0].split(",")
    full = [column.name for column in OPENFACE_COLUMNS]
    assert header == [name for name in full if name in set(header)]
    assert len(header) == 5 + 8 + 6 + 136 + 17 + 17
    assert not [name for name in header if name.startswith(("eye_lmk", "p_", "X_", "AU28"))]


def test_decimals_and_lost_rows_are_those_of_openface(make_recording: MakeRecording, tmp_path: Path) -> None:
    lines = write_openface_csv(make_recording(), tmp_path / "a.csv").read_text().splitlines()
    names = lines[0].split(",")
    first, found = (dict(zip(names, line.split(","), strict=True)) for line in (lines[1], lines[5]))
    assert (first["frame"], first["timestamp"], first["success"], first["AU12_r"]) == ("1", "0.000", "0", "0.00")
    assert (found["frame"], found["timestamp"], found["confidence"], found["success"]) == ("5", "0.133", "0.95", "1")
    decimals = {name: len(found[name].partition(".")[2]) for name in names}
    assert decimals["gaze_0_x"] == 6
    assert decimals["gaze_angle_x"] == decimals["pose_Rx"] == 3
    assert decimals["pose_Tx"] == decimals["x_0"] == decimals["AU12_c"] == 1
    assert decimals["AU12_r"] == 2


def test_what_is_written_is_read_back(make_recording: MakeRecording, tmp_path: Path) -> None:
    recording = make_recording()
    again = open_recording(write_openface_csv(recording, tmp_path / "a.csv"))
    assert again.meta.provenance.extractor == "openface"
    assert again.meta.provenance.extractor_version == "2.x"
    assert again.meta.video is None
    assert again.meta.warnings == ()
    assert not again.has("pts")
    assert not again.has("eye_openness")
    np.testing.assert_array_equal(again.column("frame"), recording.column("frame"))
    np.testing.assert_array_equal(again.column("success"), recording.column("success"))
    np.testing.assert_allclose(again.time_s, recording.time_s, atol=5.01e-4)
    for name, near in (
        ("AU12_r", 0.005),
        ("pose_Rx", 5e-4),
        ("pose_Tz", 0.05),
        ("gaze_1_z", 5e-7),
        ("gaze_angle_x", 5e-4),
    ):
        np.testing.assert_allclose(again.column(name), recording.column(name), atol=near * 1.01)
    np.testing.assert_array_equal(again.column("AU12_c"), recording.column("AU12_c"))
    np.testing.assert_allclose(again.landmarks68(0, 700), recording.landmarks68(0, 700), atol=0.051)


def test_3d_landmarks_pass_through(make_recording: MakeRecording, tmp_path: Path) -> None:
    recording = make_recording(with_mesh=False)
    again = read_openface_csv(write_openface_csv(recording, tmp_path / "a.csv"))
    np.testing.assert_allclose(again.landmarks3d(0, 700), recording.landmarks3d(0, 700), atol=0.051)


def test_old_file_with_blanks_and_a_broken_clock(testdata: Path) -> None:
    recording = open_recording(testdata / "pyfeat" / "OpenFace_Test.csv")
    assert recording.n_rows == 100
    assert recording.meta.provenance.extractor_version == "1.x"
    np.testing.assert_allclose(np.diff(recording.time_s), 1 / 30)
    (warning,) = recording.meta.warnings
    assert "OpenFace_Test.csv: the clock of this file cannot be right (1 ms a frame)" in warning
    assert "30 frames a second are assumed" in warning
    assert recording.meta.provenance.settings["clock"] == "assumed 30 frames a second"
    assert recording.column("frame")[0] == 0
    assert recording.column("pose_Tz")[0] == np.float32(597.876)
    assert recording.landmarks68(0, 1)[0, 0, 0] == np.float32(277.276)  # type: ignore[index]
    assert recording.landmarks3d(0, 100).shape == (100, 68, 3)  # type: ignore[union-attr]
    assert recording.has("AU28_c")
    vectors = [[recording.column(f"gaze_{eye}_{axis}")[0] for axis in "xyz"] for eye in (0, 1)]
    x, y, z = np.mean(vectors, axis=0)
    np.testing.assert_allclose(recording.column("gaze_angle_x")[0], np.arctan2(x, -z), atol=1e-6)
    np.testing.assert_allclose(recording.column("gaze_angle_y")[0], np.arctan2(y, -z), atol=1e-6)
    assert "atan2" in str(recording.meta.provenance.settings["gaze_angle"])


def test_the_rate_of_an_old_file_may_be_given(testdata: Path) -> None:
    recording = read_openface_csv(testdata / "pyfeat" / "OpenFace_Test.csv", fps=25)
    np.testing.assert_allclose(np.diff(recording.time_s), 1 / 25)
    assert recording.meta.warnings == ()


HEADER = "frame, face_id, timestamp, confidence, success, pose_Tx, pose_Ty, pose_Tz, AU12_r, AU12_c\n"


def test_several_faces_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    lines = [f"{i + 1}, 0, {i / 30:.3f}, 0.98, 1, 1.0, 2.0, 3.0, {i}.0, 1.0\n" for i in range(10)]
    lines += [f"{i + 1}, 1, {i / 30:.3f}, 0.9, 1, 5.0, 5.0, 5.0, 0.5, 0.0\n" for i in range(3, 7)]
    path.write_text(HEADER + "".join(sorted(lines, key=lambda line: int(line.split(",")[0]))))
    first, second = open_recording(path), open_recording(path, face=1)
    assert [face.frames for face in first.meta.faces] == [10, 4]
    np.testing.assert_array_equal(first.column("AU12_r"), np.arange(10))
    assert second.n_rows == 10
    np.testing.assert_array_equal(np.flatnonzero(second.column("success")), np.arange(3, 7))
    assert np.isnan(second.column("pose_Tx")[:3]).all()
    assert "the file has 2 faces" in first.meta.warnings[0]
    with pytest.raises(RecordingError, match=r"many.csv: face 4 is not in this file. Choose one of its faces: 0, 1"):
        open_recording(path, face=4)


def test_numbers_of_windows_and_a_cut_last_line_are_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    rows = [
        "1, 0, 0.000, 0.98, 1, -nan(ind), 2.0, 3.0, 1.0, 1.0\n",
        "2, 0, 0.033, 0.98, 0, 0, 0, 0, 0, 0\n",
        "3, 0, 0.067, 0.98, 1, 1.0, 2.0, 3.0, 2.0, 0.0\n",
        "4, 0, 0.100, 0.9",
    ]
    path.write_text(HEADER + "".join(rows))
    recording = open_recording(path)
    assert recording.n_rows == 3
    np.testing.assert_array_equal(np.isnan(recording.column("pose_Tx")), [True, True, False])
    np.testing.assert_array_equal(np.isnan(recording.column("AU12_r")), [False, True, False])
    np.testing.assert_array_equal(recording.column("AU12_c"), [True, False, False])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("frame, face_id, timestamp, AU12_r\n1, 0, 0, 1\n", "the columns are missing: confidence, success"),
        ("frame, timestamp, confidence, success\n1, 0, 1, 1\n", "the columns are missing: pose_Tx, pose_Ty"),
        (HEADER, "the file has a header but no rows"),
        ("", "not a CSV table"),
        (HEADER + "1, 0, 0.0, 0.98, 1, what, 2.0, 3.0, 1.0, 1.0\n", "the table cannot be read"),
        (HEADER + "1, 0\n" * 3 + "4, 0, 0.0, 0.98, 1, 1.0, 2.0, 3.0, 1.0, 1.0\n", "3 lines have too few values"),
        ("\xff\xfe\x00binary", "not a CSV table"),
    ],
)
def test_a_bad_table_is_one_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "visit.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(RecordingError) as raised:
        open_recording(path)
    assert str(raised.value).startswith("visit.csv: ")
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"nowhere.csv: there is no such file"):
        open_recording(tmp_path / "nowhere.csv")
