"""Which cohort is searched on: a folder, or a simulated one; opened in the background to say what it holds."""

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lineament.errors import DatasetError
from lineament.progress import CancelToken, EventSink
from lineament.search.cohort_source import SIMULATED, CohortSource, CohortSummary, summary_of
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.widgets.setting_fields import LABEL_WIDTH, QuietCombo

FOLDER = "folder"
FIRST = "simulated:realistic:142:0"
OPENING = "The cohort is being opened."
TYPING_MS = 500
"""Nothing is opened while somebody types."""
KINDS = {
    "realistic": "Simulated, as hard as published data",
    "strong": "Simulated, strong effects (toy)",
    "longitudinal": "Simulated, several visits",
    "null": "Simulated, nothing to find",
    "planted": "Simulated, one planted effect (toy)",
    "matched": "Simulated, joint effects alone",
}


class CohortChooser(QWidget):
    """changed: another cohort is meant. summarised: it is known what it holds, or (None) that it cannot be opened."""

    changed = Signal()
    summarised = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.summary: CohortSummary | None = None
        self.error = ""
        self._runner = JobRunner(self)
        self._job: BackgroundJob | None = None
        self._later = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._later.timeout.connect(self._open)
        self.kind = QuietCombo()
        self.kind.setObjectName("cohort.kind")
        self.kind.setAccessibleName("Cohort")
        for preset, words in KINDS.items():
            self.kind.addItem(words, preset)
        self.kind.addItem("A folder on this computer", FOLDER)
        self.persons, self.seed, self.folder = QLineEdit(), QLineEdit(), QLineEdit()
        self.browse = QPushButton("Choose…")
        self.words = QLabel()
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        self._lay_out()
        self.kind.activated.connect(self._on_edit)
        for line in (self.persons, self.seed, self.folder):
            line.textEdited.connect(self._on_edit)
        self.browse.clicked.connect(self._ask_for_folder)
        self.set_cohort(FIRST)

    def _lay_out(self) -> None:
        for line, name in ((self.persons, "Persons"), (self.seed, "Seed of the cohort"), (self.folder, "Folder")):
            line.setAccessibleName(name)
            line.setObjectName(f"cohort.{name.split()[0].lower()}")
        self.folder.setPlaceholderText("DAIC-WOZ, E-DAIC, AVEC, D-Vlog, LMVD or CSV files")
        self._numbers, self._place = QWidget(), QWidget()
        numbers, place = QGridLayout(self._numbers), QHBoxLayout(self._place)
        for layout in (numbers, place):
            layout.setContentsMargins(LABEL_WIDTH + 8, 0, 0, 0)
            layout.setSpacing(8)
        numbers.addWidget(QLabel("Persons"), 0, 0)
        numbers.addWidget(self.persons, 0, 1)
        numbers.addWidget(QLabel("Seed"), 0, 2)
        numbers.addWidget(self.seed, 0, 3)
        place.addWidget(self.folder, 1)
        place.addWidget(self.browse)
        label = QLabel("Cohort")
        label.setFixedWidth(LABEL_WIDTH)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self.kind, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._numbers)
        column.addWidget(self._place)
        column.addWidget(self.words)

    # Values

    def cohort(self) -> str:
        """As `--cohort` takes it; raises `DatasetError` for what cannot be meant."""
        kind = self.kind.currentData()
        if kind != FOLDER:
            return str(
                CohortSource.parse(f"{SIMULATED}:{kind}:{self.persons.text().strip()}:{self.seed.text().strip()}")
            )
        if not self.folder.text().strip():
            raise DatasetError("no folder is chosen", remedy="Choose the folder of a cohort, or a simulated one.")
        return str(CohortSource(folder=Path(self.folder.text().strip()).expanduser().resolve()))

    def set_cohort(self, text: str) -> None:
        """Show this cohort; one that cannot be read so is shown as a folder."""
        try:
            source = CohortSource.parse(text)
        except DatasetError:
            source = CohortSource(folder=Path(text))
        index = self.kind.findData(source.preset)
        self.kind.setCurrentIndex(index if index >= 0 else self.kind.findData(FOLDER))
        if source.folder is not None:
            self.folder.setText(str(source.folder))
        else:
            self.persons.setText(str(source.persons))
            self.seed.setText(str(source.seed))
        self._begin()

    def _on_edit(self, *_: object) -> None:
        self._begin()
        self.changed.emit()

    def _begin(self) -> None:
        simulated = self.kind.currentData() != FOLDER
        self._numbers.setVisible(simulated)
        self._place.setVisible(not simulated)
        self.summary, self._job = None, None
        try:
            self.cohort()
        except DatasetError as error:
            self._say(str(error)[:1].upper() + str(error)[1:], wrong=True)
            self._later.stop()
            return
        self._say(OPENING)
        self._later.start()

    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose the folder of a cohort", self.folder.text())
        if name:
            self.folder.setText(name)
            self._on_edit()

    # Opening

    def _open(self) -> None:
        source = CohortSource.parse(self.cohort())

        def read(cancel: CancelToken, sink: EventSink) -> CohortSummary:
            return summary_of(source, cancel, sink)

        job = BackgroundJob("opening the cohort", read, newest_only=frozenset({"Progress"}))
        self._job = job
        self._runner.start(job, lambda event: None, lambda done: self._on_opened(job, done))

    def _on_opened(self, job: BackgroundJob, done: Done) -> None:
        if job is not self._job:
            return
        self._job = None
        if isinstance(done.result, CohortSummary):
            self.summary = done.result
            self._say(" ".join((self.summary.words, *self.summary.notes)))
        else:
            self._say(done.failure or "", wrong=True)
        self.summarised.emit(self.summary)

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self.error = words if wrong else ""
        self.words.setObjectName("simulated" if wrong else "muted")
        self.words.style().unpolish(self.words)
        self.words.style().polish(self.words)
        self.words.setText(words)

    def close_runner(self) -> None:
        """For the window's end."""
        self._later.stop()
        self._runner.stop_all(1.0)
