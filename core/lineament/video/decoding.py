"""From packets to decoded pictures, each with the stamp by which it is recognised again."""

import enum
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TypeAlias

import av
import av.container
import av.video.frame
import av.video.stream

from lineament.video.opening import open_video

_THREADS = min(os.cpu_count() or 1, 4)
"""Frame threads decode half as fast again on two cores, but each adds a frame of delay to every seek: our choice."""


VideoPacket: TypeAlias = "av.Packet[av.video.stream.VideoStream]"


class Stamping(enum.Enum):
    """What tells one decoded picture from another."""

    PTS = "pts"
    """Its presentation time stamp: the normal case."""
    DTS = "dts"
    """The decoding time stamp of its packet, where packets carry nothing else (AVI)."""
    COUNT = "count"
    """Its number from the start of the file, where stamps are missing or repeat; every seek decodes from the start."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture and its stamp; None where the decoder lost it."""

    stamp: int | None
    raw: av.video.frame.VideoFrame


class PacketDecoder:
    """One open file: demuxes, and decodes from the start or from wherever it was sought to. For one thread.

    wanted_from: pictures with an earlier PTS are only needed to decode others from, so those that no other needs may be
        left out; None where every picture is wanted.
    """

    def __init__(self, path: Path, stamping: Stamping) -> None:
        self.path = path
        self.stamping = stamping
        self.wanted_from: int | None = None
        self._open()

    def _open(self) -> None:
        self.container, self.stream = open_video(self.path)
        self.stream.codec_context.thread_type = "AUTO"
        self.stream.codec_context.thread_count = _THREADS

    def close(self) -> None:
        self.container.close()

    def packets(self) -> Iterator[VideoPacket]:
        """The stream's packets from here on. A file that breaks off ends there: what came before is good."""
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.FFmpegError):
                return
            if packet.size:
                yield packet

    def from_start(self) -> Iterator[Picture]:
        """All pictures of the file, decoded from a newly opened container."""
        self.close()
        self._open()
        return self._pictures(self.packets())

    def from_keyframe(self, stamp: int) -> Iterator[Picture]:
        """Pictures decoded from the keyframe packet with `stamp`, or from an earlier one; never from a later one.

        Where the container can only land later, nothing is yielded.
        """
        try:
            self.container.seek(stamp, stream=self.stream, backward=True, any_frame=False)
        except av.error.FFmpegError:
            return iter(())
        packets = self.packets()
        for packet in packets:
            # What comes before a keyframe does not decode without what went before it.
            if packet.is_keyframe and (found := self.stamp_of(packet)) is not None:
                return self._pictures(chain([packet], packets)) if found <= stamp else iter(())
        return iter(())

    def stamp_of(self, packet: VideoPacket) -> int | None:
        return packet.dts if self.stamping is Stamping.DTS else packet.pts

    def _pictures(self, packets: Iterator[VideoPacket]) -> Iterator[Picture]:
        if self.stamping is Stamping.COUNT:
            return (Picture(i, raw) for i, raw in zip(count(), self._decode(packets)))
        return (Picture(raw.pts, raw) for raw in self._decode(packets))

    def _decode(self, packets: Iterator[VideoPacket]) -> Iterator[av.video.frame.VideoFrame]:
        codec = self.stream.codec_context
        for packet in packets:
            codec.skip_frame = "NONREF" if self._only_passing(packet) else "DEFAULT"
            if self.stamping is Stamping.DTS:
                packet.pts = packet.dts
            yield from _decoded(codec, packet)
        yield from _decoded(codec, None)

    def _only_passing(self, packet: VideoPacket) -> bool:
        if self.stamping is not Stamping.PTS or self.wanted_from is None or packet.pts is None:
            return False
        return packet.pts < self.wanted_from


def _decoded(codec: av.VideoCodecContext, packet: "VideoPacket | None") -> list[av.video.frame.VideoFrame]:
    try:
        return codec.decode(packet)
    except av.error.FFmpegError:
        return []  # A damaged packet yields no picture; the index holds only what does.
