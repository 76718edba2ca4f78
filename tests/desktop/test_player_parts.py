"""The player's parts without a video: times, places, the join of picture and measurement, what the seek bar shows."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fakes import FakeRecording, fake_abstention, fake_prediction
from tests.support.tracked import TrackedRecording

from lineament.video import Frame, FrameIndex, VideoInfo
from lineament_desktop.review.player.frame_state import frame_state
from lineament_desktop.review.player.seek_data import analysed_share, blink_rate, loss_share, moment_density
from lineament_desktop.review.player.timecode import format_time, parse_frame, parse_time
from lineament_desktop.review.player.view_transform import ViewTransform

INDEX = FrameIndex(np.arange(100, dtype=np.int64) * 512 + 1024, np.ones(100, dtype=bool), Fraction(1, 15360))
INFO = VideoInfo(Path("x.mp4"), 640, 360, 0, 100, 100 / 30, 30.0, False, False, "mp4", "h264", "0" * 64)


def frame(rank: int) -> Frame:
    image = np.zeros((360, 640, 4), dtype=np.uint8)
    return Frame(rank, int(INDEX.pts[rank]), float(INDEX.times_s[rank]), image)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00.000"), (42.3204, "00:42.320"), (0.9999, "00:00.999"), (61.5, "01:01.500"), (3723.25, "1:02:03.250")],
)
def test_times_read_as_minutes_seconds_milliseconds(seconds: float, text: str) -> None:
    assert format_time(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("83.5", 83.5), ("1:23.5", 83.5), ("1:02:03", 3723.0), (" 0:07,25 ", 7.25), ("", None), ("a", None)),
        *(("1:2:3:4", None), ("-3", None), ("nan", None), ("inf", None), ("1.5:20", None), ("1:-2", None)),
    ],
)
def test_typed_times(text: str, seconds: float | None) -> None:
    assert parse_time(text) == seconds


@given(st.integers(min_value=0, max_value=10 * 3600 * 1000))
def test_a_time_shown_is_the_time_read(milliseconds: int) -> None:
    assert parse_time(format_time(milliseconds / 1000)) == pytest.approx(milliseconds / 1000, abs=1e-6)


def test_typed_frames() -> None:
    assert [parse_frame(text) for text in ("1269", " 7 ", "", "-1", "1.5", "x")] == [1269, 7, None, None, None, None]


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("picture", [(1920, 1080), (720, 1280), (360, 288)])
@pytest.mark.parametrize("widget", [(800, 450), (801, 333), (320, 600)])
def test_the_letterbox_lies_on_device_pixels(picture: tuple[int, int], widget: tuple[int, int], ratio: float) -> None:
    box = ViewTransform.letterbox(picture, widget, ratio)
    edges = np.array([box.left, box.top, box.left + box.width, box.top + box.height]) * ratio
    np.testing.assert_allclose(edges, np.round(edges), atol=1e-6)
    assert box.left >= 0
    assert box.top >= 0
    assert edges[2] <= round(widget[0] * ratio) + 1e-6
    assert edges[3] <= round(widget[1] * ratio) + 1e-6
    assert box.width / box.height == pytest.approx(picture[0] / picture[1], rel=0.01)
    corners = box.map(np.array([[0.0, 0.0], picture], dtype=float))
    np.testing.assert_allclose(corners, [[box.left, box.top], [box.left + box.width, box.top + box.height]])


def test_a_picture_is_joined_with_its_own_row() -> None:
    recording = TrackedRecording(INFO, INDEX, measured=50, lost=(20,))
    for rank in (0, 19, 49):
        state = frame_state(frame(rank), recording, INDEX)
        assert state.measured == "face"
        assert state.overlay is not None
        assert (state.overlay.row, state.overlay_pts) == (rank, int(INDEX.pts[rank]))
        np.testing.assert_array_equal(state.overlay.mesh, recording.mesh(rank, rank + 1)[0])
    assert frame_state(frame(20), recording, INDEX).measured == "no face"
    assert frame_state(frame(50), recording, INDEX).measured == "not measured"
    assert frame_state(frame(50), None, INDEX).measured == "no recording"


def test_the_row_of_another_time_stamp_is_never_shown() -> None:
    recording = TrackedRecording(INFO, INDEX, pts_shift=1)
    state = frame_state(frame(3), recording, INDEX)
    assert state.overlay is None
    assert state.measured == "not measured"


def test_a_table_of_another_program_is_joined_by_its_frame_numbers() -> None:
    recording = TrackedRecording(INFO, INDEX)
    del recording._columns["pts"]
    assert frame_state(frame(3), recording, INDEX).overlay_pts == int(INDEX.pts[3])


def test_time_without_a_face() -> None:
    recording = TrackedRecording(INFO, INDEX, lost=(*range(10, 20), 99))
    by_frame = loss_share(recording, INFO.duration_s, 100)
    np.testing.assert_allclose(by_frame, [1.0 if i in (*range(10, 20), 99) else 0.0 for i in range(100)], atol=1e-6)
    np.testing.assert_allclose(loss_share(recording, INFO.duration_s, 5), [0.5, 0, 0, 0, 0.05], atol=1e-6)
    assert loss_share(recording, INFO.duration_s, 1000).sum() == pytest.approx(110, abs=0.1)
    assert not loss_share(TrackedRecording(INFO, INDEX), INFO.duration_s, 100).any()
    assert not loss_share(TrackedRecording(INFO, INDEX, measured=0), INFO.duration_s, 100).any()
    half = TrackedRecording(INFO, INDEX, measured=15, lost=tuple(range(10, 20)))
    assert np.flatnonzero(loss_share(half, INFO.duration_s, 100) > 0.5).tolist() == [10, 11, 12, 13, 14]


def test_blinks_are_ticks_and_then_a_rate() -> None:
    recording = TrackedRecording(INFO, INDEX)
    rates = blink_rate(recording, INFO.duration_s, 300)
    assert np.flatnonzero(rates).tolist() == [int(b.closed_s / INFO.duration_s * 300) for b in recording.meta.blinks]
    assert set(rates[rates > 0]) == {1.0}
    hour = FakeRecording(3600.0)
    rates = blink_rate(hour, 3600.0, 50)
    assert rates.max() == 1.0
    assert rates.min() < 1.0


def test_how_far_the_analysis_has_come() -> None:
    recording = TrackedRecording(INFO, INDEX, measured=0)
    assert analysed_share(recording, INFO.duration_s) == 0.0
    recording.grow(51)
    assert analysed_share(recording, INFO.duration_s) == pytest.approx(0.5)
    recording.grow(100)
    assert analysed_share(recording, INFO.duration_s) == 1.0


def test_moment_attention_as_density() -> None:
    prediction = fake_prediction(60.0)
    density = moment_density(prediction, 60.0, 600)
    assert 0.5 < density.max() <= 1.0
    assert density.min() >= 0.0
    even = replace(
        prediction, moment_attention=np.full_like(prediction.moment_attention, 1 / len(prediction.window_times))
    )
    inside = moment_density(even, 60.0, 600)[:540]
    np.testing.assert_allclose(inside, 0.5, atol=1e-3)
    strongest = prediction.window_times[int(np.argmax(prediction.moment_attention))]
    assert strongest[0] - 2.1 <= np.argmax(density) / 10 <= strongest[1] + 2.1
    assert not moment_density(fake_abstention(), 60.0, 600).any()
    assert not moment_density(prediction, 0.0, 600).any()
