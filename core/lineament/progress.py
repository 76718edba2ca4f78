"""How long work reports and stops: every long function takes `(config, cancel, sink)` and nothing of Qt."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


class Cancelled(Exception):
    """Raised inside work whose `CancelToken` was set; whatever is finished has been kept."""


class CancelToken:
    """A flag that any thread may set and long work looks at between steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        if self._event.is_set():
            raise Cancelled


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units after `elapsed_s` seconds; `skipped` were already there when the work resumed."""

    task: str
    done: int
    total: int
    unit: str
    elapsed_s: float
    skipped: int = 0

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 0.0

    @property
    def rate(self) -> float:
        """Units a second since this run began; 0 before the first."""
        return (self.done - self.skipped) / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def remaining_s(self) -> float | None:
        """Seconds left at the present rate, or None while that is unknown."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


EventSink = Callable[[object], None]
"""Called by long work, from its own thread, with a `Progress` or an event dataclass of the package that works."""


def ignore_events(event: object) -> None:
    """The sink for callers who do not watch."""


@dataclass
class ProgressMeter:
    """Counts work and sends a `Progress` at most every `interval_s` seconds, and always on `finish`."""

    task: str
    total: int
    unit: str
    sink: EventSink
    skipped: int = 0
    interval_s: float = 0.1
    done: int = 0
    _started: float = field(default_factory=time.monotonic)
    _sent: float = 0.0

    def __post_init__(self) -> None:
        self.done = self.skipped

    def advance(self, units: int = 1) -> None:
        self.done += units
        now = time.monotonic()
        if now - self._sent >= self.interval_s:
            self._sent = now
            self._send(now)

    def finish(self) -> None:
        self._send(time.monotonic())

    def _send(self, now: float) -> None:
        elapsed = now - self._started
        self.sink(Progress(self.task, self.done, self.total, self.unit, elapsed, self.skipped))
