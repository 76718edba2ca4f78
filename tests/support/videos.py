"""Clips whose every picture shows its own number, and reading that number back, even from a small screenshot.

The number stands in a grid of black and white cells over the whole picture: sixteen bits, and beside each its opposite,
so that a damaged or mixed picture is noticed and never read as another number. Cells are large, and only the middle of
each is looked at, so compression, scaling and thin drawings on top do no harm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.video import VideoWriter

BITS = 16
COLUMNS, ROWS = 8, 4
WIDTH, HEIGHT = 192, 128
AUDIO_RATE = 16_000
_DARK, _LIGHT = 30, 225
_SURE = 60
"""How far the middle of a cell must be from mid-grey to count as black or white."""

Image = npt.NDArray[np.uint8]


def numbered_image(number: int, width: int = WIDTH, height: int = HEIGHT) -> Image:
    """uint8[height, width, 3] that shows `number` (0 .. 65535)."""
    if not 0 <= number < 2**BITS:
        raise ValueError(f"{number} does not fit into {BITS} bits")
    bits = [(number >> bit) & 1 for bit in range(BITS)]
    cells = np.array([*bits, *(1 - bit for bit in bits)], np.uint8).reshape(ROWS, COLUMNS)
    rows = np.arange(height) * ROWS // height
    columns = np.arange(width) * COLUMNS // width
    grey = np.where(cells[np.ix_(rows, columns)], _LIGHT, _DARK).astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


def read_number(image: npt.NDArray[np.uint8]) -> int | None:
    """The number an image shows, uint8[H, W] or [H, W, 3 or 4] of at least 24 x 12 pixels; None where it shows none.

    The image is the whole picture at any scale: of a screenshot, cut out the video first.
    """
    grey = image if image.ndim == 2 else image[..., :3].mean(axis=2)
    height, width = grey.shape
    bits = np.zeros(ROWS * COLUMNS, bool)
    for cell in range(ROWS * COLUMNS):
        row, column = divmod(cell, COLUMNS)
        middle = grey[_middle(row, ROWS, height), _middle(column, COLUMNS, width)]
        level = float(np.median(middle)) - 127.5
        if abs(level) < _SURE:
            return None
        bits[cell] = level > 0
    if np.any(bits[:BITS] == bits[BITS:]):
        return None
    return int(sum(1 << bit for bit in range(BITS) if bits[bit]))


def _middle(cell: int, cells: int, size: int) -> slice:
    start, stop = (cell + 0.3) * size / cells, (cell + 0.7) * size / cells
    return slice(int(start), max(int(np.ceil(stop)), int(start) + 1))


@dataclass(frozen=True)
class Clip:
    """How to make a numbered clip. times_s: of its frames, instead of a constant `fps`."""

    name: str
    frames: int = 120
    fps: float | Fraction = 30
    times_s: tuple[float, ...] | None = None
    gop: int = 30
    b_frames: int = 0
    rotation: int = 0
    sound: bool = False
    width: int = WIDTH
    height: int = HEIGHT

    def times(self) -> Sequence[float]:
        """Seconds of every frame."""
        return self.times_s or [float(i / Fraction(self.fps)) for i in range(self.frames)]


def uneven_times(frames: int = 120, seed: int = 7) -> tuple[float, ...]:
    """Times as a telephone makes them: 10 to 60 ms apart, with two longer gaps."""
    gaps = np.random.default_rng(seed).uniform(0.010, 0.060, frames - 1)
    gaps[frames // 3], gaps[frames // 2] = 0.7, 0.3
    return (0.0, *np.cumsum(gaps).tolist())


CLIPS = (
    Clip("constant_rate", sound=True),
    Clip("variable_rate", times_s=uneven_times(), gop=40),
    Clip("b_frames", b_frames=3, gop=50),
    Clip("b_frames_variable_rate", times_s=uneven_times(seed=8), b_frames=3, gop=24, sound=True),
    Clip("rotated_90", rotation=90, width=HEIGHT, height=WIDTH),
    Clip("rotated_180", rotation=180),
    Clip("rotated_270", rotation=270, width=HEIGHT, height=WIDTH, b_frames=2),
    Clip("no_sound", fps=Fraction(30000, 1001), gop=250),
    Clip("slow", fps=12, frames=60),
    Clip("fast", fps=240, frames=200, gop=120, b_frames=2),
)
"""The kinds of clip on which every seek must be exact."""


def write_clip(clip: Clip, path: Path) -> Path:
    """Write the clip to `path`, frame i showing the number i."""
    fps = None if clip.times_s else clip.fps
    with VideoWriter(
        path,
        clip.width,
        clip.height,
        fps=fps,
        audio_rate=AUDIO_RATE if clip.sound else None,
        gop=clip.gop,
        b_frames=clip.b_frames,
        rotation=clip.rotation,
        preset="ultrafast" if not clip.b_frames else "veryfast",
    ) as writer:
        heard = 0
        for number, time_s in enumerate(clip.times()):
            writer.add(numbered_image(number, clip.width, clip.height), time_s if clip.times_s else None)
            if clip.sound:
                until = round(time_s * AUDIO_RATE)
                writer.add_audio(_tone(heard, until))
                heard = until
    return path


def _tone(start: int, stop: int) -> npt.NDArray[np.float32]:
    return (0.2 * np.sin(2 * np.pi * 440 * np.arange(start, stop) / AUDIO_RATE)).astype(np.float32)


def numbers_of(images: Iterable[npt.NDArray[np.uint8]]) -> list[int | None]:
    """The numbers of several images."""
    return [read_number(image) for image in images]
