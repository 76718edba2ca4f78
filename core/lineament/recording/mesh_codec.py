"""The 478-point mesh as whole numbers, so that an hour fits in some 120 MB.

A coordinate is stored as int16 in steps of `MeshScale.step` pixels from `MeshScale.origin`. The step is the power of
two with which int16 reaches once the picture's longer side in every direction from its middle: 1/16 px up to 2047 px
wide (1/32 px up to 1023, 1/8 px for 4K). FaceMesh itself jitters by some tenths of a pixel at those sizes (our choice).
What lies further out is held at the edge of that range.

In a file each row group holds its first row as it is and then differences to the row before, modulo 2**16:
`np.cumsum(values, axis=0, dtype=np.int16)` gives the rows back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
StepArray = npt.NDArray[np.int16]
BoolArray = npt.NDArray[np.bool_]

_REACH = 32767


@dataclass(frozen=True)
class MeshScale:
    """Pixels per step, and the point (x, y, z in pixels) that is stored as zero."""

    step: float
    origin: tuple[float, float, float]

    @classmethod
    def for_picture(cls, width: int, height: int) -> Self:
        """The scale for a picture of this size in pixels."""
        step = 2.0 ** np.ceil(np.log2(max(width, height) / _REACH))
        return cls(float(step), (width / 2, height / 2, 0.0))

    @classmethod
    def for_mesh(cls, mesh: FloatArray) -> Self:
        """The scale for landmarks whose picture is unknown: centred on what is there, and twice as far."""
        seen = mesh[np.isfinite(mesh).all(axis=(1, 2))].reshape(-1, 3)
        if len(seen) == 0:
            return cls.for_picture(1280, 720)
        low, high = seen.min(axis=0), seen.max(axis=0)
        reach = max(float((high - low).max()), 1.0)
        middle = np.round((low + high) / 2)
        return cls(float(2.0 ** np.ceil(np.log2(reach / _REACH))), (float(middle[0]), float(middle[1]), 0.0))

    def to_steps(self, mesh: FloatArray) -> StepArray:
        """int16[n, 478, 3] from pixels; rows with NaN become zeros (their `success` says they hold nothing)."""
        steps = (mesh - np.asarray(self.origin, dtype=np.float32)) * np.float32(1 / self.step)
        rounded = np.clip(np.rint(steps), -_REACH, _REACH)
        return np.where(np.isfinite(rounded), rounded, 0).astype(np.int16)

    def to_pixels(self, steps: StepArray, found: BoolArray) -> FloatArray:
        """float32[n, 478, 3] pixels; NaN in the rows that are not `found`."""
        mesh = steps.astype(np.float32) * np.float32(self.step) + np.asarray(self.origin, dtype=np.float32)
        mesh[~found] = np.nan
        return mesh

    def to_json(self) -> dict[str, Any]:
        return {"step": self.step, "origin": list(self.origin), "coding": "first row, then differences modulo 2**16"}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        x, y, z = data["origin"]
        return cls(float(data["step"]), (float(x), float(y), float(z)))


def to_differences(steps: StepArray, found: BoolArray) -> StepArray:
    """What is written: the first row, then differences; rows without a face repeat the row before them."""
    last_found = np.maximum.accumulate(np.where(found, np.arange(len(steps)), 0))
    held = steps[last_found]
    differences: StepArray = held.copy()
    differences[1:] -= held[:-1]
    return differences


def from_differences(differences: StepArray) -> StepArray:
    """The rows again, int16[n, ...]."""
    steps: StepArray = np.cumsum(differences, axis=0, dtype=np.int16)
    return steps
