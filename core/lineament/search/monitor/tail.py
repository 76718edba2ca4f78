"""The end of a growing file of events: every call gives the whole lines that came since the last one."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from lineament.search.runs.events import Event, event_of

MOST_BYTES = 2_000_000
"""So much is read at a time, so that whoever waits for the first look at a long run hears how far reading is."""


@dataclass(frozen=True)
class Read:
    """events: in the order of the file, damaged lines left out. restarted: the file is another one than before, and
    these are its first events. share: of the file's bytes that have been read by now, 0 to 1."""

    events: list[Event] = field(default_factory=list)
    restarted: bool = False
    share: float = 1.0


class EventTail:
    """Reads `events.jsonl` from where it stopped. A line without its end waits until that comes: whoever writes may
    be in the middle of it, and after a kill the next session cuts it off."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most_bytes
        self._offset = 0
        self._file: tuple[int, int] | None = None

    def read(self) -> Read:
        """New events; raises `OSError` when the file is there and cannot be read."""
        try:
            with self._path.open("rb") as stream:
                about = os.fstat(stream.fileno())
                restarted = self._begins_anew((about.st_dev, about.st_ino), about.st_size)
                stream.seek(self._offset)
                content = stream.read(self._most)
        except FileNotFoundError:
            restarted, self._file, self._offset = self._file is not None, None, 0
            return Read(restarted=restarted)
        end, more = content.rfind(b"\n") + 1, len(content) == self._most
        if more and not end:  # a line longer than what is read at a time
            self._most *= 2
        self._offset += end
        share = self._offset / about.st_size if more else 1.0
        found = [event for line in content[:end].splitlines() if (event := event_of(line)) is not None]
        return Read(found, restarted, share)

    def _begins_anew(self, file: tuple[int, int], size: int) -> bool:
        """Another file of that name, or one that lost lines that had been read: all is read again."""
        before, self._file = self._file, file
        if before is not None and (before != file or size < self._offset):
            self._offset = 0
            return True
        return False
