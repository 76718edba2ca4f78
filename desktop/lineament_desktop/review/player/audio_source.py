"""Sound of a video as raw samples at any speed, decoded ahead in a thread of its own."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
import numpy.typing as npt

_AHEAD_S = 1.0  # decoded ahead of the device; enough for a slow disk, little enough to throw away at each seek
_GAP_S = 0.005  # a hole in the stream longer than this is filled with silence, an overlap cut
Samples = npt.NDArray[Any]
"""[n, channels] of the device's sample type."""
_SAMPLE_TYPES = {"s16": np.int16, "s32": np.int32, "flt": np.float32, "u8": np.uint8}


@dataclass(frozen=True)
class SampleFormat:
    """What the device eats: FFmpeg's names of packed sample format and channel layout, and samples a second."""

    sample: str
    layout: str
    channels: int
    rate: int

    @property
    def frame_bytes(self) -> int:
        return np.dtype(_SAMPLE_TYPES[self.sample]).itemsize * self.channels

    def silence(self, samples: int) -> bytes:
        zero = b"\x80" if self.sample == "u8" else b"\0"
        return zero * (samples * self.frame_bytes)


class AudioSource:
    """Decodes from where `start` says; `read` never waits. After the last sound there is silence without end.

    zero_s: absolute stream time of the video's first frame, in seconds; all times here count from it.
    """

    def __init__(self, path: Path, zero_s: float, target: SampleFormat) -> None:
        self.format = target
        self.error: str | None = None
        """What the decoder said when it could not go on; silence follows."""
        self._path, self._zero_s = path, zero_s
        self._changed = threading.Condition()
        self._blocks: deque[bytes] = deque()
        self._ready = 0  # bytes in _blocks
        self._order: tuple[float, float] | None = None  # (media_s, speed) not begun yet
        self._ended = False
        self._given_up = False  # the file cannot be read at all: silence, whenever the sound is started
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="lineament-audio", daemon=True)
        self._thread.start()

    def start(self, media_s: float, speed: float) -> None:
        """Throw away what was decoded; from now on `read` gives the sound from second `media_s`, at `speed`."""
        with self._changed:
            self._order = (media_s, speed)
            self._blocks.clear()
            self._ready, self._ended = 0, self._given_up
            self._changed.notify_all()

    def read(self, most: int) -> bytes:
        """Up to `most` bytes of whole samples; fewer, or none, while the decoder is behind."""
        most -= most % self.format.frame_bytes
        with self._changed:
            taken: list[bytes] = []
            while most > 0 and self._blocks:
                block = self._blocks.popleft()
                if len(block) > most:
                    self._blocks.appendleft(block[most:])
                    block = block[:most]
                taken.append(block)
                most -= len(block)
                self._ready -= len(block)
            if most > 0 and self._ended:
                taken.append(self.format.silence(most // self.format.frame_bytes))
            self._changed.notify_all()
            return b"".join(taken)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout=5.0)

    # The decoding thread

    def _work(self) -> None:
        try:
            with av.open(str(self._path.absolute()), metadata_errors="ignore") as container:
                while (order := self._next_order()) is not None:
                    self._decode(container, *order)
        except (av.FFmpegError, OSError) as error:
            self._give_up(str(error))
        except BaseException:
            self._give_up("something unexpected")  # silence, or the picture would wait for its clock for ever
            raise

    def _next_order(self) -> tuple[float, float] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._order is not None)
            order, self._order = self._order, None
            return None if self._closed else order

    def _decode(self, container: av.container.InputContainer, media_s: float, speed: float) -> None:
        """Fill the queue until the sound ends or another order comes; a damaged end is an end."""
        try:
            for block in _sound(container, media_s + self._zero_s, speed, self.format):
                if not self._deliver(block):
                    return
        except av.FFmpegError as error:
            self.error = str(error)
        self._deliver(None)

    def _deliver(self, block: bytes | None) -> bool:
        """Queue a block (None: the end), waiting for room; False when it is no longer wanted."""
        enough = int(_AHEAD_S * self.format.rate) * self.format.frame_bytes
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._order is not None or self._ready < enough)
            if self._closed or self._order is not None:
                return False
            if block is None:
                self._ended = True
            else:
                self._blocks.append(block)
                self._ready += len(block)
            return True

    def _give_up(self, why: str) -> None:
        with self._changed:
            self.error, self._ended, self._given_up = why, True, True


def _sound(
    container: av.container.InputContainer, absolute_s: float, speed: float, target: SampleFormat
) -> Iterator[bytes]:
    """Packed samples from stream time `absolute_s` on, `speed` times as fast at the same pitch."""
    stream = container.streams.audio[0]
    if stream.time_base is None:
        return
    container.seek(max(int(absolute_s / stream.time_base), stream.start_time or 0), stream=stream)
    resampler = av.AudioResampler(format=target.sample, layout=target.layout, rate=target.rate)
    tempo = _Tempo(speed, target)
    aligned = _Aligner(absolute_s, target)
    for frame in container.decode(stream):
        at_s = frame.time
        for piece in resampler.resample(frame):
            samples = _samples(piece)
            if at_s is not None:
                samples = aligned.place(samples, at_s)
                at_s = None
            else:
                samples = aligned.follow(samples)
            if len(samples):
                yield from tempo.push(samples)
    yield from tempo.finish()


def _samples(frame: av.AudioFrame) -> Samples:
    """[n, channels] of a packed frame."""
    return frame.to_ndarray().reshape(-1, frame.layout.nb_channels)


class _Aligner:
    """Puts each block where its time stamp says: cuts what comes before the start, fills holes with silence."""

    def __init__(self, start_s: float, target: SampleFormat) -> None:
        self._next_s, self._target = start_s, target

    def place(self, samples: Samples, at_s: float) -> Samples:
        off = at_s - self._next_s
        shift = round(abs(off) * self._target.rate)
        if off > _GAP_S:
            quiet = np.frombuffer(self._target.silence(shift), dtype=samples.dtype)
            samples = np.concatenate([quiet.reshape(-1, samples.shape[1]), samples])
        elif off < -_GAP_S:
            samples = samples[shift:]
        return self.follow(samples)

    def follow(self, samples: Samples) -> Samples:
        self._next_s += len(samples) / self._target.rate
        return samples


class _Tempo:
    """Changes speed and keeps pitch (FFmpeg's `atempo`, in steps of at most 2, as it does best)."""

    def __init__(self, speed: float, target: SampleFormat) -> None:
        self._target = target
        self._graph: av.filter.Graph | None = None
        self._sent = 0
        if speed != 1.0:
            self._graph = self._build(speed)

    def _build(self, speed: float) -> av.filter.Graph:
        graph = av.filter.Graph()
        source = graph.add_abuffer(
            sample_rate=self._target.rate, format=self._target.sample, layout=self._target.layout
        )
        chain = [source, *(graph.add("atempo", f"{factor:.6f}") for factor in _factors(speed))]
        form = (
            f"sample_fmts={self._target.sample}:channel_layouts={self._target.layout}:sample_rates={self._target.rate}"
        )
        chain.append(graph.add("aformat", form))
        chain.append(graph.add("abuffersink"))
        for before, after in pairwise(chain):
            before.link_to(after)
        graph.configure()
        return graph

    def push(self, samples: Samples) -> Iterator[bytes]:
        if self._graph is None:
            yield samples.tobytes()
            return
        frame = av.AudioFrame.from_ndarray(
            samples.reshape(1, -1), format=self._target.sample, layout=self._target.layout
        )
        frame.sample_rate, frame.pts = self._target.rate, self._sent
        self._sent += len(samples)
        self._graph.push(frame)
        yield from self._pull()

    def finish(self) -> Iterator[bytes]:
        if self._graph is not None and self._sent:
            self._graph.push(None)
            yield from self._pull()

    def _pull(self) -> Iterator[bytes]:
        assert self._graph is not None
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            assert isinstance(frame, av.AudioFrame)
            yield _samples(frame).tobytes()


def _factors(speed: float) -> list[float]:
    """Factors of `speed`, each within 0.5..2."""
    factors = []
    while speed < 0.5:
        factors.append(0.5)
        speed /= 0.5
    while speed > 2.0:
        factors.append(2.0)
        speed /= 2.0
    return [*factors, speed]
