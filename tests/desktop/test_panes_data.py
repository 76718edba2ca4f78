"""What panes make of a recording before anything is painted: envelopes, spans, time axis, verdicts, hover texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fakes import FakeRecording, fake_prediction

from lineament_desktop.review.panes.attention_pane import window_at, window_edges
from lineament_desktop.review.panes.channels import ACTION_UNITS, HEAD_POSE
from lineament_desktop.review.panes.envelope import envelope, spans_where
from lineament_desktop.review.panes.hover import hover_text
from lineament_desktop.review.panes.lanes import Lane, Line, Picture
from lineament_desktop.review.panes.quality_strip import frame_verdicts
from lineament_desktop.review.panes.time_axis import MIN_SPAN_S, TimeAxis, tick_label
from lineament_desktop.review.recording_playhead import index_of


def test_an_event_of_one_frame_is_never_lost() -> None:
    times = np.arange(108_000) / 30
    values = np.zeros(108_000, dtype=np.float32)
    values[54_321] = 4.0
    x, y = envelope(times, values, 0, 3600, 700)
    assert len(x) == len(y) <= 2 * 701
    assert y.max() == 4.0
    assert abs(x[int(np.argmax(y))] - times[54_321]) < 3600 / 700


def test_gaps_stay_gaps_and_do_not_swallow_their_neighbours() -> None:
    times = np.arange(6000) / 30
    values = np.ones(6000, dtype=np.float32)
    values[::2] = np.nan  # every second frame lost: no bin is all NaN
    values[3000:4000] = np.nan
    x, y = envelope(times, values, 0, 200, 100)
    assert np.isnan(y[(x > 102) & (x < 131)]).all()
    assert np.isfinite(y[(x < 98) | (x > 135)]).all()


@given(
    rows=st.integers(2, 400),
    bins=st.integers(1, 60),
    ends=st.tuples(st.floats(-1, 15), st.floats(-1, 15)),
    seed=st.integers(0, 99),
)
def test_envelope_keeps_the_extremes_of_what_is_in_view(
    rows: int, bins: int, ends: tuple[float, float], seed: int
) -> None:
    times = np.arange(rows) / 30
    values = np.random.default_rng(seed).normal(size=rows).astype(np.float32)
    start, stop = min(ends), max(ends)
    x, y = envelope(times, values, start, stop, bins)
    inside = values[(times >= start) & (times <= stop)]
    assert len(x) == len(y)
    assert (np.diff(x) >= 0).all()
    if len(inside):
        assert y.max() >= inside.max()
        assert y.min() <= inside.min()


def test_spans_of_lost_frames() -> None:
    times = np.arange(10) / 10
    flags = np.array([1, 0, 0, 1, 1, 0, 0, 0, 0, 1], dtype=bool)
    assert np.ravel(spans_where(times, flags)) == pytest.approx([0.0, 0.1, 0.3, 0.5, 0.9, 1.0])
    assert spans_where(times[:0], flags[:0]) == []


def test_zoom_keeps_the_second_under_the_mouse(qapp: object) -> None:
    axis = TimeAxis()
    axis.set_duration(100)
    axis.zoom(0.25, 40)
    assert (axis.start, axis.stop) == pytest.approx((30, 55))
    axis.zoom(1e-9, 40)
    assert axis.span == pytest.approx(MIN_SPAN_S)
    axis.zoom(1e9, 40)
    assert (axis.start, axis.stop) == (0, 100)


def test_panning_stops_at_the_ends(qapp: object) -> None:
    axis = TimeAxis()
    axis.set_duration(100)
    axis.show(20, 40)
    axis.pan(-50)
    assert (axis.start, axis.stop) == (0, 20)
    axis.pan(500)
    assert (axis.start, axis.stop) == (80, 100)


def test_the_page_turns_with_the_playhead_unless_one_has_panned_away(qapp: object) -> None:
    axis = TimeAxis()
    axis.set_duration(100)
    axis.show(0, 20)
    axis.follow(19.9)
    axis.follow(20.1)
    assert axis.start == pytest.approx(19.1)
    axis.show(60, 80)  # the user looks elsewhere while it plays
    axis.follow(20.2)
    axis.follow(20.3)
    assert (axis.start, axis.stop) == (60, 80)


def test_ticks_are_round_and_far_enough_apart(qapp: object) -> None:
    axis = TimeAxis()
    axis.set_duration(3600)
    ticks = axis.ticks(1000)
    assert ticks[:2] == [0, 600]
    axis.show(10, 11)
    ticks = axis.ticks(1000)
    assert ticks == pytest.approx([10 + i / 10 for i in range(11)])
    assert tick_label(10.1, fine=True) == "00:10.10"
    assert tick_label(3661, fine=False) == "1:01:01"


def test_verdicts_of_a_frame() -> None:
    recording = FakeRecording(4, lost=((1.0, 2.0),))
    good = [verdict.text for verdict in frame_verdicts(recording, 0)]
    assert good == ["face found", "sharp", "well lit", "yaw ok"]
    assert [verdict.text for verdict in frame_verdicts(recording, 45)] == ["no face"]
    recording.column("pose_Ry")[0] = np.radians(50)  # type: ignore[index]
    recording.column("brightness")[0] = 12  # type: ignore[index]
    recording.column("face_size")[0] = 20  # type: ignore[index]
    bad = [verdict.text for verdict in frame_verdicts(recording, 0) if not verdict.good]
    assert bad == ["too dark", "turned away", "face too small"]


def test_hover_says_time_name_value_unit_and_source() -> None:
    recording = FakeRecording(10, lost=((5.0, 6.0),))
    channel = HEAD_POSE[0]
    line = Line(channel, recording.time_s, channel.values(recording), "#000000")
    picture = Picture((Lane("head pose", -30, 30, (line,)),), ((5.0, 6.0),), source="lineament/facemesh")
    value = channel.text(float(np.degrees(recording.column("pose_Ry")[60])))
    assert hover_text(picture, 2.0, 0.5) == f"00:02.000  ·  head yaw {value}  ·  lineament/facemesh"
    assert value.endswith("°")
    assert "no face found" in hover_text(picture, 5.5, 0.5)


def test_action_units_are_said_to_be_of_five() -> None:
    assert ACTION_UNITS[8].full_text(2.31) == "AU12 lip corner puller 2.3 of 5"
    assert ACTION_UNITS[8].full_text(float("nan")) == "AU12 lip corner puller –"


def test_windows_that_overlap_are_cut_half_way() -> None:
    prediction = fake_prediction(20)
    edges = window_edges(prediction)
    assert edges[0] == 0
    assert edges[1:4] == pytest.approx([3, 5, 7])
    assert window_at(prediction, 3.5) == 1
    assert window_at(prediction, 1000) == -1


def test_a_clock_that_stands_still_becomes_an_index() -> None:
    recording = FakeRecording(1)
    recording.time_s[:] = 0.0
    index = index_of(recording)
    assert (np.diff(index.pts) > 0).all()
