"""Sound as the master clock: now is what is heard."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from lineament_desktop.review.player.audio_device import AudioDevice
from lineament_desktop.review.player.audio_source import AudioSource
from lineament_desktop.review.player.clock import MonotonicClock

_PUMP_MS = 20
_STEP_S = 0.1  # how far time may run on between two reports of the device
_SILENT_S = 1.5  # a device that plays nothing for so long, though it could, is lost
_WAKING_S = 4.0  # but before its first sound it may sleep: wireless headphones take a second, some servers two


class AudioClock(QObject):
    """A `Clock` that feeds the device and reads time from what it has played.

    The device reports in steps of some ten milliseconds; between two the machine's own clock fills in. When the decoder
    falls behind, sound and time wait together. When the device dies, time goes on without it and `lost` is sent.
    """

    lost = Signal(str)

    def __init__(
        self,
        source: AudioSource,
        device: AudioDevice,
        parent: QObject | None = None,
        seconds: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self._source, self._device, self._seconds = source, device, seconds
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_PUMP_MS)
        self._timer.timeout.connect(self._pump)
        self._fallback: MonotonicClock | None = None
        self._running = False
        self._speed = 1.0
        self._anchor_media_s = 0.0
        self._written = 0
        self._rest = b""
        self._heard_s = 0.0  # by the device's last report
        self._heard_at_s = 0.0  # when it changed
        self._now_s = 0.0  # last answer, for it never goes back

    def start(self, media_s: float, speed: float) -> None:
        self._anchor_media_s = self._now_s = media_s
        self._speed, self._running = speed, True
        if self._fallback is not None:
            self._fallback.start(media_s, speed)
            return
        self._device.stop()
        self._written, self._rest = 0, b""
        self._heard_s, self._heard_at_s = 0.0, self._seconds()
        self._source.start(media_s, speed)
        self._device.start()
        self._pump()
        self._timer.start()

    def stop(self) -> None:
        self._now_s = self.now_s()
        self._running = False
        self._timer.stop()
        if self._fallback is not None:
            self._fallback.stop()
        else:
            self._device.stop()

    def now_s(self) -> float:
        if self._fallback is not None:
            return self._fallback.now_s()
        if not self._running:
            return self._now_s
        self._read_device()
        since = min(self._seconds() - self._heard_at_s, _STEP_S) if self._heard_s > 0 else 0.0
        heard = min(self._heard_s + since, self._written_s())
        self._now_s = max(self._anchor_media_s + heard * self._speed, self._now_s)
        return self._now_s

    def set_volume(self, volume: float) -> None:
        self._device.set_volume(volume)

    def close(self) -> None:
        self._running = False
        self._timer.stop()
        self._device.stop()
        self._source.close()

    def _written_s(self) -> float:
        form = self._device.format
        return self._written / form.frame_bytes / form.rate

    def _read_device(self) -> None:
        form = self._device.format
        heard = (self._written - self._device.queued_bytes()) / form.frame_bytes / form.rate
        if heard > self._heard_s:
            self._heard_s, self._heard_at_s = heard, self._seconds()

    def _pump(self) -> None:
        """Fill the device; called often, and never waits."""
        room = self._device.free_bytes()
        data = self._rest + self._source.read(max(room - len(self._rest), 0))
        taken = self._device.write(data) if data else 0
        self._written += taken
        self._rest = data[taken:]
        self._read_device()
        queued = self._written_s() - self._heard_s
        patience = _SILENT_S if self._heard_s > 0 else _WAKING_S
        if queued > 0 and self._seconds() - self._heard_at_s > patience:
            self._go_on_without()

    def _go_on_without(self) -> None:
        now = self.now_s()
        self._timer.stop()
        self._device.stop()
        self._fallback = MonotonicClock(self._seconds)
        if self._running:
            self._fallback.start(now, self._speed)
        self.lost.emit("The sound device stopped. The video plays on without sound.")
