"""Everything the window can show, one scene after another: for tests that look at all of it.

`python -m tests.support.whole_window FOLDER --size 1280x800 --theme light` saves a picture of every scene and prints,
as JSON, which words were cut in which. QT_SCALE_FACTOR counts, so each factor wants a process of its own.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from tests.core.search.monitor.conftest import ATTRIBUTES, FAMILIES, SPACE, Folder, event, line, whole_search
from tests.support.fake_core import FakeCore
from tests.support.fakes import FakeRecording, fake_abstention, fake_prediction, fake_video
from tests.support.published_predictions import DJ_LDML, MPDRM, fake_distribution, fake_habit
from tests.support.tiny_cohorts import tiny_cohort

from lineament.inference.comparison import Along, apart
from lineament.progress import Progress
from lineament.search.config import SearchConfig
from lineament.search.data import store_features
from lineament.search.monitor import RunMonitor
from lineament.search.runs import Run
from lineament.settings import Setting
from lineament.training.control.messages import EpochTold
from lineament.training.unfinished_folders import UnfinishedTraining
from lineament_desktop.app.main_window import MainWindow
from lineament_desktop.app.palette.palette import Palette
from lineament_desktop.app.settings.dialog import SettingsDialog
from lineament_desktop.models import ModelsWorkspace
from lineament_desktop.models.compare_dialog import CompareDialog
from lineament_desktop.models.work import Compared
from lineament_desktop.search.workspace import SearchWorkspace
from lineament_desktop.state import Message, Playhead
from lineament_desktop.state.settings import Settings

Scene = tuple[str, QWidget]
SECONDS = 30.0
OWN_DIALOGS = ("help.keys", "help.about", "help.log", "help.self_test", "help.notices", "model.card", "file.settings")
"""Actions that open a dialog of the window's own."""
LONG = (
    "an interview of last week.mp4: the recording is incomplete: its table of frames is missing, as when a camera or "
    "a copy stops half-way. Copy it again from the camera, or repair it with the camera's own program."
)
TRAINING_SETTINGS = (
    Setting("loop.epochs", "whole number", 6, "passes over the persons", 1, 100),
    Setting("loop.rate", "number", 0.003, "first learning rate", 0.0, 1.0),
    Setting("shape.pooling", "text", "attention", "how windows become one", choices=("attention", "mean")),
    Setting("shape.deep", "yes or no", True, "a second layer"),
)


def wait(condition: Callable[[], bool], limit_s: float = 60.0) -> None:
    """Let the window live until the condition holds. Raises `TimeoutError`."""
    ends = monotonic() + limit_s
    while not condition():
        if monotonic() > ends:
            raise TimeoutError("what was waited for did not come")
        rest(0.02)


def rest(seconds: float = 0.08) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def make_run(path: Path, *, finished: bool) -> Folder:
    """A run's folder in the middle of a search, or with its outcome."""
    config = SearchConfig.preset("quick", seed=4, attributes=ATTRIBUTES, families=FAMILIES, folds=3, protocol="holdout")
    features = tiny_cohort(20, 2, seed=3)
    with Run.create(path, config.to_json(), features.fingerprint, space_hash=SPACE.content_hash, seed=4):
        pass
    store_features(features, path)
    made = Folder(path, config)
    made.events.write_bytes(line(event(100.0, "session_started", resumed=False, finished=0)))
    made.write(*whole_search())
    if finished:
        made.finish()
    return made


@dataclass
class Whole:
    """The window and what its scenes need. folder: for runs."""

    window: MainWindow
    folder: Path

    def scenes(self) -> Iterator[Scene]:
        """Each as it stands on screen; the next one begins when it was looked at."""
        yield from self.review()
        yield from self.search()
        yield from self.models()
        yield from self.dialogs()
        yield from self.guide()

    # Review

    def review(self) -> Iterator[Scene]:
        window = self.window
        state = window.state
        yield "review empty", window
        video = fake_video(SECONDS)[1]
        state.open_recording_alone(fake_video(SECONDS)[0].path, video, FakeRecording(SECONDS))
        state.set_prediction(fake_prediction(SECONDS))
        state.show_frame(Playhead(60, 60, 2.0))
        yield "review", window
        state.set_progress(Progress("analysing", 600, 900, "frames", 4.0))
        state.message_posted.emit(Message(LONG, "error"))
        yield "review with a long error while analysing", window
        window.messages.dismiss()
        state.set_progress(None)
        state.set_prediction(fake_abstention())
        yield "review abstained", window
        usual = state.model
        for facts, prediction in ((DJ_LDML, fake_distribution(SECONDS)), (MPDRM, fake_habit(SECONDS, earlier=2))):
            state.set_prediction(None)
            state.set_model(facts)
            state.set_prediction(prediction)
            yield f"review of {facts.kind}", window
        state.set_prediction(None)
        state.set_model(usual)
        state.set_prediction(fake_prediction(SECONDS))
        window.workspace.set_video_only(True)  # the screen of tests is smaller than the window
        yield "review of the video alone", window
        window.workspace.set_video_only(False)

    # Search

    def search(self) -> Iterator[Scene]:
        window = self.window
        window.show_page("search")
        page = window.pages.made("search")
        assert isinstance(page, SearchWorkspace)
        rest(0.7)  # the cohort that is proposed is opened when nobody types for half a second
        wait(lambda: page.setup.cohort.summary is not None)
        yield "search form", window
        page.setup.form.more_button.setChecked(True)
        page.setup.form.fields["budget"].set_value(5)
        page.setup.refresh()
        rest()
        page.setup.area.ensureWidgetVisible(page.setup.form.more_button, 0, 400)
        yield "search form unfolded and wrong", window
        live, done = make_run(self.folder / "live run", finished=False), make_run(self.folder / "done", finished=True)
        live.hold()
        page.open_run(live.path)
        self._read(page)
        for number in range(page.page.tabs.count() - 1):
            page.page.tabs.setCurrentIndex(number)
            yield f"search {page.page.tabs.tabText(number).lower()}", window
        page.open_run(done.path)
        self._read(page)
        page.page.show_tab("Report")
        yield "search report", window
        page.runs.list.selectAll()
        wait(lambda: len(page.pages.columns) == 2 and all(c.bar.name.text() for c in page.pages.columns))
        rest(0.5)
        yield "search two runs", window
        live.let_go()

    @staticmethod
    def _read(page: SearchWorkspace) -> None:
        """Read now what would be read a moment later."""
        (folder,) = page.runs.selected()
        monitor = RunMonitor(folder)
        view = monitor.poll()
        while (after := monitor.poll()) is not view:
            view = after
        page.page.show_view(view)

    # Models

    def models(self) -> Iterator[Scene]:
        window = self.window
        window.show_page("models")
        page = window.pages.made("models")
        assert isinstance(page, ModelsWorkspace)
        wait(lambda: page.card is not None)
        assert page.card is not None
        for number in range(page.card.tabs.count()):
            page.card.tabs.setCurrentIndex(number)
            yield f"models {page.card.tabs.tabText(number).replace('&', '').lower()}", window
        yield from self._trainings(page)
        page.list.setCurrentRow(page.list.count() - 1)
        rest()
        yield from self._comparison(page)

    def _trainings(self, page: ModelsWorkspace) -> Iterator[Scene]:
        trainings = page.trainings
        trainings._asked_settings = True  # no process that loads torch, only to list settings
        trainings.open_form()
        systems = ("hand-designed", "hmhn", "dj-ldml", "mpdrm")
        trainings.form.show_described({s: dict.fromkeys(("small", "full"), TRAINING_SETTINGS) for s in systems})
        assert trainings.form.more is not None
        trainings.form.more.button.setChecked(True)
        trainings.form.name.line.setText("a/b")
        trainings.form.name.check()
        rest()
        yield "models training form", self.window
        parts = [EpochTold("person", n, 0.7 - 0.05 * n, dev_auc=0.6) for n in range(4)]
        parts += [EpochTold("score", n, 1.2 - 0.1 * n, dev_rmse=5.1 - 0.1 * n, best=True) for n in range(6)]
        settings = {"device": "cpu", "name": "Second try with all visits"}
        kept = UnfinishedTraining(
            self.folder / "kept", "mpdrm", "simulated:strong:72:1", settings, tuple(parts), working=False
        )
        trainings.show_kept([kept])
        page.list.setCurrentRow(0)
        rest()
        yield "models training", self.window

    def _comparison(self, page: ModelsWorkspace) -> Iterator[Scene]:
        page.compare()
        (dialog,) = page.findChildren(CompareDialog)
        yield "compare", dialog
        times = np.arange(10.0, SECONDS + 1, 5)
        first = fake_prediction(SECONDS)
        second = replace(fake_prediction(SECONDS, seed=2), score=11.0, interval=(8.0, 15.0))
        along = (Along(first, times, np.full(len(times), 9.2)), Along(second, times, np.full(len(times), 11.0)))
        dialog.show_result(Compared("film", along, apart(*along)))
        yield "compared", dialog
        dialog.reject()

    # Dialogs and the guide

    def dialogs(self) -> Iterator[Scene]:
        window = self.window
        window.show_page("review")
        for name in OWN_DIALOGS:
            before = set(QApplication.topLevelWidgets())
            window.registry[name].trigger()
            rest()
            opened = [w for w in QApplication.topLevelWidgets() if w not in before and w.isVisible()]
            (dialog,) = (w for w in opened if isinstance(w, QDialog))
            if isinstance(dialog, SettingsDialog):
                yield from self._settings(dialog)
            else:
                yield f"dialog of {name}", dialog
            dialog.close()
        window.registry["view.palette"].trigger()
        rest()
        yield "command palette", window
        window.findChild(Palette).leave()

    @staticmethod
    def _settings(dialog: SettingsDialog) -> Iterator[Scene]:
        for row in range(dialog.list.count()):
            dialog.list.setCurrentRow(row)
            rest()
            yield f"settings {dialog.list.item(row).text().lower()}", dialog

    def guide(self) -> Iterator[Scene]:
        self.window.guide.open("review")
        made = self.window.guide.window
        assert made is not None
        yield "guide", made
        made.field.setText("interval")
        yield "guide searched", made
        made.close()


def show_whole(folder: Path, width: int, height: int) -> Whole:
    """A window of this size, at its start."""
    window = MainWindow(Settings(folder / "settings"), FakeCore().core())
    window.resize(width, height)
    window.show()
    rest()
    return Whole(window, folder)


def main() -> int:
    from tests.support.cut_words import cut_words

    from lineament_desktop.app.start import make_application
    from lineament_desktop.theme import apply_theme

    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--theme", default="light")
    parser.add_argument("--pictures", action="store_true")
    asked = parser.parse_args()
    app = make_application()
    apply_theme(app, asked.theme)
    whole = show_whole(asked.folder, *map(int, asked.size.split("x")))
    found = SimpleNamespace(cut={}, ratio=whole.window.devicePixelRatioF())
    for name, widget in whole.scenes():
        rest(0.25)
        if widget is not whole.window:
            widget.setWindowState(widget.windowState() & ~Qt.WindowState.WindowMinimized)
        found.cut[name] = cut_words(widget)
        if found.cut[name]:  # layouts within layouts take some rounds of the event loop
            rest(0.5)
            found.cut[name] = cut_words(widget)
        if asked.pictures:
            widget.grab().save(str(asked.folder / f"{name}.png"))
    whole.window.close()
    print(json.dumps(vars(found)))  # noqa: T201 - the command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
