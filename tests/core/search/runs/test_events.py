"""The event log: every whole line counts, half ones do not, and writing goes on after them."""

import errno
import math
import os
from io import FileIO
from pathlib import Path

import numpy as np
import pytest

from lineament.errors import StorageError
from lineament.search.runs.events import EventLog, event_now, read_events


def test_events_come_back_in_order_with_plain_values(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    sent = [
        event_now("losses", "abc", {"step": np.int64(3), "train": np.float32(0.5)}),
        event_now("operation_weights", "abc", {"step": 3, "edges": {"au.cnn.0": {"conv3": 0.75, "skip": 0.25}}}),
        event_now("own kind", None, {"anything": [1, (2, 3)]}),
    ]
    for event in sent:
        log.write(event)
        assert read_events(path)[-1] == event, "each line is there at once"
    log.close()
    assert read_events(path) == sent
    assert sent[0].values == {"step": 3, "train": 0.5}


def test_numbers_without_a_value_are_null_for_readers_in_any_language(tmp_path: Path) -> None:
    event = event_now("losses", None, {"step": 1, "train": math.nan, "all": [math.inf, 1.0]})
    assert event.values == {"step": 1, "train": None, "all": [None, 1.0]}


def test_known_kinds_carry_what_monitors_rely_on() -> None:
    with pytest.raises(ValueError, match="losses needs step"):
        event_now("losses", None, {"train": 1.0})


@pytest.mark.parametrize("kept", [1, 5, 30])
def test_a_half_written_last_line_is_dropped_and_written_over(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "events.jsonl"
    first, second, third = (event_now("own", None, {"number": i}) for i in range(3))
    log = EventLog(path)
    log.write(first)
    size = path.stat().st_size
    log.write(second)
    log.close()
    path.write_bytes(path.read_bytes()[: size + kept])
    assert read_events(path) == [first]
    log = EventLog(path)
    log.write(third)
    log.close()
    assert read_events(path) == [first, third]


def test_a_damaged_line_in_the_middle_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    for number in range(3):
        log.write(event_now("own", None, {"number": number}))
    log.close()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\xff\x00 [1]\n" + b"[]\n" + lines[2])
    assert [event.values["number"] for event in read_events(path)] == [0, 2]


def test_there_are_no_events_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_events(tmp_path / "events.jsonl") == []


class NearlyFull(FileIO):
    """A file on a disk with room for 100 bytes."""

    def write(self, data: object) -> int:
        room = 100 - self.tell()
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(bytes(data)[:room])  # type: ignore[call-overload]


def test_a_full_disk_is_a_sentence_and_no_half_line_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    first = event_now("own", None, {})
    with monkeypatch.context() as patch:
        patch.setattr("lineament.search.runs.events.FileIO", NearlyFull)
        log = EventLog(path)
        log.write(first)
        with pytest.raises(StorageError, match="is full"):
            log.write(event_now("own", None, {"text": "x" * 100}))
        assert path.read_bytes().endswith(b"\n")
        log.close()
    log = EventLog(path)
    log.write(first)
    log.close()
    assert read_events(path) == [first, first]
