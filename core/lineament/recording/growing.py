"""A recording that gets longer while the window reads it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from lineament.recording.blocks import BlockedRows
from lineament.recording.mesh_codec import MeshScale, StepArray
from lineament.recording.recording import Recording, points_of_mesh
from lineament.recording.rows import Rows
from lineament.recording.schema import COLUMNS, REQUIRED, AnyArray, in_order
from lineament.recording.view import RecordingMeta

FloatArray = npt.NDArray[np.float32]

_FIRST_CAPACITY = 1024

MeshBlock = tuple[int, Callable[[], StepArray]]
"""A number of rows, and what loads them: int16[rows, 478, 3] steps."""


class GrowingRecording:
    """One face's rows so far; satisfies `RecordingView`. One thread appends and revises, any thread reads.

    A column once handed out never changes under its reader: it holds the rows of that moment, and a revision makes a
    new array. Mesh of settled rows is read back from where it was saved; only the latest rows are kept in memory.
    Columns read one after another may differ in length by what was appended in between: compare lengths, or use
    `n_rows` taken first.
    """

    def __init__(self, columns: Sequence[str], meta: RecordingMeta, mesh_scale: MeshScale | None) -> None:
        self._lock = threading.RLock()
        self._names = tuple(in_order([*columns, *REQUIRED]))
        self._columns = {name: np.empty(_FIRST_CAPACITY, dtype=COLUMNS[name].dtype) for name in self._names}
        self._n_rows = 0
        self._meta = meta
        self._scale = mesh_scale
        self._mesh = BlockedRows()
        self._final: Recording | None = None

    # Reading

    @property
    def meta(self) -> RecordingMeta:
        return self._meta

    @property
    def n_rows(self) -> int:
        return self._n_rows

    @property
    def time_s(self) -> npt.NDArray[np.float64]:
        return self.column("timestamp").astype(np.float64, copy=False)

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    def has(self, name: str) -> bool:
        return name in self._columns

    def column(self, name: str) -> AnyArray:
        with self._lock:
            if name not in self._columns:
                raise KeyError(f"{name}; this recording has {', '.join(self._names)}")
            view = self._columns[name][: self._n_rows]
        view.flags.writeable = False
        return view

    def mesh(self, start: int, stop: int) -> FloatArray | None:
        with self._lock:
            if self._final is not None:
                return self._final.mesh(start, stop)
            if self._scale is None:
                return None
            stop = min(stop, self._n_rows)
            if start < 0 or stop < 0:
                raise IndexError(f"rows are counted from 0, not {min(start, stop)}")
            start = min(start, stop)
            found = self._columns["success"][start:stop].astype(np.bool_)
            steps = self._mesh.read(start, stop)
        if steps is None:
            return np.empty((0, 478, 3), dtype=np.float32)
        return self._scale.to_pixels(steps.astype(np.int16, copy=False), found)

    def landmarks68(self, start: int, stop: int) -> FloatArray | None:
        mesh = self.mesh(start, stop)
        return None if mesh is None else points_of_mesh(mesh)

    def row_of_frame(self, frame: int) -> int:
        frames = self.column("frame")
        row = int(np.searchsorted(frames, frame))
        return row if row < len(frames) and frames[row] == frame else -1

    # Writing

    def append(self, rows: Rows) -> None:
        """Add rows that follow the last; columns they lack are filled as if the face was lost."""
        if len(rows) == 0:
            return
        with self._lock:
            if self._scale is not None:
                if rows.mesh is None:
                    raise ValueError("rows of this recording have a mesh, these have none")
                self._mesh.append(len(rows), partial(_itself, rows.mesh))
            self._fill(rows)

    def settle(self, start: int, blocks: Sequence[MeshBlock]) -> None:
        """The mesh of all rows from `start` on was saved: forget it and load it from there when it is looked at."""
        with self._lock:
            self._mesh.replace(start, blocks)

    def revise(self, columns: Mapping[str, AnyArray]) -> None:
        """Give columns new values from the first row on; rows after the last new value keep theirs."""
        with self._lock:
            for name, values in columns.items():
                fresh = self._columns[name].copy()
                fresh[: len(values)] = values
                self._columns[name] = fresh

    def restart(self, rows: Rows, blocks: Sequence[MeshBlock], meta: RecordingMeta) -> None:
        """Show another face: all its rows so far (their mesh comes from `blocks`)."""
        with self._lock:
            self._n_rows = 0
            self._columns = {name: np.empty(_FIRST_CAPACITY, dtype=COLUMNS[name].dtype) for name in self._names}
            self._mesh = BlockedRows()
            for n, load in blocks:
                self._mesh.append(n, load)
            self._fill(rows)
            self._meta = meta

    def set_meta(self, meta: RecordingMeta) -> None:
        self._meta = meta

    def finish(self, recording: Recording) -> None:
        """The whole is saved as `recording`: show its columns and its landmarks from now on."""
        with self._lock:
            self._columns = {name: recording.column(name) for name in recording.names}
            self._names = recording.names
            self._n_rows = recording.n_rows
            self._meta = recording.meta
            self._final = recording
            self._mesh = BlockedRows()

    def _fill(self, rows: Rows) -> None:
        n = len(rows)
        end = self._n_rows + n
        self._make_room(end)
        for name, values in self._columns.items():
            given = rows.columns.get(name)
            values[self._n_rows : end] = COLUMNS[name].lost(n) if given is None else given
        self._n_rows = end

    def _make_room(self, rows: int) -> None:
        capacity = len(self._columns["frame"])
        if rows <= capacity:
            return
        while capacity < rows:
            capacity *= 2
        for name, values in self._columns.items():
            larger = np.empty(capacity, dtype=values.dtype)
            larger[: self._n_rows] = values[: self._n_rows]
            self._columns[name] = larger


def _itself(steps: StepArray) -> StepArray:
    return steps
