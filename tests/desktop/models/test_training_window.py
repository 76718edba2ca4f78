"""Training from the Models workspace with mouse and keyboard: the form, its errors, turns, stopping, going on."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot
from tests.support.fake_core import FakeCore

from lineament.models.exchange.places import own_models_folder
from lineament.own_process import Ended
from lineament.progress import CancelToken, EventSink, Progress
from lineament.settings import Setting
from lineament.training.control.messages import Answer, Began, EpochTold, TrainingRequest
from lineament.training.epoch_log import add_epoch
from lineament.training.events import TrainingNote
from lineament.training.running import ASKED, UNFINISHED
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.jobs import training_jobs
from lineament_desktop.jobs.device_turns import turns
from lineament_desktop.models import ModelsWorkspace
from lineament_desktop.models.loss_chart import LossChart, epoch_words
from lineament_desktop.models.trainings import Trainings
from lineament_desktop.widgets.setting_fields import ChoiceField, Field

LEFT = Qt.MouseButton.LeftButton
WAIT = 240_000
COHORT = "simulated:strong:72:1"
TINY = {
    "seconds": "30", "loop.person_epochs": "1", "loop.epochs": "3", "shape.stem": "6", "shape.token": "8",
    "loop.windows": "2",
}  # fmt: skip
EPOCHS = Setting("loop.epochs", "whole number", 6, "passes", 1, 100)


class Scripted:
    """Work that says what a test tells it to, in place of a process."""

    messages: tuple[object, ...] = ()
    ended = Ended("failed", "Cohort small has no scores. Add labels.csv.")
    made: tuple[TrainingRequest, ...] = ()

    def __init__(self, request: TrainingRequest) -> None:
        self._request, self._stop = request, CancelToken()
        if request.purpose != "describe":
            Scripted.made = (*Scripted.made, request)

    def command(self, command: str) -> None:
        self._stop.cancel()

    def kill(self) -> None:
        self._stop.cancel()

    def __call__(self, cancel: CancelToken, sink: EventSink) -> Ended:
        if self._request.purpose == "describe":
            systems = ("hand-designed", "hmhn", "dj-ldml", "mpdrm")
            sink(Answer({system: dict.fromkeys(("small", "full"), (EPOCHS,)) for system in systems}))
            return Ended("finished")
        for message in self.messages:
            sink(message)
        while self.ended.how == "stopped" and not (self._stop.cancelled or cancel.cancelled):
            self._stop._event.wait(0.02)
        return self.ended


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[Scripted]:
    monkeypatch.setattr(training_jobs, "TrainingWork", Scripted)
    for name in ("messages", "ended", "made"):
        monkeypatch.setattr(Scripted, name, getattr(Scripted, name))
    return Scripted


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(core=FakeCore().core())
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    yield made
    made.close()
    assert not turns.taken


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> ModelsWorkspace:
    return models_of(qtbot, window)


def models_of(qtbot: QtBot, window: MainWindow) -> ModelsWorkspace:
    qtbot.mouseClick(window.mode_bar.buttons["models"], LEFT)
    made = window.pages.made("models")
    assert isinstance(made, ModelsWorkspace)
    qtbot.waitUntil(lambda: made.list.count() > 0, timeout=WAIT)
    return made


def type_in(field: Field, text: str) -> None:
    line: Any = field.editor
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def choose(field: ChoiceField, data: str) -> None:
    """With the arrow keys."""
    field.combo.setFocus()
    while field.combo.currentData() != data:
        before = field.combo.currentIndex()
        QTest.keyClick(field.combo, Qt.Key.Key_Down)
        assert field.combo.currentIndex() != before
    field.combo.activated.emit(field.combo.currentIndex())


def fill(qtbot: QtBot, page: ModelsWorkspace, name: str) -> Trainings:
    qtbot.mouseClick(page.train_button, LEFT)
    trainings, form = page.trainings, page.trainings.form
    assert form.isVisible()
    choose(form.system, "mpdrm")
    form.cohort.set_cohort(COHORT)
    type_in(form.name, name)
    qtbot.waitUntil(lambda: form.more is not None and form.cohort.summary is not None, timeout=WAIT)
    return trainings


def said(window: MainWindow) -> str:
    return window.messages.message.text if window.messages.message is not None else ""


def unfinished_one(name: str = "half", settings: str | None = None) -> Path:
    folder = own_models_folder() / name
    place = folder / UNFINISHED
    place.mkdir(parents=True)
    asked = {"schema_version": 1, "system": "mpdrm", "cohort": COHORT, "settings": {"device": "cpu", "name": name}}
    (place / ASKED).write_text(settings or json.dumps(asked))
    add_epoch(place, EpochTold("person", 0, 0.7, dev_auc=0.6))
    add_epoch(place, EpochTold("score", 0, 1.2, dev_rmse=5.1, best=True))
    return folder


@pytest.mark.slow
def test_trained_stopped_gone_on_with_and_in_the_list(qtbot: QtBot, page: ModelsWorkspace, window: MainWindow) -> None:
    had_torch = "torch" in sys.modules
    trainings = fill(qtbot, page, "Tiny one")
    form = trainings.form
    assert form.more is not None
    qtbot.mouseClick(form.more.button, LEFT)
    for name, text in TINY.items():
        type_in(form.fields[name], text)
    qtbot.waitUntil(form.start.isEnabled, timeout=WAIT)
    QTest.keyClick(form.start, Qt.Key.Key_Space)
    (task,) = trainings.jobs.tasks
    assert page.list.chosen_folder() == task.folder == own_models_folder() / "tiny-one"
    qtbot.waitUntil(lambda: len(task.epochs) >= 2, timeout=WAIT)
    assert trainings.page.chart.epochs
    QTest.keyClick(trainings.page.stop, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: trainings.page.resume.isVisible() and not trainings.jobs.tasks, timeout=WAIT)
    row = page.list.current_training()
    assert row is not None
    assert (row.state, row.name) == ("training, stopped", "Tiny one")
    qtbot.mouseClick(trainings.page.resume, LEFT)
    qtbot.waitUntil(lambda: page.title.text() == "Tiny one", timeout=WAIT)
    entry = page.list.current()
    assert entry is not None
    assert entry.folder == task.folder
    assert page.list.trainings() == []
    assert "Tiny one is trained and in your library" in said(window)
    assert had_torch or "torch" not in sys.modules


def test_what_is_wrong_is_said_in_place(qtbot: QtBot, page: ModelsWorkspace, scripted: type[Scripted]) -> None:
    (own_models_folder() / "there").mkdir(parents=True)
    trainings = fill(qtbot, page, "There")
    form = trainings.form
    assert "there is a model called there in the library already" in form.name.error.lower()
    qtbot.waitUntil(lambda: not form.start.isEnabled())
    type_in(form.name, "Here")
    type_in(form.fields["loop.epochs"], "0")
    assert form.fields["loop.epochs"].error == "The setting loop.epochs cannot be 0. Use 1 to 100."
    qtbot.waitUntil(lambda: not form.start.isEnabled())
    type_in(form.fields["loop.epochs"], "9")
    qtbot.waitUntil(form.start.isEnabled)
    qtbot.mouseClick(form.start, LEFT)
    qtbot.waitUntil(form.problem.isVisible, timeout=WAIT)
    assert form.problem.text() == "The training did not begin. Cohort small has no scores. Add labels.csv."
    assert page.list.trainings() == []
    assert not (own_models_folder() / "here").exists()
    (request,) = scripted.made
    assert (request.system, request.cohort, request.settings["loop.epochs"]) == ("mpdrm", COHORT, 9)
    assert request.settings["name"] == "Here"
    type_in(form.name, "Here again")
    qtbot.waitUntil(lambda: not form.problem.isVisible())
    qtbot.mouseClick(form.back, LEFT)
    assert not form.isVisible()


def test_a_cohort_that_cannot_be_opened_is_not_trained_on(
    qtbot: QtBot, page: ModelsWorkspace, scripted: type[Scripted], tmp_path: Path
) -> None:
    form = fill(qtbot, page, "Here").form
    form.cohort.set_cohort(str(tmp_path))
    qtbot.waitUntil(lambda: bool(form.cohort.error), timeout=WAIT)
    qtbot.waitUntil(lambda: not form.start.isEnabled())
    assert form.problem.text() == "The cohort cannot be opened."
    assert not scripted.made


def test_trainings_take_turns_with_searches_and_can_be_stopped(
    qtbot: QtBot, page: ModelsWorkspace, window: MainWindow, scripted: type[Scripted]
) -> None:
    folder = own_models_folder() / "one"
    scripted.messages = (
        TrainingNote("A quarter of the training persons calibrate."), Began(folder),
        Progress("training MPDRM, score", 2, 6, "epochs", 30.0), EpochTold("score", 0, 1.0, dev_rmse=5.0, best=True),
    )  # fmt: skip
    scripted.ended = Ended("stopped")
    turns.take("a search", "cpu")
    trainings = fill(qtbot, page, "one")
    qtbot.waitUntil(trainings.form.start.isEnabled)
    qtbot.mouseClick(trainings.form.start, LEFT)
    assert trainings.page.words.text() == "Waits until its device is free."
    assert not scripted.made
    turns.give_back("a search")
    (task,) = trainings.jobs.tasks
    qtbot.waitUntil(lambda: bool(task.epochs), timeout=WAIT)
    assert turns.taken == {"cpu"}
    words = "Training MPDRM, score: 2 of 6 epochs. At most 1:00 left of this step."
    qtbot.waitUntil(lambda: trainings.page.words.text() == words)
    assert "A quarter of the training persons" in trainings.page.notes.text()
    assert "dev RMSE 5.00 points, the best so far" in trainings.page.latest.text()
    QTest.keyClick(trainings.page.stop, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not trainings.jobs.tasks, timeout=WAIT)
    assert not turns.taken


def test_unfinished_trainings_are_listed_gone_on_with_and_discarded(
    qtbot: QtBot, window: MainWindow, scripted: type[Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, damaged = unfinished_one(), unfinished_one("broken", "{")
    page = models_of(qtbot, window)
    rows = {row.name: row for row in page.list.trainings()}
    assert rows["half"].state == "training, stopped"
    assert rows["broken"].state == "cannot be read"
    scripted.ended = Ended("failed", "half: the disk is full. Free some space.")
    page.list.select(folder)
    trainings = page.trainings
    assert trainings.page.isVisible()
    assert "Epoch 2 (score), training loss 1.200, dev RMSE 5.10 points" in trainings.page.latest.text()
    qtbot.mouseClick(trainings.page.resume, LEFT)
    qtbot.waitUntil(lambda: "the disk is full" in said(window), timeout=WAIT)
    assert scripted.made == (TrainingRequest(folder, purpose="resume"),)
    qtbot.waitUntil(lambda: page.list.chosen_folder() == folder and trainings.page.resume.isVisible(), timeout=WAIT)
    asked: list[str] = []
    for answer in (QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Discard):
        monkeypatch.setattr(QMessageBox, "question", lambda *args, a=answer: (asked.append(args[2]), a)[1])
        qtbot.mouseClick(trainings.page.discard, LEFT)
        assert folder.exists() or answer == QMessageBox.StandardButton.Discard
    qtbot.waitUntil(lambda: [row.folder for row in page.list.trainings()] == [damaged], timeout=WAIT)
    assert not folder.exists()
    assert asked == ["What half has learnt will be deleted from the disk. This cannot be undone."] * 2


def test_the_curve_is_drawn_and_answers_with_or_without_epochs(qtbot: QtBot) -> None:
    chart = LossChart()
    qtbot.addWidget(chart)
    chart.resize(800, 220)
    assert not chart.grab().isNull()
    assert chart.epoch_at(100) == 0
    epochs = [EpochTold("person", 0, 0.5, dev_auc=0.71), EpochTold("", 1, 0.4, 0.45, 5.0, best=True)]
    chart.show_epochs(epochs)
    assert not chart.grab().isNull()
    assert [chart.epoch_at(x) for x in (10, 50, 130, 390)] == [0, 1, 2, 0]
    assert chart.points("dev_rmse") == [(2, 5.0)]
    assert epoch_words(epochs, 1).endswith("dev persons told apart with AUC 0.71")
    assert (
        epoch_words(epochs, 2) == "Epoch 2, training loss 0.400, dev loss 0.450, dev RMSE 5.00 points, the best so far"
    )
