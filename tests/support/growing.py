"""The first rows of a recording, as an analysis under way shows them."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lineament.recording import RecordingMeta, RecordingView


class Growing:
    """`rows` rows of `whole`; `participant`, where set, is whose rows they are said to be."""

    def __init__(self, whole: RecordingView, rows: int, neutral_frames: int = 0) -> None:
        self.whole, self.n_rows, self.neutral_frames = whole, rows, neutral_frames
        self.participant = whole.meta.participant

    @property
    def meta(self) -> RecordingMeta:
        complete = self.n_rows >= self.whole.n_rows
        changed = {"complete": complete, "neutral_frames": self.neutral_frames, "participant": self.participant}
        return replace(self.whole.meta, **changed)  # type: ignore[arg-type]

    @property
    def time_s(self) -> npt.NDArray[np.float64]:
        return self.whole.time_s[: self.n_rows]

    def has(self, name: str) -> bool:
        return self.whole.has(name)

    def column(self, name: str) -> npt.NDArray[np.generic]:
        return self.whole.column(name)[: self.n_rows]

    def mesh(self, start: int, stop: int) -> npt.NDArray[np.float32] | None:
        return self.whole.mesh(start, min(stop, self.n_rows))

    def landmarks68(self, start: int, stop: int) -> npt.NDArray[np.float32] | None:
        return self.whole.landmarks68(start, min(stop, self.n_rows))

    def row_of_frame(self, frame: int) -> int:
        return frame if frame < self.n_rows else -1
