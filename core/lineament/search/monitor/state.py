"""What a run is doing, told from its files: its last words among the events, its outcome, and who holds its lock."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lineament.search.outcome_files import OUTCOME
from lineament.search.runs.events import Event
from lineament.search.runs.run import LOCK

StateKind = Literal[
    "waiting", "running", "paused", "stopping", "stopped", "failed", "finished", "interrupted", "unreadable"
]
LIVE = frozenset({"waiting", "running", "paused", "stopping"})
"""States in which more is to be expected."""
QUIET_S = 3.0
"""A run that wrote so recently is taken to be worked in without asking."""
ASK_EVERY_S = 1.0

WAITING = "The search has not begun yet."
STARTING = "The search is starting: the cohort is read and dealt into folds."
PAUSED = "The search pauses. Nothing is computed until it goes on."
STOPPING = "The search is stopping: what is being computed is saved first."
STOPPED = "The search was stopped. What is finished is kept; resume it to go on."
INTERRUPTED = "The search was interrupted: nobody works in it and it is not finished. Resume it to go on."
FINISHED = "The search is finished."


@dataclass(frozen=True)
class RunState:
    """kind, and it in a sentence for a person. since: seconds since 1970 of the event that brought it, None without."""

    kind: StateKind
    sentence: str
    since: float | None = None

    @property
    def live(self) -> bool:
        return self.kind in LIVE


class StateReader:
    """Learns from events what the run last said of itself, and looks whether anybody works in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said: StateKind = "waiting"
        self._why = ""
        self._since: float | None = None
        self._begun = False
        self._owner = Owner(folder)

    @property
    def owner(self) -> int | None:
        """The process that works in the run, as far as it is known."""
        return self._owner.pid

    def take(self, event: Event) -> None:
        """Learn from one event."""
        if event.kind == "session_started":
            self._say(event, "running")
        elif event.kind == "session_ended":
            how = event.values.get("how")
            self._say(event, "failed" if how == "failed" else "finished" if how == "finished" else "stopped")
            self._why = str(event.values.get("why") or "")
        elif event.kind in ("paused", "continued", "stopping"):
            kinds: dict[str, StateKind] = {"paused": "paused", "continued": "running", "stopping": "stopping"}
            self._say(event, kinds[event.kind])
        elif event.kind == "phase_started":
            self._begun = True

    def _say(self, event: Event, kind: StateKind) -> None:
        self._said, self._since, self._why = kind, event.time, ""

    def state(self, now: float, quiet_s: float) -> RunState:
        """now: in seconds; quiet_s: how long ago the file of events was last written."""
        said, since = self._said, self._since
        if (self._folder / OUTCOME).is_file() and said != "failed":
            return RunState("finished", FINISHED, since)
        if said == "failed":
            return RunState("failed", self._why or "The search failed; the log says where.", since)
        if said in ("stopped", "finished"):
            return RunState("stopped", STOPPED, since)
        if said == "waiting":
            return RunState("waiting", WAITING)
        if not self._owner.works(now, quiet_s):
            return RunState("interrupted", INTERRUPTED, since)
        if said == "running":
            return RunState("running", "The search is running." if self._begun else STARTING, since)
        return RunState(said, PAUSED if said == "paused" else STOPPING, since)


class Owner:
    """Whether a process holds a run's lock.

    The lock itself is touched as seldom as can be, because a process that begins in this very moment would find it
    taken: not while the run writes, and not where the process named beside the lock is gone.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = folder / LOCK
        self._asked = -ASK_EVERY_S
        self._held = False
        self.pid: int | None = None

    def works(self, now: float, quiet_s: float) -> bool:
        self.pid = self._named()
        if self.pid is None or not _is_there(self.pid):
            self.pid = None
            return False
        if 0 <= quiet_s < QUIET_S:
            return True
        if not 0 <= now - self._asked < ASK_EVERY_S:
            self._asked, self._held = now, _is_held(self._lock)
        return self._held

    def _named(self) -> int | None:
        try:
            return int(self._lock.with_name(self._lock.name + ".pid").read_text())
        except (OSError, ValueError):
            return None


def _is_there(pid: int) -> bool:
    import psutil  # type: ignore[import-untyped]

    return bool(psutil.pid_exists(pid))


if sys.platform == "win32":
    import msvcrt

    def _is_held(lock: Path) -> bool:
        try:
            with lock.open("r+b") as stream:
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

else:
    import fcntl

    def _is_held(lock: Path) -> bool:
        """Tried by a shared lock, which is given back at once."""
        try:
            descriptor = os.open(lock, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False
