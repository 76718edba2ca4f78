"""One fault a minute: those that come again sooner are counted."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

EVERY_S = 60.0
KEPT = 500


@dataclass
class _Seen:
    at: float
    since: int = 0
    name: str = ""


class Repeats:
    """Safe from any thread. clock: seconds that never go back."""

    def __init__(self, every_s: float = EVERY_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s, self._clock = every_s, clock
        self._seen: dict[Hashable, _Seen] = {}
        self._lock = threading.Lock()

    def admit(self, key: Hashable, name: str = "") -> int | None:
        """How many of this kind were held back since the last that was let through; None for one to hold back.

        name: how `due` calls them.
        """
        with self._lock:
            now, seen = self._clock(), self._seen.get(key)
            if seen is not None and now - seen.at < self._every_s:
                seen.since += 1
                return None
            if len(self._seen) >= KEPT:
                self._forget_oldest()
            self._seen[key] = _Seen(now, 0, name)
            return seen.since if seen is not None else 0

    def due(self, *, all_of_them: bool = False) -> list[tuple[str, int]]:
        """Names and numbers of those held back whose minute is over, each told once."""
        with self._lock:
            now, found = self._clock(), []
            for seen in self._seen.values():
                if seen.since and (all_of_them or now - seen.at >= self._every_s):
                    found.append((seen.name, seen.since))
                    seen.since = 0
            return found

    def _forget_oldest(self) -> None:
        oldest = min(self._seen, key=lambda key: self._seen[key].at)
        del self._seen[oldest]
