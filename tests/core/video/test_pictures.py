"""Pictures as they are meant to be seen: colours, square pixels, no holes."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.video.reformatter import Colorspace

from lineament.video import VideoReader

COLOURS = {"red": (200, 40, 40), "green": (30, 160, 60), "blue": (40, 60, 210), "skin": (220, 170, 140)}


def write(
    path: Path,
    image: npt.NDArray[np.uint8],
    *,
    matrix: Colorspace,
    tag: int | None = None,
    full_range: bool = False,
    aspect: Fraction | None = None,
) -> None:
    """One picture, converted with `matrix` and tagged with `tag` (AVCOL_SPC), or not tagged."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "5"})
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "yuvj420p" if full_range else "yuv420p"
        if tag is not None:
            stream.colorspace = tag
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        raw = av.VideoFrame.from_ndarray(image).reformat(format=stream.pix_fmt, dst_colorspace=matrix)
        raw.pts, raw.time_base, raw.colorspace = 0, Fraction(1, 25), tag or 2
        container.mux(stream.encode(raw))
        container.mux(stream.encode(None))


def plain(colour: tuple[int, int, int], width: int, height: int) -> npt.NDArray[np.uint8]:
    return np.full((height, width, 3), colour, np.uint8)


@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
@pytest.mark.parametrize(
    ("size", "matrix", "tag"),
    [
        ((320, 240), Colorspace.ITU601, None),
        ((1280, 720), Colorspace.ITU709, None),
        ((320, 240), Colorspace.ITU709, 1),
        ((1280, 720), Colorspace.ITU601, 6),
    ],
    ids=["small untagged", "large untagged", "small BT.709", "large BT.601"],
)
def test_colours(
    tmp_path: Path, colour: tuple[int, int, int], size: tuple[int, int], matrix: Colorspace, tag: int | None
) -> None:
    write(tmp_path / "colour.mp4", plain(colour, *size), matrix=matrix, tag=tag)
    with VideoReader(tmp_path / "colour.mp4") as reader:
        np.testing.assert_allclose(reader.frame(0).image.mean(axis=(0, 1)), colour, atol=4)


@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
def test_full_range(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    write(tmp_path / "full.mp4", plain(colour, 320, 240), matrix=Colorspace.ITU601, full_range=True)
    with VideoReader(tmp_path / "full.mp4") as reader:
        np.testing.assert_allclose(reader.frame(0).image.mean(axis=(0, 1)), colour, atol=4)


@pytest.mark.parametrize(
    ("aspect", "expected"), [(Fraction(16, 15), 768), (Fraction(8, 9), 640), (Fraction(4319, 4320), 720), (None, 720)]
)
def test_pixels_are_square(tmp_path: Path, aspect: Fraction | None, expected: int) -> None:
    image = plain((30, 30, 30), 720, 576)
    image[:, 360:] = 220
    write(tmp_path / "wide.mp4", image, matrix=Colorspace.ITU601, aspect=aspect)
    with VideoReader(tmp_path / "wide.mp4") as reader:
        shown = reader.frame(0).image
        assert (reader.info.width, reader.info.height) == (expected, 576)
        assert shown.shape == (576, expected, 3)
        assert shown[:, : expected // 2 - 4].mean() < 40
        assert shown[:, expected // 2 + 4 :].mean() > 210


@pytest.mark.parametrize(("codec", "pixels", "suffix"), [("ffv1", "bgra", "mkv"), ("prores_ks", "yuva444p10le", "mov")])
def test_transparent_video_is_shown_opaque(tmp_path: Path, codec: str, pixels: str, suffix: str) -> None:
    path = tmp_path / f"clear.{suffix}"
    image = np.full((64, 96, 4), (200, 100, 50, 0), np.uint8)
    image[:, :48, 3] = 255
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, pixels
        container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgba").reformat(format=pixels)))
        container.mux(stream.encode(None))
    with VideoReader(path, pixel_format="bgra") as reader:
        shown = reader.frame(0).image
        assert (shown[..., 3] == 255).all()
        assert np.abs(shown[:, :40, 2::-1].astype(int) - (200, 100, 50)).max() < 12
    with VideoReader(path) as reader:
        assert reader.frame(0).image.shape == (64, 96, 3)
