"""Files that are not what they should be: one clear sentence each, or what can be saved of them."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from tests.support.videos import Clip, numbers_of, read_number, write_clip

from lineament.errors import VideoError
from lineament.video import FrameServer, VideoReader


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_clip(Clip("good", gop=20), tmp_path_factory.mktemp("good") / "good.mp4").read_bytes()


@pytest.fixture(scope="module")
def good_mkv(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_clip(Clip("good", gop=20), tmp_path_factory.mktemp("good") / "good.mkv").read_bytes()


def refuse(path: Path, expected: str) -> None:
    """Opening fails with one sentence and a remedy that name the file and say `expected`."""
    with pytest.raises(VideoError) as caught:
        VideoReader(path)
    message = str(caught.value)
    assert message.startswith(f"{path.name}: ")
    assert expected in message
    assert "\n" not in message
    assert caught.value.remedy.endswith(".")
    with pytest.raises(VideoError) as served:
        FrameServer(path, lambda frame: None, lambda error: None)
    assert str(served.value) == message


def test_missing_file(tmp_path: Path) -> None:
    refuse(tmp_path / "gone.mp4", "there is no such file")


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "a folder.mp4").mkdir()
    refuse(tmp_path / "a folder.mp4", "this is a folder")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    refuse(tmp_path / "empty.mp4", "the file is empty")


@pytest.mark.parametrize("name", ["notes.mp4", "notes.txt", "notes.mkv", "notes.gif"])
def test_text(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("These are notes, not a video.\n" * 50, encoding="utf-8")
    refuse(tmp_path / name, "this is not a video")


def test_noise(tmp_path: Path) -> None:
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(50_000))
    refuse(tmp_path / "noise.mp4", "this is not a video")


def test_sound_without_picture(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "voice.wav"), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
        sound.writeframes(bytes(32_000))
    refuse(tmp_path / "voice.wav", "sound but no picture")


def test_sound_with_a_cover_picture_is_still_no_video(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "song.m4a"), "w", format="mp4") as container:
        sound = container.add_stream("aac", rate=16_000, layout="mono")
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame(64, 64, "yuvj420p")))
        container.mux(cover.encode(None))
        quiet = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), format="fltp", layout="mono")
        quiet.sample_rate = 16_000
        container.mux(sound.encode(quiet))
        container.mux(sound.encode(None))
    refuse(tmp_path / "song.m4a", "sound but no picture")


def test_recording_cut_off_before_its_table(tmp_path: Path, good: bytes) -> None:
    (tmp_path / "cut.mp4").write_bytes(good[: len(good) // 2])
    refuse(tmp_path / "cut.mp4", "the recording is incomplete")


def test_header_without_pictures(tmp_path: Path, good: bytes) -> None:
    start = good.index(b"mdat") + 4
    stop = good.index(b"moov") - 4
    (tmp_path / "hollow.mp4").write_bytes(good[:start] + bytes(stop - start) + good[stop:])
    refuse(tmp_path / "hollow.mp4", "not one picture can be decoded")


def test_file_that_may_not_be_read(tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.mp4"
    path.write_bytes(good)

    def forbidden(self: Path, mode: str = "r") -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", forbidden)
    refuse(path, "the file may not be read")


def test_disk_that_went_away(tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "far.mp4"
    path.write_bytes(good)

    def lost(path: Path) -> str:
        raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr("lineament.video.reader.content_hash", lost)
    refuse(path, "cannot be read (Input/output error)")


@pytest.mark.parametrize("name", ["with some blanks.mp4", "Гость – интервью №1.mp4", "面接 録画.mp4", "a:b%03d#?.mp4"])
def test_names_with_blanks_and_other_letters(tmp_path: Path, good: bytes, name: str) -> None:
    folder = tmp_path / "Ordner für Aufnahmen"
    folder.mkdir()
    (folder / name).write_bytes(good)
    with VideoReader(folder / name) as reader:
        assert read_number(reader.frame(77).image) == 77


def test_relative_path(tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here.mp4").write_bytes(good)
    monkeypatch.chdir(tmp_path)
    with VideoReader("here.mp4") as reader:
        assert reader.info.frame_count == 120


def test_very_short_clip(tmp_path: Path) -> None:
    path = write_clip(Clip("short", frames=68, fps=240), tmp_path / "short.mp4")
    with VideoReader(path) as reader:
        assert reader.info.duration_s == pytest.approx(68 / 240)
        assert numbers_of(frame.image for frame in reader.frames()) == list(range(68))


def test_single_frame(tmp_path: Path) -> None:
    path = write_clip(Clip("one", frames=1), tmp_path / "one.mp4")
    with VideoReader(path) as reader:
        assert reader.info.frame_count == 1
        assert not reader.info.variable_rate
        assert reader.frame_at(5.0).index == 0


@pytest.mark.parametrize("share", [0.35, 0.5, 0.8, 0.97])
def test_truncated_file_plays_as_far_as_it_goes(tmp_path: Path, good_mkv: bytes, share: float) -> None:
    path = tmp_path / "truncated.mkv"
    path.write_bytes(good_mkv[: int(len(good_mkv) * share)])
    with VideoReader(path) as reader:
        count = reader.info.frame_count
        assert 120 * (share - 0.25) < count < 120
        shown = numbers_of(frame.image for frame in reader.frames())
        # The very last picture may be half there; all before it are whole.
        assert shown[:-1] == list(range(count - 1))
        assert read_number(reader.frame(count // 2).image) == count // 2


def test_truncated_mp4_whose_table_came_first(tmp_path: Path, good: bytes) -> None:
    source, path = tmp_path / "whole.mp4", tmp_path / "truncated.mp4"
    source.write_bytes(good)
    with av.open(str(source)) as whole, av.open(str(path), "w", options={"movflags": "faststart"}) as copy:
        stream = copy.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with VideoReader(path) as reader:
        count = reader.info.frame_count
        assert 30 < count < 120
        assert numbers_of(frame.image for frame in reader.frames())[:-1] == list(range(count - 1))


def test_damage_in_the_middle_costs_only_the_frames_there(
    tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scratched.mp4"
    path.write_bytes(good)
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    scratched = bytearray(good)
    for pos, size in places[65:70]:
        scratched[pos : pos + size] = bytes(size)
    path.write_bytes(bytes(scratched))
    monkeypatch.setattr("lineament.video.indexing._DECODE_ALL_PIXELS", 0)  # As for a long video.
    with VideoReader(path) as reader:
        assert reader.info.frame_count == 120
        shown = {frame.index: read_number(frame.image) for frame in reader.frames()}
        whole = [*range(65), *range(80, 120)]  # From the next keyframe on all is well again.
        assert [shown[i] for i in whole] == whole
        assert not set(range(65, 70)) & set(shown)
        with pytest.raises(VideoError, match=r"frame 67 \(at 2.23 s\) cannot be decoded"):
            reader.frame(67)
        assert read_number(reader.frame(62).image) == 62
        assert read_number(reader.frame(100).image) == 100


def test_short_damaged_clip_lists_only_what_decodes(tmp_path: Path, good: bytes) -> None:
    path = tmp_path / "scratched.mp4"
    path.write_bytes(good)
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    scratched = bytearray(good)
    for pos, size in places[45:50]:
        scratched[pos : pos + size] = bytes(size)
    path.write_bytes(bytes(scratched))
    with VideoReader(path) as reader:
        assert reader.info.frame_count == len(list(reader.frames())) == 115
        assert read_number(reader.frame(114).image) == 119
