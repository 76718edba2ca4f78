"""Any container and codec: every frame found, in order, and every seek exact."""

import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests.support.videos import numbered_image, read_number

from lineament.video import VideoReader
from lineament.video.indexing import build_seek_table

FRAMES = 60

# container suffix, codec, pixel format, codec options, width, height, frames per second
FORMATS = [
    ("mp4", "libx264", "yuv420p", {"g": "12", "bf": "3"}, 192, 128, 30),
    ("mp4", "libx265", "yuv420p", {"x265-params": "keyint=12:bframes=3:open-gop=1:log-level=none"}, 192, 128, 30),
    ("mp4", "mpeg4", "yuv420p", {"g": "12", "bf": "2"}, 192, 128, 25),
    ("mov", "prores", "yuv422p10le", {}, 192, 128, 24),
    ("mov", "libx264", "yuv444p", {"g": "12", "bf": "2"}, 191, 127, 30),
    ("mkv", "libx264", "yuv420p", {"g": "20", "bf": "3", "x264-params": "open-gop=1"}, 192, 128, 30),
    ("mkv", "libx264", "yuv420p", {"x264-params": "intra-refresh=1:keyint=15:bframes=0"}, 192, 128, 30),
    ("mkv", "ffv1", "yuv444p", {}, 191, 127, 30),
    ("mkv", "libx264", "yuv420p", {"g": "250", "bf": "3"}, 192, 128, 240),
    ("webm", "libvpx", "yuv420p", {"g": "15", "auto-alt-ref": "1", "lag-in-frames": "16"}, 192, 128, 30),
    ("webm", "libvpx-vp9", "yuv420p", {"g": "15", "lag-in-frames": "16", "cpu-used": "8"}, 192, 128, 30),
    ("avi", "mpeg4", "yuv420p", {"g": "12", "bf": "2"}, 192, 128, 25),
    ("avi", "mpeg4", "yuv420p", {"g": "12"}, 192, 128, 25),
    ("avi", "libx264", "yuv420p", {"g": "12", "bf": "3"}, 192, 128, 30),
    ("avi", "mjpeg", "yuvj420p", {}, 192, 128, 12),
    ("mpg", "mpeg1video", "yuv420p", {"g": "12", "bf": "2"}, 192, 128, 25),
    ("mpg", "mpeg2video", "yuv420p", {"g": "12", "bf": "2"}, 192, 128, 25),
    ("ts", "libx264", "yuv420p", {"g": "12", "bf": "3"}, 192, 128, 30),
    ("ts", "mpeg2video", "yuv420p", {"g": "12", "bf": "2"}, 192, 128, 25),
    ("flv", "flv1", "yuv420p", {"g": "12"}, 192, 128, 30),
    ("wmv", "wmv2", "yuv420p", {"g": "12"}, 192, 128, 30),
    ("gif", "gif", "rgb8", {}, 192, 128, 20),
    ("h264", "libx264", "yuv420p", {"g": "12", "bf": "3"}, 192, 128, 30),
]
Format = tuple[str, str, str, dict[str, str], int, int, int]


def encode(path: Path, codec: str, pixel_format: str, options: dict[str, str], size: tuple[int, int], fps: int) -> None:
    """A clip of FRAMES numbered pictures."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.codec_context.thread_count = 1
        if codec.startswith("mpeg"):
            stream.bit_rate = 2_000_000
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(numbered_image(number, width, height))
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module", params=FORMATS, ids=lambda f: f"{f[1]}-{f[0]}-{f[4]}-{len(str(f[3]))}")
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    suffix, codec, pixel_format, options, width, height, fps = request.param
    path = tmp_path_factory.mktemp("formats") / f"clip.{suffix}"
    encode(path, codec, pixel_format, options, (width, height), fps)
    return path


def test_every_frame_and_every_seek(path: Path) -> None:
    with VideoReader(path) as reader:
        frames = [(read_number(frame.image), zlib.crc32(frame.image)) for frame in reader.frames()]
        assert [number for number, _ in frames] == list(range(FRAMES))
        assert reader.info.frame_count == FRAMES
        rng = np.random.default_rng(5)
        for index in [*rng.integers(0, FRAMES, 60).tolist(), *range(FRAMES - 1, 0, -1)]:
            image = reader.frame(index).image
            assert (read_number(image), zlib.crc32(image)) == frames[index]


def test_every_frame_has_its_time(path: Path, request: pytest.FixtureRequest) -> None:
    fps = request.node.callspec.params["path"][6]
    table = build_seek_table(path)
    np.testing.assert_allclose(table.index.times_s, np.arange(FRAMES) / fps, atol=0.002)


@pytest.mark.parametrize("decode_all", [True, False])
def test_recording_cut_in_an_open_group_of_pictures(
    tmp_path: Path, decode_all: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures that lean on a keyframe which was cut away are not in the index, however it was made."""
    whole, cut = tmp_path / "whole.mkv", tmp_path / "cut.mkv"
    options = {"x265-params": "keyint=12:min-keyint=12:bframes=3:b-adapt=0:open-gop=1:scenecut=0:log-level=none"}
    encode(whole, "libx265", "yuv420p", options, (192, 128), 30)
    with av.open(str(whole)) as source, av.open(str(cut), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(video=0) if packet.size]
        second = [i for i, packet in enumerate(packets) if packet.is_keyframe][1]
        leading = [packet for packet in packets[second:] if packet.pts < packets[second].pts]
        assert leading, "the clip has no open group of pictures"
        for packet in packets[second:]:
            packet.stream = stream
            copy.mux(packet)
    if not decode_all:
        monkeypatch.setattr("lineament.video.indexing._DECODE_ALL_PIXELS", 0)
        monkeypatch.setattr("lineament.video.indexing._from_pictures", None)  # Calling it fails.
    with VideoReader(cut) as reader:
        numbers = [read_number(frame.image) for frame in reader.frames()]
        assert numbers == list(range(FRAMES - len(numbers), FRAMES))
        assert reader.info.frame_count == len(numbers) == len(packets) - second - len(leading)
        for index in (0, 20, 5, 11, 12, 13, len(numbers) - 1):
            assert read_number(reader.frame(index).image) == numbers[index]
