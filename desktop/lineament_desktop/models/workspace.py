"""The Models workspace: the list at the left, the chosen model's card at the right, and what can be done with it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lineament.models.exchange.library import Entry
from lineament.models.exchange.places import own_models_folder
from lineament.models.exchange.speed import Speed
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.runner import DoneHandler, JobRunner
from lineament_desktop.models.card_view import CardView
from lineament_desktop.models.compare_dialog import CompareDialog
from lineament_desktop.models.model_list import ModelList
from lineament_desktop.models.training_rows import TrainingRow
from lineament_desktop.models.trainings import Trainings
from lineament_desktop.models.work import Listed, Work, export_work, import_work, list_work, speed_work
from lineament_desktop.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:
    from lineament_desktop.app.pages import Context

LIST_WIDTH = 300
JOIN_S = 5.0
LOADING = "Reading the models …"
NONE = "There is no model here. Import one with the button at the left, or drop its archive or folder here."
ARCHIVE_FILTER, ONNX_FILTER = "Archive for another Lineament (*.zip)", "ONNX for other programs (*.onnx)"
SIMULATED = "Trained on simulated behaviour"


class ModelsWorkspace(QWidget):
    """Reads the models when it is made and whenever one comes in."""

    def __init__(self, context: "Context") -> None:
        super().__init__()
        self._context = context
        self._runner = JobRunner(self)
        self._busy: dict[str, BackgroundJob] = {}
        self.card: CardView | None = None
        self._make()
        self._lay_out()
        self.trainings = Trainings(self.list, self.stack, context.review.post)  # type: ignore[arg-type]
        self.trainings.reload_asked.connect(self.reload)
        self.setAcceptDrops(True)
        context.review.model_changed.connect(self._on_model_in_use)
        self.list.chosen.connect(self._show_entry)
        self.reload()

    def _make(self) -> None:
        self.list = ModelList()
        self.stack = QStackedWidget()
        self.train_button = _button(
            "&Train…", "Train one of the systems on a cohort", lambda: self.trainings.open_form()
        )
        self.import_button = _button("&Import…", "Copy a model's archive or folder into your library", self.ask_import)
        self.import_folder_button = _button("Import a fol&der…", "Copy a model's folder", self.ask_import_folder)
        self.folder_button = _button("Open &library", "Show your library of models", self.open_library)
        self.title = QLabel()
        large = self.title.font()
        large.setPointSizeF(large.pointSizeF() * 1.35)
        large.setBold(True)
        self.title.setFont(large)
        self.simulated = QLabel(SIMULATED)
        self.simulated.setObjectName("simulated")
        self.state_label = ElidedLabel()
        self.state_label.setObjectName("muted")
        self.promote_button = _button("&Use in Review", "Let this model score what Review shows", self.promote)
        self.compare_button = _button(
            "Com&pare on a recording…", "Two models on one recording, beside each other", self.compare
        )
        self.export_button = _button("&Export…", "As an archive, or as ONNX", self.ask_export)
        self.reveal_button = _button("Open &folder", "Show the model's files", self.open_folder)
        self.sentence = QLabel(LOADING)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setAccessibleName("State of the models")

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 4, 0, 8)
        column.addWidget(self.list, 1)
        rows = ((self.train_button,), (self.import_button, self.import_folder_button), (self.folder_button,))
        for row in rows:
            buttons = QHBoxLayout()
            for button in row:
                buttons.addWidget(button)
            column.addLayout(buttons)
        right = QWidget()
        self._right = QVBoxLayout(right)
        self._right.setContentsMargins(8, 4, 8, 8)
        heading = QHBoxLayout()
        heading.setSpacing(16)
        heading.addWidget(self.title)
        heading.addWidget(self.simulated)
        heading.addWidget(self.state_label, 1)
        actions = QHBoxLayout()
        for button in (self.promote_button, self.compare_button, self.export_button, self.reveal_button):
            actions.addWidget(button)
        actions.addStretch(1)
        self._right.addLayout(heading)
        self._right.addLayout(actions)
        self._right.addWidget(self.sentence, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        self.stack.addWidget(right)
        splitter.addWidget(self.stack)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([LIST_WIDTH, 900])
        splitter.setChildrenCollapsible(False)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    # The list

    def reload(self, select: Path | None = None) -> None:
        """Read the models in the background. select: the folder to be selected then."""
        wanted = select if select is not None else self.list.chosen_folder()
        elsewhere = tuple(self._context.settings.own_models())
        self._start("reading the models", list_work(elsewhere), partial(self._show_list, wanted))

    def _show_list(self, select: Path | None, done: Done) -> None:
        if isinstance(done.result, Listed):
            self.trainings.show_kept(done.result.unfinished)
            with self.trainings.form_stays():
                self.list.show_entries(done.result.entries, self._in_use(), select)
        elif done.failure is not None:
            self.sentence.setText(done.failure)

    def _in_use(self) -> Path | None:
        model = self._context.review.model
        return model.folder if model is not None else None

    def _on_model_in_use(self, _: object) -> None:
        self.list.mark_in_use(self._in_use())
        self._refresh_buttons()

    # The card

    def _show_entry(self, chosen: object) -> None:
        if isinstance(chosen, TrainingRow):
            self.trainings.show(chosen)
            return
        self.stack.setCurrentIndex(0)
        entry = cast("Entry | None", chosen)
        if self.card is not None:
            self._right.removeWidget(self.card)
            self.card.deleteLater()
            self.card = None
        self._refresh_buttons()
        if entry is None or entry.card is None:
            self.sentence.setText(NONE if entry is None else entry.problem)
            self.sentence.show()
            return
        self.sentence.hide()
        self.card = CardView(entry, entry.card)
        self.card.speed_asked.connect(self.measure_speed)
        self._right.addWidget(self.card, 1)

    def _refresh_buttons(self) -> None:
        entry = self.list.current()
        readable = entry is not None and entry.card is not None
        used = entry is not None and self._in_use() is not None and _same(entry.folder, self._in_use())
        self.title.setText(entry.name if entry is not None else "")
        self.simulated.setVisible(entry is not None and entry.card is not None and entry.card.trained_on_simulated)
        self.promote_button.setEnabled(readable and not used)
        self.promote_button.setText("In use in Review" if used else "&Use in Review")
        self.compare_button.setEnabled(readable)
        self.export_button.setEnabled(readable and "exporting" not in self._busy)
        self.reveal_button.setEnabled(entry is not None)

    # What can be done

    def train(self) -> None:
        self.trainings.open_form()

    def promote(self) -> None:
        """Put the model into use; the window loads it first and refuses in a message what cannot be used."""
        entry = self.list.current()
        if entry is not None:
            self._context.use_model(entry.folder)

    def compare(self) -> None:
        entry = self.list.current()
        if entry is not None and entry.card is not None:
            CompareDialog(entry, self.list.entries(), self._context.review, self._context.core, self).open()

    def measure_speed(self) -> None:
        entry, card = self.list.current(), self.card
        if entry is None or card is None:
            return
        card.show_measuring()

        def show(done: Done) -> None:
            if done.failure is not None:
                self._context.review.post(done.failure, "error")
            if self.card is card:
                card.show_speed(done.result if isinstance(done.result, Speed) else None)

        self._start("measuring the speed", speed_work(self._context.core, entry.folder), show)

    def ask_export(self) -> None:
        entry = self.list.current()
        if entry is None:
            return
        name, kind = QFileDialog.getSaveFileName(
            self, f"Export {entry.name}", f"{entry.folder.name}.zip", f"{ARCHIVE_FILTER};;{ONNX_FILTER}"
        )
        if name:
            suffix = ".onnx" if kind == ONNX_FILTER else ".zip"
            path = Path(name)
            self.export(entry, path if path.suffix else path.with_suffix(suffix))

    def export(self, entry: Entry, out: Path) -> None:
        """An ONNX file where the name ends so, else an archive; said in a message when it is there."""
        self.state_label.setText(f"Exporting {out.name} …")
        self._start("exporting", export_work(entry, out), self._on_exported)
        self._refresh_buttons()

    def _on_exported(self, done: Done) -> None:
        self.state_label.setText("")
        if isinstance(done.result, str):
            self._context.review.post(done.result)
        elif done.failure is not None:
            self._context.review.post(done.failure, "error")

    def ask_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import a model", "", "Models (*.zip model.json);;All files (*)")
        if name:
            self.import_from(Path(name))

    def ask_import_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Import the folder of a model")
        if name:
            self.import_from(Path(name))

    def import_from(self, source: Path) -> None:
        """Copy a model into the library; it is selected when it is there."""
        self.state_label.setText(f"Importing {source.name} …")
        self._start(f"importing {source.name}", import_work(source), self._on_imported)

    def _on_imported(self, done: Done) -> None:
        self.state_label.setText("")
        if isinstance(done.result, Entry):
            self._context.review.post(f"{done.result.name} is in your library: {done.result.folder}.")
            self.reload(done.result.folder)
        elif done.failure is not None:
            self._context.review.post(done.failure, "error")

    def open_library(self) -> None:
        folder = own_models_folder()
        if not folder.is_dir():
            self._context.review.post("Your library of models is empty: nothing was imported yet.")
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def open_folder(self) -> None:
        entry = self.list.current()
        if entry is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(entry.folder)))

    # Drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        for path in _dropped(event):
            self.import_from(path)

    # Background work

    def _start(self, name: str, work: Work, then: DoneHandler) -> None:
        job = BackgroundJob(name, work)
        self._busy[name] = job

        def ended(done: Done) -> None:
            if self._busy.get(name) is job:
                del self._busy[name]
            then(done)
            self._refresh_buttons()

        self._runner.start(job, lambda event: None, ended)

    def close_page(self) -> None:
        self.trainings.close(JOIN_S)
        self._runner.stop_all(JOIN_S)


def _button(words: str, tip: str, slot: Callable[[], None]) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(tip)
    button.clicked.connect(lambda: slot())
    return button


def _same(first: Path, second: Path | None) -> bool:
    return second is not None and first.resolve() == second.resolve()


def _dropped(event: QDropEvent) -> list[Path]:
    """Files and folders on this machine."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
