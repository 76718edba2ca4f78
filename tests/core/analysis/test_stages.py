"""The threads before the measuring one: order of frames, warm-up, failures, leaving early."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.core.analysis.conftest import FRAMES, SETTINGS

from lineament.analysis import AnalysisSettings
from lineament.analysis.channel import Channel, ChannelClosed
from lineament.analysis.stages import SegmentEnd, SegmentStart, Shot, Tracked, shots, tracked_frames
from lineament.face import FaceObservation
from lineament.video import Frame, VideoReader


class FakeTracker:
    """Reports one face whose first coordinate is the number of frames since the last reset."""

    kind, version, has_blendshapes = "facemesh", "fake", False

    def __init__(self, fail_at_ms: float = np.inf) -> None:
        self.since_reset = 0
        self.fail_at_ms = fail_at_ms

    def track(self, image_rgb: np.ndarray, time_ms: float) -> list[FaceObservation]:
        if time_ms >= self.fail_at_ms:
            raise RuntimeError("the tracker broke")
        self.since_reset += 1
        return [FaceObservation(np.full((478, 3), self.since_reset, dtype=np.float32), 1.0)]

    def reset(self) -> None:
        self.since_reset = 0

    def close(self) -> None: ...

    def __enter__(self) -> "FakeTracker":
        return self

    def __exit__(self, *exc: object) -> None: ...


class FakeReader:
    """Frames of some ranks only, as in a damaged video."""

    def __init__(self, ranks: list[int], count: int) -> None:
        self.ranks = ranks
        self.index = range(count)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        for rank in self.ranks:
            if rank >= start:
                yield Frame(rank, rank * 512, rank / 30, np.zeros((2, 2, 3), dtype=np.uint8))


def story(items: Iterator[SegmentStart | Shot | SegmentEnd]) -> str:
    """Segment bounds as brackets, frames by rank, those of a warm-up in round brackets."""
    words = []
    for item in items:
        if isinstance(item, Shot):
            words.append(f"({item.frame.index})" if item.warm_up else str(item.frame.index))
        else:
            words.append(f"[{item.segment}" if isinstance(item, SegmentStart) else f"{item.segment}]")
    return " ".join(words)


@pytest.mark.parametrize(
    ("ranks", "count", "first", "expected"),
    [
        (range(7), 7, 0, "[0 0 1 2 0] [1 (1) (2) 3 4 5 1] [2 (4) (5) 6 2]"),
        (range(7), 7, 1, "[1 (1) (2) 3 4 5 1] [2 (4) (5) 6 2]"),
        (range(7), 7, 3, ""),
        ([0, 1, 7, 8], 10, 0, "[0 0 1 0] [1 1] [2 7 8 2] [3 3]"),
        ([0, 1, 2, 4, 5], 9, 0, "[0 0 1 2 0] [1 (1) (2) 4 5 1] [2 2]"),
        ([4, 5], 6, 0, "[0 0] [1 4 5 1]"),
        ([], 4, 0, "[0 0] [1 1]"),
    ],
)
def test_segments_are_of_fixed_ranks(ranks: list[int], count: int, first: int, expected: str) -> None:
    settings = AnalysisSettings(segment_frames=3, warm_up_frames=2)
    told = story(shots(FakeReader(list(ranks), count), first, settings))  # type: ignore[arg-type]
    assert told == expected


def test_each_segment_begins_with_a_fresh_warmed_up_tracker(clip: Path) -> None:
    with VideoReader(clip) as reader, tracked_frames(reader, FakeTracker(), 0, SETTINGS) as items:
        marks = {i.frame.index: float(i.faces[0].landmarks[0, 0]) for i in items if isinstance(i, Tracked)}
    assert sorted(marks) == list(range(FRAMES))
    assert [marks[i] for i in (0, 23, 24, 47, 48)] == [1, 24, 6, 29, 6]


def test_a_failure_in_a_thread_is_raised_here(clip: Path) -> None:
    seen: list[int] = []

    def follow() -> None:
        with (
            VideoReader(clip) as reader,
            tracked_frames(reader, FakeTracker(fail_at_ms=1000), 0, AnalysisSettings()) as items,
        ):
            seen.extend(item.frame.index for item in items if isinstance(item, Tracked))

    with pytest.raises(RuntimeError, match="the tracker broke"):
        follow()


def test_leaving_early_stops_the_threads(clip: Path) -> None:
    before = threading.active_count()
    with VideoReader(clip) as reader, tracked_frames(reader, FakeTracker(), 0, AnalysisSettings()) as items:
        next(iter(items))
    assert threading.active_count() == before


def test_a_channel_holds_no_more_than_its_size() -> None:
    channel: Channel[int] = Channel(2)
    sent: list[int] = []

    def send() -> None:
        try:
            for i in range(10):
                channel.send(i)
                sent.append(i)
        except ChannelClosed:
            sent.append(-1)

    sender = threading.Thread(target=send)
    sender.start()
    taken = iter(channel)
    assert [next(taken) for _ in range(3)] == [0, 1, 2]
    channel.close()
    sender.join(timeout=5)
    assert not sender.is_alive()
    assert sent[-1] == -1
    assert len(sent) <= 6
    assert list(taken) == []
