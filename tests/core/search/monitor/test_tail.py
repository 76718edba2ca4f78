"""Reading the end of a file that grows, is cut, is replaced, or is in the middle of a line."""

from pathlib import Path

from tests.core.search.monitor.conftest import event, line

from lineament.search.monitor.tail import EventTail
from lineament.search.runs import read_events

FIRST, SECOND, THIRD = (event(float(i), "time_left", seconds=float(i)) for i in (1, 2, 3))


def test_only_what_is_new_is_given(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(line(FIRST))
    tail = EventTail(path)
    assert tail.read().events == [FIRST]
    assert tail.read().events == []
    with path.open("ab") as stream:
        stream.write(line(SECOND) + line(THIRD))
    assert tail.read().events == [SECOND, THIRD]


def test_a_half_line_waits_for_its_end(tmp_path: Path) -> None:
    path, whole = tmp_path / "events.jsonl", line(SECOND)
    path.write_bytes(line(FIRST) + whole[:20])
    tail = EventTail(path)
    assert tail.read().events == [FIRST]
    path.write_bytes(line(FIRST) + whole)
    assert tail.read().events == [SECOND]


def test_a_half_line_that_the_next_session_cuts_off_is_never_told(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(line(FIRST) + line(SECOND)[:-9])
    tail = EventTail(path)
    assert tail.read().events == [FIRST]
    path.write_bytes(line(FIRST))  # in place, as a search that is resumed does
    found = tail.read()
    assert (found.events, found.restarted) == ([], False)
    path.write_bytes(line(FIRST) + line(THIRD))
    assert tail.read().events == [THIRD]


def test_another_file_of_that_name_is_read_from_its_beginning(tmp_path: Path) -> None:
    path, other = tmp_path / "events.jsonl", tmp_path / "other"
    path.write_bytes(line(FIRST) + line(SECOND))
    tail = EventTail(path)
    tail.read()
    other.write_bytes(line(SECOND) + line(THIRD) + line(FIRST))
    other.replace(path)
    found = tail.read()
    assert found.restarted
    assert found.events == [SECOND, THIRD, FIRST]


def test_a_file_that_lost_whole_lines_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(line(FIRST) + line(SECOND))
    tail = EventTail(path)
    tail.read()
    path.write_bytes(line(THIRD))
    found = tail.read()
    assert (found.restarted, found.events) == (True, [THIRD])


def test_a_missing_file_has_no_events_and_may_come_later(tmp_path: Path) -> None:
    tail = EventTail(tmp_path / "events.jsonl")
    assert tail.read().events == []
    (tmp_path / "events.jsonl").write_bytes(line(FIRST))
    assert tail.read().events == [FIRST]


def test_damaged_lines_are_left_out_as_by_the_other_reader(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(line(FIRST) + b"{\n" + b'{"time": 1}\n' + b"\xff\xfe\n" + b"7\n" + line(THIRD))
    assert EventTail(path).read().events == [FIRST, THIRD] == read_events(path)


def test_a_long_file_is_given_in_parts_with_the_share_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    many = [event(float(i), "unit_progress", "u", step=i, steps=500) for i in range(500)]
    path.write_bytes(b"".join(map(line, many)))
    tail, found, shares = EventTail(path, most_bytes=4000), [], []
    while not shares or shares[-1] < 1:
        part = tail.read()
        found += part.events
        shares.append(part.share)
    assert found == many
    assert shares == sorted(shares)
    assert len(shares) > 10


def test_a_line_longer_than_a_part_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    long = event(1.0, "leaderboard", entries=["x" * 3000])
    path.write_bytes(line(long) + line(SECOND))
    tail, found = EventTail(path, most_bytes=100), []
    for _ in range(9):
        found += tail.read().events
    assert found == [long, SECOND]
