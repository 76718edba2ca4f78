"""A fault in every kind of background work: the window lives, the log has it, the message is one sentence."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.desktop.fault_fixtures import bench, film
from tests.support.fault_bench import NAME, Bench, Injected, break_it, broken, crash_it
from tests.support.models import make_hand_designed

from lineament.faults import LOG_VARIABLE
from lineament.models.store import save_model
from lineament.search.control.messages import SearchRequest
from lineament.training.control.messages import TrainingRequest
from lineament_desktop.app.help.notices_window import NoticesWindow
from lineament_desktop.app.help.self_test_window import SelfTestWindow
from lineament_desktop.jobs.background import BackgroundJob
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.jobs.training_jobs import TrainingTask
from lineament_desktop.models import ModelsWorkspace
from lineament_desktop.models.compare_dialog import CompareDialog
from lineament_desktop.review.player.audio_source import AudioSource, SampleFormat
from lineament_desktop.search.watch.paper_panel import PaperPanel
from lineament_desktop.search.workspace import SearchWorkspace

__all__ = ["bench", "film"]
Patch = pytest.MonkeyPatch
DESKTOP = Path(__file__).parents[2] / "desktop" / "lineament_desktop"
LEFT = Qt.MouseButton.LeftButton
SOUND = SampleFormat("s16", "mono", 1, 16_000)


def search_page(bench: Bench) -> SearchWorkspace:
    QTest.mouseClick(bench.window.mode_bar.buttons["search"], LEFT)
    made = bench.window.pages.made("search")
    assert isinstance(made, SearchWorkspace)
    return made


def models_page(bench: Bench) -> ModelsWorkspace:
    QTest.mouseClick(bench.window.mode_bar.buttons["models"], LEFT)
    made = bench.window.pages.made("models")
    assert isinstance(made, ModelsWorkspace)
    bench.until(lambda: made.card is not None)
    return made


# Review


def reading(bench: Bench, patch: Patch) -> None:
    bench.core.breaks.add("read")
    recording = bench.folder / f"{NAME}.lineament.parquet"
    recording.touch()
    bench.window.open_path(recording)


def looking(bench: Bench, patch: Patch) -> None:
    bench.core.breaks.add("read")
    beside = bench.film.with_suffix(".lineament.parquet")
    beside.touch()
    bench.window.open_path(bench.film)
    bench.until(lambda: bool(bench.faults()))
    beside.unlink()


def measuring(bench: Bench, patch: Patch) -> None:
    bench.core.breaks.add("measure")
    bench.window.open_path(bench.film)


def scoring(bench: Bench, patch: Patch) -> None:
    bench.core.breaks.add("make_scorer")
    bench.window.open_path(bench.film)


def opening_a_model(bench: Bench, patch: Patch) -> None:
    bench.window.use_model(None)


def earlier_visits(bench: Bench, patch: Patch) -> None:
    bench.open_film()
    bench.core.breaks.add("read")
    bench.window.earlier.choose([bench.folder / f"{NAME}.lineament.parquet"])


def opening_a_video(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.review.player.frame_feed.FrameServer", broken)
    bench.window.open_path(bench.film)


def decoding(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament.video.server.FrameServer._decode", broken)
    bench.window.open_path(bench.film)


def sound(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.review.player.audio_source._sound", broken)
    source = AudioSource(bench.film, 0.0, SOUND)
    source.start(0.0, 1.0)
    bench.until(lambda: source.read(32) == b"\0" * 32)  # the picture's clock goes on with silence
    source.close()


# Search and training


def searching(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament.search.control.host.SearchProcess", break_it)
    jobs = search_page(bench).jobs
    jobs.start(SearchRequest(jobs.folder / "run", "simulated:strong:12:1", {"device": "cpu"}))


def trying_a_step(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament.search.control.host.SearchProcess", break_it)
    jobs = search_page(bench).jobs
    jobs.measure(SearchRequest(jobs.folder / "run", "simulated:strong:12:1", {"device": "cpu"}))


def training(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament.training.control.host.TrainingProcess", break_it)
    jobs = models_page(bench).trainings.jobs
    jobs.start(TrainingTask(TrainingRequest(bench.folder / "net"), "mpdrm", "simulated:strong:12:1", {}, "cpu"))


def describing_trainings(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament.training.control.host.TrainingProcess", break_it)
    models_page(bench).trainings.jobs.describe()


def watching_a_run(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament.search.monitor.RunMonitor", broken)
    search_page(bench).page.feed.watch(bench.folder / NAME)


def writing_the_report(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament.search.report.to_html", broken)
    panel = PaperPanel()
    panel._shown = SimpleNamespace()  # type: ignore[assignment]
    panel.save(bench.folder / "report.html")
    bench.until(lambda: bool(bench.faults()))
    panel.stop()


def devices_for_searches(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.search.setup.list_devices", broken)
    search_page(bench)


def devices_for_trainings(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.models.train_form.list_devices", broken)
    models_page(bench).trainings.form.open()


def devices_for_settings(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.app.settings.dialog.list_devices", broken)
    bench.window.registry["file.settings"].trigger()


def cohort(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.widgets.cohort_chooser.summary_of", broken)
    search_page(bench).setup.cohort.set_cohort("simulated:strong:12:1")


# Models


def listing_models(bench: Bench, patch: Patch) -> None:
    page = models_page(bench)
    patch.setattr("lineament_desktop.models.workspace.list_work", lambda elsewhere: broken)
    page.reload(None)


def importing(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.models.workspace.import_work", lambda source: broken)
    models_page(bench).import_from(bench.folder / f"{NAME}.zip")


def exporting(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.models.workspace.export_work", lambda entry, out: broken)
    page = models_page(bench)
    entry = page.list.current()
    assert entry is not None
    page.export(entry, bench.folder / "out.zip")


def speed(bench: Bench, patch: Patch) -> None:
    page = models_page(bench)
    page.measure_speed()


def discarding(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.models.trainings.discard", broken)
    models_page(bench).trainings._discard(bench.folder / NAME)


def comparing(bench: Bench, patch: Patch) -> None:
    page = models_page(bench)
    save_model(make_hand_designed(), bench.folder / "another")
    page.import_from(bench.folder / "another")
    bench.until(lambda: len(page.list.entries()) > 1)
    patch.setattr("lineament_desktop.models.compare_dialog.compare_work", lambda *_: broken)
    first, *others = sorted(page.list.entries(), key=lambda entry: entry.card is None)
    same = next(one for one in others if one.card is not None and one.card.scale == first.card.scale)
    dialog = CompareDialog(first, [first, same], bench.window.state, bench.core.core(), page)
    dialog.choose_file(bench.folder / f"{NAME}.parquet")
    dialog.open()
    QTest.mouseClick(dialog.compare_button, LEFT)
    bench.until(lambda: bool(bench.faults()))
    assert dialog.sentence.text() == bench.faults()[0].text
    dialog.close()


# Help


def reading_licences(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.app.help.notices_window.parts_here", broken)
    window = NoticesWindow(bench.window)
    bench.until(lambda: window.said.text().startswith("Something unexpected"))
    window.close()


def listing_parts(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.app.help.notices_window.list_for_machines", broken)
    window = NoticesWindow(bench.window)
    window.save(bench.folder / "parts.json")
    bench.until(lambda: bool(bench.faults()))
    window.close()


def self_test(bench: Bench, patch: Patch) -> None:
    patch.setattr("lineament_desktop.app.help.self_test_window.SelfTestProcess", break_it)
    window = SelfTestWindow(bench.window)
    window.show()
    QTest.mouseClick(window.start_button, LEFT)
    bench.until(lambda: window.start_button.isEnabled())
    assert window.said.text().startswith("Something unexpected")
    window.close()


CASES: dict[str, tuple[Callable[[Bench, Patch], None], str]] = {
    "reading {path.name}": (reading, "while reading"),
    "looking for the recording of {video.name}": (looking, "while looking for the recording"),
    "measuring {info.path.name}": (measuring, "while measuring"),
    "scoring": (scoring, "while scoring"),
    "opening the model {facts.name}": (opening_a_model, "while opening the model"),
    "reading earlier visits": (earlier_visits, "while reading earlier visits"),
    "lineament-open": (opening_a_video, ""),
    "frames of {info.path.name}": (decoding, ""),
    "lineament-audio": (sound, ""),
    "searching in {task.folder.name}": (searching, "while searching in run"),
    "trying a step of a search": (trying_a_step, "while trying a step"),
    "training {task.folder.name}": (training, "while training net"),
    "reading the settings of trainings": (describing_trainings, "while reading the settings"),
    "reading {folder.name}": (watching_a_run, "while reading"),
    "writing the report": (writing_the_report, "while writing the report"),
    "looking for devices": (devices_for_searches, "while looking for devices"),
    "looking for devices, training": (devices_for_trainings, "while looking for devices"),
    "looking for devices, settings": (devices_for_settings, "while looking for devices"),
    "opening the cohort": (cohort, "while opening the cohort"),
    "reading the models": (listing_models, "while reading the models"),
    "importing {source.name}": (importing, "while importing"),
    "exporting": (exporting, "while exporting"),
    "measuring the speed": (speed, "while measuring the speed"),
    "discarding {folder.name}": (discarding, "while discarding"),
    "comparing two models": (comparing, "while comparing two models"),
    "reading licences": (reading_licences, "while reading licences"),
    "writing the list of parts": (listing_parts, "while writing the list"),
    "testing this installation": (self_test, "while testing this installation"),
}
"""Every kind of background work, by its name in the code."""


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_logged_and_told_and_the_window_lives(bench: Bench, monkeypatch: Patch, name: str) -> None:
    monkeypatch.setenv(LOG_VARIABLE, "")  # processes of this test tell it over their pipe
    trigger, words = CASES[name]
    trigger(bench, monkeypatch)
    bench.assert_told(words)


def test_no_kind_of_background_work_is_left_out() -> None:
    """Whoever adds one adds a fault in it."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in DESKTOP.rglob("*.py"))
    named = set(re.findall(r'BackgroundJob\(\s*f?"([^"]+)"', code)) | set(
        re.findall(r'thread.*name="([^"]+)"', code, re.I)
    )
    named |= set(re.findall(r'self\._start\(f?"([^"]+)"', code)) | set(
        re.findall(r'\n\s+name = f"([^"]+)"\n\s+job = ', code)
    )
    constants = set(re.findall(r"BackgroundJob\(([A-Z]+)", code))
    assert {"scoring", "lineament-audio", "exporting", "training {task.folder.name}"} <= named, "the search finds them"
    assert named - set(CASES) == set()
    assert constants == {"DESCRIBING", "TRYING", "NAME"}


@pytest.mark.parametrize("what", ["search", "training"])
def test_a_native_crash_beside_the_window_is_told_and_its_place_is_in_the_log(
    bench: Bench, monkeypatch: Patch, what: str
) -> None:
    from lineament_desktop.state.places import log_file

    monkeypatch.setenv(LOG_VARIABLE, str(log_file()))
    monkeypatch.setattr(f"lineament.{what}.control.host.{what.capitalize()}Process", crash_it)
    if what == "search":
        jobs = search_page(bench).jobs
        jobs.start(SearchRequest(jobs.folder / "run", "simulated:strong:12:1", {"device": "cpu"}))
    else:
        trainings = models_page(bench).trainings.jobs
        task = TrainingTask(TrainingRequest(bench.folder / "net"), "mpdrm", "simulated:strong:12:1", {}, "cpu")
        trainings.start(task)
    bench.until(lambda: bool(bench.faults()) and bool(bench.entries()))
    assert any("Segmentation fault" in e.whole() and "_serve_crash" in e.whole() for e in bench.entries())
    assert bench.lives()
    assert list((log_file().parent / "running").glob("test-*")) == []


# In the window's own thread


def test_handlers_of_a_job_that_fail_keep_nothing_from_the_others(bench: Bench) -> None:
    runner, heard = JobRunner(bench.window), list[object]()

    def hear(event: object) -> None:
        heard.append(event)
        if event == 1:
            broken()

    def work(cancel: object, sink: Callable[[object], None]) -> None:
        for number in range(4):
            sink(number)

    runner.start(BackgroundJob("counting", work), hear, broken)
    runner.start(BackgroundJob("counting too", work), lambda event: None, lambda done: heard.append("done"))
    bench.until(lambda: "done" in heard)
    assert [one for one in heard if one != "done"] == [0, 1, 2, 3]
    assert runner.jobs == []
    bench.assert_told()


def test_a_slot_a_timer_and_a_thread(bench: Bench) -> None:
    QTimer.singleShot(0, bench.window, broken)
    bench.assert_told()
    bench.window.status.button.clicked.connect(lambda: {}[NAME])
    bench.window.status.button.click()
    thread = threading.Thread(target=(bench.folder / NAME).read_bytes)
    thread.start()
    thread.join()
    bench.until(lambda: len(bench.entries()) == 3)
    bench.assert_told()


def test_a_destructor_that_fails_is_logged_and_nobody_is_bothered(bench: Bench) -> None:
    class Broken:
        def __del__(self) -> None:
            raise Injected

    Broken()
    assert "unexpected, with" in bench.entries()[0].text
    assert bench.said == []


def test_a_keyboard_interrupt_is_no_fault(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert bench.entries() == []
    assert bench.said == []


def test_work_that_leaves_by_the_back_door_ends_too(bench: Bench) -> None:
    """A library may end its thread as if it were the program."""
    ended = list[object]()
    runner = JobRunner(bench.window)

    def leave(cancel: object, sink: object) -> None:
        raise SystemExit(3)

    runner.start(BackgroundJob("leaving", leave), lambda event: None, ended.append)
    bench.until(lambda: bool(ended))
    assert bench.faults()[0].text == "Something unexpected went wrong while leaving; nothing saved was lost."


def test_the_button_in_the_message_shows_the_log(bench: Bench, qtbot: QtBot) -> None:
    QTimer.singleShot(0, bench.window, broken)
    bench.assert_told()
    QTest.mouseClick(bench.window.messages.log_button, LEFT)
    log = bench.window.help._log
    assert log is not None
    bench.until(log.isVisible)
    assert "Injected" in log.details.toPlainText()
    assert isinstance(log, QWidget)


def test_one_fault_is_one_message_however_it_is_told(bench: Bench) -> None:
    said = "Something unexpected went wrong while reading; nothing saved was lost."
    bench.window.state.post(f"{said} The earlier visits stay as they were.", "error")
    bench.window.state.post(said, "error")
    bench.window.messages.dismiss()
    assert bench.window.messages.message is None
    bench.window.state.post("Saved.")
    message = bench.window.messages.message
    assert message is not None
    assert replace(message, text="") == replace(message, text="", in_log=False)
    assert not bench.window.messages.log_button.isVisibleTo(bench.window.messages)
