"""Frames for a window: a thread that decodes what was asked for last, keeps what is near, and works ahead."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament.errors import VideoError
from lineament.video.cache import FrameCache, Reach
from lineament.video.pictures import PixelFormat, bytes_per_pixel
from lineament.video.reader import VideoReader
from lineament.video.seeking import Interrupted
from lineament.video.types import Frame, FrameIndex, VideoInfo

_WINDOW_S = 2.0
"""So many seconds on each side of the cursor are kept where memory allows."""

_LONGEST_STEP = 3
"""A request at most so many frames back is a step: the frames before it are decoded with it, for the steps to come."""

_READY_AHEAD = 8
"""Frames made ready ahead while nothing plays."""

_PATIENCE_S = 0.15
"""How long newer requests may overtake older ones before one is shown all the same, so that scrubbing can be seen."""

_REST_S = 0.2
"""So long after the last move the frames behind the cursor are made ready too, for the first step back."""


@dataclass(frozen=True)
class _Job:
    """Frames to decode, in order. `target`: the requested one among them, the last; None for work ahead."""

    frames: range
    target: int | None = None


class FrameServer:
    """Decodes one video in a thread of its own, for a window that plays, steps and scrubs.

    on_frame(frame), on_error(error): called from that thread, and never once `close` has returned. The newest request
        is always answered by one or the other; older ones may be overtaken. An exception they raise ends the thread.
    cache_bytes: the most that the cached pictures take.

    Opening takes as long as `VideoReader` does and raises the same VideoErrors. Methods may be called from any thread.
    """

    def __init__(
        self,
        path: Path | str,
        on_frame: Callable[[Frame], None],
        on_error: Callable[[VideoError], None],
        *,
        pixel_format: PixelFormat = "bgra",
        cache_bytes: int = 512 * 1024 * 1024,
    ) -> None:
        self._reader = VideoReader(path, pixel_format, interrupt=self._interrupted)
        self._on_frame = on_frame
        self._on_error = on_error
        info = self._reader.info
        self._keys = np.flatnonzero(self._reader.index.keyframes)
        self._capacity = max(cache_bytes // (info.width * info.height * bytes_per_pixel(pixel_format)), 3)
        self._window = max(round(_WINDOW_S * info.fps), 1)
        self._cache = FrameCache(Reach.within(self._capacity, self._window, 0), self._capacity)
        self._undecodable: set[int] = set()
        self._wake = threading.Condition()
        self._request: int | None = None
        self._waiting_since = 0.0
        self._target: int | None = None
        self._moved_at = time.monotonic()
        self._heading = 1
        self._step = 0
        self._direction = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"frames of {info.path.name}", daemon=True)
        self._thread.start()

    @property
    def info(self) -> VideoInfo:
        return self._reader.info

    @property
    def index(self) -> FrameIndex:
        return self._reader.index

    def request(self, index: int) -> None:
        """Ask for a frame, which comes through `on_frame`; the newest request wins. IndexError outside the video."""
        if not 0 <= index < len(self.index):
            raise IndexError(f"frame {index} is outside 0 .. {len(self.index) - 1}")
        with self._wake:
            if self._request is None:
                self._waiting_since = time.monotonic()
            self._request = index
            self._move(index)

    def get(self, index: int) -> Frame | None:
        """The frame if it is ready, at once. Moves the cursor, so that working ahead follows what is shown."""
        with self._wake:
            frame = self._cache.get(index)
            if frame is not None:
                self._move(index)
            return frame

    def prefetch(self, direction: int) -> None:
        """Say where the picture goes: 1 it plays forward, -1 backward, 0 at rest (a few frames each way will do)."""
        if direction not in (-1, 0, 1):
            raise ValueError(f"direction is -1, 0 or 1, not {direction}")
        with self._wake:
            self._direction = direction
            self._cache.reach = Reach.within(self._capacity, self._window, direction)
            self._wake.notify()

    def close(self) -> None:
        """End the thread and close the file. Called from a callback, it returns before the thread has ended."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _move(self, index: int) -> None:
        self._step = index - self._cache.cursor
        if self._step:
            self._heading = 1 if self._step > 0 else -1
        self._cache.cursor = index
        self._moved_at = time.monotonic()
        self._wake.notify()

    # Everything below runs in the decoding thread.

    def _run(self) -> None:
        try:
            while (job := self._next_job()) is not None:
                self._target = job.target
                try:
                    self._decode(job)
                except Interrupted:
                    continue
        finally:
            self._closing = True
            self._reader.close()

    def _next_job(self) -> _Job | None:
        """What to decode now; waits while there is nothing to do. None when it is time to end."""
        with self._wake:
            while not self._closing:
                job = self._requested() or self._ahead() or self._behind()
                if job is not None:
                    return job
                self._wake.wait(None if self._resting() else _REST_S)
        return None

    def _requested(self) -> _Job | None:
        target = self._request
        if target is None:
            return None
        if target in self._cache:
            return _Job(range(target, target), target)
        if not -_LONGEST_STEP <= self._step < 0:
            return _Job(range(target, target + 1), target)
        return _Job(self._run_up_to(target), target)

    def _ahead(self) -> _Job | None:
        """The next frame that is missing ahead of the cursor, unless it is moving backward."""
        if self._direction < 0 or (self._direction == 0 and self._heading < 0 and not self._resting()):
            return None
        reach = self._cache.reach.ahead if self._direction > 0 else min(_READY_AHEAD, self._cache.reach.ahead)
        cursor = self._cache.cursor
        for index in range(cursor + 1, min(cursor + reach, len(self.index) - 1) + 1):
            if self._missing(index):
                return _Job(range(index, index + 1))
        return None

    def _behind(self) -> _Job | None:
        """The frames missing behind the cursor, once half of them are used up, unless it is moving forward."""
        if self._direction > 0 or (self._direction == 0 and self._heading > 0 and not self._resting()):
            return None
        cursor = self._cache.cursor
        for index in range(cursor - 1, max(cursor - self._cache.reach.behind // 2 - 1, 0) - 1, -1):
            if self._missing(index):
                return _Job(self._run_up_to(index))
        return None

    def _run_up_to(self, last: int) -> range:
        """Frames up to `last` from its keyframe on, as far as they are missing and within the cache's reach."""
        number = int(np.searchsorted(self._keys, last, side="right")) - 1
        keyframe = int(self._keys[number]) if number >= 0 else 0
        first = min(max(keyframe, self._cache.cursor - self._cache.reach.behind, 0), last)
        while first < last and not self._missing(first):
            first += 1
        return range(first, last + 1)

    def _missing(self, index: int) -> bool:
        return index not in self._cache and index not in self._undecodable

    def _resting(self) -> bool:
        return time.monotonic() - self._moved_at >= _REST_S

    def _decode(self, job: _Job) -> None:
        """Decode into the cache; the requested frame, if there is one, goes to the window."""
        left = set(job.frames)
        for frame in self._reader.frames(job.frames.start, job.frames.stop):
            left.discard(frame.index)
            with self._wake:
                self._cache.put(frame)
            if frame.index == job.target:
                self._show(frame)
        self._undecodable |= left
        if job.target is None or (job.frames and job.target not in left):
            return
        with self._wake:
            ready = self._cache.get(job.target)
        try:
            self._show(ready or self._reader.frame(job.target))
        except VideoError as error:
            if self._answered(job.target):
                self._on_error(error)

    def _show(self, frame: Frame) -> None:
        if self._answered(frame.index):
            self._on_frame(frame)

    def _answered(self, index: int) -> bool:
        """Strike the request off the list; False where a newer one has been answered already."""
        with self._wake:
            if self._closing or self._target != index:
                return False
            if self._request == index:
                self._request = None
            self._waiting_since = time.monotonic()
            return True

    def _interrupted(self) -> bool:
        """Asked between two pictures: answers a newer request where it is ready, else says whether to drop this job."""
        with self._wake:
            if self._closing:
                return True
            newer = self._request
            if newer is None or newer == self._target:
                return False
            ready = self._cache.get(newer)
            if ready is None:
                return self._target is None or time.monotonic() - self._waiting_since < _PATIENCE_S
            self._request = None
            self._target = None  # What is being decoded was asked for earlier and must not be shown afterwards.
        self._on_frame(ready)
        return False
