"""Where a recording's landmarks come from: arrays in memory, or blocks of a file read when looked at."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lineament.recording.blocks import BlockedRows
from lineament.recording.mesh_codec import MeshScale
from lineament.recording.parquet import RecordingFile
from lineament.recording.rows import ARRAY_SHAPES
from lineament.recording.schema import N_MESH, AnyArray

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.int64]


class Geometry(Protocol):
    """Landmarks by row; None where there are none of that kind. NaN in rows without a face."""

    @property
    def mesh_scale(self) -> MeshScale | None:
        """Step and origin of the stored mesh, None without one."""
        ...

    def mesh(self, start: int, stop: int) -> FloatArray | None: ...

    def array(self, name: str, start: int, stop: int) -> FloatArray | None:
        """`landmarks68`, `landmarks3d` or `blendshapes` (`rows.ARRAY_SHAPES`)."""
        ...


class ArrayGeometry:
    """Landmarks in memory: mesh float32[n, 478, 3] px, arrays by name (`rows.ARRAY_SHAPES`)."""

    def __init__(
        self, mesh: FloatArray | None, arrays: Mapping[str, FloatArray], scale: MeshScale | None = None
    ) -> None:
        self._mesh = mesh
        self._arrays = arrays
        self.mesh_scale = None if mesh is None else scale or MeshScale.for_mesh(mesh)

    def mesh(self, start: int, stop: int) -> FloatArray | None:
        return None if self._mesh is None else self._mesh[start:stop]

    def array(self, name: str, start: int, stop: int) -> FloatArray | None:
        return self._arrays[name][start:stop] if name in self._arrays else None


class FileGeometry:
    """Landmarks of one face in a recording's file.

    success: bool[n] of the rows shown. stored: int64[n], which stored row is shown in each row, -1 for none; None when
    every stored row is shown as it is.
    """

    def __init__(self, file: RecordingFile, face: int, success: BoolArray, stored: IndexArray | None = None) -> None:
        self.mesh_scale = file.mesh_scale
        self._success = success
        self._stored = stored
        self._mesh = _blocks(file, face, file.mesh_steps)
        self._arrays = {name: _blocks(file, face, partial(file.array, name)) for name in file.arrays}

    def mesh(self, start: int, stop: int) -> FloatArray | None:
        if self.mesh_scale is None:
            return None
        steps = self._pick(self._mesh, start, stop, np.zeros((0, N_MESH, 3), dtype=np.int16))
        return self.mesh_scale.to_pixels(steps.astype(np.int16, copy=False), self._success[start:stop])

    def array(self, name: str, start: int, stop: int) -> FloatArray | None:
        if name not in self._arrays:
            return None
        none = np.zeros((0, *ARRAY_SHAPES[name]), dtype=np.float32)
        picked = self._pick(self._arrays[name], start, stop, none).astype(np.float32)
        picked[~self._success[start:stop]] = np.nan
        return picked

    def _pick(self, blocks: BlockedRows, start: int, stop: int, none: AnyArray) -> AnyArray:
        """Stored rows shown in rows start..stop; anything where there is no face."""
        if self._stored is None:
            found = blocks.read(start, stop)
            return none if found is None else found
        places = self._stored[start:stop]
        shown = np.flatnonzero(places >= 0)
        result = np.zeros((len(places), *none.shape[1:]), dtype=none.dtype)
        if len(shown):
            first, last = int(places[shown[0]]), int(places[shown[-1]])
            values = blocks.read(first, last + 1)
            if values is not None:
                result[shown] = values[places[shown] - first]
        return result


def _blocks(file: RecordingFile, face: int, load: Callable[[int], AnyArray]) -> BlockedRows:
    blocks = BlockedRows()
    for group in file.groups(face):
        blocks.append(file.group_rows(group), partial(load, group))
    return blocks
