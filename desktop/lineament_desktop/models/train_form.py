"""What is to be trained: a name, a system and its preset, a cohort, a device, a seed, and all other settings folded."""

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from lineament.errors import LineamentError
from lineament.settings import Setting
from lineament.training.control.messages import Described, TrainingRequest
from lineament.training.naming import new_model_folder
from lineament.training.setting_words import WORDS
from lineament.training.systems.registry import SYSTEMS
from lineament.training.systems.system import PRESETS
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.devices import Device, list_devices
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.jobs.training_jobs import TrainingTask
from lineament_desktop.widgets.cohort_chooser import CohortChooser
from lineament_desktop.widgets.device_choice import show_devices
from lineament_desktop.widgets.folded_fields import FoldedFields
from lineament_desktop.widgets.setting_fields import ChoiceField, Field, TextField, make_field

Taken = Callable[[], Collection[Path]]
WIDTH = 640
TITLES = {
    "hand-designed": "Hand-designed network: behaviour over time",
    "hmhn": "HMHN: face crops",
    "dj-ldml": "DJ-LDML: clips of face crops",
    "mpdrm": "MPDRM: movement, with earlier visits",
}
SHORT = {"hand-designed": "Hand-designed", "hmhn": "HMHN", "dj-ldml": "DJ-LDML", "mpdrm": "MPDRM"}
COHORTS = {"mpdrm": "simulated:longitudinal:142:0"}
ANY_COHORT = "simulated:realistic:142:0"
READING = "The other settings are being read."
SIMULATED_FACES = (
    "Faces of simulated persons are drawn first, which takes a while; they are kept for the next training."
)
PLACED = frozenset({"name", "preset", "device", "seed"})
CPU, CUDA, AUTO = "cpu", "cuda", "auto"
PRESET_WORDS = {"small": "Small: on a processor in minutes", "full": "Full: as published, wants a graphics card"}
CPU_PRESET_WORDS = {"small": "Small: to try the machinery out", "full": "Full: the whole training"}


class NameField(TextField):
    """The model's name; where its folder would lie is checked with it."""

    def __init__(self, library: Path, taken: Taken) -> None:
        self._library, self._taken = library, taken
        super().__init__(Setting("name", "text", "", "what the model is called, and its folder in your library"))

    def value(self) -> str:
        self.folder()
        return str(self.raw())

    def raw(self) -> str:
        return self.line.text().strip()

    def folder(self) -> Path:
        """Raises `TrainingError` for a name that cannot be taken."""
        return self.folder_of(self.raw())

    def folder_of(self, name: str) -> Path:
        """taken: folders that waiting trainings will make."""
        return new_model_folder(self._library, name, self._taken())


class TrainForm(QWidget):
    """asked: a `TrainingTask`. left: nothing is to be trained."""

    asked = Signal(object)
    left = Signal()

    def __init__(self, library: Path, taken: Taken = tuple) -> None:
        super().__init__()
        self._runner = JobRunner(self)
        self._described: Described | None = None
        self._cuda = False
        self._own_name = self._own_cohort = False
        self._refusal = ""
        self.name = NameField(library, taken)
        self.system = _choice("system", tuple(SYSTEMS), "what is trained", TITLES)
        self.preset = _choice("preset", PRESETS, "how large it is, and how long it is trained", PRESET_WORDS)
        self.cohort = CohortChooser()
        self.device = _choice("device", (AUTO, CPU, CUDA), "what is trained on", {})
        seed = WORDS["seed"]
        self.seed = TextField(Setting("seed", "whole number", 0, seed.help, seed.low, seed.high))
        self.more: FoldedFields | None = None
        self.fields: dict[str, Field] = {}
        self.more_words = _words("muted", READING)
        self.hint = _words("muted", SIMULATED_FACES)
        self.problem = _words("simulated", "")
        self.start = QPushButton("&Start training")
        self.start.setObjectName("startTraining")
        self.start.setToolTip("What is learnt is kept after every epoch")
        self.back = QPushButton("&Back")
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.refresh)
        self._lay_out()
        self._connect()
        self.seed.set_value(0)
        self._on_system()

    # Assembly

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(WIDTH)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 4, 8, 0)
        self._column.setSpacing(8)
        for widget in (self.name, self.system, self.preset, self.cohort, self.hint, self.device, self.seed):
            self._column.addWidget(widget)
        self._column.addWidget(self.more_words)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAccessibleName("Settings of the training")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        self.area = area
        head = QLabel("Train a model")
        large = head.font()
        large.setPointSizeF(large.pointSizeF() * 1.35)
        large.setBold(True)
        head.setFont(large)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.start)
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(8)
        column.addWidget(head)
        column.addWidget(area, 1)
        column.addWidget(self.problem)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.system.changed.connect(self._on_system)
        self.preset.changed.connect(self._show_more)
        self.name.changed.connect(self._on_name)
        self.cohort.changed.connect(self._on_cohort)
        self.cohort.summarised.connect(lambda _: self._later.start())
        for field in (self.device, self.seed):
            field.changed.connect(self._changed)
        self.start.clicked.connect(self.ask_start)
        self.back.clicked.connect(self.left)

    # Opening

    def open(self) -> None:
        """For another training: a name that is free; devices are looked for again."""
        self._own_name = False
        self._propose_name()
        self.refuse("")
        self.name.editor.setFocus()
        self.name.line.selectAll()

        def look(cancel: object, sink: object) -> list[Device]:
            return list_devices()

        job = BackgroundJob("looking for devices", look)
        self._runner.start(job, lambda event: None, self._on_devices)

    def _on_devices(self, done: Done) -> None:
        if isinstance(done.result, list):
            self._cuda = any(device.name == CUDA and not device.reason for device in done.result)
            show_devices(self.device.combo, done.result)
            self._on_possible_devices()

    def show_described(self, found: Described | str) -> None:
        """All settings, or the sentence that says why they could not be read; the form does without them then."""
        if isinstance(found, str):
            self.more_words.setText(found)
        else:
            self._described = found
            self._show_more()

    # Following what is chosen

    @property
    def system_name(self) -> str:
        return str(self.system.raw())

    def _on_system(self) -> None:
        self._refusal = ""
        system = SYSTEMS[self.system_name]
        self.preset.set_value(system.usual)
        words = CPU_PRESET_WORDS if system.devices == (CPU,) else PRESET_WORDS
        for preset in PRESETS:
            self.preset.combo.setItemText(self.preset.combo.findData(preset), words[preset])
        if not self._own_cohort:
            self.cohort.set_cohort(COHORTS.get(system.name, ANY_COHORT))
        self._propose_name()
        self._on_possible_devices()
        self._show_more()

    def _on_possible_devices(self) -> None:
        there = SYSTEMS[self.system_name].devices
        item = self.device.combo.model().item(self.device.combo.findData(CUDA))  # type: ignore[attr-defined]
        item.setEnabled(CUDA in there and self._cuda)
        chosen = "the graphics card" if self._auto == CUDA else "the CPU"
        self.device.combo.setItemText(self.device.combo.findData(AUTO), f"Automatic: {chosen}")
        if self.device.raw() == CUDA and CUDA not in there:
            self.device.set_value(AUTO)
        self._later.start()

    @property
    def _auto(self) -> str:
        return CUDA if self._cuda and CUDA in SYSTEMS[self.system_name].devices else CPU

    def _propose_name(self) -> None:
        if self._own_name:
            return
        name = f"{SHORT[self.system_name]} {date.today():%Y-%m-%d}"
        for number in range(1, 1000):
            proposed = name if number == 1 else f"{name} ({number})"
            try:
                self.name.folder_of(proposed)
            except LineamentError:
                continue
            self.name.set_value(proposed)
            return

    def _on_name(self) -> None:
        self._own_name = True
        self._changed()

    def _on_cohort(self) -> None:
        self._own_cohort = True
        self._changed()

    def _show_more(self) -> None:
        """The settings of the system, at the defaults of the preset; those that were changed are set back."""
        if self._described is None:
            return
        unfolded = self.more is not None and self.more.button.isChecked()
        if self.more is not None:
            for widget in (self.more.button, self.more):
                self._column.removeWidget(widget)
                widget.deleteLater()
        self.fields = {}
        settings = self._described[self.system_name][str(self.preset.raw())]
        self.more = FoldedFields([one for one in settings if one.name not in PLACED], self._add)
        place = self._column.indexOf(self.more_words)
        self._column.insertWidget(place, self.more.button)
        self._column.insertWidget(place + 1, self.more)
        self.more.button.setChecked(unfolded)
        self.more_words.hide()
        self._later.start()

    def _add(self, one: Setting) -> Field:
        field = self.fields[one.name] = _MoreText(one) if one.kind == "text" and not one.choices else make_field(one)
        field.set_value(one.default)
        field.changed.connect(self._changed)
        return field

    # What is wrong

    def refresh(self) -> None:
        """What stands there is another training: say what is wrong with it, where a field does not."""
        self.hint.setVisible(self.system_name in ("hmhn", "dj-ldml") and "simulated:" in self._cohort())
        self._say("The cohort cannot be opened." if self.cohort.error else self._refusal)
        self.start.setEnabled(not self.cohort.error and not self._wrong())

    def refuse(self, sentence: str) -> None:
        """Why the training did not begin; until something is changed."""
        self._refusal = sentence
        self.refresh()

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _changed(self) -> None:
        self._refusal = ""
        self._later.start()

    def _wrong(self) -> list[Field]:
        placed = (self.name, self.system, self.preset, self.device, self.seed)
        return [field for field in (*placed, *self.fields.values()) if field.error]

    # Asking

    def _cohort(self) -> str:
        try:
            return self.cohort.cohort()
        except LineamentError:
            return ""

    def ask_start(self) -> None:
        self.name.check()
        wrong = self._wrong()
        if wrong or self.cohort.error:
            if wrong:
                wrong[0].editor.setFocus()
            self.start.setEnabled(False)
            return
        given: dict[str, Any] = {field.setting.name: field.value() for field in (self.name, self.preset, self.device)}
        given["seed"] = self.seed.value()
        given |= {name: field.value() for name, field in self.fields.items() if field.value() != field.setting.default}
        request = TrainingRequest(self.name.folder(), self.system_name, self.cohort.cohort(), given)
        device = self._auto if given["device"] == AUTO else str(given["device"])
        self.asked.emit(TrainingTask(request, request.system, request.cohort, given, device))

    def close_runner(self) -> None:
        """For the window's end."""
        self._later.stop()
        self._runner.stop_all(1.0)
        self.cohort.close_runner()


class _MoreText(TextField):
    """A name or a file's path, taken as it is typed."""

    def raw(self) -> Any:
        return self.line.text().strip()


def _choice(name: str, choices: tuple[str, ...], help_text: str, words: dict[str, str]) -> ChoiceField:
    field = ChoiceField(Setting(name, "text", choices[0], help_text, choices=choices))
    for choice, text in words.items():
        field.combo.setItemText(field.combo.findData(choice), text)
    field.set_value(choices[0])
    return field


def _words(kind: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(kind)
    label.setWordWrap(True)
    label.setVisible(bool(text))
    return label
