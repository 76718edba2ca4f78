"""What a frame and a video are: time is the presentation time stamp (PTS), identity its rank."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class FrameIndex:
    """Every frame of a video stream in presentation order.

    pts: int64[N], strictly increasing, in units of `time_base` seconds. keyframes: bool[N].
    """

    pts: npt.NDArray[np.int64]
    keyframes: npt.NDArray[np.bool_]
    time_base: Fraction

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def times_s(self) -> npt.NDArray[np.float64]:
        """Seconds of each frame after the first, float64[N]."""
        seconds: npt.NDArray[np.float64] = (self.pts - self.pts[0]) * float(self.time_base)
        return seconds

    def at_time(self, time_s: float) -> int:
        """Rank of the last frame whose time is not after `time_s`; 0 before the first."""
        tick = self.pts[0] + round(time_s / self.time_base * 1_000_000) / 1_000_000
        return max(int(np.searchsorted(self.pts, tick, side="right")) - 1, 0)


@dataclass(frozen=True)
class VideoInfo:
    """Facts of a video; width and height are those of the picture as shown, rotation applied.

    fps is the mean rate; rotation is in degrees clockwise; content_hash is the file's SHA-256 as 64 hex
    digits; for a file of more than 256 MiB a sampled hash, "sampled-sha256-" and 64 digits (see `content_hash`).
    start_s is when the first frame is shown on the clock that sound and picture of the file share, 0 being its start.
    """

    path: Path
    width: int
    height: int
    rotation: int
    frame_count: int
    duration_s: float
    fps: float
    variable_rate: bool
    has_audio: bool
    container: str
    codec: str
    content_hash: str
    start_s: float = 0.0


@dataclass(frozen=True)
class Frame:
    """One picture: uint8[H, W, 3] RGB or uint8[H, W, 4] BGRA, its rank, PTS and seconds. Owns its array."""

    index: int
    pts: int
    time_s: float
    image: npt.NDArray[np.uint8]
