"""The sound device: what the audio clock needs of one, and Qt's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QtMsgType, qInstallMessageHandler

from lineament_desktop.review.player.audio_source import SampleFormat

if TYPE_CHECKING:
    from PySide6.QtCore import QIODevice
    from PySide6.QtMultimedia import QAudioFormat, QAudioSink

_BUFFER_S = 0.15  # a slow event of the window may take this long before the sound breaks
_log = logging.getLogger(__name__)


class AudioDevice(Protocol):
    """Plays bytes in the order they are written. One thread uses it: the window's."""

    @property
    def format(self) -> SampleFormat: ...

    def start(self) -> None: ...

    def stop(self) -> None:
        """Be silent at once; what was written and not played is thrown away."""
        ...

    def free_bytes(self) -> int:
        """Room for this many bytes now."""
        ...

    def write(self, data: bytes) -> int:
        """Bytes taken; the rest is to be written again."""
        ...

    def queued_bytes(self) -> int:
        """Written and not heard yet."""
        ...

    def set_volume(self, volume: float) -> None:
        """0 (mute) to 1, linear in what is heard."""
        ...


class QtAudioDevice:
    """`QAudioSink` in push mode."""

    def __init__(self, sink: "QAudioSink", sample_format: SampleFormat) -> None:
        self._sink, self._format = sink, sample_format
        self._io: QIODevice | None = None
        sink.setBufferSize(int(_BUFFER_S * sample_format.rate) * sample_format.frame_bytes)

    @property
    def format(self) -> SampleFormat:
        return self._format

    def start(self) -> None:
        self._io = self._sink.start()

    def stop(self) -> None:
        self._sink.reset()
        self._io = None

    def free_bytes(self) -> int:
        return self._sink.bytesFree() if self._io is not None else 0

    def write(self, data: bytes) -> int:
        return max(int(self._io.write(data)), 0) if self._io is not None else 0

    def queued_bytes(self) -> int:
        return max(self._sink.bufferSize() - self._sink.bytesFree(), 0) if self._io is not None else 0

    def set_volume(self, volume: float) -> None:
        from PySide6.QtMultimedia import QtAudio

        scale = QtAudio.VolumeScale
        linear = QtAudio.convertVolume(volume, scale.LogarithmicVolumeScale, scale.LinearVolumeScale)
        self._sink.setVolume(linear)


def default_audio_device() -> tuple[AudioDevice | None, str]:
    """The system's sound device, or None and one sentence why there is none."""
    with _quiet_qt():
        try:
            from PySide6.QtMultimedia import QAudioSink, QMediaDevices
        except ImportError as error:
            return None, f"Sound is off: a system library it needs is missing ({error}). The video plays without it."
        device = QMediaDevices.defaultAudioOutput()
        if device.isNull():
            return None, "This machine has no sound device; the video plays without sound."
        chosen = _choose_format(device)
        if chosen is None:
            return None, f"The sound device {device.description()} takes no format we can play; the video is silent."
        qt_format, sample_format = chosen
        return QtAudioDevice(QAudioSink(device, qt_format), sample_format), ""


def _choose_format(device: Any) -> "tuple[QAudioFormat, SampleFormat] | None":
    """16-bit stereo at the device's own rate where it can, else what the device prefers."""
    from PySide6.QtMultimedia import QAudioFormat

    kinds = QAudioFormat.SampleFormat
    names = {kinds.Int16: "s16", kinds.Int32: "s32", kinds.Float: "flt", kinds.UInt8: "u8"}
    layouts = {1: "mono", 2: "stereo", 4: "quad", 6: "5.1", 8: "7.1"}
    preferred = device.preferredFormat()
    simple = QAudioFormat()
    simple.setSampleRate(preferred.sampleRate() or 48_000)
    simple.setChannelCount(2)
    simple.setSampleFormat(kinds.Int16)
    for candidate in (simple, preferred):
        sample, layout = names.get(candidate.sampleFormat()), layouts.get(candidate.channelCount())
        if sample is not None and layout is not None and device.isFormatSupported(candidate):
            fitted = SampleFormat(sample, layout, candidate.channelCount(), candidate.sampleRate())
            return candidate, fitted
    return None


@contextmanager
def _quiet_qt() -> Iterator[None]:
    """Qt Multimedia names every optional library it lacks on standard error; in here that goes to the log.

    It does so when its plug-in is first loaded, which the look for a device brings about.
    """

    def to_log(kind: QtMsgType, context: object, text: str) -> None:
        _log.debug("Qt: %s", text)

    before = qInstallMessageHandler(to_log)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
