"""Choosing the model: what is on screen is scored again, the choice is kept, and what cannot be used is refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore
from tests.support.models import make_card, make_hand_designed
from tests.support.qt import write_video

from lineament_desktop.app import main_window
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.model_card_dialog import ModelCardDialog
from lineament_desktop.state.settings import Settings


@pytest.fixture
def other(tmp_path: Path) -> Path:
    model = make_hand_designed()
    model.card = make_card(name="clinic's own", trained_on_simulated=False)
    model.save(tmp_path / "other")
    return tmp_path / "other"


@pytest.fixture
def core() -> FakeCore:
    return FakeCore()


@pytest.fixture
def window(qtbot: QtBot, core: FakeCore) -> Iterator[MainWindow]:
    made = MainWindow(core=core.core())
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def scored(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.open_path(write_video(tmp_path / "film.mp4", 1.0))
    qtbot.waitUntil(lambda: window.state.prediction is not None and window.state.progress is None, timeout=10_000)


def test_the_default_is_in_use_at_first(window: MainWindow) -> None:
    assert window.state.model is not None
    assert window.state.model.simulated
    assert window.state.model_gives("attributes")
    assert not window.mode_bar.simulated.isHidden()


def test_a_chosen_model_scores_what_is_on_screen_and_is_remembered(
    qtbot: QtBot, window: MainWindow, core: FakeCore, tmp_path: Path, other: Path
) -> None:
    scored(qtbot, window, tmp_path)
    before = len(core.tasks)
    window.use_model(other)
    qtbot.waitUntil(lambda: len(core.tasks) > before and window.state.prediction is not None, timeout=20_000)
    assert core.tasks[-1].model == other
    assert window.state.model is not None
    assert window.state.model.name == "clinic's own"
    window.close()
    again = MainWindow(core=core.core())
    qtbot.addWidget(again)
    assert again.state.model == window.state.model
    assert again.mode_bar.simulated.isHidden()
    again.use_model(None)
    qtbot.waitUntil(lambda: again.state.model is not None and again.state.model.folder != other, timeout=20_000)
    assert Settings().model() is None
    assert Settings().own_models() == [other.resolve()]
    again.close()


def damage_facts(folder: Path) -> str:
    (folder / "model.json").write_text("{")
    return "model.json: the model's description is damaged."


def damage_weights(folder: Path) -> str:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    return "model.safetensors: the weights are damaged"


def empty(folder: Path) -> str:
    shutil.rmtree(folder)
    folder.mkdir()
    return "model.json: the model cannot be read"


@pytest.mark.parametrize("spoil", [damage_facts, damage_weights, empty])
def test_what_cannot_be_used_is_refused_and_the_old_one_stays(
    qtbot: QtBot, window: MainWindow, core: FakeCore, tmp_path: Path, other: Path, spoil
) -> None:
    scored(qtbot, window, tmp_path)
    said, before, prediction, tasks = spoil(other), window.state.model, window.state.prediction, len(core.tasks)
    window.use_model(other)
    qtbot.waitUntil(lambda: window.messages.message is not None, timeout=20_000)
    message = window.messages.message
    assert message is not None
    assert message.severity == "error"
    assert message.text.startswith(said)
    assert message.text.endswith(f"The model {before.name} stays in use.")
    assert "Traceback" not in message.text
    assert (window.state.model, window.state.prediction, len(core.tasks)) == (before, prediction, tasks)
    assert Settings().model() is None


def test_a_remembered_model_that_is_gone_is_said_and_the_default_is_used(
    qtbot: QtBot, core: FakeCore, other: Path
) -> None:
    settings = Settings()
    settings.remember_model(other, own=True)
    shutil.rmtree(other)
    window = MainWindow(settings, core.core())
    qtbot.addWidget(window)
    assert window.state.model is not None
    assert window.state.model.folder == core.core().model_folder()
    assert window.messages.message is not None
    assert window.messages.message.text.endswith("The shipped model is in use.")
    window.close()


def entries(window: MainWindow) -> dict[str, QAction]:
    menu = window.workspace.estimate.model_button.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.isCheckable()}


def test_the_menu_lists_models_marks_the_one_in_use_and_switches(
    qtbot: QtBot, window: MainWindow, core: FakeCore, other: Path
) -> None:
    before = entries(window)
    (marked,) = [name for name, action in before.items() if action.isChecked()]
    default = window.state.model
    assert default is not None
    assert marked == f"{default.name}  ({default.kind})"
    window.use_model(other)
    qtbot.waitUntil(lambda: window.state.model != default, timeout=20_000)
    added = [name for name in entries(window) if name not in before]
    assert added == [f"other  ({other.parent})"]
    assert entries(window)[added[0]].isChecked()
    entries(window)[marked].trigger()
    qtbot.waitUntil(lambda: window.state.model == default, timeout=20_000)
    assert Settings().model() is None, "choosing the default means following it"


def test_a_model_folder_is_opened_with_a_dialog(
    qtbot: QtBot, window: MainWindow, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_window.QFileDialog, "getExistingDirectory", lambda *_: str(other))
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.state.model is not None and window.state.model.folder == other, timeout=20_000)


def test_the_card_is_of_the_model_in_use(qtbot: QtBot, window: MainWindow, other: Path) -> None:
    window.use_model(other)
    qtbot.waitUntil(lambda: window.state.model is not None and window.state.model.folder == other, timeout=20_000)
    window.registry["model.card"].trigger()
    (dialog,) = window.findChildren(ModelCardDialog)
    assert dialog.windowTitle() == "Model card of clinic's own"
