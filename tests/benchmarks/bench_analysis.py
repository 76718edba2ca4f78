"""The analysis against the bare tracker, real time and memory, on videos of the avatar.

    python -m tests.benchmarks analysis

Ratio: seconds a frame of the bare tracker, over those of the whole analysis (decoding, tracking, quality, pose, gaze,
action units, saving, finishing) of a three-minute 720p30 video; the tracker is measured before and after, the analysis
in between. The bare tracker is the plainest program that tracks a video: read a frame, track it, forget it. Beside it
stands the tracker's own call alone, which no program that also has to read its video can reach on two cores. Memory:
resident set of a process of its own that analyses 720p30 video, at the second and the tenth minute, and its peak.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from tests.support.avatar_clips import FPS, lengthened, looped, pictures, write_clip

from lineament.analysis import AnalysisSettings, analyze
from lineament.face import create_tracker
from lineament.video import VideoReader

Row = tuple[str, str, str, bool]

RATIO_MINUTES = 3
MEMORY_MINUTES = 11
BARE_FRAMES = 900
WARM_UP = 20
SETTINGS = AnalysisSettings()

CHILD = """
import resource, sys
from pathlib import Path
from lineament.analysis import RecordingGrew, analyze

wanted = [int(mark) for mark in sys.argv[3:]]

def resident_mb():
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * resource.getpagesize() / 2**20

def sink(event):
    while wanted and isinstance(event, RecordingGrew) and event.rows >= wanted[0]:
        wanted.pop(0)
        print(resident_mb(), flush=True)

analyze(Path(sys.argv[1]), Path(sys.argv[2]), sink=sink)
# Not getrusage's maximum, which a child process inherits from its parent.
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) / 1024, flush=True)
"""


def bare_tracker_s(path: Path) -> tuple[float, float]:
    """Mean seconds a frame of reading and tracking, and of tracking alone."""
    read_and_tracked, tracked = [], []
    with VideoReader(path) as reader, create_tracker() as tracker:
        last = time.perf_counter()
        for frame in reader.frames(0, BARE_FRAMES):
            start = time.perf_counter()
            tracker.track(frame.image, frame.time_s * 1000.0)
            now = time.perf_counter()
            tracked.append(now - start)
            read_and_tracked.append(now - last)
            last = now
    return float(np.mean(read_and_tracked[WARM_UP:])), float(np.mean(tracked[WARM_UP:]))


def analysis_s(path: Path, out: Path) -> tuple[float, float]:
    """Seconds of a whole analysis a frame, and seconds of video."""
    start = time.perf_counter()
    recording = analyze(path, out, SETTINGS)
    took = time.perf_counter() - start
    video = recording.meta.video
    if video is None:
        raise RuntimeError("an analysed recording names its video")
    return took / recording.n_rows, video.duration_s / recording.n_rows


def memory_mb(path: Path, out: Path) -> tuple[float, float, float]:
    """Resident MB of an analysing process after 2 and 10 minutes of video, and its peak."""
    marks = [str(minutes * 60 * FPS) for minutes in (2, 10)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(out), *marks], capture_output=True, text=True, check=True
    )
    early, late, peak = (float(line) for line in done.stdout.split())
    return early, late, peak


def speed_rows(path: Path, out: Path) -> list[Row]:
    before = bare_tracker_s(path)
    analysis, video = analysis_s(path, out)
    after = bare_tracker_s(path)
    bare, in_memory = ((a + b) / 2 for a, b in zip(before, after, strict=True))
    ratio, speed = bare / analysis, video / analysis
    load = f" (load {os.getloadavg()[0]:.1f})" if hasattr(os, "getloadavg") else ""
    what = f"analysis of 720p30 against the bare tracker ({1000 * bare:.2f} ms a frame{load})"
    kept = f"the same against the tracker's call alone ({1000 * in_memory:.2f} ms a frame)"
    return [
        (what, f"{ratio:.2f}", ">= 0.85", ratio >= 0.85),
        (kept, f"{in_memory / analysis:.2f}", "none", True),
        ("analysis of 720p30", f"{speed:.1f}x real time", "> 4x", speed > 4),
    ]


def memory_rows(path: Path, out: Path) -> list[Row]:
    if not Path("/proc/self/statm").exists():
        return [("memory of an analysis", "not measured: no /proc here", "<= 1.5 GiB", True)]
    early, late, peak = memory_mb(path, out)
    hour = peak + (late - early) / 8 * 50
    return [
        (
            "memory of an analysis, minute 2 to 10",
            f"{early:.0f} to {late:.0f} MB",
            "flat: + <= 60 MB",
            late - early <= 60,
        ),
        (
            "memory of a one-hour analysis",
            f"peak {peak:.0f} MB, {hour:.0f} MB by its slope",
            "<= 1536 MB",
            hour <= 1536,
        ),
    ]


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        images = pictures(1280, 720, 5 * FPS)
        one = write_clip(folder / "one.mp4", looped(images, 30 * FPS))
        short = lengthened(one, folder / "short.mp4", 2 * RATIO_MINUTES)
        measured = speed_rows(short, folder / "speed")
        long = lengthened(one, folder / "long.mp4", 2 * MEMORY_MINUTES)
        return measured + memory_rows(long, folder / "memory")


def main() -> None:
    for what, measured, budget, met in rows():
        print(f"{what:70s} {measured:40s} {budget:20s} {'met' if met else 'NOT MET'}")


if __name__ == "__main__":
    main()
