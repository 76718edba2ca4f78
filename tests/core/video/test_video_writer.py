"""Writing: what is read back is what was added; a file is there whole or not at all."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from tests.support.videos import HEIGHT, WIDTH, numbered_image

from lineament.errors import StorageError, VideoError
from lineament.video import VideoReader, VideoWriter

Image = npt.NDArray[np.uint8]


def coloured(width: int, height: int) -> Image:
    """Four fields of clear colours, so that a turned, mirrored or wrongly coloured picture is noticed."""
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = (200, 40, 40)
    image[: height // 2, width // 2 :] = (40, 60, 210)
    image[height // 2 :, : width // 2] = (220, 210, 90)
    image[height // 2 :, width // 2 :] = (30, 160, 60)
    return image


def noise(seed: int) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)


def write(path: Path, images: list[Image]) -> None:
    with VideoWriter(path, WIDTH, HEIGHT, fps=25) as writer:
        for image in images:
            writer.add(image)


@contextmanager
def full_disk(free_bytes: int) -> Iterator[None]:
    """The system refuses to let any file grow beyond `free_bytes`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(("width", "height"), [(320, 240), (240, 320), (1280, 720)])
def test_picture_comes_back_upright_in_its_colours(tmp_path: Path, rotation: int, width: int, height: int) -> None:
    path, image = tmp_path / "colours.mp4", coloured(width, height)
    with VideoWriter(path, width, height, fps=25, rotation=rotation) as writer:
        for _ in range(3):
            writer.add(image)
    with VideoReader(path) as reader:
        assert reader.info.rotation == rotation
        for frame in reader.frames():
            assert np.abs(frame.image.astype(int) - image).mean() < 2.5
    with av.open(str(path)) as container:
        stored = container.streams.video[0]
        turned = rotation in (90, 270)
        assert (stored.width, stored.height) == ((height, width) if turned else (width, height))


def test_mirrored_picture_is_shown_as_its_matrix_says(tmp_path: Path) -> None:
    image = coloured(192, 128)
    for turn in (0, 90):
        path = tmp_path / f"mirrored_{turn}.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 192, 128, "yuv420p"
            stream.set_display_rotation(turn, hflip=True)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image)))
            container.mux(stream.encode(None))
        with VideoReader(path) as reader:
            # `set_display_rotation` turns anticlockwise and mirrors after it.
            expected = np.rot90(image, turn // 90)[:, ::-1]
            assert np.abs(reader.frame(0).image.astype(int) - expected).mean() < 2.5


@pytest.mark.parametrize("gop", [1, 7, 30])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_keyframes_stand_exactly_where_asked(tmp_path: Path, gop: int, b_frames: int) -> None:
    path = tmp_path / "keys.mp4"
    with VideoWriter(path, WIDTH, HEIGHT, fps=30, gop=gop, b_frames=b_frames) as writer:
        for number in range(60):
            writer.add(noise(number) if number % 11 == 0 else numbered_image(number))
    with VideoReader(path) as reader:
        assert np.flatnonzero(reader.index.keyframes).tolist() == list(range(0, 60, gop))


@pytest.mark.parametrize("fps", [12, 23.976, 29.97, Fraction(30000, 1001), 240])
def test_constant_rate(tmp_path: Path, fps: float) -> None:
    path = tmp_path / "rate.mp4"
    with VideoWriter(path, WIDTH, HEIGHT, fps=fps) as writer:
        for number in range(20):
            writer.add(numbered_image(number))
    with VideoReader(path) as reader:
        assert reader.info.fps == pytest.approx(float(fps), rel=1e-6)
        np.testing.assert_allclose(reader.index.times_s, np.arange(20) / float(fps), atol=1e-6)


def test_video_that_starts_after_its_sound_says_when(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    with VideoWriter(path, WIDTH, HEIGHT, audio_rate=16_000) as writer:
        writer.add_audio(np.zeros(16_000, np.float32))
        for number in range(10):
            writer.add(numbered_image(number), 0.5 + number / 25)
    with VideoReader(path) as reader:
        assert reader.info.start_s == pytest.approx(0.5, abs=0.08)
        assert reader.index.times_s[0] == 0


def test_sound_comes_back(tmp_path: Path) -> None:
    rate, path = 16_000, tmp_path / "sound.mp4"
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.float32)
    with VideoWriter(path, WIDTH, HEIGHT, fps=25, audio_rate=rate) as writer:
        for number in range(25):
            writer.add(numbered_image(number))
            writer.add_audio(tone[number * 640 : (number + 1) * 640])
        writer.add_audio(np.empty(0, np.float32))
    with av.open(str(path)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(heard) == pytest.approx(rate, abs=2100)
    spectrum = np.abs(np.fft.rfft(heard[2000:10_000]))
    assert np.argmax(spectrum) == pytest.approx(440 * 8000 / rate, abs=1)
    assert np.abs(heard).max() == pytest.approx(0.5, abs=0.1)


def test_bit_rate(tmp_path: Path) -> None:
    sizes = []
    for bit_rate in (100_000, 800_000):
        path = tmp_path / f"{bit_rate}.mp4"
        with VideoWriter(path, WIDTH, HEIGHT, fps=25, bit_rate=bit_rate) as writer:
            for number in range(50):
                writer.add(noise(number))
        sizes.append(path.stat().st_size)
    assert sizes[1] > 3 * sizes[0]


def test_nothing_is_seen_before_close_and_nothing_hidden_after(tmp_path: Path) -> None:
    path = tmp_path / "whole.mp4"
    path.write_bytes(b"what was there before")
    with VideoWriter(path, WIDTH, HEIGHT, fps=25) as writer:
        writer.add(numbered_image(0))
        assert path.read_bytes() == b"what was there before"
    assert [file.name for file in tmp_path.iterdir()] == ["whole.mp4"]
    writer.close()
    with VideoReader(path) as reader:
        assert reader.info.frame_count == 1


def test_a_failure_in_the_block_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "kept.mp4"
    path.write_bytes(b"what was there before")
    with pytest.raises(ValueError, match="expected uint8"):
        write(path, [numbered_image(0), np.zeros((2, 2, 3), np.uint8)])
    assert [file.name for file in tmp_path.iterdir()] == ["kept.mp4"]
    assert path.read_bytes() == b"what was there before"


@pytest.mark.parametrize("free_bytes", [0, 20_000, 100_000])
def test_full_disk(tmp_path: Path, free_bytes: int) -> None:
    path = tmp_path / "too big.mp4"
    images = [noise(number) for number in range(60)]
    with full_disk(free_bytes), pytest.raises(StorageError) as caught:
        write(path, images)
    assert str(caught.value).startswith("too big.mp4: the disk is full")
    assert list(tmp_path.iterdir()) == []


def test_disk_full_at_the_very_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="the disk is full"):
        write(tmp_path / "end.mp4", [numbered_image(0)])
    assert list(tmp_path.iterdir()) == []


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"new\.mp4: the folder .* does not exist"):
        VideoWriter(tmp_path / "nowhere" / "new.mp4", WIDTH, HEIGHT, fps=25)


def test_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path, mode: str = "r") -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(StorageError, match=r"cannot be written .*Permission denied.* Choose a folder"):
        VideoWriter(tmp_path / "new.mp4", WIDTH, HEIGHT, fps=25)


@pytest.mark.parametrize(
    ("name", "width", "height", "expected"),
    [("odd.mp4", 191, 128, "191 x 128"), ("none.mp4", 0, 0, "0 x 0"), ("a.wmv", 192, 128, r"not as \.wmv")],
)
def test_what_cannot_be_written_is_refused_at_once(
    tmp_path: Path, name: str, width: int, height: int, expected: str
) -> None:
    with pytest.raises(VideoError, match=expected):
        VideoWriter(tmp_path / name, width, height, fps=25)
    assert list(tmp_path.iterdir()) == []


def test_wrong_use_is_an_error_of_the_program(tmp_path: Path) -> None:
    image = numbered_image(0)
    with VideoWriter(tmp_path / "times.mp4", WIDTH, HEIGHT) as timed:
        with pytest.raises(ValueError, match="give every picture a time"):
            timed.add(image)
        timed.add(image, 1.0)
        with pytest.raises(ValueError, match="not after the picture before"):
            timed.add(image, 1.0)
        with pytest.raises(ValueError, match="without audio_rate"):
            timed.add_audio(np.zeros(10, np.float32))
        with pytest.raises(ValueError, match="expected uint8"):
            timed.add(image[:-2], 2.0)
    with VideoWriter(tmp_path / "rate.mp4", WIDTH, HEIGHT, fps=25, audio_rate=16_000) as constant:
        with pytest.raises(ValueError, match="give every picture a time"):
            constant.add(image, 1.0)
        with pytest.raises(ValueError, match="expected one channel"):
            constant.add_audio(np.zeros((2, 10), np.float32))
        constant.add(image)
    with pytest.raises(ValueError, match="at least one picture"):
        VideoWriter(tmp_path / "empty.mp4", WIDTH, HEIGHT, fps=25).close()
    with pytest.raises(ValueError, match="rotation is"):
        VideoWriter(tmp_path / "tilted.mp4", WIDTH, HEIGHT, fps=25, rotation=45)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["rate.mp4", "times.mp4"]
