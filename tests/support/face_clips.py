"""Crops without faces: sources in memory, and videos in which only the order of the frames tells the score."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
UInt8Array = npt.NDArray[np.uint8]


class FakeCrops:
    """A `CropSource` of given pictures, or of noise; `asked` lists the rows of every reading."""

    def __init__(self, times: FloatArray, size: int, pictures: UInt8Array | None = None, seed: int = 0) -> None:
        self.times, self.size = np.asarray(times, dtype=np.float64), size
        noise = np.random.default_rng(seed)
        self.pictures = (
            noise.integers(0, 256, (len(times), size, size, 3), dtype=np.uint8) if pictures is None else pictures
        )
        self.asked: list[list[int]] = []

    def read(self, rows: IntArray) -> UInt8Array:
        self.asked.append(rows.tolist())
        return self.pictures[rows]


def passing_spot(seconds: float, rate: float, size: int, downwards: bool, seed: int) -> FakeCrops:
    """A bright spot that goes through eight heights over and over, one a frame, downwards or upwards, from a random
    height, at a random place and in a random colour: every frame by itself is as likely either way."""
    rng = np.random.default_rng(seed)
    count = int(seconds * rate)
    place = (rng.integers(8) + (1 if downwards else -1) * np.arange(count)) % 8
    y, x = np.mgrid[:size, :size]
    height = ((place + 0.5) * size / 8)[:, None, None]
    width = rng.uniform(0.3, 0.7) * size
    spot = np.exp(-((y - height) ** 2) / (2 * (size / 14) ** 2) - (x - width) ** 2 / (2 * (size / 6) ** 2))
    pictures = 20 + spot[..., None] * rng.uniform(120, 220, 3) + rng.normal(0, 4, (count, size, size, 3))
    return FakeCrops(np.arange(count) / rate, size, np.clip(pictures, 0, 255).astype(np.uint8))
