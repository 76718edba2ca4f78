"""The log: one file of limited size and the one before it, written without names and without floods.

An entry is a line with time, level and source; what follows it is indented. Each is written with one call to a file
that is opened for it, so that processes beside the window may write to the same one.
"""

import logging
import os
import re
import threading
from datetime import datetime
from pathlib import Path

from lineament.faults.privacy import anonymous
from lineament.faults.repeats import Repeats
from lineament.faults.telling import fault_key, fault_name, fault_text

LOG_VARIABLE = "LINEAMENT_LOG"
"""Where processes that a window starts find its log."""
LOG_BYTES = 1_000_000
ENTRY_CHARACTERS = 40_000
KEY_CHARACTERS = 2000
NEW_LINE = "\n"
_NUMBER = re.compile(r"\d+")
OURS = ("lineament", "lineament_desktop")


class FaultLog(logging.Handler):
    """Writes entries of `level` and worse. rotates: by the window alone, not by processes beside it.

    A file that cannot be written is no reason to fail: then there is no log.
    """

    def __init__(self, file: Path, *, rotates: bool = True, repeats: Repeats | None = None) -> None:
        super().__init__(logging.INFO)
        self.file = file
        self._rotates = rotates
        self._repeats = repeats or Repeats()
        self._writing = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(self._writing, "now", False):
            return  # whatever writing itself has to say
        self._writing.now = True
        try:
            self._take(record)
        except Exception:  # noqa: BLE001 - telling a fault must never make another one
            self._write(record.created, record.levelname, record.name, "an entry that could not be written down")
        finally:
            self._writing.now = False

    def _take(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        key: tuple[str, ...]
        if error is not None:
            key, name = fault_key(error), fault_name(error)
        else:
            name = record.getMessage()
            key = (record.name, record.levelname, _NUMBER.sub("#", name[:KEY_CHARACTERS]))
        before = self._repeats.admit(key, name)
        if before is None:
            return
        details = fault_text(error) if error is not None else ""  # first: it learns what is private
        text = anonymous(_message(record)[:ENTRY_CHARACTERS])
        if before:
            text += f" ({before} more of these since the last one that is written here)"
        self._write(record.created, record.levelname, record.name, f"{text}\n{details}" if details else text)

    def write_counts(self, *, ending: bool = False) -> None:
        """Write down how often what was held back has happened; at the end, of all of them."""
        for name, number in self._repeats.due(all_of_them=ending):
            times = "once more" if number == 1 else f"{number} times more"
            self._write(
                datetime.now().timestamp(), "INFO", "lineament", f"{times}: {anonymous(name.partition(NEW_LINE)[0])}"
            )

    def _write(self, created: float, level: str, source: str, text: str) -> None:
        time = datetime.fromtimestamp(created).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        first, *rest = text[:ENTRY_CHARACTERS].splitlines() or [""]
        entry = "".join(f"{line}\n" for line in (f"{time} {level} {source}: {first}", *(f"  {line}" for line in rest)))
        try:
            self._make_room(len(entry))
            with self.file.open("ab") as stream:
                stream.write(entry.encode("utf-8", "backslashreplace"))
        except OSError:
            return

    def _make_room(self, wanted: int) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self._rotates and self.file.exists() and self.file.stat().st_size + wanted > LOG_BYTES:
            os.replace(self.file, earlier_file(self.file))


def _message(record: logging.LogRecord) -> str:
    """Its words; a name ends where an argument ends, and does not take the words around it along."""
    if not isinstance(record.args, tuple) or not record.args:
        return record.getMessage()
    args = [anonymous(str(one)[:ENTRY_CHARACTERS]) if isinstance(one, str | Path) else one for one in record.args]
    return str(record.msg) % tuple(args)


def earlier_file(file: Path) -> Path:
    """Where what is older than the log goes."""
    return file.with_name(f"{file.name}.1")


def start_log(file: Path, *, rotates: bool = True) -> FaultLog:
    """Write warnings and worse of everything, and what Lineament itself notes, to `file` from now on; once is enough.

    Processes that are started from here write there too (`watch_process`).
    """
    root = logging.getLogger()
    known = next((handler for handler in root.handlers if isinstance(handler, FaultLog)), None)
    if known is not None and known.file == file:
        return known
    made = FaultLog(file, rotates=rotates)
    root.addHandler(made)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    if rotates:
        os.environ[LOG_VARIABLE] = str(file)
    return made
