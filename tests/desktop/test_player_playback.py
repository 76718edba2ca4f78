"""Playing without a window: what is asked for, shown and dropped when the clock and the decoder do as the test says."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lineament.video import Frame, FrameIndex
from lineament_desktop.review.player.clock import MonotonicClock
from lineament_desktop.review.player.playback import Playback
from lineament_desktop.review.player.stats import PlaybackStats

pytestmark = pytest.mark.clock

PICTURE = np.zeros((2, 2, 4), dtype=np.uint8)


class Stage:
    """A playback with a clock moved by hand and a decoder that answers when told to."""

    def __init__(self, times_ms: list[int], duration_s: float) -> None:
        self.index = FrameIndex(
            np.array(times_ms, dtype=np.int64), np.ones(len(times_ms), dtype=bool), Fraction(1, 1000)
        )
        self.seconds = 0.0
        self.stats = PlaybackStats()
        self.clock = MonotonicClock(lambda: self.seconds)
        self.playback = Playback(self.stats, steady=self.clock)
        self.wanted: list[int] = []
        self.shown: list[int] = []
        self.ended = 0
        self.playback.wanted.connect(self.wanted.append)
        self.playback.due.connect(self._paint)
        self.playback.ended.connect(self._end)
        self.playback.set_video(self.index, duration_s, None)

    def _paint(self, frame: Frame) -> None:
        self.shown.append(frame.index)
        self.stats.shown += 1

    def _end(self, last: int) -> None:
        self.ended += 1
        self.rests_on = last

    def answer(self) -> None:
        """The decoder brings what was asked for last."""
        rank = self.wanted[-1]
        self.playback.offer(Frame(rank, int(self.index.pts[rank]), float(self.index.times_s[rank]), PICTURE))

    def pass_time(self, seconds: float) -> None:
        self.seconds += seconds
        self.playback._tick()

    def run(self, seconds: float, step: float = 0.001, latency: float = 0.0) -> None:
        """Time passes in small steps; the decoder brings each frame `latency` seconds after it was asked for."""
        asked_at, pending = self.seconds, True
        count = len(self.wanted)
        until = self.seconds + seconds
        while self.seconds < until and self.playback.running:
            if len(self.wanted) != count:
                count, asked_at, pending = len(self.wanted), self.seconds, True
            if pending and self.seconds - asked_at >= latency:
                pending = False
                self.answer()
            self.pass_time(step)


@pytest.fixture
def steady(qtbot: QtBot) -> Iterator[Stage]:
    """50 frames, 40 ms each, two seconds."""
    stage = Stage([40 * i for i in range(50)], 2.0)
    yield stage
    stage.playback.stop()


def test_every_frame_is_shown_at_its_time_and_the_end_stops(steady: Stage) -> None:
    steady.playback.start(0)
    steady.run(3.0)
    assert steady.shown == list(range(50))
    assert steady.ended == 1
    assert not steady.playback.running
    assert steady.seconds == pytest.approx(2.0, abs=0.005)
    assert (steady.stats.due, steady.stats.shown, steady.stats.dropped) == (50, 50, 0)


@pytest.mark.parametrize("speed", [0.25, 0.5, 2.0])
def test_speed(steady: Stage, speed: float) -> None:
    steady.playback.set_speed(speed)
    steady.playback.start(0)
    steady.run(20.0)
    assert steady.shown == list(range(50))
    assert steady.seconds == pytest.approx(2.0 / speed, abs=0.01)


def test_variable_rate_is_played_by_time_stamps(qtbot: QtBot) -> None:
    stage = Stage([0, 10, 500, 520, 1000], 1.2)
    stage.playback.start(0)
    moments: list[tuple[int, float]] = []
    stage.playback.due.connect(lambda frame: moments.append((frame.index, stage.seconds)))
    stage.run(2.0)
    assert [round(at, 2) for _, at in moments] == [0.0, 0.01, 0.5, 0.52, 1.0]
    assert stage.seconds == pytest.approx(1.2, abs=0.005)


def test_a_slow_decoder_drops_frames_in_real_time(steady: Stage) -> None:
    steady.playback.start(0)
    steady.run(3.0, latency=0.1)
    assert steady.seconds == pytest.approx(2.1, abs=0.02), "two seconds after the first frame came"
    assert steady.shown == sorted(set(steady.shown))
    assert steady.stats.due == 50
    assert 15 <= steady.stats.dropped <= 35
    assert steady.stats.due == steady.stats.shown + steady.stats.dropped


def test_a_slow_decoder_drops_nothing_when_every_frame_is_wanted(steady: Stage) -> None:
    steady.playback.set_every_frame(True)
    steady.playback.start(0)
    steady.run(20.0, latency=0.1)
    assert steady.shown == list(range(50))
    assert steady.stats.dropped == 0
    assert steady.seconds == pytest.approx(5.0, abs=0.2)
    assert steady.ended == 1


def test_every_frame_is_not_faster_than_real_time(steady: Stage) -> None:
    steady.playback.set_every_frame(True)
    steady.playback.start(0)
    steady.run(20.0)
    assert steady.seconds == pytest.approx(2.0, abs=0.1)


def test_the_loop_goes_round_and_drops_nothing(steady: Stage) -> None:
    steady.playback.set_loop((0.4, 0.6))
    steady.playback.start(0)
    steady.run(1.0)
    rounds = [10, 11, 12, 13, 14, 15]
    assert steady.shown[: 3 * len(rounds)] == rounds * 3
    assert steady.stats.dropped == 0
    assert steady.ended == 0


def test_a_loop_set_while_playing_elsewhere_jumps_into_it(steady: Stage) -> None:
    steady.playback.start(30)
    steady.run(0.1)
    steady.playback.set_loop((0.0, 0.2))
    steady.run(0.1)
    assert steady.shown[-1] <= 5
    steady.playback.set_loop(None)
    steady.run(5.0)
    assert steady.shown[-1] == 49


def test_a_loop_of_one_frame_stays_on_it(steady: Stage) -> None:
    steady.playback.set_loop((0.4, 0.4))
    steady.playback.start(10)
    steady.run(0.5)
    assert set(steady.shown) == {10}


def test_play_at_the_end_starts_again(steady: Stage) -> None:
    steady.playback.start(49)
    steady.run(0.1)
    assert steady.shown[0] == 0


def test_a_jump_holds_the_clock_until_its_frame_is_there(steady: Stage) -> None:
    steady.playback.start(0)
    steady.run(0.2)
    steady.playback.jump(40)
    stale = Frame(7, 280, 0.28, PICTURE)
    steady.playback.offer(stale)
    steady.pass_time(5.0)
    assert 7 not in steady.shown
    steady.answer()
    assert steady.shown[-1] == 40
    steady.run(5.0)
    assert steady.shown[-10:] == list(range(40, 50))


def test_a_change_of_speed_keeps_the_place(steady: Stage) -> None:
    steady.playback.start(0)
    steady.run(1.0)
    steady.playback.set_speed(0.5)
    steady.run(10.0)
    assert steady.shown == list(range(50))
    assert steady.seconds == pytest.approx(3.0, abs=0.02)


def test_a_decoder_that_stalls_at_the_end_still_ends(steady: Stage) -> None:
    steady.playback.start(45)
    steady.answer()
    steady.pass_time(1.0)
    assert steady.ended == 1
    assert steady.rests_on == 49, "the last frame is what stays on screen"
    assert steady.stats.dropped == 4


def test_damaged_frames_are_passed_by(steady: Stage) -> None:
    steady.playback.start(0)
    steady.playback.skip()
    steady.answer()
    assert steady.shown == [1]
    steady.playback.skip()
    steady.run(0.2)
    assert steady.shown[:3] == [1, 3, 4]


def test_a_decoder_that_answers_while_it_is_asked(steady: Stage) -> None:
    steady.playback.wanted.connect(lambda _rank: steady.answer())
    steady.playback.start(0)
    while steady.playback.running:
        steady.pass_time(0.001)
    assert steady.shown == list(range(50))
