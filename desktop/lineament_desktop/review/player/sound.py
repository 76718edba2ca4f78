"""The sound of the open video: its clock where there is one, and volume and mute, which outlive the video."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from lineament.video import VideoInfo
from lineament_desktop.review.player.audio_clock import AudioClock
from lineament_desktop.review.player.audio_device import AudioDevice, default_audio_device
from lineament_desktop.review.player.audio_source import AudioSource
from lineament_desktop.review.player.clock import Clock

FindDevice = Callable[[], tuple[AudioDevice | None, str]]


class Sound(QObject):
    """Looks for a device anew at each video: headphones come and go."""

    changed = Signal()
    complained = Signal(str)

    def __init__(self, find_device: FindDevice = default_audio_device, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.volume = 0.8
        self.muted = False
        self.reason = "No video is open."
        self._find_device = find_device
        self._clock: AudioClock | None = None

    @property
    def has_sound(self) -> bool:
        return self._clock is not None

    def open(self, video: VideoInfo, zero_s: float) -> Clock | None:
        """The clock of the video's sound; None, and `reason` says why, without sound or without a device."""
        self.close()
        if not video.has_audio:
            self.reason = "This video has no sound."
        else:
            device, self.reason = self._find_device()
            if device is not None:
                self._clock = AudioClock(AudioSource(video.path, zero_s, device.format), device, self)
                self._clock.lost.connect(self._lose)
                self._apply()
        self.changed.emit()
        return self._clock

    def close(self) -> None:
        self.reason = "No video is open."
        if self._clock is not None:
            self._clock.close()
            self._clock.deleteLater()
            self._clock = None

    def set_volume(self, volume: float) -> None:
        volume = min(max(volume, 0.0), 1.0)
        if volume != self.volume:
            self.volume = volume
            self.muted = self.muted and volume == 0.0
            self._apply()
            self.changed.emit()

    def set_muted(self, muted: bool) -> None:
        if muted != self.muted:
            self.muted = muted
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        if self._clock is not None:
            self._clock.set_volume(0.0 if self.muted else self.volume)

    def _lose(self, sentence: str) -> None:
        self.reason = sentence
        self.complained.emit(sentence)
