"""The Models workspace with mouse and keyboard: the list, the card, import, export, promotion, comparison."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.fakes import FakeRecording, fake_abstention, fake_prediction
from tests.support.models import make_card, make_hand_designed

from lineament.datasets.scales import BDI2
from lineament.inference.comparison import Along, apart
from lineament.models.exchange.archive import export_archive
from lineament.models.exchange.places import own_models_folder
from lineament.models.exchange.promotion import promotions
from lineament.models.reliability import Reliability
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.models import ModelsWorkspace
from lineament_desktop.models.calibration_chart import coverage_points
from lineament_desktop.models.card_view import metric_rows
from lineament_desktop.models.compare_charts import AttentionBands, Disagreement, Estimates
from lineament_desktop.models.compare_dialog import CompareDialog
from lineament_desktop.models.work import Compared
from lineament_desktop.theme import apply_theme
from lineament_desktop.widgets.architecture_view import ArchitectureView
from lineament_desktop.widgets.axis_ticks import round_ticks
from lineament_desktop.widgets.interval_chart import IntervalChart, Row

LEFT = Qt.MouseButton.LeftButton
WAIT = 60_000


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(core=FakeCore().core())
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    yield made
    made.close()


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> ModelsWorkspace:
    qtbot.mouseClick(window.mode_bar.buttons["models"], LEFT)
    made = window.pages.made("models")
    assert isinstance(made, ModelsWorkspace)
    qtbot.waitUntil(lambda: made.card is not None, timeout=WAIT)
    return made


def named(page: ModelsWorkspace, name: str) -> int:
    return next(row for row, entry in enumerate(page.list.entries()) if entry.name == name)


def said(window: MainWindow) -> str:
    return window.messages.message.text if window.messages.message is not None else ""


def bring_in(qtbot: QtBot, page: ModelsWorkspace, source: Path) -> None:
    before = page.list.count()
    page.import_from(source)
    qtbot.waitUntil(lambda: page.list.count() > before, timeout=WAIT)


def test_the_model_in_use_is_shown_with_its_card(page: ModelsWorkspace, window: MainWindow) -> None:
    entry = page.list.current()
    assert entry is not None
    assert window.state.model is not None
    assert entry.folder == window.state.model.folder
    assert page.title.text() == entry.name
    assert page.simulated.isVisible()
    assert not page.promote_button.isEnabled()
    text = page.list.currentItem().data(Qt.ItemDataRole.AccessibleTextRole)
    assert "in use" in text
    assert "PHQ-8" in text
    assert "trained on simulated behaviour" in text
    assert page.list.accessibleName() == "Models"
    assert page.card is not None
    rows = page.card.metric_chart.rows
    assert rows[0].own
    assert not any(row.own for row in rows[1:])
    assert "constant" in [row.label for row in rows]
    assert rows[0].figures in page.card.metric_chart.accessibleDescription()


def test_keys_walk_through_the_list_and_the_tabs(qtbot: QtBot, page: ModelsWorkspace) -> None:
    page.list.setFocus()
    page.list.setCurrentRow(0)
    first = page.title.text()
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.title.text() != first
    page.list.setCurrentRow(named(page, "searched"))
    assert page.card is not None
    names = [page.card.tabs.tabText(i) for i in range(page.card.tabs.count())]
    assert names == ["&Overview", "&Architecture", "&Genotype", "Whole &card"]
    assert page.card.findChild(ArchitectureView) is not None
    assert "landmarks.family = " in page.card.findChild(QPlainTextEdit).toPlainText()
    page.card.metric_choice.setFocus()
    qtbot.keyClick(page.card.metric_choice, Qt.Key.Key_Down)
    assert page.card.metric_choice.currentText() == "MAE"
    assert page.card.metric_chart.rows == tuple(metric_rows(page.card.card, "MAE"))


def test_a_dropped_archive_is_imported_and_selected(
    qtbot: QtBot, page: ModelsWorkspace, window: MainWindow, tmp_path: Path
) -> None:
    make_hand_designed().save(tmp_path / "small")
    archive = export_archive(tmp_path / "small", tmp_path / "small.zip")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(archive))])
    drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    page.dropEvent(drop)
    qtbot.waitUntil(lambda: page.title.text() == "small", timeout=WAIT)
    assert "is in your library" in said(window)
    entry = page.list.current()
    assert entry is not None
    assert entry.folder.parent == own_models_folder()
    assert page.promote_button.isEnabled()


def test_what_is_no_model_is_refused_in_a_message(
    qtbot: QtBot, page: ModelsWorkspace, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "model.pt").write_bytes(b"\x80")
    page.import_from(tmp_path / "model.pt")
    qtbot.waitUntil(lambda: "model.pt: files that end in .pt are another program's" in said(window), timeout=WAIT)
    assert window.messages.message is not None
    assert window.messages.message.severity == "error"


def test_use_in_review_changes_the_model_and_is_logged(
    qtbot: QtBot, page: ModelsWorkspace, window: MainWindow, tmp_path: Path
) -> None:
    before = window.state.model
    assert before is not None
    make_hand_designed().save(tmp_path / "small")
    bring_in(qtbot, page, tmp_path / "small")
    qtbot.mouseClick(page.promote_button, LEFT)
    qtbot.waitUntil(lambda: window.state.model is not None and window.state.model.name == "small", timeout=WAIT)
    assert page.promote_button.text() == "In use in Review"
    assert not page.promote_button.isEnabled()
    (logged,) = promotions()
    assert (logged.model, logged.previous_model) == ("small", before.name)
    again = MainWindow(core=FakeCore().core())
    qtbot.addWidget(again)
    assert again.state.model is not None
    assert again.state.model.name == "small"
    again.close()


def test_an_archive_is_exported_and_said(
    qtbot: QtBot, page: ModelsWorkspace, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QFileDialog

    chosen = (str(tmp_path / "handed on"), "Archive for another Lineament (*.zip)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: chosen)
    qtbot.mouseClick(page.export_button, LEFT)
    qtbot.waitUntil(lambda: "Exported" in said(window), timeout=WAIT)
    assert (tmp_path / "handed on.zip").exists()
    assert page.export_button.isEnabled()


def test_a_model_that_cannot_be_read_says_why(qtbot: QtBot, page: ModelsWorkspace, tmp_path: Path) -> None:
    make_hand_designed().save(tmp_path / "small")
    bring_in(qtbot, page, tmp_path / "small")
    (own_models_folder() / "small" / "model.json").write_text("{")
    page.reload()
    qtbot.waitUntil(lambda: page.card is None, timeout=WAIT)
    assert page.sentence.isVisible()
    assert "the model's description is damaged" in page.sentence.text()
    assert not page.compare_button.isEnabled()
    assert "cannot be read" in page.list.currentItem().data(Qt.ItemDataRole.AccessibleTextRole)


def test_speed_is_measured_when_it_is_asked_for(
    qtbot: QtBot, page: ModelsWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = make_hand_designed()
    context = page._context
    page._context = replace(context, core=replace(context.core, load_model=lambda folder: small))
    assert page.card is not None
    assert "not measured" in page.card.speed_words.text()
    qtbot.mouseClick(page.card.speed_button, LEFT)
    qtbot.waitUntil(lambda: "times faster than real time" in page.card.speed_words.text(), timeout=WAIT)


def dialog_of(page: ModelsWorkspace) -> CompareDialog:
    page.compare()
    (dialog,) = page.findChildren(CompareDialog)
    return dialog


def test_models_of_different_instruments_are_not_compared(qtbot: QtBot, page: ModelsWorkspace, tmp_path: Path) -> None:
    model = make_hand_designed()
    model.card = make_card(name="other questionnaire", scale=BDI2)
    model.save(tmp_path / "bdi")
    bring_in(qtbot, page, tmp_path / "bdi")
    dialog = dialog_of(page)
    assert "points of different instruments cannot be compared" in dialog.sentence.text()
    assert not dialog.compare_button.isEnabled()
    dialog.reject()


def test_two_models_are_compared_on_the_recording_on_screen(
    qtbot: QtBot, page: ModelsWorkspace, window: MainWindow
) -> None:
    dialog = dialog_of(page)
    assert "No recording is open in Review" in dialog.sentence.text()
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    window.state.set_recording(FakeRecording(60.0))
    dialog = dialog_of(page)
    times = np.arange(10.0, 61, 5)
    first, second = fake_prediction(60.0), replace(fake_prediction(60.0, seed=2), score=11.0, interval=(8.0, 15.0))
    along = (Along(first, times, np.full(11, 9.2)), Along(second, times[2:], np.full(9, 11.0)))
    dialog.show_result(Compared("film", along, apart(*along)))
    assert "80% interval 6 – 13, point 9.2" in dialog.sentence.text()
    assert "not a diagnosis" in dialog.sentence.text()
    assert len(dialog.findChildren(AttentionBands)) == 2
    assert "-1.8 points at the end" in dialog.findChild(Disagreement).accessibleDescription()
    assert not dialog.grab().isNull()
    dialog.reject()


def test_a_comparison_runs_in_the_background(
    qtbot: QtBot, page: ModelsWorkspace, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lineament.errors import ModelError
    from lineament_desktop.models import compare_dialog

    window.state.set_recording(FakeRecording(60.0))
    dialog = dialog_of(page)

    def failing(cancel: object, sink: object) -> object:
        raise ModelError("the model was trained on another extractor", remedy="Analyse again.")

    monkeypatch.setattr(compare_dialog, "compare_work", lambda *args: failing)
    qtbot.mouseClick(dialog.compare_button, LEFT)
    qtbot.waitUntil(lambda: "another extractor" in dialog.sentence.text(), timeout=WAIT)
    assert dialog.compare_button.isEnabled()
    dialog.reject()


@pytest.mark.slow
def test_two_real_models_on_a_simulated_recording(qtbot: QtBot, page: ModelsWorkspace) -> None:
    from lineament.progress import CancelToken
    from lineament.simulation import simulate_cohort
    from lineament_desktop.jobs.core_work import Core
    from lineament_desktop.models.work import compare_work

    session = simulate_cohort(1, seed=4, seconds=90).session(0)
    folders = tuple(entry.folder for entry in page.list.entries()[:2])
    compared = compare_work(Core(), folders, session, None)(CancelToken(), lambda event: None)  # type: ignore[arg-type]
    assert isinstance(compared, Compared)
    for along in compared.along:
        assert along.scores[-1] == pytest.approx(along.prediction.score, abs=1e-6)
    ends = [along.scores[-1] for along in compared.along]
    assert compared.apart.difference[-1] == pytest.approx(ends[0] - ends[1])


def test_disagreement_holds_from_when_both_have_an_estimate() -> None:
    one = Along(fake_prediction(), np.array([10.0, 20.0, 30.0]), np.array([1.0, 2.0, 3.0]))
    two = Along(fake_prediction(), np.array([15.0, 30.0]), np.array([5.0, 6.0]))
    found = apart(one, two)
    assert found.times.tolist() == [15.0, 20.0, 30.0]
    assert found.difference.tolist() == [-4.0, -3.0, -3.0]
    assert not len(apart(one, Along(fake_abstention(), np.zeros(0), np.zeros(0))).times)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_charts_are_drawn_in_both_themes_and_without_data(qtbot: QtBot, choice: str) -> None:
    app = QApplication.instance()
    apply_theme(app, choice)  # type: ignore[arg-type]
    chart = IntervalChart("Figures")
    qtbot.addWidget(chart)
    chart.resize(600, 200)
    chart.show_rows([Row("own", 5.0, 4.0, 6.0, own=True), Row("other", -0.001, -1.0, 1.0)], "points", 5.5)
    assert not chart.grab().isNull()
    assert chart.rows[1].figures == "0.00 (-1.00 to 1.00)"
    assert chart.row_at(30) == chart.rows[1]
    assert chart.row_at(999) is None
    chart.show_rows([], "")
    assert not chart.grab().isNull()
    nothing = fake_abstention()
    for widget in (Estimates((nothing, fake_prediction())), AttentionBands(nothing, 0.0)):
        qtbot.addWidget(widget)
        assert not widget.grab().isNull()
    apply_theme(app, "light")  # type: ignore[arg-type]


def test_coverage_has_intervals_and_ticks_are_round() -> None:
    ((seconds, share, low, high),) = coverage_points(replace(make_card(), persons={"test": 100}))
    assert (seconds, share) == ("60", 81.0)
    assert (low, high) == (pytest.approx(72.2, abs=0.1), pytest.approx(87.5, abs=0.1))
    assert coverage_points(replace(make_card(), persons={})) == []
    assert round_ticks(0, 24, 6) == [0, 5, 10, 15, 20]
    assert round_ticks(-1.2, 1.3, 6) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert round_ticks(1, 1) == []


def test_a_card_with_and_without_bins_says_so(qtbot: QtBot) -> None:
    from lineament_desktop.models.calibration_chart import CalibrationChart

    plain = CalibrationChart(make_card())
    found = Reliability.of(0.8, np.arange(50.0) / 3, np.arange(50.0) / 3, np.tile([0.0, 24.0], (50, 1)))
    full = CalibrationChart(replace(make_card(), reliability=found))
    for chart in (plain, full):
        qtbot.addWidget(chart)
        assert not chart.grab().isNull()
    assert "cannot be drawn" in plain.accessibleDescription()
    assert "5 persons" in full.accessibleDescription()
