"""The index is made once, kept by content, checked when read, and made again where it is damaged."""

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.support.videos import CLIPS, Clip, uneven_times, write_clip

from lineament.video import VideoReader
from lineament.video.content_hash import SAMPLED_PREFIX, content_hash
from lineament.video.index_cache import IndexCache, cache_folder
from lineament.video.indexing import SeekTable, build_seek_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_clip(Clip("kept", times_s=uneven_times(), rotation=90, width=128, height=192), tmp_path / "kept.mp4")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINEAMENT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "video-index"


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The videos that were really indexed, in order."""
    paths: list[Path] = []

    def build(path: Path) -> SeekTable:
        paths.append(path)
        return build_seek_table(path)

    monkeypatch.setattr("lineament.video.reader.build_seek_table", build)
    return paths


def facts(path: Path) -> tuple[object, ...]:
    with VideoReader(path) as reader:
        info, index = reader.info, reader.index
        shown = (info.width, info.height, info.rotation, info.frame_count, info.duration_s, info.variable_rate)
        return (*shown, index.pts.tolist(), index.keyframes.tolist(), index.time_base)


def test_index_is_made_once_even_for_a_copy(path: Path, folder: Path, built: list[Path]) -> None:
    first = facts(path)
    copy = path.with_name("renamed copy.mp4")
    shutil.copy(path, copy)
    assert facts(copy) == facts(path) == first
    assert built == [path]
    assert len(list(folder.iterdir())) == 1


def test_other_content_under_the_same_name_has_its_own_index(path: Path, folder: Path, built: list[Path]) -> None:
    facts(path)
    write_clip(Clip("other", frames=30), path)
    assert facts(path)[3] == 30
    assert built == [path, path]


@pytest.mark.parametrize("damage", ["empty", "noise", "half", "bit", "text"])
def test_damaged_index_is_made_again(
    path: Path, folder: Path, built: list[Path], damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = facts(path)
    (kept,) = folder.iterdir()
    whole = kept.read_bytes()
    middle = whole.index(before[6][40].to_bytes(8, "little"))  # type: ignore[index]
    flipped = bytearray(whole)
    flipped[middle] ^= 1
    broken = {
        "empty": b"",
        "noise": np.random.default_rng(0).bytes(500),
        "half": whole[: len(whole) // 2],
        "bit": bytes(flipped),
        "text": b"not an index",
    }
    kept.write_bytes(broken[damage])
    with caplog.at_level(logging.WARNING):
        assert facts(path) == before
    assert "is damaged and is made again" in caplog.text
    assert built == [path, path]
    assert facts(path) == before
    assert built == [path, path]


def test_columns_of_different_length_are_not_believed(path: Path, folder: Path, built: list[Path]) -> None:
    before = facts(path)
    (kept,) = folder.iterdir()
    with np.load(kept) as stored:
        columns = {name: stored[name] for name in stored.files}
    columns["keyframes"] = columns["keyframes"][:-1]
    np.savez(kept, **columns)
    assert facts(path) == before
    assert len(built) == 2


def test_cache_that_cannot_be_written_is_no_reason_to_fail(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LINEAMENT_CACHE_DIR", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert facts(path)[3] == 120
    assert "was not kept" in caplog.text


def test_oldest_tables_are_forgotten(folder: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineament.video.index_cache._KEPT", 3)
    table = build_seek_table(path)
    for number in range(5):
        IndexCache().save(f"{number:064x}", table)
    assert len(list(folder.iterdir())) == 3
    assert IndexCache().load(f"{4:064x}") is not None


def test_default_folder_is_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAMENT_CACHE_DIR")
    assert cache_folder().name == "lineament"


def test_a_huge_file_is_sampled_and_the_hash_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineament.video.content_hash.WHOLE_FILE_LIMIT", 3_000_000)
    path = tmp_path / "huge.bin"
    content = bytearray(np.random.default_rng(0).bytes(5_000_000))

    def hashed() -> str:
        path.write_bytes(bytes(content))
        return content_hash(path)

    first = hashed()
    assert first.startswith(SAMPLED_PREFIX)
    assert hashed() == first
    content[-1] ^= 1
    assert hashed() != first
    content[-1] ^= 1
    content[0] ^= 1
    assert hashed() != first


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_index_from_packets_is_the_index_from_pictures(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What long videos get without being decoded equals what the decoder yields."""
    path = write_clip(clip, tmp_path / "clip.mp4")
    decoded = build_seek_table(path)
    monkeypatch.setattr("lineament.video.indexing._DECODE_ALL_PIXELS", 0)
    monkeypatch.setattr("lineament.video.indexing._from_pictures", None)  # Calling it fails.
    demuxed = build_seek_table(path)
    np.testing.assert_array_equal(demuxed.index.pts, decoded.index.pts)
    np.testing.assert_array_equal(demuxed.index.keyframes, decoded.index.keyframes)
    assert demuxed.last_duration == decoded.last_duration
