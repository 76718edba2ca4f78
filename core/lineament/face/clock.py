"""MediaPipe wants strictly increasing whole time stamps; video times are what they are."""


class TrackerClock:
    """Turns a video's milliseconds into strictly increasing ticks, and survives a `restart` of the video's time.

    ticks_per_ms: 1000 for graphs that count microseconds, 1 for those that count milliseconds. Frames closer than a
    tick (240 fps in milliseconds is not, 2000 fps would be) are set one tick apart.
    """

    def __init__(self, ticks_per_ms: int) -> None:
        self._ticks_per_ms = ticks_per_ms
        self._offset = 0
        self._last_tick = -1
        self._last_ms: float | None = None

    def tick(self, time_ms: float) -> int:
        """The next tick; raises `ValueError` when `time_ms` is not after the last one."""
        if self._last_ms is not None and not time_ms > self._last_ms:
            raise ValueError(f"frame at {time_ms} ms is not after the last one at {self._last_ms} ms")
        if self._last_ms is None:
            self._offset = self._last_tick + 1 - round(time_ms * self._ticks_per_ms)
        self._last_ms = time_ms
        self._last_tick = max(round(time_ms * self._ticks_per_ms) + self._offset, self._last_tick + 1)
        return self._last_tick

    def restart(self) -> None:
        """Let the video's time start anywhere again; ticks go on rising."""
        self._last_ms = None
