"""The stretch of time all panes show together, and how mouse and keyboard change it."""

from PySide6.QtCore import QObject, Signal

from lineament_desktop.state.preferences import WHEEL_ZOOM

MIN_SPAN_S = 0.25
STEPS_S = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


class TimeAxis(QObject):
    """Seconds from `start` to `stop` of a video `duration` long. `changed` comes once a change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration = 0.0
        self.start = 0.0
        self.stop = 0.0
        self.follows = True  # the playhead, where the user has zoomed
        self.wheel_zoom = WHEEL_ZOOM.default  # a notch
        self._followed: float | None = None

    @property
    def span(self) -> float:
        return self.stop - self.start

    def set_duration(self, seconds: float) -> None:
        """Another video: show all of it."""
        self.duration = seconds
        self._followed = None
        self.fit()

    def fit(self) -> None:
        self.show(0.0, self.duration)

    def show(self, start: float, stop: float) -> None:
        """Show this stretch, moved and cut so that it lies inside the video."""
        span = min(max(stop - start, MIN_SPAN_S), self.duration) if self.duration else 0.0
        start = min(max(start, 0.0), self.duration - span)
        if (start, start + span) != (self.start, self.stop):
            self.start, self.stop = start, start + span
            self.changed.emit()

    def zoom(self, factor: float, about_s: float) -> None:
        """Show `factor` times as much, keeping the second `about_s` where it is."""
        span = min(max(self.span * factor, MIN_SPAN_S), self.duration)
        share = (about_s - self.start) / self.span if self.span else 0.0
        start = about_s - share * span
        self.show(start, start + span)

    def pan(self, seconds: float) -> None:
        start = min(max(self.start + seconds, 0.0), self.duration - self.span)
        self.show(start, start + self.span)

    def follow(self, time_s: float) -> None:
        """Turn the page when the playhead leaves it; someone who has panned away from the playhead is left alone, and
        so is everyone while `follows` is off."""
        was_seen = self._followed is None or self.start <= self._followed <= self.stop
        self._followed = time_s
        if self.follows and was_seen and not self.start <= time_s <= self.stop:
            start = time_s - 0.05 * self.span if time_s > self.stop else time_s - 0.95 * self.span
            self.show(start, start + self.span)

    def ticks(self, width_px: float, spacing_px: float = 88) -> list[float]:
        """Round seconds inside the stretch, at least `spacing_px` apart."""
        if self.span <= 0 or width_px <= 0:
            return []
        least = self.span * spacing_px / width_px
        step = next((s for s in STEPS_S if s >= least), STEPS_S[-1])
        first = -(-self.start // step)
        count = int((self.stop + 1e-9) // step - first) + 1
        return [(first + i) * step for i in range(count)]


def tick_label(time_s: float, *, fine: bool) -> str:
    """mm:ss, with tenths or hundredths when the ticks are closer than a second, h:mm:ss from an hour on."""
    minutes, seconds = divmod(time_s + 1e-9, 60)
    hours, minutes = divmod(int(minutes), 60)
    tail = f"{seconds:05.2f}" if fine else f"{int(seconds):02d}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes:02d}:{tail}"
