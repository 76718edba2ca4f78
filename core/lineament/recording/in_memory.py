"""A finished recording held in memory: columns and 68 landmarks, without a mesh."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lineament.recording.view import FloatArray, RecordingMeta


@dataclass(frozen=True, eq=False)
class InMemoryRecording:
    """A finished `RecordingView` whose rows are the frames 0..n-1.

    columns: the scalar columns by name, NaN where the face was lost. points: float32[n, 68, 2] pixels.
    """

    meta: RecordingMeta
    columns: dict[str, npt.NDArray[np.generic]]
    points: FloatArray

    @property
    def n_rows(self) -> int:
        return len(self.points)

    @cached_property
    def time_s(self) -> npt.NDArray[np.float64]:
        return np.asarray(self.columns["timestamp"], dtype=np.float64)

    def has(self, name: str) -> bool:
        return name in self.columns

    def column(self, name: str) -> npt.NDArray[np.generic]:
        if name not in self.columns:
            raise KeyError(f"no column {name}; there are {', '.join(self.columns)}")
        return self.columns[name]

    def mesh(self, start: int, stop: int) -> FloatArray | None:
        return None

    def landmarks68(self, start: int, stop: int) -> FloatArray | None:
        return self.points[start:stop]

    def row_of_frame(self, frame: int) -> int:
        return frame if 0 <= frame < self.n_rows else -1
