"""Consecutive rows of one face, in memory and as an Arrow table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineament.recording.mesh_codec import MeshScale, StepArray, from_differences, to_differences
from lineament.recording.schema import COLUMNS, N_MESH, N_POINTS, AnyArray

FloatArray = npt.NDArray[np.float32]

MESH = "mesh"
LANDMARKS = "landmarks68"
LANDMARKS_3D = "landmarks3d"
BLENDSHAPES = "blendshapes"
ARRAY_SHAPES: Mapping[str, tuple[int, ...]] = {
    LANDMARKS: (N_POINTS, 2),
    LANDMARKS_3D: (N_POINTS, 3),
    BLENDSHAPES: (52,),
}


@dataclass(frozen=True)
class Rows:
    """Consecutive rows of one face.

    columns: the same scalar columns for every row. mesh: int16[n, 478, 3] steps of the file's `MeshScale`.
    arrays: `landmarks68` float32[n, 68, 2] px and `landmarks3d` float32[n, 68, 3] mm, only from files of other
    programs, and `blendshapes` float32[n, 52], only from a tracker that has them.
    """

    columns: Mapping[str, AnyArray]
    mesh: StepArray | None = None
    arrays: Mapping[str, FloatArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns["frame"])

    def slice(self, start: int, stop: int) -> "Rows":
        return Rows(
            {name: values[start:stop] for name, values in self.columns.items()},
            None if self.mesh is None else self.mesh[start:stop],
            {name: values[start:stop] for name, values in self.arrays.items()},
        )

    def with_columns(self, columns: Mapping[str, AnyArray]) -> "Rows":
        return Rows({**self.columns, **columns}, self.mesh, self.arrays)


def join(parts: Sequence[Rows]) -> Rows:
    """Several runs of rows as one; all have the same columns and arrays."""
    if len(parts) == 1:
        return parts[0]
    meshes = [part.mesh for part in parts if part.mesh is not None]
    return Rows(
        {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns},
        np.concatenate(meshes) if meshes else None,
        {name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays},
    )


@dataclass(frozen=True)
class Layout:
    """Which columns and arrays a file has."""

    columns: tuple[str, ...]
    mesh_scale: MeshScale | None = None
    arrays: tuple[str, ...] = ()
    """Some of `landmarks68`, `landmarks3d`, `blendshapes`."""

    def arrow_schema(self) -> pa.Schema:
        fields = [pa.field(name, pa.from_numpy_dtype(COLUMNS[name].dtype)) for name in self.columns]
        if self.mesh_scale is not None:
            fields.append(pa.field(MESH, pa.list_(pa.int16(), N_MESH * 3)))
        fields += [pa.field(name, pa.list_(pa.float32(), int(np.prod(ARRAY_SHAPES[name])))) for name in self.arrays]
        return pa.schema(fields)

    def table(self, rows: Rows) -> pa.Table:
        """One row group of the file."""
        arrays = [pa.array(np.ascontiguousarray(rows.columns[name])) for name in self.columns]
        if self.mesh_scale is not None:
            if rows.mesh is None:
                raise ValueError("this file's rows have a mesh, these rows have none")
            found = np.asarray(rows.columns["success"], dtype=np.bool_)
            arrays.append(_lists(to_differences(rows.mesh, found)))
        arrays += [_lists(rows.arrays[name].astype(np.float32, copy=False)) for name in self.arrays]
        return pa.Table.from_arrays(arrays, schema=self.arrow_schema())


def _lists(values: AnyArray) -> pa.FixedSizeListArray:
    flat = np.ascontiguousarray(values).reshape(len(values), -1)
    return pa.FixedSizeListArray.from_arrays(pa.array(flat.reshape(-1)), flat.shape[1])


def scalar_from_table(table: pa.Table, name: str) -> AnyArray:
    """A scalar column with its proper type."""
    values: AnyArray = table.column(name).to_numpy()
    return values.astype(COLUMNS[name].dtype, copy=False)


def mesh_from_table(table: pa.Table) -> StepArray:
    """int16[n, 478, 3] steps of one row group."""
    return from_differences(_flat(table, MESH).astype(np.int16, copy=False).reshape(-1, N_MESH, 3))


def array_from_table(table: pa.Table, name: str) -> FloatArray:
    """float32[n, ...] of one row group (`ARRAY_SHAPES`)."""
    return _flat(table, name).astype(np.float32, copy=False).reshape(-1, *ARRAY_SHAPES[name])


def _flat(table: pa.Table, name: str) -> AnyArray:
    column = table.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0)
    values: AnyArray = column.flatten().to_numpy(zero_copy_only=False)
    return values
