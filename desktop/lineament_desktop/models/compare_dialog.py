"""Two models on one recording: which, on what, and what they say."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lineament.errors import ModelError
from lineament.inference.comparison import require_comparable
from lineament.models.exchange.library import Entry
from lineament.recording import RecordingView
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.models.compare_charts import AttentionBands, Disagreement, Estimates, estimate_words
from lineament_desktop.models.work import Compared, compare_work
from lineament_desktop.state import ReviewState
from lineament_desktop.widgets.elided_label import ElidedLabel

SIZE = QSize(1000, 700)
SCREEN_SHARE = 0.94
JOIN_S = 5.0
FILTER = "Recordings (*.lineament.parquet *.parquet *.csv)"
EMPTY = "The estimates of both models will stand here, with what each looked at and how far apart they were over time."


class CompareDialog(QDialog):
    """Begins with the given model; the other one and the recording are chosen here."""

    def __init__(
        self, entry: Entry, entries: Sequence[Entry], review: ReviewState, core: Core, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._entry, self._core, self._review = entry, core, review
        self._others = [one for one in entries if one.card is not None and one.folder != entry.folder]
        self._on_screen: RecordingView | None = review.recording
        self._file: Path | None = None
        self._runner = JobRunner(self)
        self._job: BackgroundJob | None = None
        self.setWindowTitle(f"Compare {entry.name} on a recording")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make()
        self._lay_out()
        self._refresh()
        self.resize(SIZE.boundedTo(self.screen().availableSize() * SCREEN_SHARE))

    def _make(self) -> None:
        self.other = QComboBox()
        self.other.setAccessibleName("The other model")
        for one in self._others:
            assert one.card is not None
            self.other.addItem(f"{one.name} ({one.card.kind}, {one.card.scale.name})")
        self.other.currentIndexChanged.connect(self._refresh)
        self.recording = ElidedLabel()
        self.choose_button = QPushButton("Choose a &file…")
        self.choose_button.clicked.connect(self.ask_for_file)
        self.compare_button = QPushButton("&Compare")
        self.compare_button.setDefault(True)
        self.compare_button.clicked.connect(self.compare)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setAccessibleName("State of the comparison")
        self.result_view = QScrollArea()
        self.result_view.setWidgetResizable(True)
        self.result_view.setAccessibleName("Comparison")
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        models = QHBoxLayout()
        models.addWidget(QLabel(f"{self._entry.name} with"))
        models.addWidget(self.other)
        models.addWidget(QLabel("on"))
        models.addWidget(self.recording, 1)
        models.addWidget(self.choose_button)
        models.addWidget(self.compare_button)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addLayout(models)
        column.addWidget(self.sentence)
        column.addWidget(self.result_view, 1)
        column.addLayout(buttons)

    # What is compared

    def ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Compare on a recording", "", FILTER)
        if name:
            self.choose_file(Path(name))

    def choose_file(self, path: Path) -> None:
        self._file = path
        self._refresh()

    def _refusal(self) -> str:
        """Why these two cannot be compared, "" where they can."""
        chosen = self.other.currentIndex()
        if chosen < 0:
            return "There is no other model to compare with. Import one first."
        first, second = self._entry.card, self._others[chosen].card
        if first is None or second is None:
            return "A model that cannot be read cannot be compared."
        try:
            require_comparable(first, second)
        except ModelError as error:
            text = str(error)
            return text[:1].upper() + text[1:]
        if self._file is None and self._on_screen is None:
            return "No recording is open in Review. Choose a file, or open one there first."
        return ""

    def _refresh(self) -> None:
        if self._file is not None:
            self.recording.setText(self._file.name)
        else:
            path = self._review.path
            self.recording.setText(f"{path.name} (on screen)" if path is not None and self._on_screen else "–")
        refusal = self._refusal()
        self.sentence.setText(refusal or EMPTY)
        self.compare_button.setEnabled(not refusal and self._job is None)
        self.result_view.takeWidget()

    # Comparing

    def compare(self) -> None:
        """In the background; the answer is drawn when it comes."""
        if self._refusal() or self._job is not None:
            return
        recording = self._file if self._file is not None else self._on_screen
        assert recording is not None
        video = self._review.video.path if self._review.video is not None else None
        folders = (self._entry.folder, self._others[self.other.currentIndex()].folder)
        work = compare_work(self._core, folders, recording, video)
        self._job = BackgroundJob("comparing two models", work)
        self.compare_button.setEnabled(False)
        self.sentence.setText("Both models are scoring the recording.")
        self._runner.start(self._job, lambda event: None, partial(self._on_done, self._job))

    def _on_done(self, job: BackgroundJob, done: Done) -> None:
        if job is not self._job:
            return
        self._job = None
        self.compare_button.setEnabled(True)
        if isinstance(done.result, Compared):
            self.show_result(done.result)
        else:
            self.sentence.setText(done.failure or "The comparison was stopped.")

    def show_result(self, compared: Compared) -> None:
        first, second = (along.prediction for along in compared.along)
        names = (first.provenance.model_id, second.provenance.model_id)
        self.sentence.setText(
            f"{names[0]}: {estimate_words(first)}. {names[1]}: {estimate_words(second)}. "
            "Research use only: model estimates, not a diagnosis."
        )
        ends = [float(p.window_times[-1, 1]) for p in (first, second) if len(p.window_times)]
        end = max(ends, default=1.0)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(16)
        column.addWidget(Estimates((first, second)))
        bands = QHBoxLayout()
        bands.setSpacing(24)
        for prediction in (first, second):
            bands.addWidget(AttentionBands(prediction, end))
        column.addLayout(bands)
        column.addWidget(Disagreement(compared.apart, names, end))
        column.addStretch(1)
        self.result_view.setWidget(page)

    def done(self, code: int) -> None:
        self._job = None
        self._runner.stop_all(JOIN_S)
        super().done(code)
