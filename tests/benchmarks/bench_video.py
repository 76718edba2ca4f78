"""Seeking, stepping, playing and opening video, without a window. Each figure stands beside the design's budget."""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
from tests.support.videos import numbered_image, read_number

from lineament.video import Frame, FrameServer, VideoReader, VideoWriter

Row = tuple[str, str, str, bool]

SEEKS = 100
STEPS = 60
PLAY_S = 10.0
HOUR_S = 3600
SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
BUDGET_S = {30: 0.060, 250: 0.400}
"""For 720p, the size at which they were set; at 1080p they are shown for comparison."""
_SEED = 3


def filmed(width: int, height: int) -> Iterator[npt.NDArray[np.uint8]]:
    """Numbered pictures with texture, motion and sensor noise, so that they cost as much to decode as a camera's."""
    rng = np.random.default_rng(_SEED)
    coarse = rng.integers(0, 90, (height // 8 + 30, width // 8 + 30, 3), np.uint8)
    texture = cv2.resize(coarse, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    noise = [rng.integers(0, 8, (height, width, 3), np.uint8) for _ in range(4)]
    number = 0
    while True:
        x, y = int(110 + 100 * np.sin(number / 15)), int(110 + 100 * np.cos(number / 20))
        moving = cv2.add(texture[y : y + height, x : x + width], noise[number % 4])
        yield cv2.addWeighted(numbered_image(number, width, height), 0.75, moving, 0.5, 0.0)
        number += 1


def make_clip(path: Path, size: tuple[int, int], gop: int, frames: int, crf: int = 23) -> Path:
    with VideoWriter(path, *size, fps=30, gop=gop, b_frames=2, crf=crf) as writer:
        for _, image in zip(range(frames), filmed(*size), strict=False):
            writer.add(image)
    return path


def seek_rows(path: Path, name: str, gop: int) -> list[Row]:
    wrong, seconds = 0, []
    with VideoReader(path, pixel_format="bgra") as reader:
        for index in np.random.default_rng(_SEED).integers(0, len(reader.index), SEEKS).tolist():
            started = time.perf_counter()
            frame = reader.frame(index)
            seconds.append(time.perf_counter() - started)
            wrong += read_number(frame.image) != index
    p95 = float(np.quantile(seconds, 0.95))
    budget = BUDGET_S[gop]
    shown = f"{p95 * 1000:.0f} ms (median {statistics.median(seconds) * 1000:.0f} ms)"
    what = f"random seek, {name}, GOP {gop}, p95"
    told = f"<= {budget * 1000:.0f} ms"
    return [
        (what, shown, told, p95 <= budget) if name == "720p" else (what, shown, f"none (720p: {told})", True),
        (f"wrong frames in those {SEEKS} seeks", str(wrong), "0", wrong == 0),
    ]


def sequential_row(path: Path, name: str) -> Row:
    with VideoReader(path, pixel_format="bgra") as reader:
        started = time.perf_counter()
        frames = sum(1 for _ in reader.frames())
        rate = frames / (time.perf_counter() - started)
    return (f"sequential reading, {name} to BGRA", f"{rate:.0f} frames/s", ">= 60 frames/s", rate >= 60)


class Window:
    """A server and the moment at which each of its frames arrived."""

    def __init__(self, path: Path) -> None:
        self.server = FrameServer(path, self._note, self._fail)
        self._news = threading.Condition()
        self._last: Frame | None = None

    def _note(self, frame: Frame) -> None:
        with self._news:
            self._last = frame
            self._news.notify()

    def _fail(self, error: Exception) -> None:
        raise error

    def ask(self, index: int) -> float:
        """Seconds from the request to the frame, taken at once where it is ready, as the window does."""
        with self._news:
            started = time.perf_counter()
            if self.server.get(index) is None:
                self.server.request(index)
                came: Callable[[], bool] = lambda: self._last is not None and self._last.index == index  # noqa: E731
                if not self._news.wait_for(came, 10):
                    raise TimeoutError(f"frame {index} did not come")
            return time.perf_counter() - started


def step_row(path: Path, name: str) -> Row:
    window = Window(path)
    start = len(window.server.index) // 2
    window.ask(start)
    time.sleep(2.0)  # A viewer looks at the frame before stepping; what lies behind is made ready meanwhile.
    seconds = []
    for index in range(start - 1, start - STEPS - 1, -1):
        with window.server._wake:
            cached = index in window.server._cache
        taken = window.ask(index)
        if cached:
            seconds.append(taken)
        time.sleep(1 / 30)  # The step key is held down.
    window.server.close()
    worst = max(seconds)
    shown = f"{worst * 1000:.2f} ms worst of {len(seconds)} ({STEPS - len(seconds)} of {STEPS} steps were not cached)"
    return (f"step back inside the cache, {name}", shown, "<= 16 ms", worst <= 0.016)


def play_row(path: Path, name: str) -> Row:
    window = Window(path)
    window.ask(0)
    window.server.prefetch(1)
    shown: set[int] = set()
    started, index = time.perf_counter(), 0
    length = min(PLAY_S, float(window.server.index.times_s[-1]))
    while (now := time.perf_counter() - started) < length:
        index = window.server.index.at_time(now)
        if window.server.get(index) is not None:
            shown.add(index)
        elif index not in shown:
            window.server.request(index)
        time.sleep(0.004)
    window.server.close()
    share = len(shown) / (index + 1)
    return (f"frames ready in time, {name} at 30 frames/s", f"{share:.2%}", ">= 99 %", share >= 0.99)


def opening_rows(folder: Path) -> list[Row]:
    """An hour of 720p video: opened for the first time, and again."""
    part = make_clip(folder / "part.mp4", SIZES["720p"], 30, 300, crf=34)
    hour = folder / "hour.mp4"
    with av.open(str(part)) as source, av.open(str(hour), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for turn in range(HOUR_S // 10):
            source.seek(0)
            for packet in source.demux(video=0):
                if packet.size and packet.pts is not None and packet.dts is not None:
                    shift = round(turn * 10 / packet.time_base)
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    target.mux(packet)
    rows = []
    for what, budget in (("first time", 2.0), ("again", 0.5)):
        started = time.perf_counter()
        with VideoReader(hour) as reader:
            reader.frame(0)
            seconds = time.perf_counter() - started
            size = f"{len(reader.index)} frames, {hour.stat().st_size / 1e6:.0f} MB"
        rows.append((f"open one hour, {what}", f"{seconds:.2f} s ({size})", f"<= {budget} s", seconds <= budget))
    return rows


def import_row() -> Row:
    code = "import time, numpy; t = time.perf_counter(); import lineament.video; print(time.perf_counter() - t)"
    command = [sys.executable, "-c", code]
    seconds = min(float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(3))
    return ("import lineament.video, after numpy", f"{seconds * 1000:.0f} ms", "<= 150 ms", seconds <= 0.15)


def rows() -> list[Row]:
    """Every figure of this module: what, measured, budget, met."""
    result = [import_row()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = os.environ.get("LINEAMENT_CACHE_DIR")
        os.environ["LINEAMENT_CACHE_DIR"] = str(folder / "cache")
        try:
            for size_name, size in SIZES.items():
                for gop in BUDGET_S:
                    path = make_clip(folder / f"{size_name}_{gop}.mp4", size, gop, 500 if gop == 250 else 150)
                    result += seek_rows(path, size_name, gop)
            result.append(sequential_row(folder / "1080p_30.mp4", "1080p"))
            result.append(step_row(folder / "1080p_30.mp4", "1080p, GOP 30"))
            result.append(step_row(folder / "1080p_250.mp4", "1080p, GOP 250"))
            result.append(play_row(folder / "1080p_250.mp4", "1080p, GOP 250"))
            result += opening_rows(folder)
        finally:
            if before is None:
                del os.environ["LINEAMENT_CACHE_DIR"]
            else:
                os.environ["LINEAMENT_CACHE_DIR"] = before
    return result


def main() -> None:
    for what, measured, budget, met in rows():
        print(f"{what:<46} {measured:<60} {budget:<16} {'yes' if met else 'NO'}")


if __name__ == "__main__":
    main()
