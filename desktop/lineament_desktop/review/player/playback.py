"""Playing: which frame is due by the clock, which to ask for next, when to loop and when to stop."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from lineament.video import Frame, FrameIndex
from lineament_desktop.review.player.clock import Clock, MonotonicClock
from lineament_desktop.review.player.stats import PlaybackStats

Loop = tuple[float, float]

_LONGEST_MS = 15  # between two looks at the clock: sound may begin, or stumble, at any moment


class Playback(QObject):
    """Runs from `start` to `stop`, to the end of the video or round a loop.

    One frame is always asked for ahead and kept until it is due. In real time, frames whose time passed while a later
    one was being decoded are dropped and counted. With `every_frame` the clock waits for the picture instead.
    """

    wanted = Signal(int)  # ask for this frame; it may be offered at once
    due = Signal(object)  # Frame: show it now
    ended = Signal(int)  # the time of this last frame is over; it stays on screen

    def __init__(self, stats: PlaybackStats, parent: QObject | None = None, *, steady: Clock | None = None) -> None:
        super().__init__(parent)
        self.stats = stats
        self.every_frame = False
        self._steady: Clock = steady if steady is not None else MonotonicClock()
        self._master: Clock = self._steady
        self._index: FrameIndex | None = None
        self._times: list[float] = []
        self._end_s = 0.0  # of the last frame's time on screen
        self._first, self._last = 0, 0  # frames to play: all, or the loop's
        self._loops = False
        self._speed = 1.0
        self._running = False
        self._holding: int | None = None  # the clock waits for this frame
        self._shown = 0
        self._asked: int | None = None
        self._ready: Frame | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    # Setting up

    def set_video(self, index: FrameIndex, duration_s: float, master: Clock | None) -> None:
        """Another video, stopped. master: its sound's clock, None for the machine's own."""
        self.stop()
        self._index = index
        self._times = [float(time_s) for time_s in index.times_s]
        self._end_s = max(duration_s, self._times[-1])
        self._master = master if master is not None else self._steady
        self.set_loop(None)

    def set_loop(self, loop: Loop | None) -> None:
        """Play only frames on screen between the two seconds, again and again."""
        self._loops = loop is not None
        if self._index is None:
            return
        last = len(self._times) - 1
        self._first, self._last = 0, last
        if loop is not None:
            self._first = min(self._index.at_time(loop[0]), last)
            self._last = max(min(self._index.at_time(loop[1]), last), self._first)
        if self._running and not self._first <= self._shown <= self._last:
            self.jump(self._first)

    def set_speed(self, speed: float) -> None:
        if speed == self._speed:
            return
        now = self._clock.now_s()
        self._speed = speed
        if self._running and self._holding is None:
            self._clock.start(now, speed)
            self._wake()

    def set_every_frame(self, every_frame: bool) -> None:
        if every_frame == self.every_frame:
            return
        self._clock.stop()
        self.every_frame = every_frame
        if self._running:
            self.jump(self._shown)

    @property
    def running(self) -> bool:
        return self._running

    @property
    def _clock(self) -> Clock:
        return self._steady if self.every_frame else self._master

    # Running

    def start(self, shown: int) -> None:
        """Play on from the frame on screen; from the start of the range where that is over, or outside it."""
        self._running, self._shown = True, shown
        inside = self._first <= shown <= self._last
        at_end = shown == self._last
        self.jump(shown if inside and not (at_end and not self._loops) else self._first)

    def stop(self) -> None:
        self._running, self._holding, self._asked, self._ready = False, None, None, None
        self._timer.stop()
        self._clock.stop()

    def jump(self, frame: int) -> None:
        """Go on from another frame: the clock stands until it has arrived."""
        self._clock.stop()
        self._timer.stop()
        self._ready, self._holding = None, frame
        self._ask(frame)

    def offer(self, frame: Frame) -> None:
        """A decoded frame has arrived, perhaps while it is being asked for."""
        if not self._running or frame.index != self._asked:
            return
        if self._holding is not None:
            self._go(frame)
        else:
            self._ready = frame
            self._wake()

    def skip(self) -> None:
        """The frame asked for cannot be decoded: go on with the one after it."""
        if not self._running or self._asked is None or self._ready is not None:
            return
        following = self._asked + 1
        if self._holding is not None and following <= self._last:
            self._holding = following
        if following <= self._last:
            self._ask(following)
        elif self._holding is not None:
            self._end()

    def _go(self, frame: Frame) -> None:
        """The awaited frame is here: show it and let time run."""
        self._holding = None
        self.stats.due += 1
        self._show(frame)
        self._clock.start(self._times[frame.index], self._speed)
        self._ask_next()
        self._wake()

    def _tick(self) -> None:
        if not self._running or self._holding is not None or self._index is None:
            return
        now = self._clock.now_s()
        if self._ready is not None and now >= self._times[self._ready.index]:
            self._show_ready(now)
            if not self._running:
                return
            now = self._clock.now_s()
        if now >= self._until_s(self._last) and (self._shown >= self._last or not self.every_frame):
            self._finish()
        else:
            self._wake()

    def _show_ready(self, now: float) -> None:
        frame = self._ready
        assert frame is not None
        self._ready = None
        late = now >= self._until_s(frame.index)
        self.stats.due += frame.index - self._shown
        self.stats.late += late
        self._show(frame)
        if self.every_frame and late:
            self._clock.start(self._times[frame.index], self._speed)
        self._ask_next()

    def _finish(self) -> None:
        """The range is over: round again, or stop on its last frame."""
        self.stats.due += self._last - self._shown
        if self._loops:
            self.jump(self._first)
            return
        self._end()

    def _end(self) -> None:
        self.stop()
        self.ended.emit(self._last)

    def _show(self, frame: Frame) -> None:
        self._shown = frame.index
        self.due.emit(frame)

    def _ask_next(self) -> None:
        """Ask for the next frame; when time has passed it already, for the one after what is due now."""
        following = self._shown + 1
        if not self.every_frame and self._index is not None:
            due = self._index.at_time(self._clock.now_s())
            following = max(following, due)
        if following <= self._last:
            self._ask(following)

    def _ask(self, frame: int) -> None:
        self._asked = frame
        self.wanted.emit(frame)

    def _until_s(self, frame: int) -> float:
        """When the frame's time on screen is over."""
        return self._times[frame + 1] if frame + 1 < len(self._times) else self._end_s

    def _wake(self) -> None:
        """Wake up when the frame that is ready is due, or when the range ends. An arriving frame wakes up by itself."""
        if self._ready is not None:
            at_s = self._times[self._ready.index]
        elif self._shown >= self._last or not self.every_frame:
            at_s = self._until_s(self._last)
        else:
            return
        wait_s = (at_s - self._clock.now_s()) / self._speed
        self._timer.start(min(max(round(wait_s * 1000), 0), _LONGEST_MS))
