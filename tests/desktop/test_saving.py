"""Copies of recordings and the settings' file: whole, or a sentence."""

from pathlib import Path

import pytest

from lineament.errors import StorageError
from lineament_desktop.app.saving import copy_recording
from lineament_desktop.state.settings import Settings


def test_a_copy_replaces_what_was_there(tmp_path: Path) -> None:
    source, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    source.write_bytes(b"x" * 3_000_000)
    target.write_bytes(b"old")
    copy_recording(source, target)
    assert target.read_bytes() == source.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_a_copy_that_cannot_be_made(tmp_path: Path) -> None:
    source = tmp_path / "a.parquet"
    with pytest.raises(
        StorageError, match=r"a\.parquet: this recording cannot be read .* Check that it is still there"
    ):
        copy_recording(source, tmp_path / "b.parquet")
    source.write_bytes(b"x")
    with pytest.raises(StorageError, match=r"writing to the folder .*nowhere failed"):
        copy_recording(source, tmp_path / "nowhere" / "b.parquet")


def test_settings_that_cannot_be_saved_complain_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(tmp_path / "file" / "inside")
    said: list[str] = []
    settings.complained.connect(said.append)
    settings.save()
    settings.save()
    assert len(said) == 1
    assert said[0].startswith("The settings could not be saved: ")
    assert said[0].endswith("They hold until you quit.")


def test_settings_are_saved_whole(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    settings.add_recent(tmp_path / "visit 1.mp4")
    assert Settings(tmp_path).recent() == [(tmp_path / "visit 1.mp4").resolve()]
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
