"""Turning decoded pictures into arrays: colours, square pixels, upright."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import av.video.frame
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Colorspace, VideoReformatter

from lineament.video.orientation import Orientation

PixelFormat = Literal["rgb24", "bgra"]
_CHANNELS: dict[PixelFormat, int] = {"rgb24": 3, "bgra": 4}
_UNTAGGED = (0, 2)
"""AVCOL_SPC_RGB and AVCOL_SPC_UNSPECIFIED: the picture does not say which colour matrix it was made with."""
_FIRST_HD_HEIGHT = 720


def bytes_per_pixel(pixel_format: PixelFormat) -> int:
    return _CHANNELS[pixel_format]


@dataclass(frozen=True)
class Geometry:
    """How a stored picture becomes the shown one: scaled to square pixels, then turned upright."""

    width: int
    height: int
    orientation: Orientation

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height as shown."""
        if self.orientation.transpose:
            return self.height, self.width
        return self.width, self.height


def square_pixels(width: int, height: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """The size at which pixels are square; aspects within 1 % of square are taken as rounding."""
    if not pixel_aspect or abs(pixel_aspect - 1) < Fraction(1, 100):
        return width, height
    return max(round(width * pixel_aspect), 1), height


class PictureConverter:
    """Converts the frames of one video to uint8[H, W, 3] RGB or uint8[H, W, 4] BGRA (alpha 255). For one thread."""

    def __init__(self, pixel_format: PixelFormat, geometry: Geometry) -> None:
        self._format = pixel_format
        self._channels = _CHANNELS[pixel_format]
        self._geometry = geometry
        self._reformatter = VideoReformatter()

    def convert(self, raw: av.video.frame.VideoFrame) -> npt.NDArray[np.uint8]:
        """The picture as shown; read-only, because a cached picture is shared."""
        size = self._geometry
        converted = self._reformatter.reformat(
            raw,
            width=size.width,
            height=size.height,
            format=self._format,
            src_colorspace=_colour_matrix(raw),
            threads=1,  # a picture takes half a millisecond; handing parts to threads takes longer
        )
        plane = converted.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: size.height]
        packed = rows[:, : size.width * self._channels]
        image = np.ascontiguousarray(packed).reshape(size.height, size.width, self._channels)
        if self._format == "bgra" and _has_alpha(raw):
            image = image.copy()
            image[..., 3] = 255
        upright = size.orientation.upright(image)
        upright.flags.writeable = False
        return upright


def _colour_matrix(raw: av.video.frame.VideoFrame) -> Colorspace | None:
    """As tagged; untagged pictures are BT.709 from 720 lines up and BT.601 below, as players take them."""
    if raw.colorspace not in _UNTAGGED:
        return None
    return untagged_colour_matrix(raw.height)


def untagged_colour_matrix(height: int) -> Colorspace:
    """What a picture of that many lines is made with unless it says otherwise."""
    return Colorspace.ITU709 if height >= _FIRST_HD_HEIGHT else Colorspace.ITU601


def _has_alpha(raw: av.video.frame.VideoFrame) -> bool:
    return any(component.is_alpha for component in raw.format.components)
