"""Both trackers on real clips: who is found where, time, determinism, bad input."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lineament.errors import ModelError, StorageError
from lineament.face import BLENDSHAPE_NAMES, create_tracker, face_landmarker_path, install_face_landmarker
from lineament.face.clock import TrackerClock
from lineament.face.landmark_bytes import decode_landmarks
from lineament.face.native_logs import quiet_native_logs
from lineament.video import VideoReader

Image = npt.NDArray[np.uint8]


def clip(path: Path, start: int = 0, stop: int | None = None) -> Iterator[tuple[float, Image]]:
    with VideoReader(path) as video:
        for frame in video.frames(start, stop):
            yield frame.time_s * 1000.0, frame.image


@pytest.fixture(scope="module")
def smile(testdata: Path) -> list[tuple[float, Image]]:
    return list(clip(testdata / "pyfeat/single_face.mp4", 0, 12))


def test_no_face_where_there_is_none(testdata: Path) -> None:
    with create_tracker("facemesh") as tracker:
        assert [len(tracker.track(image, ms)) for ms, image in clip(testdata / "pyfeat/no_face.mp4")] == [0] * 95


def test_face_leaves_the_picture(testdata: Path) -> None:
    with create_tracker("facemesh") as tracker:
        found = [len(tracker.track(image, ms)) for ms, image in clip(testdata / "pyfeat/face_noface.mov")]
    assert 0.35 <= np.mean(found) <= 0.5
    assert sum(found[:70]) == 70
    assert sum(found[80:]) == 0


@pytest.mark.parametrize(
    "name",
    ["grid/bbaf2n.mpg", "grid/lbax4n.mpg", "intel/asl_yes.mkv", "intel/head-pose-face-detection-male.gif"],
)
def test_the_one_face_is_found_in_nearly_all_frames(testdata: Path, name: str) -> None:
    with create_tracker("facemesh") as tracker:
        faces = [tracker.track(image, ms) for ms, image in clip(testdata / name)]
    assert np.mean([len(one) == 1 for one in faces]) > 0.98
    assert min(one[0].confidence for one in faces if one) > 0.5


def test_two_faces_in_one_picture_and_one_that_comes_later(smile: list[tuple[float, Image]]) -> None:
    alone = smile[0][1]
    blank = np.full_like(alone, 90)
    with create_tracker("facemesh") as tracker:
        first = [len(tracker.track(np.hstack([alone, blank]), 40.0 * i)) for i in range(3)]
        both = [tracker.track(np.hstack([alone, alone]), 120.0 + 40.0 * i) for i in range(16)]
    assert first == [1, 1, 1]
    assert [len(faces) for faces in both[13:]] == [2, 2, 2]
    assert abs(both[-1][0].centre[0] - both[-1][1].centre[0]) == pytest.approx(alone.shape[1], abs=8)


def test_same_frames_give_the_same_landmarks_also_after_a_reset(smile: list[tuple[float, Image]]) -> None:
    def run(tracker: object) -> npt.NDArray[np.float32]:
        return np.stack([tracker.track(image, ms)[0].landmarks for ms, image in smile])  # type: ignore[attr-defined]

    with create_tracker("facemesh") as one, create_tracker("facemesh") as other:
        first = run(one)
        one.reset()
        assert np.array_equal(run(one), first)
        assert np.array_equal(run(other), first)


def test_landmarks_are_mediapipes_own(smile: list[tuple[float, Image]]) -> None:
    from mediapipe.python.solutions.face_mesh import FaceMesh

    with create_tracker("facemesh", max_faces=1) as tracker, quiet_native_logs():
        reference = FaceMesh(max_num_faces=1, refine_landmarks=True)
        for ms, image in smile[:4]:
            ours = tracker.track(image, ms)[0].landmarks
            theirs = reference.process(image).multi_face_landmarks[0].landmark
        reference.close()
    width, height = image.shape[1], image.shape[0]
    assert np.abs(ours - [(p.x * width, p.y * height, p.z * width) for p in theirs]).max() < 1e-3


def test_a_read_only_or_strided_picture_will_do(smile: list[tuple[float, Image]]) -> None:
    ms, image = smile[0][0], smile[0][1].copy()
    padded = np.zeros((*image.shape[:2], 4), dtype=np.uint8)
    padded[:, :, :3] = image
    with create_tracker("facemesh") as tracker:
        plain = tracker.track(image, ms)[0].landmarks
        assert image.flags.writeable
        tracker.reset()
        assert np.array_equal(tracker.track(padded[:, :, :3], ms)[0].landmarks, plain)


def test_time_must_increase_and_pictures_be_rgb() -> None:
    blank = np.zeros((64, 64, 3), dtype=np.uint8)
    with create_tracker("facemesh") as tracker:
        tracker.track(blank, 40.0)
        with pytest.raises(ValueError, match="not after"):
            tracker.track(blank, 40.0)
        with pytest.raises(ValueError, match="uint8"):
            tracker.track(np.zeros((64, 64, 4), dtype=np.uint8), 80.0)
        tracker.reset()
        assert tracker.track(blank, 0.0) == []
        tracker.close()
        tracker.close()


def test_clock_ticks_rise_even_when_time_starts_over() -> None:
    clock = TrackerClock(ticks_per_ms=1)
    ticks = [clock.tick(t) for t in (0.0, 0.3, 0.6, 4.2, 8.3)]
    clock.restart()
    ticks += [clock.tick(t) for t in (0.0, 4.2)]
    assert ticks == sorted(set(ticks))


def test_unknown_tracker_and_no_faces_at_all() -> None:
    with pytest.raises(ValueError, match="unknown tracker"):
        create_tracker("opencv")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="max_faces"):
        create_tracker("facemesh", max_faces=0)


def test_landmark_bytes_with_more_fields_are_read_slowly_but_well() -> None:
    from mediapipe.framework.formats import landmark_pb2

    plain, mixed = landmark_pb2.NormalizedLandmarkList(), landmark_pb2.NormalizedLandmarkList()
    for i in range(5):
        plain.landmark.add(x=0.1 * i, y=0.2 * i, z=-0.1)
        mixed.landmark.add(x=0.1 * i, y=0.2 * i, z=-0.1, **({"visibility": 0.5} if i == 3 else {}))
    expected = [(10.0 * i, 10.0 * i, -10.0) for i in range(5)]
    for message in (plain, mixed):
        assert np.allclose(decode_landmarks(message.SerializeToString(), 100, 50), expected, atol=1e-4)
    assert decode_landmarks(b"", 100, 50).shape == (0, 3)


def test_chatter_is_dropped_and_the_rest_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    import os

    with quiet_native_logs():
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        os.write(2, b"out of memory\n")
    assert capfd.readouterr().err == "out of memory\n"


class TestFaceLandmarker:
    @pytest.fixture
    def bundle(self, testdata: Path) -> Path:
        return testdata / "mediapipe/face_landmarker.task"

    @pytest.fixture(autouse=True)
    def own_data_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("platformdirs.user_data_path", lambda *_args, **_kw: tmp_path / "data")

    def test_landmarks_and_blendshapes(self, bundle: Path, smile: list[tuple[float, Image]]) -> None:
        with create_tracker("face-landmarker", model_path=bundle) as tracker:
            assert tracker.has_blendshapes
            faces = [tracker.track(image, ms)[0] for ms, image in smile[:3]]
            tracker.reset()
            again = tracker.track(smile[0][1], 0.0)[0]
        shapes = faces[-1].blendshapes
        assert shapes is not None
        assert shapes.shape == (len(BLENDSHAPE_NAMES),)
        assert shapes[BLENDSHAPE_NAMES.index("mouthSmileLeft")] < 0.2
        assert faces[-1].confidence > 0.9
        assert np.array_equal(again.landmarks, faces[0].landmarks)

    def test_no_face_where_there_is_none(self, bundle: Path, testdata: Path) -> None:
        with create_tracker("face-landmarker", model_path=bundle) as tracker:
            frames = clip(testdata / "pyfeat/no_face.mp4", 0, 40)
            assert not any(tracker.track(image, ms) for ms, image in frames)

    def test_installing(self, bundle: Path) -> None:
        assert face_landmarker_path() is None
        with pytest.raises(ModelError, match=r"lineament models add face-landmarker FILE"):
            create_tracker("face-landmarker")
        installed = install_face_landmarker(bundle)
        assert face_landmarker_path() == installed
        create_tracker("face-landmarker").close()

    def test_another_file_is_refused(self, bundle: Path, tmp_path: Path) -> None:
        half = tmp_path / "half model é.task"
        half.write_bytes(bundle.read_bytes()[:1_000_000])
        for path in (half, tmp_path / "missing.task", tmp_path):
            with pytest.raises(ModelError, match=r"float16/1") as refused:
                install_face_landmarker(path)
            assert path.name in str(refused.value)
            with pytest.raises(ModelError):
                create_tracker("face-landmarker", model_path=path)
        assert face_landmarker_path() is None

    def test_a_folder_that_cannot_be_made(self, bundle: Path, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("a file where the folder should be")
        with pytest.raises(StorageError, match="could not be copied"):
            install_face_landmarker(bundle)
