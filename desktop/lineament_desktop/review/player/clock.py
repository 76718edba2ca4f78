"""Clocks that say which second of the video is now: the machine's own, and (in `audio_clock`) the sound's."""

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Media time that runs between `start` and `stop`."""

    def start(self, media_s: float, speed: float) -> None:
        """Run from second `media_s`, `speed` seconds of video a second; starting a running clock moves it."""
        ...

    def stop(self) -> None: ...

    def now_s(self) -> float:
        """The present second of the video; never runs backwards between `start` and `stop`."""
        ...


class MonotonicClock:
    """Media time by the machine's monotonic clock: for silent videos and machines without a sound device."""

    def __init__(self, seconds: Callable[[], float] = time.perf_counter) -> None:
        self._seconds = seconds
        self._anchor_media_s = 0.0
        self._anchor_s = 0.0
        self._speed = 0.0

    def start(self, media_s: float, speed: float) -> None:
        self._anchor_media_s, self._anchor_s, self._speed = media_s, self._seconds(), speed

    def stop(self) -> None:
        self._anchor_media_s, self._speed = self.now_s(), 0.0

    def now_s(self) -> float:
        return self._anchor_media_s + (self._seconds() - self._anchor_s) * self._speed
