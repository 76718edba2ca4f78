"""A file of crops: JPEG after JPEG, then an index, so that any of them is read without the others.

    b"LINCROPS", uint32 version, uint32 0
    bodies of the JPEGs
    index: uint32 length and JSON (facts, number of crops, the JPEGs' common header in hex), then the columns of
        `_COLUMNS` one after another
    uint64 where the index begins, uint32 its CRC-32, b"ENDCROPS"

Everything is little-endian. Each body has its CRC-32 in the index, so a damaged crop is never taken for a picture. A
short-GOP video of the same crops is a half to a third as large and takes five to ten times as long to read at random
(measured), which is what training does all day.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from lineament.crops import jpeg
from lineament.crops.cutting import Image
from lineament.crops.facts import CropFacts
from lineament.errors import RecordingError
from lineament.storage import atomic_file

SUFFIX = ".crops"
FORMAT_VERSION = 1

_HEAD = struct.Struct("<8sII")
_TAIL = struct.Struct("<QI8s")
_MAGIC, _END = b"LINCROPS", b"ENDCROPS"
_COLUMNS: dict[str, tuple[str, tuple[int, ...]]] = {
    "times": ("<f8", ()),
    "frames": ("<i8", ()),
    "faces": ("<i4", ()),
    "transforms": ("<f4", (2, 3)),
    "starts": ("<u8", ()),
    "lengths": ("<u4", ()),
    "checksums": ("<u4", ()),
}
_AGAIN = "Make the crops again."

Columns = dict[str, npt.NDArray[Any]]


class CropWriter:
    """Adds crops to a file that `crop_file` opened."""

    def __init__(self, stream: BinaryIO, quality: int, size: int) -> None:
        self._stream = stream
        self._quality = quality
        self._size = size
        self._header: bytes | None = None
        self._at = _HEAD.size
        self._rows: list[tuple[Any, ...]] = []

    def add(self, time_s: float, frame: int, transform: npt.NDArray[np.float32], crop: Image, face: int = 0) -> None:
        """Append a crop uint8[size, size, 3]; its frame's rank and seconds, and the transform that cut it."""
        if crop.shape != (self._size, self._size, 3):
            raise ValueError(f"expected a crop of {self._size} pixels, got an array {list(crop.shape)}")
        self._append(time_s, frame, transform, face, *jpeg.encode(crop, self._quality))

    def copy(self, source: "CropFile", row: int) -> None:
        """Append a crop of another file as it was coded there."""
        body = source.coded(row)
        time_s, frame, face = float(source.times[row]), int(source.frames[row]), int(source.faces[row])
        self._append(time_s, frame, source.transforms[row], face, source.header, body)

    def _append(
        self, time_s: float, frame: int, transform: npt.NDArray[np.float32], face: int, header: bytes, body: bytes
    ) -> None:
        if self._header is None:
            self._header = header
        if header != self._header:
            raise ValueError("crops of one file are coded with one quality")
        self._rows.append((time_s, frame, face, transform, self._at, len(body), zlib.crc32(body)))
        self._stream.write(body)
        self._at += len(body)

    def finish(self, facts: CropFacts) -> None:
        """Write the index and the end."""
        said = {"facts": facts.to_json(), "count": len(self._rows), "header": (self._header or b"").hex()}
        text = json.dumps(said).encode()
        parts = [struct.pack("<I", len(text)), text]
        for place, (kind, shape) in enumerate(_COLUMNS.values()):
            values = np.array([row[place] for row in self._rows], dtype=kind)
            parts.append(values.reshape(len(self._rows), *shape).tobytes())
        index = b"".join(parts)
        self._stream.write(index + _TAIL.pack(self._at, zlib.crc32(index), _END))


@contextmanager
def crop_file(path: Path, facts: CropFacts) -> Iterator[CropWriter]:
    """A writer for a file of crops that takes its name when it is whole; raises `StorageError`."""
    with atomic_file(path) as stream:
        stream.write(_HEAD.pack(_MAGIC, FORMAT_VERSION, 0))
        writer = CropWriter(stream, facts.quality, facts.request.size)
        yield writer
        writer.finish(facts)


class CropFile:
    """Crops on disk, read at random; what pixel models read from (`CropSource`).

    times: float64[T] seconds, rising. size: pixels. transforms: float32[T, 2, 3], picture to crop (see `alignment`).
    frames: int64[T], ranks in the video. faces: int32[T]. facts: how they were made. The file is open only while crops
    are read, so it may be handed to threads and worker processes.

    Raises `RecordingError` where the file is missing, is not one, is of a newer version, cut short or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        try:
            with self.path.open("rb") as stream:
                said, columns = self._read_index(stream)
        except OSError as error:
            what = "there is no such file" if isinstance(error, FileNotFoundError) else "the file cannot be read"
            raise RecordingError(what, path=self.path, remedy="Check its name, its place and its rights.") from error
        try:
            self.facts = CropFacts.from_json(said["facts"])
            self.header = bytes.fromhex(said["header"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged("its facts cannot be read") from error
        self.size = self.facts.request.size
        self.times: npt.NDArray[np.float64] = columns["times"]
        self.frames: npt.NDArray[np.int64] = columns["frames"]
        self.faces: npt.NDArray[np.int32] = columns["faces"]
        self.transforms: npt.NDArray[np.float32] = columns["transforms"]
        self._starts, self._lengths, self._checksums = (columns[k] for k in ("starts", "lengths", "checksums"))

    def __len__(self) -> int:
        return len(self.times)

    def read(self, rows: npt.NDArray[np.int64]) -> Image:
        """Crops uint8[n, size, size, 3] RGB of these rows, in their order.

        Raises `IndexError` for a row that is not there, `RecordingError` where a crop is damaged or the file is gone.
        """
        wanted = np.asarray(rows, dtype=np.int64).reshape(-1)
        if len(wanted) and not (wanted.min() >= 0 and wanted.max() < len(self)):
            raise IndexError(f"rows are 0 .. {len(self) - 1}, asked for {wanted.min()} .. {wanted.max()}")
        crops = np.empty((len(wanted), self.size, self.size, 3), dtype=np.uint8)
        with self._opened() as stream:
            for place in np.argsort(wanted, kind="stable"):
                row = int(wanted[place])
                image = jpeg.decode(self.header, self._body(stream, row))
                if image is None or image.shape != crops.shape[1:]:
                    raise self._damaged(f"crop {row} is no picture")
                crops[place] = image
        return crops

    def coded(self, row: int) -> bytes:
        """The body of one crop's JPEG."""
        with self._opened() as stream:
            return self._body(stream, row)

    def check(self) -> None:
        """Read every crop's bytes against their checksums; raises `RecordingError`."""
        with self._opened() as stream:
            for row in range(len(self)):
                self._body(stream, row)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        try:
            with self.path.open("rb") as stream:
                yield stream
        except OSError as error:
            raise RecordingError("the crops cannot be read any more", path=self.path, remedy=_AGAIN) from error

    def _body(self, stream: BinaryIO, row: int) -> bytes:
        stream.seek(int(self._starts[row]))
        body = stream.read(int(self._lengths[row]))
        if zlib.crc32(body) != int(self._checksums[row]):
            raise self._damaged(f"crop {row} of {len(self)} is not what was written")
        return body

    def _read_index(self, stream: BinaryIO) -> tuple[dict[str, Any], Columns]:
        head = stream.read(_HEAD.size)
        if len(head) < _HEAD.size or head[:8] != _MAGIC:
            raise RecordingError("this is not a file of face crops", path=self.path, remedy="Choose a .crops file.")
        version = _HEAD.unpack(head)[1]
        if version > FORMAT_VERSION:
            raise RecordingError(
                f"these crops are of format {version}, this program reads up to {FORMAT_VERSION}",
                path=self.path,
                remedy="Update the program or make the crops again.",
            )
        end = stream.seek(0, 2)
        stream.seek(max(end - _TAIL.size, 0))
        tail = stream.read(_TAIL.size)
        if len(tail) < _TAIL.size or tail[-8:] != _END:
            raise self._damaged("its end is missing")
        start, checksum, _ = _TAIL.unpack(tail)
        if not _HEAD.size <= start <= end - _TAIL.size:
            raise self._damaged("its index is not where it should be")
        stream.seek(start)
        index = stream.read(end - _TAIL.size - start)
        if zlib.crc32(index) != checksum:
            raise self._damaged("its index is not what was written")
        return self._split(index)

    def _split(self, index: bytes) -> tuple[dict[str, Any], Columns]:
        (length,) = struct.unpack_from("<I", index)
        said = json.loads(index[4 : 4 + length])
        count, at = int(said["count"]), 4 + length
        columns: Columns = {}
        for name, (kind, shape) in _COLUMNS.items():
            numbers = count * int(np.prod(shape, dtype=np.int64))
            values = np.frombuffer(index, dtype=kind, count=numbers, offset=at)
            columns[name] = values.reshape(count, *shape)
            at += values.nbytes
        return said, columns

    def _damaged(self, why: str) -> RecordingError:
        return RecordingError(f"the file is damaged or cut short ({why})", path=self.path, remedy=_AGAIN)
