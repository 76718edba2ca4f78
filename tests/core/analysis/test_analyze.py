"""A video becomes a recording: what is in it, what is told on the way, what is used again."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.core.analysis.conftest import FRAMES, ROUND, SETTINGS, assert_equal
from tests.support.avatar_clips import Image, looped, write_clip

from lineament.analysis import (
    AnalysisSettings,
    AnalysisWarning,
    RecordingFinished,
    RecordingGrew,
    RecordingRevised,
    RecordingStarted,
    analyze,
    default_folder,
)
from lineament.errors import FaceError, StorageError, VideoError
from lineament.face import EXPRESSION_COLUMNS, GEOMETRY_COLUMNS
from lineament.progress import Progress
from lineament.recording import GrowingRecording, Recording, group, open_recording
from lineament.video import VideoReader


class Watcher:
    """Keeps what an analysis tells, and how many rows could be read when it told it."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.growing: GrowingRecording | None = None
        self.rows: list[int] = []

    def __call__(self, event: object) -> None:
        self.events.append(event)
        if isinstance(event, RecordingStarted):
            self.growing = event.recording
        if isinstance(event, RecordingGrew) and self.growing is not None:
            self.rows.append(self.growing.n_rows)
            assert self.growing.n_rows == event.rows
            assert len(self.growing.column("AU12_r")) == event.rows
            assert self.growing.mesh(event.rows - 1, event.rows) is not None

    def of(self, kind: type) -> list[object]:
        return [event for event in self.events if isinstance(event, kind)]


def test_every_frame_gets_its_row(whole: Recording, clip: Path) -> None:
    with VideoReader(clip) as reader:
        pts, times = reader.index.pts, reader.index.times_s
    np.testing.assert_array_equal(whole.column("frame"), np.arange(FRAMES))
    np.testing.assert_array_equal(whole.column("pts"), pts)
    np.testing.assert_array_equal(whole.time_s, times)
    assert whole.column("success").all()
    for name in (*GEOMETRY_COLUMNS, *EXPRESSION_COLUMNS, *group("quality")):
        assert np.isfinite(whole.column(name).astype(float)).all(), name
    assert np.isfinite(whole.mesh(0, FRAMES)).all()  # type: ignore[arg-type]


def test_what_the_avatar_did_is_in_the_columns(whole: Recording) -> None:
    smile, turn = (whole.column(name).astype(float) for name in ("AU12_r", "pose_Ry"))
    phase = 2 * np.pi * np.arange(FRAMES) / ROUND
    assert np.corrcoef(smile, np.maximum(np.sin(phase), 0))[0, 1] > 0.8
    assert np.corrcoef(turn, np.sin(phase + 1.0))[0, 1] > 0.95
    assert len(whole.meta.blinks) >= 3


def test_the_recording_says_where_it_comes_from(whole: Recording, clip: Path) -> None:
    meta = whole.meta
    assert meta.complete
    assert meta.provenance.extractor == "lineament/facemesh"
    assert meta.provenance.extractor_version == "mediapipe 0.10.21"
    assert meta.provenance.settings["segment_frames"] == 24
    assert meta.video is not None
    assert (meta.video.name, meta.video.width, meta.video.height) == ("visit 1.mp4", 320, 180)
    assert meta.provenance.data_hash == meta.video.content_hash
    assert [face.frames for face in meta.faces] == [FRAMES]
    assert meta.neutral_frames == FRAMES


def test_events_tell_the_story(clip: Path, whole: Recording, tmp_path: Path) -> None:
    watcher = Watcher()
    recording = analyze(clip, tmp_path, SETTINGS, sink=watcher)
    assert_equal(recording, whole)
    kinds = [type(event) for event in watcher.events]
    assert kinds.index(RecordingStarted) < kinds.index(RecordingGrew)
    assert kinds[-1] is RecordingFinished
    assert watcher.rows == sorted(watcher.rows)
    assert watcher.rows[-1] == FRAMES
    finished = watcher.events[-1]
    assert isinstance(finished, RecordingFinished)
    assert finished.path == tmp_path / "visit 1.lineament.parquet"
    assert finished.recording is recording
    last = {event.task: event for event in watcher.of(Progress)}  # type: ignore[attr-defined]
    assert {task: (event.done, event.total) for task, event in last.items()} == {  # type: ignore[attr-defined]
        "Measuring the face": (FRAMES, FRAMES),
        "Finishing the recording": (FRAMES, FRAMES),
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["visit 1.lineament.parquet"]


def test_the_growing_recording_ends_as_the_finished_one(clip: Path, tmp_path: Path) -> None:
    watcher = Watcher()
    recording = analyze(clip, tmp_path, SETTINGS, sink=watcher)
    growing = watcher.growing
    assert growing is not None
    assert growing.meta.complete
    for name in recording.names:
        np.testing.assert_array_equal(growing.column(name), recording.column(name))
    np.testing.assert_array_equal(growing.mesh(0, FRAMES), recording.mesh(0, FRAMES))
    assert growing.row_of_frame(FRAMES - 1) == FRAMES - 1


def test_action_units_are_there_before_the_end_and_hardly_move_at_it(
    one_round: list[Image], clips: Path, tmp_path: Path
) -> None:
    clip = write_clip(clips / "long.mp4", looped(one_round, 900))
    seen: dict[str, np.ndarray] = {}
    watcher = Watcher()

    def sink(event: object) -> None:
        watcher(event)
        if isinstance(event, Progress) and event.task == "Finishing the recording" and watcher.growing is not None:
            seen.setdefault("AU12_r", watcher.growing.column("AU12_r").copy())

    recording = analyze(clip, tmp_path, AnalysisSettings(), sink=sink)
    assert watcher.of(RecordingRevised)
    known = np.isfinite(seen["AU12_r"])
    assert known.mean() > 0.5
    difference = np.abs(seen["AU12_r"] - recording.column("AU12_r"))[known]
    assert np.median(difference) < 0.5


def test_a_finished_recording_is_returned_at_once(clip: Path, tmp_path: Path) -> None:
    first = analyze(clip, tmp_path, SETTINGS)
    watcher = Watcher()
    again = analyze(clip, tmp_path, SETTINGS, sink=watcher)
    assert [type(event) for event in watcher.events] == [RecordingFinished]
    assert again.meta.provenance == first.meta.provenance  # the very same file, its time of day included


def test_a_renamed_video_is_recognised(clip: Path, tmp_path: Path) -> None:
    first = analyze(clip, tmp_path, SETTINGS)
    renamed = tmp_path / "後で Zürich.mp4"
    shutil.copy(clip, renamed)
    watcher = Watcher()
    again = analyze(renamed, tmp_path, SETTINGS, sink=watcher)
    assert [type(event) for event in watcher.events] == [RecordingFinished]
    assert again.path == first.path


def test_other_settings_are_measured_anew(clip: Path, tmp_path: Path) -> None:
    analyze(clip, tmp_path, SETTINGS)
    watcher = Watcher()
    recording = analyze(clip, tmp_path, AnalysisSettings(segment_frames=75, max_faces=1), sink=watcher)
    assert watcher.of(RecordingStarted)
    assert recording.meta.provenance.settings["max_faces"] == 1


def test_fresh_measures_again(clip: Path, whole: Recording, tmp_path: Path) -> None:
    analyze(clip, tmp_path, SETTINGS)
    watcher = Watcher()
    fresh = AnalysisSettings(segment_frames=24, warm_up_frames=5, fresh=True)
    assert_equal(analyze(clip, tmp_path, fresh, sink=watcher), whole)
    assert watcher.of(RecordingStarted)


def test_another_video_of_the_same_name_overwrites_nothing(clip: Path, other_clip: Path, tmp_path: Path) -> None:
    first = analyze(clip, tmp_path, SETTINGS)
    other = analyze(other_clip, tmp_path, SETTINGS)
    assert other.path != first.path
    assert other.n_rows == 45
    assert open_recording(first.path).n_rows == FRAMES  # type: ignore[arg-type]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 2
    assert analyze(other_clip, tmp_path, SETTINGS).path == other.path


def test_a_damaged_recording_is_left_alone(clip: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "visit 1.lineament.parquet"
    damaged.write_bytes(b"PAR1 not really")
    recording = analyze(clip, tmp_path, SETTINGS)
    assert damaged.read_bytes() == b"PAR1 not really"
    assert recording.path != damaged
    assert recording.n_rows == FRAMES


def test_without_a_folder_it_is_kept_by_content(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAMENT_DATA_DIR", str(tmp_path / "data"))
    recording = analyze(clip, None, SETTINGS)
    assert recording.meta.video is not None
    assert recording.path is not None
    assert recording.path.parent == default_folder(recording.meta.video.content_hash)
    assert recording.path.is_relative_to(tmp_path / "data")
    moved = tmp_path / "moved.mp4"
    shutil.copy(clip, moved)
    assert analyze(moved, None, SETTINGS).path == recording.path


def test_nobody_in_view_is_said_and_kept(empty_clip: Path, tmp_path: Path) -> None:
    watcher = Watcher()
    sentence = r"nobody.mp4: no face was found in 50 frames\. Check that the participant is in view"
    with pytest.raises(FaceError, match=sentence):
        analyze(empty_clip, tmp_path, SETTINGS, sink=watcher)
    recording = open_recording(tmp_path / "nobody.lineament.parquet")
    assert recording.n_rows == 50
    assert not recording.column("success").any()
    assert np.isnan(recording.column("AU12_r")).all()
    assert np.isnan(recording.mesh(0, 50)).all()  # type: ignore[arg-type]
    assert recording.meta.faces == ()
    assert isinstance(watcher.events[-1], RecordingFinished)
    with pytest.raises(FaceError, match=sentence):
        analyze(empty_clip, tmp_path, SETTINGS)


def test_two_faces_are_both_kept(pair_clip: Path, tmp_path: Path) -> None:
    watcher = Watcher()
    recording = analyze(pair_clip, tmp_path, SETTINGS, sink=watcher)
    assert len(recording.meta.faces) == 2
    frames = {face.face_id: face.frames for face in recording.meta.faces}
    participant, other = sorted(frames, key=lambda face: -frames[face])
    assert recording.meta.participant == participant
    assert frames[participant] == 90
    assert 50 <= frames[other] <= 65
    (warning,) = watcher.of(AnalysisWarning)
    assert isinstance(warning, AnalysisWarning)
    assert "pair.mp4: 2 faces were found" in warning.text
    assert recording.meta.warnings == (warning.text,)
    left = recording.mesh(0, 90)[:, 1, 0]  # type: ignore[index]
    assert (left < 180).all()
    second = open_recording(recording.path, face=other)  # type: ignore[arg-type]
    assert second.n_rows == 90
    found = second.column("success").astype(bool)
    assert found.sum() == frames[other]
    assert (second.mesh(0, 90)[found, 1, 0] > 180).all()  # type: ignore[index]


def test_a_very_short_clip(one_round: list[Image], clips: Path, tmp_path: Path) -> None:
    short = write_clip(clips / "short.mp4", one_round[:8])
    assert analyze(short, tmp_path, SETTINGS).n_rows == 8


def test_a_truncated_video_is_measured_as_far_as_it_goes(one_round: list[Image], clips: Path, tmp_path: Path) -> None:
    path = write_clip(clips / "cut.mkv", looped(one_round, FRAMES))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    recording = analyze(path, tmp_path, SETTINGS)
    assert 30 < recording.n_rows < FRAMES
    assert recording.column("success").all()


def test_what_is_no_video_is_said(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("text")
    with pytest.raises(VideoError, match=r"notes.mp4: "):
        analyze(path, tmp_path / "out", SETTINGS)
    assert not (tmp_path / "out").exists()


def test_a_file_where_the_folder_should_be(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(StorageError, match=r"writing to the folder .*out failed"):
        analyze(clip, tmp_path / "out", SETTINGS)


@pytest.mark.parametrize("wrong", [{"tracker": "haar"}, {"max_faces": 0}, {"segment_frames": 0}])
def test_settings_must_make_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"tracker is one of|at least"):
        AnalysisSettings(**wrong)  # type: ignore[arg-type]
