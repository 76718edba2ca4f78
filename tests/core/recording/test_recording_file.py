"""A recording survives the disk, and a file that cannot be read says so in one sentence."""

import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from lineament.errors import RecordingError, StorageError
from lineament.recording import COLUMNS, FaceSummary, Recording, RecordingFacts, Rows, open_recording
from lineament.recording.mesh_codec import MeshScale
from lineament.recording.parquet import ROWS_PER_GROUP, RecordingFile, recording_file
from lineament.recording.rows import Layout

MakeRecording = Callable[..., Recording]


def test_every_column_and_fact_survives(make_recording: MakeRecording, tmp_path: Path) -> None:
    recording = make_recording()
    again = open_recording(recording.save(tmp_path / "interview ü 日本.lineament.parquet"))
    assert again.names == recording.names
    for name in recording.names:
        assert again.column(name).dtype == COLUMNS[name].dtype
        np.testing.assert_array_equal(again.column(name), recording.column(name))
    assert again.meta == recording.meta
    assert again.n_rows == recording.n_rows == 700
    assert again.path is not None


def test_mesh_is_kept_to_half_a_step(make_recording: MakeRecording, tmp_path: Path) -> None:
    recording = make_recording()
    again = open_recording(recording.save(tmp_path / "a.lineament.parquet"))
    for start, stop in ((0, 700), (0, 1), (ROWS_PER_GROUP - 2, ROWS_PER_GROUP + 2), (699, 700), (5, 5), (690, 2000)):
        before, after = recording.mesh(start, stop), again.mesh(start, stop)
        assert before is not None
        assert after is not None
        assert after.dtype == np.float32
        np.testing.assert_allclose(after, before, atol=0.5 / 16 + 1e-4)
    points = again.landmarks68(10, 20)
    assert points is not None
    assert points.shape == (10, 68, 2)
    assert again.landmarks3d(0, 5) is None


def test_landmarks_of_other_programs_survive(make_recording: MakeRecording, tmp_path: Path) -> None:
    recording = make_recording(with_mesh=False)
    again = open_recording(recording.save(tmp_path / "a.lineament.parquet"))
    assert again.mesh(0, 5) is None
    np.testing.assert_array_equal(again.landmarks68(100, 500), recording.landmarks68(100, 500))
    np.testing.assert_array_equal(again.landmarks3d(100, 500), recording.landmarks3d(100, 500))


def test_saving_a_loaded_recording_changes_no_mesh(make_recording: MakeRecording, tmp_path: Path) -> None:
    first = open_recording(make_recording().save(tmp_path / "a.lineament.parquet"))
    second = open_recording(first.save(tmp_path / "b.lineament.parquet"))
    np.testing.assert_array_equal(first.mesh(0, 700), second.mesh(0, 700))


def test_frames_find_their_rows(make_recording: MakeRecording) -> None:
    recording = make_recording(50)
    assert [recording.row_of_frame(i) for i in (0, 7, 49, 50, -1)] == [0, 7, 49, -1, -1]


def test_columns_cannot_be_written(make_recording: MakeRecording) -> None:
    with pytest.raises(ValueError, match="read-only"):
        make_recording(20).column("AU12_r")[0] = 1.0


def test_an_unknown_column_names_those_there_are(make_recording: MakeRecording) -> None:
    with pytest.raises(KeyError, match="AU99_r; this recording has frame"):
        make_recording(20).column("AU99_r")


def test_an_hour_stays_small(make_recording: MakeRecording, tmp_path: Path) -> None:
    path = make_recording(3000).save(tmp_path / "a.lineament.parquet")
    hour = path.stat().st_size / 3000 * 30 * 3600
    assert hour < 200e6, f"an hour would take {hour / 1e6:.0f} MB"


def two_faces(path: Path, make_recording: MakeRecording) -> tuple[Recording, np.ndarray]:
    """A file whose participant is face 0 and in which face 1 is seen in frames 100..399, without 200..249."""
    first = make_recording(700)
    scale = MeshScale.for_picture(1280, 720)
    frames = np.r_[100:200, 250:400]
    second = make_recording(700, seed=2)
    with recording_file(path, Layout(first.names, scale)) as writer:
        mesh = first.mesh(0, 700)
        assert mesh is not None
        writer.write(Rows({n: first.column(n) for n in first.names}, scale.to_steps(mesh)))
        columns = {n: second.column(n)[frames] for n in second.names}
        columns["face_id"] = np.ones(len(frames), dtype=np.int16)
        columns["success"] = np.ones(len(frames), dtype=bool)
        mesh = np.broadcast_to(np.arange(len(frames), dtype=np.float32)[:, None, None], (len(frames), 478, 3))
        writer.write(Rows(columns, scale.to_steps(mesh)))
        faces = (*first.meta.faces, FaceSummary(1, len(frames), 100 / 30, 399 / 30, 40.0))
        facts = RecordingFacts(
            first.meta.provenance, first.meta.video, faces, 0, {0: first.meta.blinks}, {0: 250, 1: 9}
        )
        writer.finish(facts)
    return first, frames


def test_another_face_may_be_chosen(make_recording: MakeRecording, tmp_path: Path) -> None:
    path = tmp_path / "two.lineament.parquet"
    first, frames = two_faces(path, make_recording)
    participant, other = open_recording(path), open_recording(path, face=1)
    np.testing.assert_array_equal(participant.column("AU12_r"), first.column("AU12_r"))
    assert other.n_rows == 700
    assert (other.meta.participant, other.meta.neutral_frames, other.meta.blinks) == (1, 9, ())
    success = other.column("success").astype(bool)
    np.testing.assert_array_equal(np.flatnonzero(success), frames)
    assert np.isnan(other.column("AU12_r")[~success]).all()
    mesh = other.mesh(0, 700)
    assert mesh is not None
    np.testing.assert_array_equal(mesh[frames, 0, 0], np.arange(len(frames)))
    assert np.isnan(mesh[~success]).all()
    np.testing.assert_array_equal(other.mesh(190, 260), mesh[190:260])
    np.testing.assert_array_equal(other.column("pts"), first.column("pts"))
    with pytest.raises(RecordingError, match=r"face 7 is not in this recording. Choose one of 0, 1"):
        open_recording(path, face=7)


def test_many_threads_may_read(make_recording: MakeRecording, tmp_path: Path) -> None:
    recording = open_recording(make_recording(1500).save(tmp_path / "a.lineament.parquet"))
    whole = recording.mesh(0, 1500)
    assert whole is not None
    wrong: list[int] = []

    def read(seed: int) -> None:
        for start in np.random.default_rng(seed).integers(0, 1490, 40):
            equal = np.array_equal(recording.mesh(start, start + 10), whole[start : start + 10], equal_nan=True)
            wrong.extend([] if equal else [int(start)])

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def newer_version(path: Path) -> None:
    table = pq.read_table(path)
    facts = json.loads(pq.read_metadata(path).metadata[b"lineament"])
    facts["schema_version"] = 99
    pq.write_table(table.replace_schema_metadata({b"lineament": json.dumps(facts).encode()}), path)


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 4 : len(content) // 2] = b"\x55" * (len(content) // 2 - len(content) // 4)
    path.write_bytes(content)


def foreign(path: Path) -> None:
    table = pq.read_table(path, columns=["frame"])
    pq.write_table(table.replace_schema_metadata(None), path)


def broken_facts(path: Path) -> None:
    pq.write_table(pq.read_table(path).replace_schema_metadata({b"lineament": b'{"schema_version": 1}'}), path)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (newer_version, r"schema version 99, this Lineament reads up to 1\. Open it with the newer Lineament"),
        (cut_in_half, r"damaged or cut short \(.*\)\. Delete the file and analyse the video again\."),
        (spoil_middle, r"damaged or cut short"),
        (foreign, r"not a Lineament recording\. Open a file that ends in \.lineament\.parquet\."),
        (broken_facts, r"damaged or cut short \('provenance'\)"),
        (lambda path: path.write_bytes(b""), r"damaged or cut short"),
        (lambda path: path.unlink(), r"there is no such file\. Check its name and place\."),
    ],
)
def test_a_bad_file_is_one_sentence(
    make_recording: MakeRecording, tmp_path: Path, spoil: Callable[[Path], object], sentence: str
) -> None:
    path = make_recording().save(tmp_path / "visit 3.lineament.parquet")
    spoil(path)
    with pytest.raises(RecordingError, match=sentence) as raised:
        open_recording(path).mesh(0, 700)
    assert str(raised.value).startswith("visit 3.lineament.parquet: ")
    assert "\n" not in str(raised.value)


def test_a_folder_that_may_not_be_written_is_one_sentence(make_recording: MakeRecording, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(StorageError, match="may not be written to"):
        make_recording(20).save(tmp_path / "a.lineament.parquet")


def test_nothing_is_left_of_a_file_that_failed(make_recording: MakeRecording, tmp_path: Path) -> None:
    recording = make_recording(20)
    path = recording.save(tmp_path / "a.lineament.parquet")
    before = path.read_bytes()
    rows = Rows({n: recording.column(n) for n in recording.names})

    def fail_half_way() -> None:
        with recording_file(path, Layout(recording.names)) as writer:
            writer.write(rows)
            raise RuntimeError("stop here")

    with pytest.raises(RuntimeError, match="stop here"):
        fail_half_way()
    assert [p.name for p in tmp_path.iterdir()] == ["a.lineament.parquet"]
    assert path.read_bytes() == before


def test_row_groups_hold_one_face_each(make_recording: MakeRecording, tmp_path: Path) -> None:
    path = tmp_path / "two.lineament.parquet"
    two_faces(path, make_recording)
    file = RecordingFile(path)
    table = pq.read_table(path, columns=["face_id", "frame"])
    order = np.lexsort((table["frame"].to_numpy(), table["face_id"].to_numpy()))
    np.testing.assert_array_equal(order, np.arange(len(order)))
    assert [len(file.groups(face)) for face in (0, 1)] == [3, 1]
    assert all(file.group_rows(group) <= ROWS_PER_GROUP for face in (0, 1) for group in file.groups(face))
    file.close()


def test_any_parquet_reader_gets_the_mesh_back(make_recording: MakeRecording, tmp_path: Path) -> None:
    """The four lines that the format's description promises."""
    recording = make_recording()
    parquet = pq.ParquetFile(recording.save(tmp_path / "a.lineament.parquet"))
    facts = json.loads(parquet.metadata.metadata[b"lineament"])["mesh"]
    stored = np.stack(parquet.read_row_group(1)["mesh"].to_numpy())
    steps = np.cumsum(stored, axis=0, dtype=np.int16).reshape(-1, 478, 3)
    pixels = steps * facts["step"] + np.array(facts["origin"])
    expected = recording.mesh(ROWS_PER_GROUP, 2 * ROWS_PER_GROUP)
    assert expected is not None
    found = recording.column("success")[ROWS_PER_GROUP : 2 * ROWS_PER_GROUP].astype(bool)
    np.testing.assert_allclose(pixels[found], expected[found], atol=0.04)
    parquet.close()
