"""Files that are whole or not there, and a sentence where they cannot be written."""

import errno
from pathlib import Path

import pytest

from lineament.errors import StorageError
from lineament.storage import atomic_file, make_folder, storage_error, write_atomically


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_atomically(path, b"old")
    with atomic_file(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_atomically(path, b"old")

    def write_half() -> None:
        with atomic_file(path) as stream:
            stream.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"writing to the folder .*file.* failed"):
        make_folder(tmp_path / "file" / "inside")
    with pytest.raises(StorageError, match=r"writing to the folder .*nowhere failed"):
        write_atomically(tmp_path / "nowhere" / "facts.json", b"x")


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (errno.ENOSPC, "the disk that holds .* is full. Free some space"),
        (errno.EROFS, "may not be written to. Change its permissions"),
        (errno.EIO, "failed .* Check the disk"),
    ],
)
def test_each_cause_has_its_own_sentence(tmp_path: Path, number: int, what: str) -> None:
    with pytest.raises(StorageError, match=what):
        raise storage_error(OSError(number, "reason"), tmp_path)
