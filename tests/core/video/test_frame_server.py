"""The thread that serves frames: the newest request is always answered with the right picture, whatever came before."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.videos import HEIGHT, WIDTH, Clip, read_number, uneven_times, write_clip

from lineament.errors import VideoError
from lineament.video import Frame, FrameServer

FRAMES = 120
FRAME_BYTES = WIDTH * HEIGHT * 4
PATIENCE_S = 20.0


class Screen:
    """What a window sees of a server: frames and errors in the order in which they came."""

    def __init__(self, path: Path, **options: int) -> None:
        self.shown: list[int] = []
        self.wrong: list[tuple[int, int | None]] = []
        self.errors: list[str] = []
        self._news = threading.Condition()
        self.server = FrameServer(path, self._frame, self._error, **options)

    def _frame(self, frame: Frame) -> None:
        number = read_number(frame.image)
        with self._news:
            self.shown.append(frame.index)
            if number != frame.index or frame.pts != self.server.index.pts[frame.index]:
                self.wrong.append((frame.index, number))
            self._news.notify_all()

    def _error(self, error: VideoError) -> None:
        with self._news:
            self.errors.append(str(error))
            self._news.notify_all()

    def wait(self, ready: Callable[[], bool]) -> bool:
        with self._news:
            return self._news.wait_for(ready, PATIENCE_S)

    def ask(self, index: int) -> float:
        """Request a frame, wait until it is the newest on the screen, and say how long that took."""
        with self._news:
            before = len(self.shown)
        started = time.perf_counter()
        self.server.request(index)
        assert self.wait(lambda: len(self.shown) > before and self.shown[-1] == index), f"frame {index} never came"
        return time.perf_counter() - started


@contextmanager
def screen(path: Path, **options: int) -> Iterator[Screen]:
    window = Screen(path, **options)
    try:
        yield window
    finally:
        window.server.close()
    assert window.wrong == []
    assert not window.server._thread.is_alive()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clip = Clip("served", times_s=uneven_times(FRAMES), gop=25, b_frames=2)
    return write_clip(clip, tmp_path_factory.mktemp("served") / "served.mp4")


def ready(window: Screen, indices: range) -> bool:
    """Whether all those frames come to be ready, watched without moving the cursor."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with window.server._wake:
            if all(index in window.server._cache for index in indices):
                return True
        time.sleep(0.005)
    return False


def test_a_request_is_answered(path: Path) -> None:
    with screen(path) as window:
        for index in (0, 60, 61, 59, FRAMES - 1, 0, 0):
            window.ask(index)
        assert window.shown == [0, 60, 61, 59, FRAMES - 1, 0, 0]


def test_the_newest_request_wins(path: Path) -> None:
    with screen(path) as window:
        for index in range(0, FRAMES, 3):
            window.server.request(index)
        window.server.request(7)
        assert window.wait(lambda: bool(window.shown) and window.shown[-1] == 7)
        time.sleep(0.1)
        assert window.shown[-1] == 7
        assert len(window.shown) < FRAMES // 3


def test_two_hundred_steps_back_and_forth(path: Path) -> None:
    with screen(path) as window:
        window.ask(FRAMES - 1)
        for index in [*range(FRAMES - 2, -1, -1), *range(FRAMES)]:
            window.ask(index)


def test_steps_back_are_ready_before_they_are_asked_for(path: Path) -> None:
    with screen(path) as window:
        window.ask(70)
        assert ready(window, range(50, 70)), "at rest, the keyframe's run before the cursor is made ready"
        for index in range(69, 50, -1):
            frame = window.server.get(index)
            assert frame is not None
            assert read_number(frame.image) == index


def test_playing_forward_keeps_frames_ready_ahead(path: Path) -> None:
    with screen(path) as window:
        window.server.prefetch(1)
        window.ask(0)
        for index in range(1, FRAMES):
            assert ready(window, range(index, index + 1))
            frame = window.server.get(index)
            assert frame is not None
            assert read_number(frame.image) == index
        assert window.shown == [0], "frames that were ready need no request"


def test_playing_backward_keeps_frames_ready_behind(path: Path) -> None:
    with screen(path) as window:
        window.server.prefetch(-1)
        window.ask(FRAMES - 1)
        for index in range(FRAMES - 2, -1, -1):
            assert ready(window, range(index, index + 1))
            assert window.server.get(index) is not None


def test_get_never_waits(path: Path) -> None:
    with screen(path) as window:
        assert window.server.get(100) is None
        window.ask(100)
        frame = window.server.get(100)
        assert frame is not None
        assert frame.index == 100
        assert window.server.get(-1) is None
        assert window.server.get(FRAMES) is None


@pytest.mark.parametrize("frames", [1, 3, 4, 10, 50])
def test_cache_never_holds_more_than_it_may(path: Path, frames: int) -> None:
    with screen(path, cache_bytes=frames * FRAME_BYTES) as window:
        for direction in (1, -1, 0):
            window.server.prefetch(direction)
            for index in (60, 61, 60, 59, 10, 119, 0):
                window.ask(index)
                with window.server._wake:
                    assert window.server._cache.size_bytes <= max(frames, 3) * FRAME_BYTES


def test_work_ahead_ends(path: Path) -> None:
    """Once all that is useful is there, the thread sleeps, at every place and in every direction."""
    with screen(path, cache_bytes=20 * FRAME_BYTES) as window:
        for direction in (0, 1, -1):
            window.server.prefetch(direction)
            for index in (0, 1, 60, FRAMES - 2, FRAMES - 1):
                window.ask(index)
                assert _falls_asleep(window.server), f"still at work at {index}, direction {direction}"


def _falls_asleep(server: FrameServer) -> bool:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        time.sleep(0.02)
        with server._wake:
            if server._requested() is None and server._resting() and not (server._ahead() or server._behind()):
                return True
    return False


def test_frames_outside_the_video(path: Path) -> None:
    with screen(path) as window:
        for index in (-1, FRAMES):
            with pytest.raises(IndexError):
                window.server.request(index)
        with pytest.raises(ValueError, match="direction is"):
            window.server.prefetch(2)


def test_rgb_for_the_detector(path: Path) -> None:
    frames: list[Frame] = []
    server = FrameServer(path, frames.append, lambda error: None, pixel_format="rgb24")
    server.request(5)
    until = time.monotonic() + PATIENCE_S
    while not frames and time.monotonic() < until:
        time.sleep(0.005)
    server.close()
    assert frames[0].image.shape == (HEIGHT, WIDTH, 3)


def test_closing_is_quick_and_final(path: Path) -> None:
    for pause in (0.0, 0.001, 0.01, 0.05):
        window = Screen(path)
        window.server.prefetch(1)
        for index in range(0, FRAMES, 7):
            window.server.request(index)
        time.sleep(pause)
        started = time.monotonic()
        window.server.close()
        assert time.monotonic() - started < 2.0
        count = len(window.shown)
        window.server.request(3)
        window.server.close()
        time.sleep(0.02)
        assert len(window.shown) == count


def test_closing_from_a_callback(path: Path) -> None:
    servers: list[FrameServer] = []
    closed = threading.Event()

    def close(frame: Frame) -> None:
        servers[0].close()
        closed.set()

    servers.append(FrameServer(path, close, lambda error: None))
    servers[0].request(40)
    assert closed.wait(PATIENCE_S)
    servers[0]._thread.join(PATIENCE_S)
    assert not servers[0]._thread.is_alive()


def test_asking_from_a_callback(path: Path) -> None:
    """A window may ask for the next frame as soon as one is there."""
    shown: list[int] = []
    done = threading.Event()

    def chase(frame: Frame) -> None:
        shown.append(frame.index)
        if frame.index == 50:
            done.set()
        else:
            server.request(frame.index + 1)

    server = FrameServer(path, chase, lambda error: None)
    server.request(0)
    assert done.wait(PATIENCE_S)
    server.close()
    assert shown == list(range(51))


@pytest.fixture(scope="module")
def long_gop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip in which a far frame takes long to reach: one keyframe for 400 frames."""
    clip = Clip("far", frames=400, gop=400, width=640, height=360)
    return write_clip(clip, tmp_path_factory.mktemp("far") / "far.mp4")


def test_scrubbing_shows_frames_on_the_way(long_gop: Path) -> None:
    """Requests that follow each other faster than a far frame decodes do not leave the window without a picture."""
    with screen(long_gop, cache_bytes=10 * 640 * 360 * 4) as window:
        window.ask(0)
        until = time.monotonic() + 2.0
        position = 399
        while time.monotonic() < until:
            window.server.request(position)
            position = position - 1 if position > 200 else 399
            time.sleep(0.01)
        last = window.server._cache.cursor
        assert window.wait(lambda: window.shown[-1] == last)
        assert len(window.shown) >= 4


def test_a_far_frame_is_not_shown_after_a_newer_near_one(long_gop: Path) -> None:
    with screen(long_gop) as window:
        for far in (390, 380, 370):
            window.ask(0)
            window.server.request(far)
            time.sleep(0.02)  # Now `far` is being decoded.
            window.ask(0)
            count = len(window.shown)
            time.sleep(0.4)
            assert len(window.shown) == count
            assert window.shown[-1] == 0


def test_a_damaged_place_is_reported_and_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_clip(Clip("scratched", gop=20), tmp_path / "scratched.mp4")
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    scratched = bytearray(path.read_bytes())
    for pos, size in places[65:80]:
        scratched[pos : pos + size] = bytes(size)
    path.write_bytes(bytes(scratched))
    monkeypatch.setattr("lineament.video.indexing._DECODE_ALL_PIXELS", 0)  # As for a long video.
    with screen(path) as window:
        window.server.request(70)
        assert window.wait(lambda: bool(window.errors))
        assert "frame 70 (at 2.33 s) cannot be decoded" in window.errors[0]
        window.ask(64)
        window.ask(80)
        window.server.prefetch(1)
        window.ask(60)
        assert ready(window, range(80, 85)), "playing goes on behind the damage"
        assert _falls_asleep(window.server)


Deed = tuple[str, int]
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("request"), st.integers(0, FRAMES - 1)),
        st.tuples(st.just("step"), st.sampled_from([-3, -2, -1, -1, -1, 1, 1, 2])),
        st.tuples(st.just("get"), st.integers(0, FRAMES - 1)),
        st.tuples(st.just("prefetch"), st.sampled_from([-1, 0, 1])),
        st.tuples(st.just("pause"), st.sampled_from([0, 0, 1, 5, 30, 250])),
        st.tuples(st.just("wait"), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=deeds, frames=st.sampled_from([3, 5, 12, 40, 400]))
def test_any_order_of_deeds_ends_with_the_right_picture(path: Path, deeds: list[Deed], frames: int) -> None:
    with screen(path, cache_bytes=frames * FRAME_BYTES) as window:
        asked = 0
        window.server.request(0)
        for deed, value in deeds:
            if deed in ("request", "step"):
                asked = value if deed == "request" else min(max(asked + value, 0), FRAMES - 1)
                window.server.request(asked)
            elif deed == "get":
                frame = window.server.get(value)
                assert frame is None or read_number(frame.image) == frame.index == value
            elif deed == "prefetch":
                window.server.prefetch(value)
            elif deed == "pause":
                time.sleep(value / 1000)
            else:
                wanted = asked
                assert window.wait(lambda wanted=wanted: bool(window.shown) and window.shown[-1] == wanted)
        assert window.wait(lambda: bool(window.shown) and window.shown[-1] == asked)
        assert window.errors == []


def test_requests_from_many_threads(path: Path) -> None:
    """No wake-up is lost when several threads ask at once: after the storm one last request is answered."""
    with screen(path, cache_bytes=15 * FRAME_BYTES) as window:
        for storm in range(8):

            def ask(start: int) -> None:
                for step in range(60):
                    window.server.request((start * 31 + step * 17) % FRAMES)
                    window.server.get((start + step) % FRAMES)
                    window.server.prefetch(step % 3 - 1)

            threads = [threading.Thread(target=ask, args=(storm + number,)) for number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            window.ask(storm * 13)


def test_answers_come_in_the_order_of_the_requests(path: Path) -> None:
    """An overtaken frame is never shown after a newer one."""
    order = [(number * 37) % FRAMES for number in range(FRAMES)]  # Every frame once.
    with screen(path, cache_bytes=10 * FRAME_BYTES) as window:
        for index in order:
            window.server.request(index)
            time.sleep(0.004)
        assert window.wait(lambda: bool(window.shown) and window.shown[-1] == order[-1])
        places = [order.index(index) for index in window.shown]
        assert all(earlier < later for earlier, later in pairwise(places))
