"""The sound clock with an invented device: time is what was heard, whatever the decoder and the device do."""

from pathlib import Path

import av
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lineament_desktop.review.player.audio_clock import AudioClock
from lineament_desktop.review.player.audio_source import AudioSource, SampleFormat
from lineament_desktop.review.player.clock import MonotonicClock

pytestmark = pytest.mark.clock

RATE = 8000
MONO = SampleFormat("s16", "mono", 1, RATE)


class HandClock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


class FakeDevice:
    """Plays what it is given when the test calls `play`."""

    format = MONO

    def __init__(self, room: int = 4000) -> None:
        self.room, self.queued, self.heard = room, b"", b""
        self.volume = -1.0
        self.running = False

    def start(self) -> None:
        self.running, self.queued = True, b""

    def stop(self) -> None:
        self.running, self.queued = False, b""

    def free_bytes(self) -> int:
        return self.room - len(self.queued)

    def write(self, data: bytes) -> int:
        taken = data[: self.free_bytes()]
        self.queued += taken
        return len(taken)

    def queued_bytes(self) -> int:
        return len(self.queued)

    def set_volume(self, volume: float) -> None:
        self.volume = volume

    def play(self, seconds: float) -> None:
        count = round(seconds * RATE) * 2
        self.heard += self.queued[:count]
        self.queued = self.queued[count:]


def write_sound(path: Path, seconds: float, beep: tuple[float, float]) -> Path:
    """A file with silence and one 440 Hz tone from `beep[0]` to `beep[1]` seconds."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    tone = np.where((time_s >= beep[0]) & (time_s < beep[1]), np.sin(2 * np.pi * 440 * time_s), 0.0)
    samples = (tone * 20000).astype(np.int16)[None]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path


def read_all(source: AudioSource, qtbot: QtBot, samples: int) -> np.ndarray:
    got = bytearray()

    def enough() -> bool:
        got.extend(source.read(samples * 2 - len(got)))
        return len(got) >= samples * 2

    qtbot.waitUntil(enough, timeout=5000)
    return np.frombuffer(bytes(got), dtype=np.int16)


@pytest.fixture
def beep(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "beep.wav", 4.0, (2.0, 2.5))


@pytest.mark.parametrize("start_s", [0.0, 0.7313, 1.5])
def test_sound_starts_at_the_very_sample(qtbot: QtBot, beep: Path, start_s: float) -> None:
    source = AudioSource(beep, 0.0, MONO)
    source.start(start_s, 1.0)
    heard = read_all(source, qtbot, 3 * RATE)
    source.close()
    onset_s = start_s + np.flatnonzero(np.abs(heard) > 1000)[0] / RATE
    assert onset_s == pytest.approx(2.0, abs=0.002)


@pytest.mark.parametrize("speed", [0.25, 0.5, 0.75, 1.25, 1.5, 2.0])
def test_speed_moves_the_beep_and_keeps_its_pitch(qtbot: QtBot, beep: Path, speed: float) -> None:
    source = AudioSource(beep, 0.0, MONO)
    source.start(1.0, speed)
    heard = read_all(source, qtbot, round(2.0 / speed * RATE)).astype(float)
    source.close()
    loud = np.flatnonzero(np.abs(heard) > 3000)
    assert loud[0] / RATE * speed == pytest.approx(1.0, abs=0.04), "40 ms of video is what sync may cost"
    middle = heard[loud[0] + 400 : loud[-1] - 400]
    crossings = np.count_nonzero(np.diff(np.signbit(middle)))
    assert crossings / 2 / (len(middle) / RATE) == pytest.approx(440, rel=0.04)


def test_time_zero_is_the_first_picture(qtbot: QtBot, beep: Path) -> None:
    """Where the picture begins half a second into the stream, second 0 of the video hears that moment."""
    source = AudioSource(beep, 0.5, MONO)
    source.start(0.0, 1.0)
    heard = read_all(source, qtbot, 3 * RATE)
    source.close()
    assert np.flatnonzero(np.abs(heard) > 1000)[0] / RATE == pytest.approx(1.5, abs=0.002)


def test_after_the_last_sound_there_is_silence(qtbot: QtBot, beep: Path) -> None:
    source = AudioSource(beep, 0.0, MONO)
    source.start(3.9, 1.0)
    assert not read_all(source, qtbot, 2 * RATE)[RATE // 5 :].any()
    source.close()


def test_a_file_that_vanished_is_silent_and_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    source = AudioSource(tmp_path / "gone.wav", 0.0, MONO)
    source.start(0.0, 1.0)
    assert not read_all(source, qtbot, RATE).any()
    assert source.error is not None
    source.close()


@pytest.fixture
def clock(qtbot: QtBot, beep: Path):  # type: ignore[no-untyped-def]
    device, seconds = FakeDevice(), HandClock()
    made = AudioClock(AudioSource(beep, 0.0, MONO), device, seconds=seconds)
    yield made, device, seconds
    made.close()


def fill(qtbot: QtBot, clock: AudioClock, device: FakeDevice) -> None:
    def full() -> bool:
        clock._pump()
        return device.free_bytes() == 0

    qtbot.waitUntil(full, timeout=5000)


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_now_is_what_was_heard(qtbot: QtBot, clock, speed: float) -> None:  # type: ignore[no-untyped-def]
    made, device, seconds = clock
    made.start(1.0, speed)
    assert made.now_s() == 1.0
    seconds.s += 0.5
    assert made.now_s() == 1.0, "nothing was heard yet"
    for step in range(1, 6):
        fill(qtbot, made, device)
        device.play(0.1)
        seconds.s += 0.1
        assert made.now_s() == pytest.approx(1.0 + step * 0.1 * speed, abs=1e-6)


def test_between_two_reports_time_runs_on_but_not_far(qtbot: QtBot, clock) -> None:  # type: ignore[no-untyped-def]
    made, device, seconds = clock
    made.start(0.0, 1.0)
    fill(qtbot, made, device)
    device.play(0.05)
    assert made.now_s() == pytest.approx(0.05)
    seconds.s += 0.03
    assert made.now_s() == pytest.approx(0.08)
    seconds.s += 0.5
    assert made.now_s() == pytest.approx(0.15)
    device.play(0.02)
    assert made.now_s() == pytest.approx(0.15), "time never goes back"


def test_time_waits_when_the_decoder_is_behind(qtbot: QtBot, clock) -> None:  # type: ignore[no-untyped-def]
    made, device, seconds = clock
    made.start(0.0, 1.0)
    fill(qtbot, made, device)
    made._timer.stop()
    device.play(10.0)
    seconds.s += 10.0
    assert made.now_s() == pytest.approx(device.room / 2 / RATE)


def test_a_dead_device_is_left_behind(qtbot: QtBot, clock) -> None:  # type: ignore[no-untyped-def]
    made, device, seconds = clock
    made.start(0.0, 1.0)
    fill(qtbot, made, device)
    device.play(0.1)
    made._pump()
    before = made.now_s()
    seconds.s += 3.0
    with qtbot.waitSignal(made.lost, timeout=1000, check_params_cb=lambda text: "plays on without sound" in text):
        made._pump()
    start = made.now_s()
    seconds.s += 1.0
    assert made.now_s() == pytest.approx(start + 1.0)
    assert start >= before
    made.start(2.0, 0.5)
    seconds.s += 1.0
    assert made.now_s() == pytest.approx(2.5)


def test_a_device_may_take_its_time_to_wake_up(qtbot: QtBot, clock) -> None:  # type: ignore[no-untyped-def]
    made, device, seconds = clock
    told: list[str] = []
    made.lost.connect(told.append)
    made.start(1.0, 1.0)
    fill(qtbot, made, device)
    seconds.s += 2.5
    made._pump()
    assert made.now_s() == 1.0
    assert told == []
    device.play(0.1)
    assert made.now_s() == pytest.approx(1.1)
    made.start(1.0, 1.0)
    fill(qtbot, made, device)
    seconds.s += 5.0
    made._pump()
    assert len(told) == 1


def test_stop_is_silent_and_stands(qtbot: QtBot, clock) -> None:  # type: ignore[no-untyped-def]
    made, device, seconds = clock
    made.start(0.5, 1.0)
    fill(qtbot, made, device)
    device.play(0.2)
    made.stop()
    seconds.s += 5.0
    assert made.now_s() == pytest.approx(0.7, abs=1e-6)
    assert not device.running
    made.set_volume(0.3)
    assert device.volume == 0.3


def test_the_monotonic_clock_keeps_speed_and_stands_when_stopped() -> None:
    seconds = HandClock()
    clock = MonotonicClock(seconds)
    clock.start(3.0, 2.0)
    seconds.s += 1.5
    assert clock.now_s() == pytest.approx(6.0)
    clock.stop()
    seconds.s += 9.0
    assert clock.now_s() == pytest.approx(6.0)
