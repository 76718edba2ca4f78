"""The log, read again: entries with time, level and source, and the new ones as they come."""

import re
from dataclasses import dataclass
from pathlib import Path

from lineament.faults.log import earlier_file

LEVELS = ("INFO", "WARNING", "ERROR", "CRITICAL")
_FIRST = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) ([A-Z]+) (\S+): (.*)$")


@dataclass(frozen=True)
class Entry:
    """time: local, as it is written. details: the lines below the first, without their indent; "" for none."""

    time: str
    level: str
    source: str
    text: str
    details: str = ""

    @property
    def rank(self) -> int:
        """How bad: 0 for a note; a level of others is taken for a warning."""
        return LEVELS.index(self.level) if self.level in LEVELS else 1

    def whole(self) -> str:
        """As it is copied."""
        first = f"{self.time} {self.level} {self.source}: {self.text}"
        return f"{first}\n{self.details}" if self.details else first

    def has(self, words: str) -> bool:
        """Whether all words stand in it, in whatever case."""
        inside = self.whole().casefold()
        return all(word in inside for word in words.casefold().split())


class LogReader:
    """Reads what is there first, the file before the present one included, and then what is added."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._identity: tuple[int, int] | None = None
        self._begun = False

    def poll(self) -> list[Entry] | None:
        """Entries that are new since the last call, oldest first; None where the file was begun anew and all that was
        read has to be read again. Raises nothing: a log that is not there is empty."""
        try:
            status = self._file.stat()
        except OSError:
            if self._identity is None:
                return self._before()
            self._forget()
            return None
        identity = (status.st_dev, status.st_ino)
        if self._identity is not None and (identity != self._identity or status.st_size < self._read):
            self._forget()
            return None
        self._identity = identity
        return [*self._before(), *self._added()]

    def _forget(self) -> None:
        self._read, self._identity, self._begun = 0, None, False

    def _before(self) -> list[Entry]:
        """What the file before has, the first time."""
        if self._begun:
            return []
        self._begun = True
        try:
            return entries_of(earlier_file(self._file).read_bytes())
        except OSError:
            return []

    def _added(self) -> list[Entry]:
        try:
            with self._file.open("rb") as stream:
                stream.seek(self._read)
                data = stream.read()
        except OSError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        return entries_of(whole)


def entries_of(data: bytes) -> list[Entry]:
    """Lines before the first entry belong to one whose beginning is gone and are left out."""
    found: list[Entry] = []
    first: re.Match[str] | None = None
    below: list[str] = []

    def end() -> None:
        if first is not None:
            found.append(Entry(first[1], first[2], first[3], first[4], "\n".join(below)))

    for line in data.decode("utf-8", "replace").split("\n"):
        match = _FIRST.match(line)
        if match:
            end()
            first, below = match, []
        elif line.strip():
            below.append(line.removeprefix("  "))
    end()
    return found
