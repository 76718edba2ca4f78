"""A disk that is full, or may not be written: one sentence, nothing saved is lost, and it goes on afterwards."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.core.analysis.conftest import SETTINGS, assert_equal

from lineament import storage
from lineament.analysis import analyze
from lineament.errors import StorageError
from lineament.recording import Recording


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A tmpfs at the folder; skips where this user may not mount one."""
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"cannot mount a small disk here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_small_disk_fills_and_is_emptied(clip: Path, whole: Recording, tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=520k") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 350 * 1024)
        with pytest.raises(StorageError, match=r"the disk that holds .*disk.* is full\. Free some space") as raised:
            analyze(clip, disk, SETTINGS)
        assert "\n" not in str(raised.value)
        saved = sorted((disk / "visit 1.lineament.partial").glob("segment-*.parquet"))
        assert saved
        ballast.unlink()
        resumed = analyze(clip, disk, SETTINGS)
        assert_equal(resumed, whole)
        del resumed


def test_a_disk_that_may_not_be_written(clip: Path, tmp_path: Path) -> None:
    with (
        mounted(tmp_path / "disk", "ro") as disk,
        pytest.raises(StorageError, match=r"the folder .*disk.* may not be written to\. Change its permissions"),
    ):
        analyze(clip, disk, SETTINGS)


class FullAfter:
    """A file in which there is room for so many bytes."""

    def __init__(self, stream: BinaryIO, room: Callable[[int], int]) -> None:
        self._stream = stream
        self._room = room

    def write(self, data: bytes) -> int:
        if self._room(len(data)) < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._stream.write(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@pytest.mark.parametrize("room", [2_000, 100_000])
def test_no_room_at_any_moment(
    clip: Path, whole: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """The same without root: writing fails after so many bytes."""
    left = [room]

    def take(n: int) -> int:
        left[0] -= n
        return left[0]

    original = storage.atomic_file

    @contextmanager
    def small(path: Path) -> Iterator[BinaryIO]:
        with original(path) as stream:
            yield FullAfter(stream, take)  # type: ignore[misc]

    with monkeypatch.context() as patch:
        patch.setattr("lineament.recording.parquet.atomic_file", small)
        with pytest.raises(StorageError, match="is full"):
            analyze(clip, tmp_path, SETTINGS)
    assert not list(tmp_path.rglob("*.tmp"))
    assert_equal(analyze(clip, tmp_path, SETTINGS), whole)
