"""The panes driven as a person would: click, wheel, drag, double click; and what they show in each state."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from tests.support.fakes import FakeRecording, fake_abstention, fake_prediction, fake_video
from tests.support.published_predictions import DJ_LDML, HMHN, MPDRM, fake_distribution, fake_habit, fake_regions
from tests.support.qt import click, drag, hover, wheel

from lineament.models.prediction import Prediction
from lineament_desktop.review.panes.attention_pane import window_at
from lineament_desktop.review.panes.attention_scale import share_reach
from lineament_desktop.review.panes.chart import Chart
from lineament_desktop.review.panes.now_panes import ActionUnitsNow, AttentionNow
from lineament_desktop.review.panes.pane_stack import PaneStack
from lineament_desktop.review.panes.quality_strip import QualityStrip
from lineament_desktop.review.workspace import Controls, ReviewWorkspace
from lineament_desktop.state import Playhead, ReviewState
from lineament_desktop.theme import apply_theme, tokens

SECONDS = 60.0


@pytest.fixture
def state() -> ReviewState:
    return ReviewState()


@pytest.fixture
def workspace(qtbot: QtBot, state: ReviewState) -> Iterator[ReviewWorkspace]:
    made = ReviewWorkspace(state, Controls(QLabel("picture"), QLabel("buttons"), QLabel("seek bar")))
    qtbot.addWidget(made)
    made.resize(1400, 900)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def stack(workspace: ReviewWorkspace) -> PaneStack:
    return workspace.stack


def open_video(state: ReviewState, seconds: float = SECONDS) -> None:
    info, index = fake_video(seconds)
    state.open_video(info.path, info, index)


def fill(state: ReviewState) -> FakeRecording:
    open_video(state)
    recording = FakeRecording(SECONDS, lost=((30, 34),))
    state.set_recording(recording)
    state.set_prediction(fake_prediction(SECONDS))
    return recording


def stand_at(state: ReviewState, time_s: float) -> None:
    frame = round(time_s * 30)
    state.show_frame(Playhead(frame, frame, frame / 30))


@pytest.mark.parametrize("key", ["attention", "action units", "angles", "quality"])
def test_click_in_any_pane_asks_for_that_moment(stack: PaneStack, state: ReviewState, key: str) -> None:
    fill(state)
    asked: list[int] = []
    state.seek_requested.connect(asked.append)
    click(stack.panes[key].chart, 0.25)
    assert len(asked) == 1
    assert asked[0] == pytest.approx(0.25 * SECONDS * 30, abs=3)


def test_wheel_zooms_all_panes_about_the_mouse(stack: PaneStack, state: ReviewState) -> None:
    fill(state)
    wheel(stack.panes["angles"].chart, 0.25, 3)
    span = SECONDS / 1.25**3
    assert stack.axis.span == pytest.approx(span)
    assert stack.axis.start == pytest.approx(15 - 0.25 * span, abs=0.1)
    for pane in stack.panes.values():
        low, high = pane.chart.getPlotItem().getViewBox().viewRange()[0]
        assert (low, high) == pytest.approx((stack.axis.start, stack.axis.stop))


def test_drag_pans_and_does_not_seek(stack: PaneStack, state: ReviewState) -> None:
    fill(state)
    stack.axis.show(20, 40)
    asked: list[int] = []
    state.seek_requested.connect(asked.append)
    drag(stack.panes["quality"].chart, 0.5, 0.25)
    assert stack.axis.start == pytest.approx(25, abs=0.1)
    assert stack.axis.span == pytest.approx(20)
    assert asked == []


def test_double_click_fits(stack: PaneStack, state: ReviewState) -> None:
    fill(state)
    stack.axis.show(20, 21)
    QTest.mouseDClick(stack.panes["attention"].chart.viewport(), Qt.MouseButton.LeftButton)
    assert (stack.axis.start, stack.axis.stop) == (0, SECONDS)


def test_one_cursor_through_all_panes(stack: PaneStack, state: ReviewState) -> None:
    fill(state)
    stand_at(state, 12.5)
    shown = [pane for pane in stack.panes.values() if not pane.isHidden()]
    assert len(shown) == 4
    assert {pane.chart.cursor_s for pane in shown} == {12.5}


def test_legends_tell_the_values_at_the_playhead(stack: PaneStack, state: ReviewState) -> None:
    recording = fill(state)
    stand_at(state, 10.0)
    said = {entry.name: entry.value for entry in stack.panes["angles"].legend.entries}
    assert said["yaw"] == f"{np.degrees(recording.column('pose_Ry')[300]):.1f}°".replace("-", "−")
    stand_at(state, 32.0)
    said = {entry.name: entry.value for entry in stack.panes["angles"].legend.entries}
    assert said["yaw"] == "–"


def test_hover_names_value_unit_and_source(stack: PaneStack, state: ReviewState, qtbot: QtBot) -> None:
    fill(state)
    qtbot.waitUntil(lambda: bool(stack.panes["attention"].chart.content.lanes), timeout=2000)
    text = hover(stack.panes["action units"].chart, 0.2, 0.97)
    assert "AU01 inner brow raiser" in text
    assert "of 5" in text
    assert "geometric estimate, lineament/facemesh" in text
    assert "00:1" in text
    assert "model hand_designed" in hover(stack.panes["attention"].chart, 0.2, 0.3)


def test_panes_grow_while_the_video_is_measured(stack: PaneStack, state: ReviewState, qtbot: QtBot) -> None:
    open_video(state)
    recording = FakeRecording(SECONDS, measured=0)
    state.set_recording(recording)
    chart = stack.panes["action units"].chart
    assert not chart.content.lanes
    recording.grow(600)
    state.recording_grew.emit()
    qtbot.waitUntil(lambda: bool(chart.content.lanes), timeout=2000)
    assert chart.content.lanes[0].lines[0].times[-1] == pytest.approx(599 / 30)
    recording.grow(1200)
    state.recording_grew.emit()
    qtbot.waitUntil(lambda: len(chart.content.lanes[0].lines[0].times) == 1200, timeout=2000)
    assert (stack.axis.start, stack.axis.stop) == (0, SECONDS)  # the axis does not jump


def test_end_of_the_analysis_moves_nothing(stack: PaneStack, state: ReviewState) -> None:
    open_video(state)
    recording = FakeRecording(SECONDS, measured=1700)
    state.set_recording(recording)
    stack.axis.show(5, 25)
    sizes = [pane.height() for pane in stack.panes.values()]
    recording.grow(1800)
    state.set_recording(recording)
    assert (stack.axis.start, stack.axis.stop) == (5, 25)
    assert [pane.height() for pane in stack.panes.values()] == sizes


def test_hiding_a_pane_leaves_the_picture_its_size(workspace: ReviewWorkspace, state: ReviewState) -> None:
    fill(state)
    before = workspace.controls.video.size()
    workspace.stack.set_visible("quality", False)
    workspace.stack.set_visible("angles", False)
    QTest.qWait(20)
    assert workspace.controls.video.size() == before
    workspace.stack.set_visible("quality", True)
    QTest.qWait(20)
    assert workspace.controls.video.size() == before


def test_a_hidden_pane_catches_up_when_it_is_shown(stack: PaneStack, state: ReviewState) -> None:
    stack.set_visible("quality", False)
    fill(state)
    assert not stack.panes["quality"].chart.content.lanes
    stack.set_visible("quality", True)
    assert len(stack.panes["quality"].chart.content.lanes) == 3


def test_panes_move_past_hidden_ones_and_are_remembered(
    workspace: ReviewWorkspace, state: ReviewState, qtbot: QtBot
) -> None:
    stack = workspace.stack
    stack.set_visible("angles", False)
    stack.move_pane("quality", -1)
    shown = [key for key in stack.order() if stack.panes[key].isVisible()]
    assert shown == ["attention", "quality", "action units"]
    stack.move_pane("attention", -1)  # is at the top already
    stack.action_units.choose(["AU12", "AU06"])
    saved = workspace.layout_state()
    other = ReviewWorkspace(ReviewState(), Controls(QLabel(), QLabel(), QLabel()))
    qtbot.addWidget(other)
    other.restore_layout(saved)
    assert other.stack.order() == stack.order()
    assert other.stack.hidden() == ["angles"]
    assert other.stack.action_units.chosen == ("AU06", "AU12")


def test_a_damaged_layout_is_passed_over(workspace: ReviewWorkspace) -> None:
    workspace.restore_layout({"splitters": 3, "panes": ["no such pane", 7], "hidden": None, "sizes": "%%%"})
    assert workspace.stack.hidden() == []


def even_prediction(largest: float, moments: float) -> Prediction:
    """Attention that leaves an even share by at most `largest`, moments the mean by at most `moments`."""
    made = fake_prediction(SECONDS)
    count = len(made.window_times)
    lean = np.sin(np.arange(count))[:, None] * np.array([1.0, -1.0, 0.5, -0.5])
    weights = 1 + moments * np.sin(np.arange(count))
    return replace(
        made,
        attribute_attention=(0.25 + largest * lean).astype(np.float32),
        moment_attention=(weights / weights.sum()).astype(np.float32),
    )


def test_nearly_even_attention_is_drawn_round_an_even_share_on_a_stated_scale(
    stack: PaneStack, state: ReviewState, qtbot: QtBot
) -> None:
    open_video(state)
    state.set_recording(FakeRecording(SECONDS))
    state.set_prediction(even_prediction(0.04, 0.08))
    qtbot.waitUntil(lambda: bool(stack.attention.chart.content.lanes), timeout=2000)
    moment, share = stack.attention.chart.content.lanes
    assert (share.low, share.zero, share.high) == pytest.approx((0.2, 0.25, 0.3))
    assert share.ends == ("0.20", "0.30")
    assert (moment.low, moment.zero, moment.high) == pytest.approx((0.9, 1.0, 1.1))
    assert stack.attention.note.text() == "moment 0.9× to 1.1×"
    stand_at(state, 10.0)
    window = window_at(state.prediction, 10.0)
    said = {entry.name: entry.value for entry in stack.attention.legend.entries}
    assert said["gaze"] == f"{state.prediction.attribute_attention[window, 1]:.2f}"
    text = hover(stack.attention.chart, 10.0 / SECONDS, 0.6)
    assert "attention to" in text
    assert "(even 0.25)" in text


def test_scale_of_attention_only_grows_with_the_recording(stack: PaneStack, state: ReviewState, qtbot: QtBot) -> None:
    open_video(state)
    state.set_recording(FakeRecording(SECONDS, measured=1500))
    whole = even_prediction(0.14, 0.3)
    reaches = []
    for count in range(1, len(whole.window_times), 3):
        weights = whole.moment_attention[:count] / whole.moment_attention[:count].sum()
        part = {"window_times": whole.window_times[:count], "attribute_attention": whole.attribute_attention[:count]}
        reaches.append(share_reach(replace(whole, moment_attention=weights, **part)).high)
    assert reaches == sorted(reaches)
    assert len(set(reaches)) <= 4
    assert reaches[-1] == pytest.approx(0.4)


def test_attention_grows_live(stack: PaneStack, state: ReviewState, qtbot: QtBot) -> None:
    open_video(state)
    state.set_recording(FakeRecording(SECONDS, measured=900))
    state.set_prediction(fake_prediction(30))
    qtbot.waitUntil(lambda: bool(stack.attention.chart.content.lanes), timeout=2000)
    moment, share = stack.attention.chart.content.lanes
    assert moment.lines[0].times[-1] == share.lines[0].times[-1] == 28
    state.set_recording(FakeRecording(SECONDS))
    state.set_prediction(fake_prediction(SECONDS))
    qtbot.waitUntil(lambda: stack.attention.chart.content.lanes[1].lines[3].times[-1] > 50, timeout=2000)


def test_shares_can_be_stacked_and_that_is_remembered(workspace: ReviewWorkspace, state: ReviewState) -> None:
    fill(state)
    pane = workspace.stack.attention
    pane.menu.aboutToShow.emit()
    by_name = {action.text(): action for action in pane.menu.actions()}
    by_name["Shares stacked from 0 to 1"].trigger()
    assert pane.chart.content.lanes[1].bands is not None
    saved = workspace.layout_state()
    pane.set_stacked(False)
    workspace.restore_layout(saved)
    assert pane.stacked


def test_a_model_of_two_attributes_has_its_own_even_share(stack: PaneStack, state: ReviewState, qtbot: QtBot) -> None:
    made = fake_prediction(SECONDS)
    two = made.attribute_attention[:, :2] / made.attribute_attention[:, :2].sum(axis=1, keepdims=True)
    open_video(state)
    state.set_recording(FakeRecording(SECONDS))
    state.set_prediction(replace(made, attribute_names=("action units", "gaze"), attribute_attention=two))
    qtbot.waitUntil(lambda: bool(stack.attention.chart.content.lanes), timeout=2000)
    assert stack.attention.chart.content.lanes[1].zero == 0.5
    assert [entry.name for entry in stack.attention.legend.entries] == ["action units", "gaze"]


def test_action_units_are_chosen_in_the_panes_menu(stack: PaneStack, state: ReviewState) -> None:
    fill(state)
    pane = stack.action_units
    pane.menu.aboutToShow.emit()
    by_name = {action.text(): action for action in pane.menu.actions()}
    by_name["AU09 nose wrinkler"].trigger()
    assert "AU09" in [lane.label for lane in pane.chart.content.lanes]
    by_name["One over the other"].trigger()
    assert len(pane.chart.content.lanes) == 1
    colours = [line.colour for line in pane.chart.content.lanes[0].lines]
    assert len(set(colours)) == len(colours)
    by_name["All action units"].trigger()
    assert len(pane.chart.content.lanes[0].lines) == 17


def test_columns_that_a_file_lacks_are_said_to_be_missing(stack: PaneStack, state: ReviewState) -> None:
    open_video(state)
    names = [f"pose_R{axis}" for axis in "xyz"] + ["gaze_angle_x", "gaze_angle_y"]
    state.set_recording(FakeRecording(SECONDS).drop(*names))
    assert stack.panes["angles"].chart.message == "lineament/facemesh did not measure head pose and gaze."


# What the panes of the recording, those of the estimate, and the estimate itself say.
STATES = {
    "empty": ("Open a video with Ctrl+O", "Open a video with Ctrl+O", "Open a video with Ctrl+O"),
    "loading": ("Measuring begins", "Measuring begins", "Measuring begins"),
    "waiting": ("", "Waiting for enough measured video", "Waiting for enough measured video"),
    "abstained": ("", "The model abstains", "Only 25 s of the video can be used"),
    "failed": ("Nothing was measured", "Nothing was scored", "no_face.mp4: no face was found"),
}


@pytest.mark.parametrize("kind", STATES)
def test_every_pane_has_a_sentence_for_its_state(workspace: ReviewWorkspace, state: ReviewState, kind: str) -> None:
    if kind != "empty":
        open_video(state)
    if kind in ("waiting", "abstained"):
        state.set_recording(FakeRecording(SECONDS, measured=90))
    if kind == "abstained":
        state.set_prediction(fake_abstention())
    if kind == "failed":
        state.set_failure("no_face.mp4: no face was found in 95 frames. Check that the participant is in view.")
    QTest.qWait(300)
    measured, estimated, reason = STATES[kind]
    for key in ("action units", "angles", "quality"):
        assert measured in workspace.stack.panes[key].chart.message
    assert estimated in workspace.stack.panes["attention"].chart.message
    assert reason in workspace.estimate.sentence.text()
    assert estimated in workspace.attention_now.sentence.text()
    assert workspace.attention_now.sentence.isVisible()


def test_estimate_says_interval_then_point_then_baseline_then_training(
    workspace: ReviewWorkspace, state: ReviewState
) -> None:
    fill(state)
    said = workspace.estimate.accessibleDescription()
    parts = ["80 % interval 6 – 13", "point 9.2", "constant baseline 6.6", "Trained on simulated behaviour"]
    places = [said.index(part) for part in [*parts, "usable time 94 %", "model hand_designed"]]
    assert places == sorted(places)


def test_abstention_stands_where_the_interval_was(workspace: ReviewWorkspace, state: ReviewState) -> None:
    fill(state)
    state.set_prediction(fake_abstention())
    assert workspace.estimate.interval.text() == "No estimate"
    assert not workspace.estimate.point.isVisible()
    assert "Film the face closer" in workspace.estimate.sentence.text()


def test_interval_narrows_live(workspace: ReviewWorkspace, state: ReviewState) -> None:
    open_video(state)
    state.set_recording(FakeRecording(SECONDS, measured=900))
    state.set_prediction(fake_prediction(30, width=12))
    assert "still narrowing" in workspace.estimate.instrument.text()
    assert workspace.estimate.interval.text() == "80 % interval 3 – 15"
    state.set_recording(FakeRecording(SECONDS))
    state.set_prediction(fake_prediction(60, width=6))
    assert workspace.estimate.interval.text() == "80 % interval 6 – 12"
    assert "still narrowing" not in workspace.estimate.instrument.text()


def test_bars_follow_the_playhead(workspace: ReviewWorkspace, state: ReviewState) -> None:
    recording = fill(state)
    stand_at(state, 7.0)
    bars = {bar.name: bar for bar in workspace.action_units_now.bars.bars}
    assert len(bars) == 17
    value = float(recording.column("AU12_r")[210])
    assert bars["AU12"].figure == f"{value:.1f}"
    assert bars["AU12"].present == bool(recording.column("AU12_c")[210])
    stand_at(state, 6.5)
    *shares, moment = workspace.attention_now.bars.bars
    prediction = fake_prediction(SECONDS)
    assert [bar.figure for bar in shares] == [f"{share:.2f}" for share in prediction.attribute_attention[2]]
    assert [bar.share for bar in shares] == pytest.approx(prediction.attribute_attention[2].tolist())
    assert {bar.mark for bar in shares} == {0.25}
    assert moment.figure == f"{prediction.moment_attention[2] * len(prediction.window_times):.2f}×"
    stand_at(state, 31.0)
    assert {bar.figure for bar in workspace.action_units_now.bars.bars} == {"–"}


def test_bars_follow_a_table_whose_frames_begin_anywhere(workspace: ReviewWorkspace, state: ReviewState) -> None:
    class Late(FakeRecording):
        """Frames are counted from 100, as in a table of a part of a video."""

        def row_of_frame(self, frame: int) -> int:
            return super().row_of_frame(frame - 100)

    info, index = fake_video(2.0)
    recording = Late(2.0)
    state.open_recording_alone(info.path, index, recording)
    state.show_frame(Playhead(7, 7, 7 / 30))
    bars = {bar.name: bar.figure for bar in workspace.action_units_now.bars.bars}
    assert bars["AU12"] == f"{float(recording.column('AU12_r')[7]):.1f}"


def test_quality_in_words_follows_the_playhead(qtbot: QtBot, state: ReviewState) -> None:
    strip = QualityStrip(state)
    qtbot.addWidget(strip)
    fill(state)
    stand_at(state, 7.0)
    usual = strip.sizeHint()
    assert "face found" in strip.text()
    stand_at(state, 31.0)
    assert "no face" in strip.text()
    assert "no face" in strip.toolTip()
    assert strip.sizeHint() == usual


def test_cards_are_named_for_screen_readers(workspace: ReviewWorkspace, state: ReviewState) -> None:
    recording = fill(state)
    stand_at(state, 7.0)
    value = f"{float(recording.column('AU12_r')[210]):.1f}"
    spoken = workspace.stack.action_units.chart.accessibleDescription()
    assert f"AU12 lip corner puller {value} of 5" in spoken
    for widget in (AttentionNow, ActionUnitsNow):
        card = workspace.findChild(widget)
        assert card.accessibleName()
        assert card.bars.accessibleDescription()
    for pane in workspace.stack.panes.values():
        assert pane.accessibleName()
        assert pane.chart.accessibleDescription()


def colours_of(chart: Chart) -> set[str]:
    image = chart.viewport().grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(120, 1100, 9) for y in range(image.height())}


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_charts_are_painted_in_the_theme(qapp: object, stack: PaneStack, state: ReviewState, choice: str) -> None:
    fill(state)
    apply_theme(qapp, choice)  # type: ignore[arg-type]
    chart = stack.panes["attention"].chart
    image = chart.viewport().grab().toImage()
    corner = image.pixelColor(2, 2).lightness()
    assert corner > 200 if choice == "light" else corner < 60
    names = ("action units", "gaze", "head pose", "landmarks")
    assert {tokens().lines[name].lower() for name in names} <= colours_of(chart)
    stack.attention.set_stacked(True)
    assert {tokens().fills[name].lower() for name in names} <= colours_of(chart)
    apply_theme(qapp, "light")  # type: ignore[arg-type]


def test_video_alone_keeps_a_thin_strip_of_attention(workspace: ReviewWorkspace, state: ReviewState) -> None:
    fill(state)
    workspace.stack.set_visible("quality", False)
    workspace.set_video_only(True)
    assert not workspace.side.isVisible()
    assert [key for key in workspace.stack.order() if key not in workspace.stack.hidden()] == ["attention"]
    assert workspace.stack.height() <= 130
    assert workspace.layout_state()["hidden"] == ["quality"]
    workspace.set_video_only(False)
    assert workspace.side.isVisible()
    assert workspace.stack.hidden() == ["quality"]


def test_a_model_may_change_under_anothers_estimate(workspace: ReviewWorkspace, state: ReviewState) -> None:
    made = {DJ_LDML: fake_distribution(SECONDS), HMHN: fake_regions(SECONDS), MPDRM: fake_habit(SECONDS, earlier=1)}
    open_video(state)
    state.set_recording(FakeRecording(SECONDS))
    for before, estimate in made.items():
        for after in made:
            state.set_model(before)
            state.set_prediction(estimate)
            state.show_frame(Playhead(60, 60, 2.0))
            state.set_model(after)  # the new one's estimate comes later
            assert state.model is after
            assert not workspace.grab().isNull()
