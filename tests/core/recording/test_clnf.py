"""DAIC-WOZ folders in and out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lineament.errors import RecordingError
from lineament.recording import Recording, open_recording, read_clnf, write_clnf
from lineament.recording.clnf import CLNF_INTENSITIES

MakeRecording = Callable[..., Recording]


@pytest.fixture
def session(make_recording: MakeRecording, tmp_path: Path) -> tuple[Recording, Path]:
    recording = make_recording(200, with_mesh=False)
    return recording, write_clnf(recording, tmp_path, "302")


def test_a_folder_is_written_in_the_form_of_the_corpus(session: tuple[Recording, Path]) -> None:
    _, folder = session
    assert folder.name == "302_P"
    kinds = ("AUs", "features", "features3D", "gaze", "pose")
    assert sorted(p.name for p in folder.iterdir()) == [f"302_CLNF_{kind}.txt" for kind in kinds]
    header = (folder / "302_CLNF_AUs.txt").read_text().splitlines()[0]
    assert header.startswith("frame, timestamp, confidence, success, AU01_r, AU02_r")
    assert "AU07_r" not in header
    pose = (folder / "302_CLNF_pose.txt").read_text().splitlines()
    assert pose[0] == "frame, timestamp, confidence, success, Tx, Ty, Tz, Rx, Ry, Rz"
    assert pose[1].startswith("1, 0.0000, 0.000, 0, 0.000000")


def test_what_is_written_is_read_back(session: tuple[Recording, Path]) -> None:
    recording, folder = session
    again = open_recording(folder)
    assert again.meta.provenance.extractor == "openface-clnf"
    np.testing.assert_array_equal(again.column("success"), recording.column("success"))
    for name in (*CLNF_INTENSITIES, "pose_Tx", "pose_Rz", "gaze_0_x", "gaze_1_z"):
        np.testing.assert_allclose(again.column(name), recording.column(name), atol=1e-5)
    for name in ("AU04_c", "AU45_c"):
        np.testing.assert_array_equal(again.column(name), recording.column(name))
    assert not again.has("AU07_r")
    np.testing.assert_allclose(again.landmarks68(0, 200), recording.landmarks68(0, 200), atol=1e-3)
    np.testing.assert_allclose(again.landmarks3d(0, 200), recording.landmarks3d(0, 200), atol=1e-3)
    mean = [(again.column(f"gaze_0_{axis}") + again.column(f"gaze_1_{axis}")) / 2 for axis in "xyz"]
    np.testing.assert_allclose(again.column("gaze_angle_x"), np.arctan2(mean[0], -mean[2]), atol=1e-5)
    assert again.meta.faces[0].frames == int(recording.column("success").sum())


def test_one_file_of_the_folder_may_be_named(session: tuple[Recording, Path]) -> None:
    _, folder = session
    assert open_recording(folder / "302_CLNF_pose.txt").n_rows == 200


def test_other_spellings_of_the_header_are_read(session: tuple[Recording, Path]) -> None:
    recording, folder = session
    path = folder / "302_CLNF_pose.txt"
    text = path.read_text().replace("timestamp", "timestamp(seconds)", 1).replace("success", "detection_success", 1)
    path.write_text(text.replace("Tx, Ty, Tz", "X, Y, Z", 1))
    np.testing.assert_allclose(read_clnf(folder).column("pose_Ty"), recording.column("pose_Ty"), atol=1e-5)


def test_files_may_be_absent_but_not_all(session: tuple[Recording, Path]) -> None:
    _, folder = session
    for kind in ("features", "features3D", "gaze"):
        (folder / f"302_CLNF_{kind}.txt").unlink()
    recording = read_clnf(folder)
    assert recording.landmarks68(0, 5) is None
    assert not recording.has("gaze_angle_x")
    (folder / "302_CLNF_AUs.txt").unlink()
    (folder / "302_CLNF_pose.txt").rename(folder / "302_CLNF_features.txt")
    with pytest.raises(RecordingError, match=r"302_P: 302_CLNF_AUs.txt, _gaze.txt and _pose.txt are all missing"):
        read_clnf(folder)


def test_a_missing_column_is_named(session: tuple[Recording, Path]) -> None:
    _, folder = session
    path = folder / "302_CLNF_pose.txt"
    path.write_text(path.read_text().replace("Rx", "Qx", 1))
    with pytest.raises(RecordingError, match=r"302_CLNF_pose.txt: the column is missing: Rx"):
        read_clnf(folder)


def test_a_file_cut_short_is_named(session: tuple[Recording, Path]) -> None:
    _, folder = session
    path = folder / "302_CLNF_gaze.txt"
    path.write_text("\n".join(path.read_text().splitlines()[:150]) + "\n")
    with pytest.raises(RecordingError, match=r"302_CLNF_gaze.txt: its frames are not those of 302_CLNF_AUs.txt"):
        read_clnf(folder)


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no CLNF files are there"):
        open_recording(tmp_path)


def test_cells_without_numbers_are_told(session: tuple[Recording, Path]) -> None:
    _, folder = session
    path = folder / "302_CLNF_pose.txt"
    lines = path.read_text().splitlines()
    for row, spelling in ((20, "-1.#IND"), (21, "nan"), (22, "")):
        cells = lines[row].split(", ")
        lines[row] = ", ".join([*cells[:4], spelling, *cells[5:]])
    path.write_text("\n".join(lines) + "\n")
    recording = read_clnf(folder)
    assert recording.meta.warnings == ("302_CLNF_pose.txt: 3 frames that show a face hold no number in Tx.",)
    assert np.isnan(recording.column("pose_Tx")[19:22]).all()
    assert recording.column("success")[19:22].all()
    assert np.isfinite(recording.column("pose_Ty")[19:22]).all()


def test_landmarks_in_space_are_read_when_asked_for(session: tuple[Recording, Path]) -> None:
    _, folder = session
    assert read_clnf(folder).landmarks3d(0, 5) is not None
    (folder / "302_CLNF_features3D.txt").write_text("not looked at")
    recording = read_clnf(folder, landmarks3d=False)
    assert recording.landmarks3d(0, 5) is None
    assert recording.landmarks68(0, 5) is not None


@pytest.mark.parametrize(("text", "extractor"), [("true", "simulated/openface-clnf"), ("false", "openface-clnf")])
def test_a_folder_may_say_that_it_is_simulated(session: tuple[Recording, Path], text: str, extractor: str) -> None:
    _, folder = session
    (folder.parent / "lineament_origin.json").write_text(f'{{"simulated": {text}}}')
    provenance = read_clnf(folder).meta.provenance
    assert (provenance.extractor, provenance.simulated) == (extractor, text == "true")
