"""What a reader of a recording may rely on, whether it is finished or still growing."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lineament.face.blinks import Blink
from lineament.provenance import Provenance

__all__ = ["Blink", "FaceSummary", "RecordingMeta", "RecordingView", "VideoSource"]

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class VideoSource:
    """The video that was measured; size in pixels as shown, content_hash its SHA-256."""

    name: str
    width: int
    height: int
    frame_count: int
    duration_s: float
    fps: float
    content_hash: str


@dataclass(frozen=True)
class FaceSummary:
    """One face over the whole video: rows with it, first and last second, mean inter-ocular distance in pixels."""

    face_id: int
    frames: int
    first_s: float
    last_s: float
    mean_size: float


@dataclass(frozen=True)
class RecordingMeta:
    """What a recording is about.

    participant: `face_id` whose rows these are. neutral_frames: how many frames the person's own neutral face was
    estimated from (0 when the file came from another program). complete: False while the analysis still runs.
    warnings: sentences a user should see, e.g. that the clock of a file was not usable or that there were several
    faces.
    """

    schema_version: int
    provenance: Provenance
    video: VideoSource | None
    faces: tuple[FaceSummary, ...]
    participant: int
    blinks: tuple[Blink, ...]
    neutral_frames: int
    complete: bool
    warnings: tuple[str, ...] = ()


class RecordingView(Protocol):
    """One face's behaviour over time, a row a frame."""

    @property
    def meta(self) -> RecordingMeta: ...

    @property
    def n_rows(self) -> int: ...

    @property
    def time_s(self) -> npt.NDArray[np.float64]:
        """Seconds of each row after the first frame of the video, float64[n_rows]."""
        ...

    def has(self, name: str) -> bool: ...

    def column(self, name: str) -> npt.NDArray[np.generic]:
        """The named column, one value a row; raises `KeyError` with the names there are."""
        ...

    def mesh(self, start: int, stop: int) -> FloatArray | None:
        """float32[n, 478, 3] pixels for rows start..stop, NaN without a face; None where no mesh was stored."""
        ...

    def landmarks68(self, start: int, stop: int) -> FloatArray | None:
        """float32[n, 68, 2] pixels for rows start..stop, NaN without a face; None where there are none."""
        ...

    def row_of_frame(self, frame: int) -> int:
        """Row of a frame's rank, -1 when it is not measured (yet)."""
        ...
