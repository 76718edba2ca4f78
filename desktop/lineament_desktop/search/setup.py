"""Setting a search up: presets, cohort, settings, where it computes, what it will take, and how it is started."""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from lineament.errors import LineamentError
from lineament.search.budget import require_enough
from lineament.search.config import PRESETS, RAY, SearchConfig
from lineament.search.control.messages import Estimated, SearchRequest
from lineament.search.plan import Plan
from lineament.search.preflight import Rate, estimate, rate_of_runs, size_of, workers_of
from lineament.search.preset_files import SettingsFile
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.devices import Device, list_devices
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.search.form import SearchForm
from lineament_desktop.search.preset_bar import PresetBar
from lineament_desktop.widgets.cohort_chooser import CohortChooser
from lineament_desktop.widgets.device_choice import show_devices
from lineament_desktop.widgets.setting_fields import ChoiceField, QuietCombo, TextField

ESTIMATE_MS = 250
HERE, CLUSTER = "This computer", "A Ray cluster"
START_HELP = "Opens the cohort, tries one step, then searches. What is finished is never lost."
START_STYLE = """
QPushButton:enabled {
  background: palette(highlight); color: palette(highlighted-text); border-color: palette(highlight);
}
"""
MEASURING = "One step is being tried on this cohort, in a process of its own."


class Setup(QWidget):
    """taken: folders that waiting searches will make. started: a `SearchRequest`. measuring_asked: one to be timed
    alone. told: a sentence and its severity."""

    started = Signal(object)
    measuring_asked = Signal(object)
    told = Signal(str, str)

    def __init__(self, runs_folder: Path, taken: Callable[[], Collection[Path]] = tuple) -> None:
        super().__init__()
        self._runs_folder, self._taken = runs_folder, taken
        self._runner = JobRunner(self)
        self._rate: Rate | None = None
        self._measured: tuple[SearchRequest, Estimated] | None = None
        self.presets, self.cohort, self.form = PresetBar(), CohortChooser(), SearchForm()
        self.engine = QuietCombo()
        self.ray = TextField(RAY)
        self._add_engine()
        self.form.add_to("Data", self.cohort, 0)
        self.estimate_words = QLabel()
        self.estimate_words.setWordWrap(True)
        self.estimate_words.setObjectName("muted")
        self.estimate_words.setAccessibleName("What the search will take")
        self.problem = QLabel()
        self.problem.setObjectName("simulated")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.measure = QPushButton("Try one step")
        self.measure.setToolTip("Opens the cohort and times one step of training on it, to say how long a search takes")
        self.start = QPushButton("Start search")
        self.start.setObjectName("startSearch")
        self.start.setToolTip(START_HELP)
        self.start.setStyleSheet(START_STYLE)
        self._later = QTimer(self, singleShot=True, interval=ESTIMATE_MS)
        self._later.timeout.connect(self.refresh)
        self._lay_out()
        self._connect()
        self._look_around()
        self.refresh()

    # Assembly

    def _add_engine(self) -> None:
        self.engine.addItem(HERE, "")
        self.engine.addItem(CLUSTER, "ray")
        self.engine.setObjectName("engine")
        self.engine.setAccessibleName("Engine")
        label = QLabel("Engine")
        label.setFixedWidth(self.ray.label.width())
        label.setBuddy(self.engine)
        row = QWidget()
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(label)
        inside.addWidget(self.engine, 1)
        self.ray.label.setText("Address")
        self.ray.line.setPlaceholderText("auto, or HOST:PORT")
        self.ray.hide()
        self.form.add_to("Computing", row)
        self.form.add_to("Computing", self.ray)

    def _lay_out(self) -> None:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAccessibleName("Settings of the search")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(0, 4, 8, 0)
        inner.addWidget(self.form)
        area.setWidget(inside)
        self.area = area
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.measure)
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 4, 8)
        column.setSpacing(8)
        column.addWidget(self.presets)
        column.addWidget(area, 1)
        column.addWidget(self.estimate_words)
        column.addWidget(self.problem)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.presets.chosen.connect(self._fill)
        self.presets.told.connect(self.told)
        self.presets.save.clicked.connect(self._save)
        self.form.changed.connect(self._on_change)
        self.cohort.changed.connect(self._later.start)
        self.cohort.summarised.connect(lambda _: self.refresh())
        self.engine.activated.connect(self._on_engine)
        self.ray.changed.connect(self._later.start)
        self.start.clicked.connect(self.ask_start)
        self.measure.clicked.connect(self.ask_measure)

    # Filling

    def _fill(self, settings: SettingsFile) -> None:
        """From a preset or a file; a preset says nothing of device and workers, so these stay."""
        where = {name: self.form.fields[name].raw() for name in ("device", "workers")}
        self.form.blockSignals(True)
        self.form.set_config(settings.config)
        if settings.name in PRESETS:
            for name, value in where.items():
                self.form.fields[name].set_value(value)
        self.form.blockSignals(False)
        if settings.cohort:
            self.cohort.set_cohort(settings.cohort)
        self.refresh()

    def fill_from_run(self, config: dict[str, object], cohort: str) -> None:
        """To repeat a run with other settings; raises `SearchError` for settings of another version."""
        self._fill(SettingsFile("", SearchConfig.from_json(config), cohort))
        self.presets.show_preset(None)

    def _save(self) -> None:
        config = self._config()
        if config is not None:
            self.presets.ask_to_save(config)

    def _on_change(self) -> None:
        self.presets.show_preset(None)
        self._later.start()

    def _on_engine(self) -> None:
        self.ray.setVisible(self.engine.currentData() == "ray")
        self._later.start()

    # What this computer has

    def _look_around(self) -> None:
        """Devices, and the speed of earlier runs, are found in the background."""

        def look(cancel: object, sink: object) -> tuple[list[Device], Rate | None]:
            return list_devices(), rate_of_runs(self._runs_folder, "cpu")

        job = BackgroundJob("looking for devices", look)
        self._runner.start(job, lambda event: None, self._on_devices)

    def _on_devices(self, done: Done) -> None:
        if not isinstance(done.result, tuple):
            return
        devices, self._rate = done.result
        field = self.form.fields["device"]
        assert isinstance(field, ChoiceField)
        self._show_devices(field.combo, devices)
        self.refresh()

    def _show_devices(self, combo: QuietCombo, devices: list[Device]) -> None:
        show_devices(combo, devices)
        auto = combo.findData("auto")
        if auto >= 0:
            combo.setItemText(auto, "Automatic: the CPU, as fast for small networks")

    def look_again(self) -> None:
        """The workspace has come to the front, or a run has ended: free memory and speed are others by now."""
        self._look_around()

    # What it will take

    def refresh(self) -> None:
        """Say what is wrong, or what the search will take."""
        config = self._config()
        problem = self.form.error() or ("The cohort cannot be opened." if self.cohort.error else "")
        if config is not None and not problem:
            problem = self._estimate(config)
        elif config is None:
            self.estimate_words.setText("")
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        wrong = [field for field in self.form.fields.values() if field.error]
        self.start.setEnabled(not problem and not wrong)
        self.measure.setEnabled(not problem and not wrong)

    def _estimate(self, config: SearchConfig) -> str:
        """Show the estimate; what forbids the search, "" where nothing is known to."""
        summary = self.cohort.summary
        if summary is None:
            self.estimate_words.setText("")
            return ""
        splits = [split for split, count in summary.splits.items() for _ in range(count)]
        size = size_of(config, splits)
        if not size.pool or (not size.test and config.protocol != "nested-cv"):
            return "This cohort has no splits of its own: use the protocol holdout or nested-cv."
        parts = 1 + config.outer_folds if config.protocol == "nested-cv" else 1
        try:
            require_enough(config.budget, Plan(config, size).least * parts, "these settings")
        except LineamentError as error:
            self.estimate_words.setText("")
            return str(error)[:1].upper() + str(error)[1:]
        measured = self._measured
        if measured is not None and measured[0] == self._request(config):
            self.estimate_words.setText(measured[1].estimate.words)
            return ""
        rate = self._rate if config.device_name == "cpu" and not self.ray_address else None
        said = estimate(config, size, workers_of(config, None), rate)
        self.estimate_words.setText(said.words)
        return ""

    def show_measured(self, found: object) -> None:
        """What trying a step has said: an `Estimated`, a sentence, or None."""
        self.measure.setText("Try one step")
        config = self._config()
        if isinstance(found, Estimated) and config is not None:
            self._measured = self._request(config), found
            self.refresh()
        elif isinstance(found, str):
            self.estimate_words.setText("")
            self.told.emit(found, "error")
        else:
            self.refresh()

    def show_problem(self, sentence: str) -> None:
        """Why the search that was asked for did not begin; until something is changed."""
        self.problem.setText(sentence)
        self.problem.show()

    # Asking

    @property
    def ray_address(self) -> str:
        """ "" for this computer."""
        return self.ray.line.text().strip() or "auto" if self.engine.currentData() == "ray" else ""

    def _config(self) -> SearchConfig | None:
        try:
            return self.form.config()
        except LineamentError:
            return None

    def _request(self, config: SearchConfig, folder: Path | None = None) -> SearchRequest:
        place = folder or self._runs_folder / "trial"
        return SearchRequest(place, self.cohort.cohort(), config.to_json(), None, self.ray_address)

    def request(self) -> SearchRequest | None:
        """What the form asks for, in a new folder; None where something is wrong, which is then under the cursor."""
        config = self._config()
        if config is None or self.cohort.error:
            self.form.show_wrong()
            return None
        return self._request(config, new_folder(self._runs_folder, config, datetime.now(), self._taken()))

    def ask_start(self) -> None:
        request = self.request()
        if request is not None:
            self.started.emit(request)

    def ask_measure(self) -> None:
        config = self._config()
        if config is not None:
            self.estimate_words.setText(MEASURING)
            self.measure.setText("Stop trying")
            self.measuring_asked.emit(self._request(config))

    def focus_field(self, name: str) -> None:
        editor = self.form.fields[name].editor
        if isinstance(editor, QLineEdit):
            editor.selectAll()
        editor.setFocus()

    def close_runner(self) -> None:
        """For the window's end."""
        self._later.stop()
        self._runner.stop_all(1.0)
        self.cohort.close_runner()


def new_folder(parent: Path, config: SearchConfig, now: datetime, taken: Collection[Path] = ()) -> Path:
    """A name that says when and how, for example "2026-11-21 14.05 drnas_pt"; another of that minute gets a number."""
    name = f"{now:%Y-%m-%d %H.%M} {config.method}"
    tries = (parent / (name if number == 1 else f"{name} ({number})") for number in range(1, 1000))
    return next(path for path in tries if not path.exists() and path not in taken)
