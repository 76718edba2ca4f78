"""Crops made during an analysis, after one, and across interruptions are the same bytes."""

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.core.crops.conftest import FRAMES, REQUESTS, SETTINGS
from tests.support.avatar_clips import beside, pictures, wall, write_clip

from lineament.analysis import AnalysisSettings, RecordingGrew, analyze
from lineament.crops import CropFile, CropRequest, LiveCropper, analyze_with_crops, crop_path, inverse, make_crops
from lineament.crops.alignment import apply, canonical_points, five_points
from lineament.errors import FaceError, RecordingError
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.recording import Recording, open_recording
from lineament.simulation.avatar.person import AvatarPerson
from lineament.video import VideoReader

PROJECT = Path(__file__).resolve().parents[3]


def blobs(crops: CropFile) -> list[bytes]:
    return [crops.header, *(crops.coded(row) for row in range(len(crops)))]


def assert_same(one: CropFile, other: CropFile) -> None:
    assert one.facts.made_alike(other.facts)
    for name in ("times", "frames", "faces", "transforms"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert blobs(one) == blobs(other)


def copied(recording: Recording, folder: Path) -> Recording:
    assert recording.path is not None
    folder.mkdir(exist_ok=True)
    return open_recording(Path(shutil.copy(recording.path, folder)))


@pytest.fixture(scope="module")
def during(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, tuple[CropFile, ...]]:
    return analyze_with_crops(clip, tmp_path_factory.mktemp("during"), SETTINGS, REQUESTS)


def test_the_recording_does_not_change_by_a_bit(
    analysed: Recording, during: tuple[Recording, tuple[CropFile, ...]]
) -> None:
    recording = during[0]
    assert recording.names == analysed.names
    for name in recording.names:
        np.testing.assert_array_equal(recording.column(name), analysed.column(name), err_msg=name)
    np.testing.assert_array_equal(recording.mesh(0, FRAMES), analysed.mesh(0, FRAMES))


def test_times_frames_and_facts(clip: Path, during: tuple[Recording, tuple[CropFile, ...]]) -> None:
    recording, (crops, small) = during
    assert recording.path is not None
    assert crops.path == recording.path.with_name("visit.lineament.112px-8fps.crops")
    assert {p.name for p in crops.path.parent.iterdir()} == {recording.path.name, crops.path.name, small.path.name}
    assert crops.frames[:4].tolist() == [0, 4, 7, 11]
    assert small.frames.tolist() == list(range(0, FRAMES, 2))
    np.testing.assert_allclose(crops.times, recording.time_s[crops.frames])
    assert (crops.facts.video_size, crops.facts.face) == ((320, 180), recording.meta.participant)
    assert crops.facts.provenance.data_hash == recording.meta.video.content_hash  # type: ignore[union-attr]
    assert crops.facts.provenance.extractor == "lineament/facemesh"


def test_eyes_and_mouth_are_where_they_belong(during: tuple[Recording, tuple[CropFile, ...]]) -> None:
    recording, (crops, _) = during
    points = recording.landmarks68(0, FRAMES)
    assert points is not None
    landed = five_points(apply(crops.transforms, points[crops.frames]))
    away = np.linalg.norm(landed - canonical_points(112), axis=2)
    assert np.median(away) < 2.0
    assert np.abs(apply(inverse(crops.transforms), landed) - five_points(points[crops.frames])).max() < 1e-3


def test_afterwards_is_the_same_as_during(
    clip: Path, analysed: Recording, during: tuple[Recording, tuple[CropFile, ...]], tmp_path: Path
) -> None:
    recording = copied(analysed, tmp_path)
    for one, other in zip(make_crops(clip, recording, REQUESTS), during[1], strict=True):
        assert_same(one, other)
    assert not list(tmp_path.glob("*.partial"))


def test_what_is_there_is_not_made_again(clip: Path, analysed: Recording, tmp_path: Path) -> None:
    recording = copied(analysed, tmp_path)
    (first,) = make_crops(clip, recording, REQUESTS[:1])
    stamp = first.path.stat().st_mtime_ns
    events: list[object] = []
    make_crops(clip, recording, REQUESTS[:1], sink=events.append)
    assert (first.path.stat().st_mtime_ns, events) == (stamp, [])
    make_crops(clip, recording, REQUESTS[:1], fresh=True, sink=events.append)
    assert first.path.stat().st_mtime_ns != stamp
    assert isinstance(events[-1], Progress)
    assert (events[-1].task, events[-1].done, events[-1].total) == ("Cutting crops 112@8", 17, 17)
    first.path.write_bytes(first.path.read_bytes()[:-5])
    (again,) = make_crops(clip, recording, REQUESTS[:1])
    again.check()


def test_a_finished_analysis_gets_crops_without_measuring_again(
    clip: Path, analysed: Recording, during: tuple[Recording, tuple[CropFile, ...]], tmp_path: Path
) -> None:
    copied(analysed, tmp_path)
    events: list[object] = []
    _, made = analyze_with_crops(clip, tmp_path, SETTINGS, REQUESTS[:1], sink=events.append)
    assert "Measuring the face" not in {event.task for event in events if isinstance(event, Progress)}
    assert_same(made[0], during[1][0])


@pytest.mark.parametrize("with_crops_before", [True, False])
def test_cancelled_and_resumed(
    clip: Path, during: tuple[Recording, tuple[CropFile, ...]], tmp_path: Path, with_crops_before: bool
) -> None:
    """Whether or not the analysis was begun with crops."""
    cancel = CancelToken()

    def sink(event: object) -> None:
        if isinstance(event, RecordingGrew) and event.rows >= 40:
            cancel.cancel()

    with pytest.raises(Cancelled):
        analyze_with_crops(clip, tmp_path, SETTINGS, REQUESTS if with_crops_before else (), cancel=cancel, sink=sink)
    pieces = sorted(p.name for p in tmp_path.glob("*.crops.partial/segment-*"))
    assert (pieces == ["segment-000000.crops"] * 2 + ["segment-000001.crops"] * 2) == with_crops_before
    _, made = analyze_with_crops(clip, tmp_path, SETTINGS, REQUESTS)
    for one, other in zip(made, during[1], strict=True):
        assert_same(one, other)
    assert not list(tmp_path.glob("*.partial"))


def test_cutting_afterwards_goes_on_where_it_was_stopped(
    clip: Path, analysed: Recording, during: tuple[Recording, tuple[CropFile, ...]], tmp_path: Path
) -> None:
    recording = copied(analysed, tmp_path)
    cancel = CancelToken()

    def sink(event: object) -> None:
        if isinstance(event, Progress) and event.done:
            cancel.cancel()

    with pytest.raises(Cancelled):
        make_crops(clip, recording, REQUESTS[:1], cancel=cancel, sink=sink)
    (piece,) = tmp_path.glob("*.partial/segment-000000.crops")
    stamp = piece.stat().st_mtime_ns
    cancel = CancelToken()
    damaged = piece.with_name("segment-000001.crops")
    damaged.write_bytes(piece.read_bytes()[:-40])
    with pytest.raises(Cancelled):
        make_crops(clip, recording, REQUESTS[:1], cancel=cancel, sink=sink)
    assert piece.stat().st_mtime_ns == stamp
    assert_same(make_crops(clip, recording, REQUESTS[:1])[0], during[1][0])


def test_pieces_of_other_settings_are_not_gone_on_with(clip: Path, analysed: Recording, tmp_path: Path) -> None:
    recording = copied(analysed, tmp_path)
    folder = tmp_path / "visit.lineament.112px-8fps.crops.partial"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "size": 112, "rate": 8.0, "quality": 3}))
    other = make_crops(clip, copied(analysed, tmp_path / "b"), (CropRequest(112, 2),))[0]
    shutil.copy(other.path, folder / "segment-000000.crops")
    assert len(make_crops(clip, recording, REQUESTS[:1])[0]) == 17


CHILD = """
import sys
from pathlib import Path
from lineament.analysis import AnalysisSettings, RecordingGrew
from lineament.crops import analyze_with_crops, parse_requests

def sink(event):
    if isinstance(event, RecordingGrew):
        print(event.rows, flush=True)

settings = AnalysisSettings(segment_frames=24, warm_up_frames=5)
analyze_with_crops(Path(sys.argv[1]), Path(sys.argv[2]), settings, parse_requests("112@8,64@15"), sink=sink)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_and_resumed(clip: Path, during: tuple[Recording, tuple[CropFile, ...]], tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", CHILD, str(clip), str(tmp_path)]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=PROJECT
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.strip().isdigit() and int(line) >= 30:
                break
        child.kill()
        assert child.wait() == -signal.SIGKILL
    _, made = analyze_with_crops(clip, tmp_path, SETTINGS, REQUESTS)
    for one, other in zip(made, during[1], strict=True):
        assert_same(one, other)


def test_two_faces_give_the_participants_crops(tmp_path: Path) -> None:
    first = [image[:, 70:250] for image in pictures(320, 180, 24)]
    second = [image[:, 70:250] for image in pictures(320, 180, 8, AvatarPerson.random(3))]
    frames = [beside([first[i]], [second[i % 8] if i < 12 else wall(180, 180)])[0] for i in range(24)]
    clip = write_clip(tmp_path / "pair.mp4", frames)
    settings = AnalysisSettings(segment_frames=10, warm_up_frames=3)
    request = CropRequest(64, 30)
    recording, (crops,) = analyze_with_crops(clip, tmp_path / "a", settings, (request,))
    assert set(crops.faces.tolist()) == {recording.meta.participant}
    assert len(crops) == 24
    assert (apply(inverse(crops.transforms), np.full((24, 1, 2), 32.0))[:, 0, 0] < 180).all()
    assert recording.path is not None
    other = open_recording(recording.path, face=1 - recording.meta.participant)
    (others,) = make_crops(clip, other, (request,))
    assert others.path == crop_path(recording.path, request, other.meta.participant)
    assert 6 < len(others) <= 12
    assert (apply(inverse(others.transforms), np.full((len(others), 1, 2), 32.0))[:, 0, 0] > 180).all()
    (afterwards,) = make_crops(clip, recording, (request,), fresh=True)
    assert_same(afterwards, crops)


def test_nobody_to_cut(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "nobody.mp4", [wall(320, 180)] * 12)
    with pytest.raises(FaceError, match="no face was found in 12 frames"):
        analyze_with_crops(clip, tmp_path / "a", SETTINGS, REQUESTS)
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["nobody.lineament.parquet"]
    recording = open_recording(tmp_path / "a" / "nobody.lineament.parquet")
    with pytest.raises(FaceError, match=r"nobody\.mp4: no frame shows the face well enough for a crop"):
        make_crops(clip, recording, REQUESTS[:1])


def test_recordings_that_cannot_have_crops(clip: Path, analysed: Recording, tmp_path: Path) -> None:
    other = write_clip(tmp_path / "other.mp4", [wall(64, 64)] * 3)
    with pytest.raises(RecordingError, match=r"this is not the recording of other\.mp4"):
        make_crops(other, analysed, REQUESTS)
    columns = {name: analysed.column(name) for name in analysed.names}
    with pytest.raises(RecordingError, match="this one was never saved"):
        make_crops(clip, Recording.from_columns(columns, analysed.meta), REQUESTS)
    blind = Recording.from_columns(columns, replace(analysed.meta)).save(tmp_path / "blind.lineament.parquet")
    with pytest.raises(RecordingError, match="holds no landmarks"):
        make_crops(clip, open_recording(blind), REQUESTS)


def test_live_crops_are_the_stored_ones(clip: Path, during: tuple[Recording, tuple[CropFile, ...]]) -> None:
    recording, (crops, _) = during
    cropper = LiveCropper(112)
    stored = crops.read(np.arange(6))
    with VideoReader(clip) as reader:
        for row, frame in enumerate(crops.frames[:6].tolist()):
            points: npt.NDArray[np.float32] | None = recording.landmarks68(frame, frame + 1)
            assert points is not None
            live = cropper.crop(reader.frame(frame).image, points[0])
            assert live is not None
            np.testing.assert_array_equal(live.transform, crops.transforms[row])
            np.testing.assert_allclose(live.to_picture, inverse(crops.transforms[row : row + 1])[0])
            error = np.abs(live.image.astype(float) - stored[row])
            assert error.mean() < 3
        image = reader.frame(0).image
    assert cropper.crop(image, np.full((68, 2), np.nan, dtype=np.float32)) is None
    assert cropper.crop(image, points[0], confidence=0.5) is None
    with pytest.raises(ValueError, match="32 to 512 pixels"):
        LiveCropper(8)


def test_the_analysis_alone_still_takes_no_watcher(clip: Path, analysed: Recording, tmp_path: Path) -> None:
    """Reading `analyze` without crops: nothing but the recording appears."""
    analyze(clip, tmp_path, SETTINGS)
    assert [p.name for p in tmp_path.iterdir()] == ["visit.lineament.parquet"]
