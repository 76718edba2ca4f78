"""The two threads before the measuring one: pictures are decoded, faces are tracked, a few frames ahead of each other.

A segment is a run of frames of fixed ranks. Before its first frame the tracker forgets all and is warmed up on the
frames just before, so that a segment's landmarks are the same whether the analysis came from the segment before it
or was resumed here.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from lineament.analysis.channel import Channel, ChannelClosed
from lineament.analysis.settings import AnalysisSettings
from lineament.face import FaceObservation, FaceTracker
from lineament.video import Frame, VideoReader

_AHEAD = 4
"""Frames that may wait between two threads: enough to even out, little memory at 4K."""


@dataclass(frozen=True)
class SegmentStart:
    segment: int


@dataclass(frozen=True)
class SegmentEnd:
    segment: int


@dataclass(frozen=True)
class Shot:
    """A decoded frame; of a warm-up nothing but the tracker's memory is kept."""

    frame: Frame
    warm_up: bool


@dataclass(frozen=True)
class Tracked:
    """A frame and the faces in it, largest first."""

    frame: Frame
    faces: tuple[FaceObservation, ...]


def count_segments(frames: int, settings: AnalysisSettings) -> int:
    return -(-frames // settings.segment_frames)


def shots(
    reader: VideoReader, first_segment: int, settings: AnalysisSettings
) -> Iterator[SegmentStart | Shot | SegmentEnd]:
    """Every frame from a segment's warm-up on, in order, with the segments' bounds."""
    length, warm_up = settings.segment_frames, settings.warm_up_frames
    segment, begun = first_segment, False
    recent: deque[Frame] = deque(maxlen=warm_up)
    for frame in reader.frames(max(first_segment * length - warm_up, 0)):
        while frame.index >= (segment + 1) * length:
            if not begun:
                yield SegmentStart(segment)  # a segment of which no frame decodes
            yield SegmentEnd(segment)
            segment, begun = segment + 1, False
        if frame.index >= segment * length:
            if not begun:
                yield SegmentStart(segment)
                yield from (Shot(before, True) for before in recent if before.index >= segment * length - warm_up)
                begun = True
            yield Shot(frame, False)
        recent.append(frame)
    for last in range(segment, count_segments(len(reader.index), settings)):
        if last > segment or not begun:
            yield SegmentStart(last)
        yield SegmentEnd(last)


def _decode(
    reader: VideoReader, first: int, settings: AnalysisSettings, out: Channel[SegmentStart | Shot | SegmentEnd]
) -> None:
    try:
        for item in shots(reader, first, settings):
            out.send(item)
    except ChannelClosed:
        pass
    finally:
        out.end()


def _track(
    tracker: FaceTracker,
    shots_in: Channel[SegmentStart | Shot | SegmentEnd],
    out: Channel[SegmentStart | Tracked | SegmentEnd],
) -> None:
    try:
        for item in shots_in:
            if isinstance(item, Shot):
                faces = tracker.track(item.frame.image, item.frame.time_s * 1000.0)
                if not item.warm_up:
                    out.send(Tracked(item.frame, tuple(faces)))
                continue
            if isinstance(item, SegmentStart):
                tracker.reset()
            out.send(item)
    except ChannelClosed:
        pass
    finally:
        shots_in.close()
        out.end()


@contextmanager
def tracked_frames(
    reader: VideoReader, tracker: FaceTracker, first_segment: int, settings: AnalysisSettings
) -> Iterator[Iterator[SegmentStart | Tracked | SegmentEnd]]:
    """Tracked frames from a segment on, made by two threads while they are consumed; leaving stops the threads.

    What a thread raised is raised here, after the frames that came before it.
    """
    decoded: Channel[SegmentStart | Shot | SegmentEnd] = Channel(_AHEAD)
    tracked: Channel[SegmentStart | Tracked | SegmentEnd] = Channel(_AHEAD)
    with ThreadPoolExecutor(2, thread_name_prefix="lineament-analysis") as threads:
        work = [
            threads.submit(_decode, reader, first_segment, settings, decoded),
            threads.submit(_track, tracker, decoded, tracked),
        ]
        try:
            yield _until_failure(tracked, work)
        finally:
            tracked.close()
            decoded.close()


def _until_failure(
    tracked: Channel[SegmentStart | Tracked | SegmentEnd], work: list[Future[None]]
) -> Iterator[SegmentStart | Tracked | SegmentEnd]:
    yield from tracked
    for future in work:
        future.result()
