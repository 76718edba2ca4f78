"""Every seek and every step, forward and back, yields the frame that was asked for."""

import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from tests.support.videos import CLIPS, Clip, read_number, write_clip

from lineament.video import VideoReader
from lineament.video.seeking import Interrupted

SEEKS = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("numbered clips")


@pytest.fixture(params=CLIPS, ids=lambda clip: clip.name)
def clip(request: pytest.FixtureRequest) -> Clip:
    kind: Clip = request.param
    return kind


@pytest.fixture
def path(clip: Clip, folder: Path) -> Path:
    path = folder / f"{clip.name}.mp4"
    return path if path.exists() else write_clip(clip, path)


def test_index_lists_every_frame_at_its_time(clip: Clip, path: Path) -> None:
    with VideoReader(path) as reader:
        times = np.array(clip.times())
        np.testing.assert_allclose(reader.index.times_s, times, atol=1e-5)
        assert reader.info.frame_count == len(times)
        assert reader.info.variable_rate == (clip.times_s is not None)
        assert reader.info.rotation == clip.rotation
        assert (reader.info.width, reader.info.height) == (clip.width, clip.height)
        assert reader.info.has_audio == clip.sound
        assert np.flatnonzero(reader.index.keyframes).tolist() == list(range(0, len(times), clip.gop))


def test_sequential_reading_yields_every_frame(clip: Clip, path: Path) -> None:
    with VideoReader(path) as reader:
        shown = [(frame.index, read_number(frame.image)) for frame in reader.frames()]
    assert shown == [(i, i) for i in range(len(clip.times()))]


def test_random_seeks(clip: Clip, path: Path) -> None:
    wanted = np.random.default_rng(1).integers(0, len(clip.times()), SEEKS).tolist()
    with VideoReader(path) as reader:
        shown = [read_number(reader.frame(index).image) for index in wanted]
    assert shown == wanted


def test_backward_steps(clip: Clip, path: Path) -> None:
    count = len(clip.times())
    wanted = [index % count for index in range(SEEKS - 1, -1, -1)]
    with VideoReader(path, pixel_format="bgra") as reader:
        shown = [read_number(reader.frame(index).image) for index in wanted]
    assert shown == wanted


def test_seeks_by_time(clip: Clip, path: Path) -> None:
    times = np.array(clip.times())
    rng = np.random.default_rng(2)
    with VideoReader(path) as reader:
        for time_s in rng.uniform(0, times[-1], 50):
            frame = reader.frame_at(time_s)
            expected = int(np.searchsorted(times, time_s, side="right")) - 1
            assert read_number(frame.image) == frame.index == expected
        for index in rng.integers(0, len(times), 20):
            assert reader.frame_at(float(reader.index.times_s[index])).index == index


def test_a_jump_gives_the_very_pixels_of_sequential_reading(clip: Clip, path: Path) -> None:
    with VideoReader(path) as reader:
        prints = [zlib.crc32(frame.image) for frame in reader.frames()]
        for index in np.random.default_rng(3).integers(0, len(prints), 60).tolist():
            assert zlib.crc32(reader.frame(index).image) == prints[index]


def test_reading_and_jumping_may_be_mixed(clip: Clip, path: Path) -> None:
    with VideoReader(path) as reader:
        for frame in reader.frames(10, 40):
            assert read_number(frame.image) == frame.index
            if frame.index % 7 == 0:
                assert read_number(reader.frame(55 - frame.index).image) == 55 - frame.index


def test_frame_carries_its_own_pts_and_time(path: Path) -> None:
    with VideoReader(path) as reader:
        frame = reader.frame(17)
        assert frame.pts == reader.index.pts[17]
        assert frame.time_s == reader.index.times_s[17]


def test_bgra_is_rgb_in_another_order_and_opaque(path: Path) -> None:
    with VideoReader(path) as rgb, VideoReader(path, pixel_format="bgra") as bgra:
        for index in (0, 33):
            colours, four = rgb.frame(index).image, bgra.frame(index).image
            assert colours.shape[2] == 3
            assert np.abs(four[..., 2::-1].astype(int) - colours).max() <= 2
            assert (four[..., 3] == 255).all()


def test_pictures_are_shared_and_therefore_read_only(path: Path) -> None:
    with VideoReader(path) as reader, pytest.raises(ValueError, match="read-only"):
        reader.frame(0).image[0, 0] = 0


def test_no_frame_outside_the_video(path: Path) -> None:
    with VideoReader(path) as reader:
        for index in (-1, reader.info.frame_count):
            with pytest.raises(IndexError):
                reader.frame(index)
        assert list(reader.frames(reader.info.frame_count)) == []


def test_an_interrupted_seek_leaves_no_gap(clip: Clip, path: Path) -> None:
    """After decoding was interrupted on the way to a far frame, every nearer one is still there."""
    pictures_left = 0

    def interrupt() -> bool:
        nonlocal pictures_left
        pictures_left -= 1
        return pictures_left < 0

    count = len(clip.times())
    far = min(clip.gop, count) - 1
    with VideoReader(path, interrupt=interrupt) as reader:
        for decoded in range(0, far, 3):
            for nearer in range(1, 5):
                pictures_left = 100_000
                reader.frame(0)
                pictures_left = decoded
                with suppress(Interrupted):
                    reader.frame(far)
                pictures_left = 100_000
                start = min(decoded + nearer, count - 1)
                shown = [(frame.index, read_number(frame.image)) for frame in reader.frames(start, start + 3)]
                assert shown == [(i, i) for i in range(start, min(start + 3, count))]
