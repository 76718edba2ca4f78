"""The log: whole entries, of limited size, no floods, read again as they were written."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineament.faults import FaultLog, LogReader, Repeats, start_log, unexpected
from lineament.faults.log import LOG_VARIABLE, earlier_file
from lineament.faults.reading import Entry, entries_of


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> Iterator[FaultLog]:
    made = FaultLog(tmp_path / "logs" / "lineament.log", repeats=Repeats(60.0, clock))
    logger = logging.getLogger("tests.faults")
    logger.addHandler(made)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield made
    logger.removeHandler(made)
    logger.propagate = True


def fail(words: str) -> None:
    try:
        raise ZeroDivisionError(words)
    except ZeroDivisionError:
        logging.getLogger("tests.faults").exception("unexpected failure of %s", "measuring Anna Müller.mp4")


def entries(log: FaultLog) -> list[Entry]:
    found = LogReader(log.file).poll()
    assert found is not None
    return found


def test_an_entry_is_written_and_read(log: FaultLog) -> None:
    fail("of '/data/Anna/x.mp4'\nand a second line")
    (entry,) = entries(log)
    assert (entry.level, entry.source, entry.rank) == ("ERROR", "tests.faults", 2)
    assert entry.text.startswith("unexpected failure of <file ")
    assert "ZeroDivisionError" in entry.details
    assert "and a second line" in entry.details
    assert entry.details.startswith('  File "')
    assert "Anna" not in entry.whole()
    assert entry.has("ZERODIVISION failure")
    assert not entry.has("zerodivision success")


def test_the_same_fault_comes_once_a_minute_and_is_counted(log: FaultLog, clock: Clock) -> None:
    for _ in range(200):
        fail("again")
    assert len(entries(log)) == 1
    clock.now += 61
    fail("again")
    assert "(199 more of these" in entries(log)[1].text
    fail("again")
    clock.now += 61
    log.write_counts()
    log.write_counts()
    assert [entry.text for entry in entries(log)[2:]] == [
        "once more: ZeroDivisionError in test_log.py, line " + str(fail.__code__.co_firstlineno + 2)
    ]


def test_at_the_end_all_counts_are_written(log: FaultLog) -> None:
    for _ in range(4):
        fail("again")
    log.write_counts(ending=True)
    assert entries(log)[-1].text.startswith("3 times more: ZeroDivisionError")


def test_different_faults_are_all_written(log: FaultLog) -> None:
    fail("one")
    try:
        raise KeyError("AU99")
    except KeyError:
        logging.getLogger("tests.faults").exception("another")
    for number in range(5):
        logging.getLogger("tests.faults").warning("frame %d is damaged", number)
    assert [entry.level for entry in entries(log)] == ["ERROR", "ERROR", "WARNING"]


def test_the_log_never_grows_beyond_two_files(log: FaultLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineament.faults.log.LOG_BYTES", 4000)
    for number in range(300):
        logging.getLogger("tests.faults").warning("%s", "word " * (5 + number % 17) + chr(97 + number % 26) * number)
    assert log.file.stat().st_size <= 4000
    assert earlier_file(log.file).stat().st_size <= 4000
    assert len(list(log.file.parent.iterdir())) == 2
    assert len(entries(log)) > 3


def test_one_entry_is_never_too_long(log: FaultLog) -> None:
    logging.getLogger("tests.faults").error("x" * 10_000_000)
    assert log.file.stat().st_size < 50_000


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    handler = FaultLog(tmp_path / "logs" / "lineament.log")
    handler.handle(logging.LogRecord("a", logging.ERROR, "", 0, "text", None, None))
    assert (tmp_path / "logs").read_text() == "a file where the folder should be"


def test_an_entry_that_cannot_be_formatted_is_noted(log: FaultLog) -> None:
    log.handle(logging.LogRecord("a", logging.ERROR, "", 0, "%d faults", ("no number",), None))
    assert entries(log)[0].text == "an entry that could not be written down"


def test_a_reader_follows(log: FaultLog) -> None:
    reader = LogReader(log.file)
    assert reader.poll() == []
    logging.getLogger("tests.faults").warning("first")
    assert [entry.text for entry in reader.poll() or ()] == ["first"]
    assert reader.poll() == []
    with log.file.open("ab") as stream:
        stream.write(b"2026-01-01 00:00:00.000 ERROR a: half")
    assert reader.poll() == []
    with log.file.open("ab") as stream:
        stream.write(b" and half\n")
    assert [entry.text for entry in reader.poll() or ()] == ["half and half"]
    os.replace(log.file, earlier_file(log.file))
    assert reader.poll() is None, "it begins anew"
    logging.getLogger("tests.faults").warning("second")
    assert [entry.text for entry in reader.poll() or ()] == ["first", "half and half", "second"]


def test_lines_without_a_beginning_are_left_out() -> None:
    data = b"  the end of something\n2026-01-01 00:00:00.000 NOTICE a.b: text\n  below\n\n\xff\n"
    (entry,) = entries_of(data)
    assert entry.details == "below\n�"
    assert entry.rank == 1
    assert entry.whole() == "2026-01-01 00:00:00.000 NOTICE a.b: text\nbelow\n�"


def test_starting_twice_makes_one_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOG_VARIABLE, "")
    root, file = logging.getLogger(), tmp_path / "lineament.log"
    before = list(root.handlers)
    first = start_log(file)
    try:
        assert start_log(file) is first
        logging.getLogger("lineament.x").info("noted")
        logging.getLogger("elsewhere").info("not noted")
        assert [entry.text for entry in entries(first)] == ["noted"]
        assert os.environ[LOG_VARIABLE] == str(file)
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)


def test_the_sentence_is_one() -> None:
    assert unexpected() == "Something unexpected went wrong; nothing saved was lost."
    assert unexpected("scoring") == "Something unexpected went wrong while scoring; nothing saved was lost."


def test_many_kinds_of_faults_are_remembered_up_to_a_number(clock: Clock) -> None:
    repeats = Repeats(60.0, clock)
    for number in range(2000):
        clock.now += 0.001
        assert repeats.admit(number) == 0
    assert repeats.admit(1999) is None
    assert repeats.admit(0) == 0
