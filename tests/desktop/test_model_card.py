"""The card of the model in use: its architecture as a drawing and as text, and what must be said beside it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.models import make_hand_designed, make_searched, some_genotype

from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.model_card_dialog import ModelCardDialog
from lineament_desktop.theme import apply_theme, tokens


@pytest.fixture
def model(tmp_path: Path) -> Path:
    make_searched().save(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def window(qtbot: QtBot, model: Path) -> Iterator[MainWindow]:
    made = MainWindow(core=replace(FakeCore().core(), model_folder=lambda: model))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def card_of(window: MainWindow) -> ModelCardDialog:
    window.workspace.estimate.card_button.click()
    (dialog,) = window.findChildren(ModelCardDialog)
    return dialog


def test_card_of_a_searched_model_shows_what_was_found(window: MainWindow, qtbot: QtBot) -> None:
    dialog = card_of(window)
    assert dialog.windowTitle() == "Model card of small searched"
    assert dialog.origin.text().startswith("Architecture chosen by search · ")
    assert dialog.simulated.isVisible()
    page = dialog.browser.toPlainText()
    for words in ("Beside others", "ridge on statistics", "5.54 (5.20 to 5.90)", "Chosen by search", "Fusion: node 1"):
        assert words in page
    assert [dialog.tabs.tabText(i) for i in range(3)] == ["&Card", "&Architecture", "&Genotype"]
    text = dialog.findChild(QPlainTextEdit).toPlainText()
    genotype = some_genotype()
    assert text.splitlines() == [f"{edge} = {operation}" for edge, operation in genotype.choices]
    assert dialog.architecture is not None
    assert dialog.architecture.drawing.accessibleDescription() == str(genotype)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_architecture_is_drawn_in_the_theme_and_fits(window: MainWindow, qtbot: QtBot, choice: str) -> None:
    dialog = card_of(window)
    dialog.tabs.setCurrentIndex(1)
    app = QApplication.instance()
    apply_theme(app, choice)  # type: ignore[arg-type]
    QApplication.processEvents()
    view = dialog.architecture
    assert view is not None
    image = view.drawing.grab().toImage()
    found = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(image.height())}
    assert QColor(tokens().lines["gaze"]).name() in found
    assert QColor(tokens().surface).name() in found
    drawn = view.drawing.renderer().defaultSize()
    assert view.drawing.width() * drawn.height() == pytest.approx(view.drawing.height() * drawn.width(), rel=0.01)
    apply_theme(app, "light")  # type: ignore[arg-type]


def test_a_model_designed_by_hand_has_no_drawing(qtbot: QtBot, tmp_path: Path) -> None:
    make_hand_designed().save(tmp_path)
    window = MainWindow(core=replace(FakeCore().core(), model_folder=lambda: tmp_path))
    qtbot.addWidget(window)
    window.show()
    dialog = card_of(window)
    assert dialog.origin.text().startswith("Architecture designed by hand")
    assert dialog.tabs.count() == 1
    assert dialog.architecture is None
    window.close()


def test_a_damaged_model_is_said_in_a_sentence(window: MainWindow, model: Path) -> None:
    (model / "model.json").write_text("{", encoding="utf-8")
    window.show_model_card()
    assert window.messages.message is not None
    assert "model.json: the model's description is damaged." in window.messages.message.text
    assert not window.findChildren(ModelCardDialog)


def test_dialog_is_gone_when_closed(window: MainWindow) -> None:
    card_of(window).reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not window.findChildren(ModelCardDialog)
