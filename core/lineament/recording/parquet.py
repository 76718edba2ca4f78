"""One Parquet file holds a video's faces: sorted by face_id, then frame, with what is known of them as JSON.

`<stem>.lineament.parquet`, compressed with zstd. The key `lineament` of the file's own metadata holds the JSON of
`RecordingFacts`; `mesh` there gives the step and origin of the stored mesh (see `mesh_codec`). Every row group holds
rows of one face only. The participant has a row for every frame measured; other faces have rows only where they were
seen.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from lineament.errors import RecordingError
from lineament.recording.facts import RecordingFacts
from lineament.recording.mesh_codec import MeshScale, StepArray
from lineament.recording.rows import (
    ARRAY_SHAPES,
    MESH,
    FloatArray,
    Layout,
    Rows,
    array_from_table,
    mesh_from_table,
    scalar_from_table,
)
from lineament.recording.schema import COLUMNS, REQUIRED, SCHEMA_VERSION, AnyArray
from lineament.storage import atomic_file

SUFFIX = ".lineament.parquet"
ROWS_PER_GROUP = 300
"""Ten seconds at 30 fps: one group's mesh is decoded in some 6 ms when the playhead enters it (our choice)."""

_KEY = b"lineament"
_ANALYSE_AGAIN = "Delete the file and analyse the video again."


class RecordingWriter:
    """Writes row groups as they come, and the facts at the end; use through `recording_file`."""

    def __init__(self, stream: BinaryIO, layout: Layout) -> None:
        self._layout = layout
        self.finished = False
        lists = {MESH: "DELTA_BINARY_PACKED"} if layout.mesh_scale is not None else {}
        self._writer = pq.ParquetWriter(
            stream,
            layout.arrow_schema(),
            compression="zstd",
            compression_level=3,
            use_dictionary=False,
            write_statistics=["face_id", "frame"],
            column_encoding={f"{name}.list.element": encoding for name, encoding in lists.items()} or None,
        )

    def write(self, rows: Rows) -> None:
        """Append rows of one face, in groups of `ROWS_PER_GROUP`."""
        for start in range(0, len(rows), ROWS_PER_GROUP):
            self._writer.write_table(self._layout.table(rows.slice(start, start + ROWS_PER_GROUP)))

    def finish(self, facts: RecordingFacts) -> None:
        if self._layout.mesh_scale is not None:
            facts = facts.with_extra(mesh=self._layout.mesh_scale.to_json())
        self._writer.add_key_value_metadata({_KEY: facts.to_json().encode()})
        self._writer.close()
        self.finished = True

    def abandon(self) -> None:
        """Close after a failure; the file is thrown away, so a second failure says nothing new."""
        if not self.finished:
            with suppress(OSError, ValueError):
                self._writer.close()


@contextmanager
def recording_file(path: Path, layout: Layout) -> Iterator[RecordingWriter]:
    """A writer whose file appears at `path` only when `finish` was called; raises `StorageError`."""
    with atomic_file(path) as stream:
        writer = RecordingWriter(stream, layout)
        try:
            yield writer
            if not writer.finished:
                raise RuntimeError(f"{path.name} was not finished")
        finally:
            writer.abandon()


class RecordingFile:
    """A finished file, read row group by row group; any thread may read.

    Raises `RecordingError`, here and later, when the file is missing, damaged, of another kind or of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with self._reading():
            self._stream = pa.OSFile(str(path), "rb")
            try:
                self._parquet = pq.ParquetFile(self._stream)
            except BaseException:
                self._stream.close()
                raise
        try:
            self.facts = self._read_facts()
            self.mesh_scale = MeshScale.from_json(self.facts.extra["mesh"]) if "mesh" in self.facts.extra else None
            names = self._parquet.schema_arrow.names
            self.columns = tuple(name for name in COLUMNS if name in names)
            self.arrays = tuple(name for name in ARRAY_SHAPES if name in names)
            self._check_columns(names)
            self._groups = self._groups_by_face()
        except BaseException:
            self._stream.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._stream.close()

    @property
    def faces(self) -> list[int]:
        """face_ids that have rows."""
        return sorted(self._groups)

    def groups(self, face: int) -> list[int]:
        """Row groups of one face, in order of time."""
        return self._groups.get(face, [])

    def group_rows(self, group: int) -> int:
        return int(self._parquet.metadata.row_group(group).num_rows)

    def scalars(self, face: int, names: Sequence[str] | None = None) -> dict[str, AnyArray]:
        """Scalar columns of one face's rows, all of them unless named."""
        wanted = list(self.columns if names is None else names)
        table = self._read(self.groups(face), wanted)
        return {name: scalar_from_table(table, name) for name in wanted}

    def mesh_steps(self, group: int) -> StepArray:
        """int16[n, 478, 3] of one row group."""
        return mesh_from_table(self._read([group], [MESH]))

    def array(self, name: str, group: int) -> FloatArray:
        """float32[n, ...] of one row group (`ARRAY_SHAPES`)."""
        return array_from_table(self._read([group], [name]), name)

    def rows(self, group: int) -> Rows:
        """Everything one row group holds."""
        mesh = [MESH] if self.mesh_scale is not None else []
        table = self._read([group], [*self.columns, *mesh, *self.arrays])
        return Rows(
            {name: scalar_from_table(table, name) for name in self.columns},
            mesh_from_table(table) if mesh else None,
            {name: array_from_table(table, name) for name in self.arrays},
        )

    def _read(self, groups: Sequence[int], names: Sequence[str]) -> pa.Table:
        # Lists are selected by the path of their elements, plain columns by their name.
        with self._reading(), self._lock:
            return self._parquet.read_row_groups(list(groups), columns=list(names), use_threads=False)

    def _read_facts(self) -> RecordingFacts:
        raw = (self._parquet.metadata.metadata or {}).get(_KEY)
        if raw is None:
            raise RecordingError(
                "this Parquet file is not a Lineament recording",
                path=self.path,
                remedy=f"Open a file that ends in {SUFFIX}.",
            )
        try:
            data = json.loads(raw)
            version = int(data["schema_version"])
            if version > SCHEMA_VERSION:
                raise RecordingError(
                    f"the file has schema version {version}, this Lineament reads up to {SCHEMA_VERSION}",
                    path=self.path,
                    remedy="Open it with the newer Lineament that wrote it, or analyse the video again with this one.",
                )
            return RecordingFacts.from_json(data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(self.path, error) from error

    def _check_columns(self, names: Sequence[str]) -> None:
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise RecordingError(f"the columns {', '.join(missing)} are missing", path=self.path, remedy=_ANALYSE_AGAIN)

    def _groups_by_face(self) -> dict[int, list[int]]:
        metadata = self._parquet.metadata
        place = self._parquet.schema_arrow.names.index("face_id")
        groups: dict[int, list[int]] = {}
        for group in range(metadata.num_row_groups):
            bounds = metadata.row_group(group).column(place).statistics
            if bounds is None or not bounds.has_min_max or bounds.min != bounds.max:
                raise _damaged(self.path, "a row group holds several faces")
            groups.setdefault(int(bounds.min), []).append(group)
        return groups

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError, ValueError) as error:
            raise read_error(self.path, error) from error


def read_error(path: Path, error: Exception) -> RecordingError:
    """The sentence for a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return RecordingError("there is no such file", path=path, remedy="Check its name and place.")
    if isinstance(error, IsADirectoryError):
        return RecordingError("this is a folder, not a file", path=path, remedy="Open the recording inside it.")
    if isinstance(error, PermissionError):
        return RecordingError("the file may not be read", path=path, remedy="Change its permissions.")
    return _damaged(path, error)


def _damaged(path: Path, why: object) -> RecordingError:
    reason = str(why).strip().splitlines()[0][:120].rstrip(".") if str(why).strip() else type(why).__name__
    return RecordingError(f"the file is damaged or cut short ({reason})", path=path, remedy=_ANALYSE_AGAIN)
