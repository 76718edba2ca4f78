"""A finished recording: one face's behaviour over time, a row a frame."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.face.template import LANDMARKS_68
from lineament.recording.facts import RecordingFacts
from lineament.recording.geometry import ArrayGeometry, FileGeometry, Geometry
from lineament.recording.mesh_codec import MeshScale
from lineament.recording.parquet import RecordingFile, recording_file
from lineament.recording.rows import ARRAY_SHAPES, BLENDSHAPES, LANDMARKS, LANDMARKS_3D, Layout, Rows
from lineament.recording.schema import COLUMNS, N_MESH, REQUIRED, AnyArray, in_order
from lineament.recording.view import RecordingMeta

FloatArray = npt.NDArray[np.float32]

_SAVED_AT_ONCE = 3000


class Recording:
    """One face's behaviour over time; satisfies `RecordingView`. Columns are read-only and in memory, landmarks are
    lazy.

    `path` is the file it came from, None when it was never saved.
    """

    def __init__(
        self, columns: Mapping[str, AnyArray], meta: RecordingMeta, geometry: Geometry, path: Path | None = None
    ) -> None:
        self._columns = {name: _typed(name, columns[name]) for name in in_order(columns)}
        _check(self._columns)
        self._meta = meta
        self._geometry = geometry
        self._frames = self._columns["frame"].astype(np.int64)
        self.path = path

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, AnyArray],
        meta: RecordingMeta,
        *,
        mesh: FloatArray | None = None,
        landmarks68: FloatArray | None = None,
        landmarks3d: FloatArray | None = None,
    ) -> "Recording":
        """A recording from arrays: what a simulator or an importer made.

        columns: known names (see `schema.COLUMNS`), one value a row, `frame` rising; frame, timestamp, face_id,
        confidence and success are required. mesh: float32[n, 478, 3] px. landmarks68: float32[n, 68, 2] px, only where
        there is no mesh. landmarks3d: float32[n, 68, 3] mm. Raises `ValueError` when they do not fit together.
        """
        rows = len(columns["frame"])
        given = {LANDMARKS: landmarks68, LANDMARKS_3D: landmarks3d}
        arrays = {name: array for name, array in given.items() if array is not None}
        shapes = {name: (array.shape, (rows, *ARRAY_SHAPES[name])) for name, array in arrays.items()}
        if mesh is not None:
            shapes["mesh"] = (mesh.shape, (rows, N_MESH, 3))
        for name, (shape, expected) in shapes.items():
            if shape != expected:
                raise ValueError(f"expected {name} of shape {list(expected)}, got {list(shape)}")
        scale = MeshScale.for_picture(meta.video.width, meta.video.height) if meta.video else None
        return cls(columns, meta, ArrayGeometry(mesh, arrays, scale))

    @classmethod
    def from_file(cls, file: RecordingFile, face: int | None = None) -> "Recording":
        """The rows of one face of an open file, the participant's unless another is named.

        Raises `KeyError` naming the faces there are.
        """
        facts = file.facts
        chosen = facts.participant if face is None else face
        if chosen == facts.participant:
            columns = file.scalars(chosen)
            geometry = FileGeometry(file, chosen, columns["success"].astype(np.bool_))
            return cls(columns, facts.meta(chosen), geometry, file.path)
        if chosen not in file.faces:
            raise KeyError(f"face {chosen} is not in {file.path.name}; it has {file.faces}")
        columns, stored = _spread(file, chosen)
        geometry = FileGeometry(file, chosen, columns["success"].astype(np.bool_), stored)
        return cls(columns, facts.meta(chosen), geometry, file.path)

    @property
    def meta(self) -> RecordingMeta:
        return self._meta

    @property
    def n_rows(self) -> int:
        return len(self._frames)

    @property
    def time_s(self) -> npt.NDArray[np.float64]:
        return self._columns["timestamp"].astype(np.float64, copy=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The scalar columns there are, in the order of the file."""
        return tuple(self._columns)

    def has(self, name: str) -> bool:
        return name in self._columns

    def column(self, name: str) -> AnyArray:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"{name}; this recording has {', '.join(self._columns)}") from None

    def mesh(self, start: int, stop: int) -> FloatArray | None:
        """See `RecordingView.mesh`; long recordings are read in slices, an hour's mesh is 600 MB."""
        return self._geometry.mesh(*self._bounds(start, stop))

    def landmarks68(self, start: int, stop: int) -> FloatArray | None:
        """See `RecordingView.landmarks68`: points of the mesh, or those that another program's file holds."""
        start, stop = self._bounds(start, stop)
        if self._geometry.mesh_scale is None:
            return self._geometry.array(LANDMARKS, start, stop)
        mesh = self._geometry.mesh(start, stop)
        return None if mesh is None else points_of_mesh(mesh)

    def landmarks3d(self, start: int, stop: int) -> FloatArray | None:
        """float32[n, 68, 3] mm in the camera's frame, only from files of other programs; None where there are none."""
        return self._geometry.array(LANDMARKS_3D, *self._bounds(start, stop))

    def blendshapes(self, start: int, stop: int) -> FloatArray | None:
        """float32[n, 52], NaN without a face, where the tracker gave blendshapes; None where it did not."""
        return self._geometry.array(BLENDSHAPES, *self._bounds(start, stop))

    def row_of_frame(self, frame: int) -> int:
        row = int(np.searchsorted(self._frames, frame))
        return row if row < len(self._frames) and self._frames[row] == frame else -1

    def save(self, path: Path) -> Path:
        """Write `path` (by custom `<stem>.lineament.parquet`) atomically; raises `StorageError`. Returns the path."""
        scale = self._geometry.mesh_scale
        arrays = tuple(name for name in ARRAY_SHAPES if self._geometry.array(name, 0, 1) is not None)
        with recording_file(path, Layout(self.names, scale, arrays)) as writer:
            for start in range(0, self.n_rows, _SAVED_AT_ONCE):
                writer.write(self._rows(start, min(start + _SAVED_AT_ONCE, self.n_rows), arrays))
            writer.finish(RecordingFacts.from_meta(self._meta))
        return path

    def _rows(self, start: int, stop: int, arrays: Sequence[str]) -> Rows:
        columns = {name: values[start:stop] for name, values in self._columns.items()}
        columns["face_id"] = np.full(stop - start, self._meta.participant, dtype=np.int16)
        scale, mesh = self._geometry.mesh_scale, self._geometry.mesh(start, stop)
        steps = scale.to_steps(mesh) if scale is not None and mesh is not None else None
        read = {name: self._geometry.array(name, start, stop) for name in arrays}
        return Rows(columns, steps, {name: array for name, array in read.items() if array is not None})

    def _bounds(self, start: int, stop: int) -> tuple[int, int]:
        stop = min(stop, self.n_rows)
        if start < 0 or stop < 0:
            raise IndexError(f"rows are counted from 0, not {min(start, stop)}")
        return min(start, stop), stop


def points_of_mesh(mesh: FloatArray) -> FloatArray:
    """float32[n, 68, 2] pixels from float32[n, 478, 3] (`LANDMARKS_68`)."""
    return np.ascontiguousarray(mesh[:, LANDMARKS_68, :2])


def _typed(name: str, values: AnyArray) -> AnyArray:
    typed = np.asarray(values).astype(COLUMNS[name].dtype, copy=False)
    if typed.flags.writeable:
        typed = typed.view()
        typed.flags.writeable = False
    return typed


def _check(columns: Mapping[str, AnyArray]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise ValueError(f"a recording needs the columns {', '.join(missing)}")
    rows = len(columns["frame"])
    uneven = [name for name, values in columns.items() if values.shape != (rows,)]
    if uneven:
        raise ValueError(f"columns {', '.join(uneven)} do not have {rows} rows")
    if (np.diff(columns["frame"].astype(np.int64)) <= 0).any():
        raise ValueError("the frames of a recording must rise")


def _spread(file: RecordingFile, face: int) -> tuple[dict[str, AnyArray], npt.NDArray[np.int64]]:
    """A face that is not the participant has rows only where it was seen: give it a row for every frame."""
    every = file.scalars(file.facts.participant, [n for n in ("frame", "pts", "timestamp") if n in file.columns])
    seen = file.scalars(face)
    rows = len(every["frame"])
    places = np.searchsorted(every["frame"].astype(np.int64), seen["frame"].astype(np.int64))
    columns: dict[str, AnyArray] = {}
    for name, values in seen.items():
        columns[name] = every[name] if name in every else COLUMNS[name].lost(rows)
        if name not in every:
            columns[name][places] = values
    columns["face_id"] = np.full(rows, face, dtype=np.int16)
    stored = np.full(rows, -1, dtype=np.int64)
    stored[places] = np.arange(len(places))
    return columns, stored
