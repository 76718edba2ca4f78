"""Habit and change: what the pane draws and says with earlier visits and without, and its states."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from tests.support.fakes import FakeRecording, fake_abstention, fake_video
from tests.support.published_predictions import DJ_LDML, MPDRM, fake_habit
from tests.support.qt import hover
from tests.support.review import shown_workspace

from lineament.models.prediction import Prediction
from lineament_desktop.review.panes.habit_pane import HOW_TO, HabitPane
from lineament_desktop.review.workspace import ReviewWorkspace
from lineament_desktop.state import Playhead, ReviewState


@pytest.fixture
def state() -> ReviewState:
    return ReviewState()


@pytest.fixture
def workspace(qtbot: QtBot, state: ReviewState) -> ReviewWorkspace:
    return shown_workspace(qtbot, state)


@pytest.fixture
def pane(workspace: ReviewWorkspace, state: ReviewState) -> HabitPane:
    state.set_model(MPDRM)
    info, index = fake_video(60.0)
    state.open_video(info.path, info, index)
    state.set_recording(FakeRecording(60.0))
    return workspace.stack.habit


def give(pane: HabitPane, prediction: Prediction | None) -> None:
    """And draw it at once, where the window would wait a quarter of a second."""
    pane.state.set_prediction(prediction)
    pane.refresh()


def test_it_comes_and_goes_with_the_model_and_stays_closed_when_closed(
    workspace: ReviewWorkspace, state: ReviewState
) -> None:
    stack = workspace.stack
    assert stack.habit.isHidden()
    state.set_model(MPDRM)
    assert stack.habit.isVisible()
    stack.set_visible("habit", False)
    state.set_model(DJ_LDML)
    state.set_model(MPDRM)
    assert stack.habit.isHidden()
    assert stack.hidden() == ["habit"]
    stack.set_visible("habit", True)
    assert stack.habit.isVisible()
    assert stack.hidden() == []


def test_the_picture_keeps_its_size_when_the_model_changes(qtbot: QtBot, workspace: ReviewWorkspace, state) -> None:
    before = workspace.controls.video.height()
    for model in (MPDRM, DJ_LDML, None):
        state.set_model(model)
        qtbot.wait(20)
        assert workspace.controls.video.height() == before


def test_without_earlier_visits_it_shows_habit_and_says_how_to_get_change(pane: HabitPane) -> None:
    assert pane.headline.text() == HOW_TO
    give(pane, fake_habit())
    (lane,) = pane.chart.content.lanes
    seen, left = lane.lines
    np.testing.assert_allclose(left.values / seen.values, 5 / 6, rtol=1e-5)
    assert seen.values[::2].mean() == pytest.approx(1.0, abs=0.03), "in multiples of the mean of what was seen"
    text = pane.headline.text()
    assert text.startswith("31 % of what was seen was habit and taken away")
    assert "score 9.2, with habit left in 11.4" in text
    assert "no earlier visit known" in text
    assert pane.note.text() == HOW_TO


def test_with_earlier_visits_each_attribute_has_its_change(pane: HabitPane, state: ReviewState, tmp_path) -> None:
    state.set_earlier((tmp_path / "first.parquet", tmp_path / "second.parquet", tmp_path / "dark.parquet"))
    assert pane.headline.text() == "3 earlier visits chosen: first.parquet, second.parquet, dark.parquet"
    give(pane, fake_habit(earlier=2))
    assert "against 2 of 3 earlier visits" in pane.headline.text()
    assert "second.parquet" in pane.headline.toolTip()
    change = pane.chart.content.lanes[1]
    assert [line.channel.label for line in change.lines] == ["action units", "gaze", "head pose", "landmarks"]
    assert (change.zero, change.high) == (1.0, 3.0)
    state.show_frame(Playhead(1500, 1500, 50.0))
    entries = {entry.name: entry.value for entry in pane.legend.entries}
    assert entries["head pose"] == "2.6×"
    assert entries["gaze"] == "1.0×"
    said = hover(pane.chart, 0.8, 0.5)
    assert "change of head pose 2.6×" in said


def test_one_visit_is_one_visit(pane: HabitPane, state: ReviewState, tmp_path) -> None:
    state.set_earlier((tmp_path / "first.parquet",))
    give(pane, fake_habit(earlier=1))
    assert pane.headline.text().endswith("against 1 earlier visit")


def test_a_window_in_which_nothing_was_seen_is_drawn_too(pane: HabitPane) -> None:
    made = fake_habit()
    nothing = np.zeros(len(made.window_times), np.float32)
    give(pane, replace(made, habit=replace(made.habit, before=nothing, after=nothing)))
    assert all((line.values == 0).all() for line in pane.chart.content.lanes[0].lines)


def test_it_says_when_the_model_abstains_or_fails(pane: HabitPane, state: ReviewState) -> None:
    give(pane, fake_abstention())
    assert "abstains" in pane.chart.message
    assert pane.headline.text() == HOW_TO
    give(pane, None)
    state.set_failure("first.parquet: the file is not there.")
    pane.refresh()
    assert pane.chart.message.startswith("Nothing was scored.")


def test_its_button_asks_for_earlier_visits(qtbot: QtBot, workspace: ReviewWorkspace, pane: HabitPane) -> None:
    with qtbot.waitSignal(workspace.stack.earlier_asked, timeout=1000):
        qtbot.mouseClick(pane.earlier_button, Qt.MouseButton.LeftButton)
