"""The predicted distribution: bars on the instrument's scale, what is marked, what hover and keys say, its states."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.support.fakes import FakeRecording, fake_abstention, fake_prediction, fake_video
from tests.support.published_predictions import DJ_LDML, HMHN, fake_distribution
from tests.support.review import shown_workspace

from lineament.datasets.scales import BDI2, PHQ8, VLOG_LABEL
from lineament_desktop.review.panes.distribution_chart import DistributionChart
from lineament_desktop.review.workspace import ReviewWorkspace
from lineament_desktop.state import ReviewState
from lineament_desktop.theme import apply_theme, tokens


@pytest.fixture
def state() -> ReviewState:
    return ReviewState()


@pytest.fixture
def workspace(qtbot: QtBot, state: ReviewState) -> ReviewWorkspace:
    return shown_workspace(qtbot, state)


@pytest.fixture
def chart(qtbot: QtBot) -> DistributionChart:
    made = DistributionChart()
    qtbot.addWidget(made)
    made.resize(520, 180)
    made.show()
    qtbot.waitExposed(made)
    return made


def opened(state: ReviewState) -> None:
    info, index = fake_video(60.0)
    state.open_video(info.path, info, index)
    state.set_recording(FakeRecording(60.0))


def test_it_is_there_for_models_that_learn_one_and_attention_for_the_others(
    workspace: ReviewWorkspace, state: ReviewState
) -> None:
    def shown() -> tuple[bool, bool, bool]:
        attention_pane = workspace.stack.panes["attention"]
        return workspace.distribution.isVisible(), workspace.attention_now.isVisible(), attention_pane.isVisible()

    assert shown() == (False, True, True)
    state.set_model(DJ_LDML)
    assert shown() == (True, False, False)
    state.set_model(HMHN)
    assert shown() == (False, False, False)
    state.set_model(None)
    assert shown() == (False, True, True)


def test_its_states(workspace: ReviewWorkspace, state: ReviewState) -> None:
    state.set_model(DJ_LDML)
    pane = workspace.distribution
    assert "will stand here. Open a video" in pane.sentence.text()
    opened(state)
    assert pane.sentence.text() == "The model is scoring the recording."
    state.set_prediction(fake_distribution())
    assert pane.chart.isVisible()
    assert not pane.sentence.isVisible()
    assert pane.note.text().startswith("most at 9: ")
    assert pane.marks.text().startswith("◇ expected 9.2")
    assert "┆ constant 6.0" in pane.marks.text()
    state.set_prediction(fake_abstention())
    assert not pane.chart.isVisible()
    assert "abstains" in pane.sentence.text()
    state.set_prediction(None)
    state.set_failure("film.mp4: the video cannot be read.")
    assert pane.sentence.text().startswith("Nothing was scored.")


@pytest.mark.parametrize("scale", [PHQ8, BDI2, VLOG_LABEL])
def test_every_score_has_a_bar_that_the_mouse_finds(chart: DistributionChart, scale) -> None:
    prediction = fake_distribution(scale=scale, centre=scale.high / 3)
    chart.show_prediction(prediction)
    area = chart._area()
    for number, score in enumerate(prediction.distribution.support.tolist()):
        x = chart._x(score)
        assert area.left() < x < area.right()
        assert chart.score_at(x) == number
    assert chart.score_at(area.left() - 2) is None


def test_hover_says_score_band_probability_and_what_lies_below(qtbot: QtBot, chart: DistributionChart) -> None:
    prediction = fake_distribution()
    chart.show_prediction(prediction)
    QTest.mouseMove(chart, QPoint(round(chart._x(12)), 40))
    share = prediction.distribution.probabilities
    expected = f"12, moderate: {share[12] * 100:.1f} %\nup to it {share[:13].sum() * 100:.0f} %"
    assert chart.pointed_words() == expected
    QTest.mouseMove(chart, QPoint(2, 40))
    assert chart.pointed_words() == ""


def test_arrow_keys_go_from_score_to_score_while_it_has_the_focus(qtbot: QtBot, chart: DistributionChart) -> None:
    chart.show_prediction(fake_distribution())
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.pointed_words().startswith("10, moderate")
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.pointed_words().startswith("0, none or minimal")
    qtbot.keyClick(chart, Qt.Key.Key_End)
    assert chart.pointed_words().startswith("24, severe")
    assert chart.pointed_words().endswith("up to it 100 %")


def bar_colour(chart: DistributionChart, score: float) -> str:
    image = chart.grab().toImage()
    return image.pixelColor(round(chart._x(score)), round(chart._area().bottom()) - 3).name()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_inside_the_interval_are_full_and_those_outside_pale(
    qtbot: QtBot, chart: DistributionChart, theme
) -> None:

    apply_theme(QApplication.instance(), theme)
    chart.show_prediction(replace(fake_distribution(), score=8.5, baseline=5.5, interval=(6.0, 12.9)))
    full = QColor(tokens().fills["estimate"]).name()
    assert [bar_colour(chart, score) == full for score in (4, 7, 12, 14)] == [False, True, True, False]
    apply_theme(QApplication.instance(), "light")


def test_bars_are_as_high_as_their_shares(chart: DistributionChart) -> None:
    support, share = np.arange(25.0), np.zeros(25)
    share[[6, 18]] = 0.25, 0.75
    made = fake_distribution()
    distribution = replace(made.distribution, support=support, probabilities=share)
    chart.show_prediction(replace(made, distribution=distribution, score=None, interval=None, baseline=12.5))
    image, area = chart.grab().toImage(), chart._area()
    ground = {score: image.pixelColor(round(chart._x(score)), round(area.bottom()) - 3) for score in (6, 18)}
    for score, probability in ((6, 0.25), (18, 0.75)):
        column = [
            image.pixelColor(round(chart._x(score)), y) for y in range(round(area.top()) + 2, round(area.bottom()))
        ]
        height = sum(colour == ground[score] for colour in column)
        assert height == pytest.approx(probability * area.height(), abs=3)


def test_what_a_screen_reader_says_adds_up_the_bands(chart: DistributionChart) -> None:
    support, share = np.arange(25.0), np.zeros(25)
    share[[0, 4, 10, 24]] = 0.1, 0.2, 0.3, 0.4
    made = fake_distribution()
    chart.show_prediction(replace(made, distribution=replace(made.distribution, support=support, probabilities=share)))
    assert chart.accessibleDescription() == (
        "none or minimal 30 %, mild 0 %, moderate 30 %, moderately severe 0 %, severe 40 %"
    )


def test_an_estimate_without_a_distribution_draws_nothing(chart: DistributionChart) -> None:
    chart.show_prediction(fake_prediction())
    assert not chart.has_distribution
    assert (chart.pointed_words(), chart.peak_words(), chart.score_at(100.0)) == ("", "", None)
    chart.grab()
