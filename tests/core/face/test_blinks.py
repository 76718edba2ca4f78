"""Blinks in made series of any frame rate, and on the clips whose blinks were marked by hand."""

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lineament.face import NeutralEstimator, create_tracker, derive_expression, derive_geometry, find_blinks
from lineament.video import VideoReader

Array = npt.NDArray[np.float64]


def lids(times: Array, closures: list[tuple[float, float]], level: float = 0.9, noise: float = 0.02) -> Array:
    """Openness at each time: closures are (moment of closing, seconds closed to half); falling 60 ms, rising 120."""
    openness = np.full(len(times), level)
    for moment, closed_s in closures:
        falling = (times - (moment - closed_s / 2 - 0.06)) / 0.06
        rising = (moment + closed_s / 2 + 0.12 - times) / 0.12
        openness = np.minimum(openness, level - 0.85 * np.clip(np.minimum(falling, rising), 0, 1))
    return openness + np.random.default_rng(5).normal(0, noise, len(times))


@pytest.mark.parametrize("fps", [12, 15, 24, 25, 29.97, 30, 60, 120, 240])
def test_blinks_are_found_at_any_frame_rate(fps: float) -> None:
    times = np.arange(0, 30, 1 / fps)
    moments = [1.5, 4.0, 4.6, 9.3, 15.01, 20.7, 28.2]
    blinks = find_blinks(lids(times, [(m, 0.1) for m in moments]), times)
    assert len(blinks) == len(moments)
    for blink, moment in zip(blinks, moments, strict=True):
        assert blink.closed_s == pytest.approx(moment, abs=0.05 + 0.6 / fps)
        assert blink.start_s < blink.closed_s < blink.end_s
        assert blink.end_s - blink.start_s < 0.75


def test_no_blinks_in_quiet_lids_or_nothing() -> None:
    times = np.arange(0, 20, 1 / 30)
    assert find_blinks(lids(times, [], noise=0.05), times) == ()
    assert find_blinks(np.array([]), np.array([])) == ()
    assert find_blinks(np.full(50, np.nan), np.arange(50) / 25) == ()
    assert find_blinks(np.array([0.9, 0.1]), np.array([0.0, 0.04])) == ()


def test_eyes_kept_shut_or_half_lowered_are_no_blink() -> None:
    times = np.arange(0, 20, 1 / 30)
    assert find_blinks(lids(times, [(10.0, 2.0)]), times) == ()
    lowered = np.where((times > 5) & (times < 9), 0.6, 0.9)  # looking down at the table
    assert find_blinks(lowered, times) == ()


def test_a_blink_from_narrowed_eyes() -> None:
    times = np.arange(0, 10, 1 / 30)
    narrowed = np.minimum(np.where(times > 3, 0.55, 0.95), lids(times, [(6.0, 0.1)], noise=0.0))
    blinks = find_blinks(narrowed, times)
    assert [round(blink.closed_s, 1) for blink in blinks] == [6.0]


def test_gaps_split_the_series_and_irregular_time_is_fine() -> None:
    rng = np.random.default_rng(2)
    times = np.cumsum(rng.uniform(0.015, 0.06, 600))
    openness = lids(times, [(5.0, 0.12), (15.0, 0.12)])
    openness[(times > 8) & (times < 11)] = np.nan
    assert [round(blink.closed_s) for blink in find_blinks(openness, times)] == [5, 15]


@pytest.fixture(scope="module")
def marked(testdata: Path) -> dict[str, list[tuple[int, int]]]:
    """Frames between which lids were closed, by clip."""
    rows = csv.DictReader((testdata / "blinks.csv").read_text(encoding="utf-8").splitlines())
    blinks: dict[str, list[tuple[int, int]]] = {"grid/lwbsza.mpg": []}
    for row in rows:
        span = (int(row["closed_first_frame"]), int(row["reopened_frame"]))
        blinks.setdefault(row["file"], []).append(span)
    return blinks


def test_blinks_marked_by_hand(testdata: Path, marked: dict[str, list[tuple[int, int]]]) -> None:
    false_alarms = 0
    for name, spans in marked.items():
        with VideoReader(testdata / name) as video, create_tracker("facemesh") as tracker:
            frames = [(f.time_s, tracker.track(f.image, f.time_s * 1000)) for f in video.frames()]
            size = (video.info.width, video.info.height)
        times = np.array([time for time, found in frames if found])
        geometry = derive_geometry(np.stack([found[0].landmarks for _, found in frames if found]), size)
        estimator = NeutralEstimator()
        estimator.add(geometry.aligned, geometry.rotation)
        openness = derive_expression(geometry.aligned, estimator.neutral())["eye_openness"]
        closed = [int(np.argmin(np.abs(times - blink.closed_s))) for blink in find_blinks(openness, times)]
        for first, reopened in spans:
            hits = [frame for frame in closed if first - 1 <= frame <= reopened]
            assert hits, f"{name}: blink at frame {first} was missed"
            closed.remove(hits[0])
        false_alarms += len(closed)
        if not spans:
            assert closed == []
    assert false_alarms <= 1
