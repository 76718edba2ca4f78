"""Making the table of a video's frames: from packets alone where they can be trusted, by decoding where not."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.video.decoding import PacketDecoder, Stamping
from lineament.video.opening import nothing_decodes
from lineament.video.orientation import Orientation, orientation_of
from lineament.video.types import FrameIndex

_DECODE_ALL_PIXELS = 200_000_000
"""Clips of up to this many pixels in all (200 frames of 720p) are decoded whole: certain, and done in half a second."""

_HEAD = 48
"""Of longer videos so many first pictures are decoded to see whether the packets tell the truth."""

_LONGEST_TAIL = 1500
"""The pictures after the last keyframe are checked too, unless there are more than this."""

_Stamps = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SeekTable:
    """The frame index, and how to recognise each of its frames when it comes out of the decoder.

    stamps: int64[N] in the order of the index; `stamping` says what they are.
    entry_ranks, entry_stamps: int64[K], where decoding can start: frames from that rank on decode from the keyframe
        packet with that stamp. Its own picture may be hidden (edit lists), so this tells more than `index.keyframes`.
    last_duration: how long the last frame stays, in units of the time base.
    """

    index: FrameIndex
    stamps: _Stamps
    stamping: Stamping
    entry_ranks: _Stamps
    entry_stamps: _Stamps
    orientation: Orientation
    last_duration: int


@dataclass(frozen=True)
class _Packets:
    """What demuxing alone tells, in file order."""

    pts: list[int | None]
    dts: list[int | None]
    keyframes: list[bool]
    hidden: list[bool]
    durations: list[int]

    def stamps(self, stamping: Stamping) -> list[int | None]:
        return self.dts if stamping is Stamping.DTS else self.pts

    def keyframe_stamps(self, stamping: Stamping) -> list[int]:
        both = zip(self.stamps(stamping), self.keyframes, strict=True)
        return sorted(stamp for stamp, key in both if key and stamp is not None)


def build_seek_table(path: Path) -> SeekTable:
    """Index the video. Raises VideoError where the file cannot be opened or not one picture decodes."""
    decoder = PacketDecoder(path, Stamping.PTS)
    try:
        packets = _demux(decoder)
        usable = _usable(packets)
        decoder.stamping = usable[0]
        first = next(decoder.from_start(), None)
        if first is None:
            raise nothing_decodes(path)
        pts = _from_packets(decoder, packets)
        stamps = pts
        if pts is None or stamps is None:
            pts, stamps = _from_pictures(decoder, usable)
        keys = np.array(packets.keyframe_stamps(decoder.stamping), np.int64)
        time_base = decoder.stream.time_base or Fraction(1, 1000)
        return SeekTable(
            FrameIndex(pts, np.isin(stamps, keys), time_base),
            stamps,
            decoder.stamping,
            *_entry_points(decoder.stamping, stamps, keys),
            orientation_of(first.raw),
            _last_duration(packets, pts),
        )
    finally:
        decoder.close()


def _demux(decoder: PacketDecoder) -> _Packets:
    packets = _Packets([], [], [], [], [])
    for packet in decoder.packets():
        packets.pts.append(packet.pts)
        packets.dts.append(packet.dts)
        packets.keyframes.append(packet.is_keyframe)
        packets.hidden.append(packet.is_discard)
        packets.durations.append(packet.duration or 0)
    return packets


def _usable(packets: _Packets) -> list[Stamping]:
    """The ways in which every packet can be told from every other, the best first."""
    stamps = {Stamping.PTS: packets.pts, Stamping.DTS: packets.dts}
    unique = [kind for kind, values in stamps.items() if None not in values and len(set(values)) == len(values)]
    return [*unique, Stamping.COUNT]


def _from_packets(decoder: PacketDecoder, packets: _Packets) -> _Stamps | None:
    """The sorted PTS of the packets that show a picture; None where packets are not to be trusted.

    Both ends are compared with what the decoder yields: pictures before the first that decodes, and after the last,
    are left out. Any other difference (invisible packets, say) means that only decoding tells.
    """
    context = decoder.stream.codec_context
    if decoder.stamping is not Stamping.PTS:
        return None
    if len(packets.pts) * context.width * context.height <= _DECODE_ALL_PIXELS:
        return None
    head = _rising([picture.stamp for picture in islice(decoder.from_start(), _HEAD)])
    if head is None:
        return None
    pairs = zip(packets.pts, packets.hidden, strict=True)
    shown: _Stamps = np.sort(np.array([p for p, hidden in pairs if p is not None and not hidden], np.int64))
    shown = shown[shown >= head[0]]
    if not np.array_equal(shown[: len(head)], head):
        return None
    tail = _rising(_tail(decoder, packets))
    if tail is not None:
        shown = np.concatenate([shown[shown < tail[0]], tail])
    return shown


def _tail(decoder: PacketDecoder, packets: _Packets) -> list[int | None]:
    """Stamps of the pictures from the last keyframe on; none where there are too many of them."""
    keys = packets.keyframe_stamps(Stamping.PTS)
    if not keys or sum(p is not None and p > keys[-1] for p in packets.pts) > _LONGEST_TAIL:
        return []
    stamps = [picture.stamp for picture in decoder.from_keyframe(keys[-1])]
    return [stamp for stamp in stamps if stamp is None or stamp >= keys[-1]]


def _rising(stamps: list[int | None]) -> _Stamps | None:
    """The stamps as an array where every picture has one and they rise, else None."""
    known = [stamp for stamp in stamps if stamp is not None]
    if not known or len(known) < len(stamps):
        return None
    array = np.array(known, np.int64)
    return array if bool(np.all(array[1:] > array[:-1])) else None


def _from_pictures(decoder: PacketDecoder, usable: list[Stamping]) -> tuple[_Stamps, _Stamps]:
    """PTS and stamps of every picture the decoder yields; leaves the decoder with the first stamping that holds."""
    for stamping in usable:
        decoder.stamping = stamping
        if stamping is Stamping.COUNT:
            break
        stamps = [picture.stamp for picture in decoder.from_start()]
        rising = _rising(stamps)
        if rising is not None:
            return rising, rising
        known = [stamp for stamp in stamps if stamp is not None]
        if stamping is Stamping.DTS and len(set(known)) == len(stamps):
            # Times of decoding are the times of display in another order (exactly so at a constant rate).
            return np.sort(np.array(known, np.int64)), np.array(known, np.int64)
    return _counted(decoder)


def _counted(decoder: PacketDecoder) -> tuple[_Stamps, _Stamps]:
    """Times of pictures whose stamps are missing or repeat: moved on by the frame's duration where they do not rise."""
    rate = decoder.stream.guessed_rate or Fraction(25)
    step = max(round(1 / (rate * (decoder.stream.time_base or Fraction(1, 1000)))), 1)
    pts: list[int] = []
    for picture in decoder.from_start():
        stamp = picture.raw.pts
        if pts and (stamp is None or stamp <= pts[-1]):
            stamp = pts[-1] + step
        pts.append(stamp if stamp is not None else 0)
    return np.array(pts, np.int64), np.arange(len(pts), dtype=np.int64)


def _entry_points(stamping: Stamping, stamps: _Stamps, keys: _Stamps) -> tuple[_Stamps, _Stamps]:
    if stamping is Stamping.PTS:
        return np.searchsorted(stamps, keys).astype(np.int64), keys
    if stamping is Stamping.DTS:
        ranks = np.flatnonzero(np.isin(stamps, keys))
        return ranks.astype(np.int64), stamps[ranks]
    nowhere = np.empty(0, np.int64)
    return nowhere, nowhere


def _last_duration(packets: _Packets, pts: _Stamps) -> int:
    """What the file says of the last frame, else the usual distance between frames."""
    for stamps in (packets.pts, packets.dts):
        for stamp, duration in zip(reversed(stamps), reversed(packets.durations), strict=True):
            if stamp == pts[-1] and duration > 0:
                return duration
    return int(np.median(np.diff(pts))) if len(pts) > 1 else 0
