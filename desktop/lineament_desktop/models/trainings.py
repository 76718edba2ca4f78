"""Trainings in the Models workspace: the form, the rows in the list, the page of the one that is chosen."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QStackedWidget

from lineament.models.exchange.places import own_models_folder
from lineament.progress import CancelToken, EventSink
from lineament.training.control.messages import TrainingRequest
from lineament.training.unfinished_folders import UnfinishedTraining, discard
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.jobs.training_jobs import TrainingJobs, TrainingTask
from lineament_desktop.models.model_list import ModelList
from lineament_desktop.models.train_form import TrainForm
from lineament_desktop.models.training_page import TrainingPage
from lineament_desktop.models.training_rows import TrainingRow, rows_of

LOOK_MS = 2000
DISCARD = "Discard this training?"
DISCARD_WORDS = "What {name} has learnt will be deleted from the disk. This cannot be undone."
Post = Callable[[str, str], None]


class Trainings(QObject):
    """Uses two pages of the workspace's stack. reload_asked: the library is another; the folder to be selected, or
    None. post: a message with its severity."""

    reload_asked = Signal(object)

    def __init__(self, models: ModelList, stack: QStackedWidget, post: Post) -> None:
        super().__init__(stack)
        self._list, self._stack, self._post = models, stack, post
        self._kept: tuple[UnfinishedTraining, ...] = ()
        self._runner = JobRunner(self)
        self._asked_settings = False
        self.jobs = TrainingJobs(self)
        self.form = TrainForm(own_models_folder(), lambda: {task.folder for task in self.jobs.tasks})
        self.page = TrainingPage()
        stack.addWidget(self.form)
        stack.addWidget(self.page)
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(lambda: self.reload_asked.emit(None))
        self.form.asked.connect(self.start)
        self.form.left.connect(self._leave_form)
        models.itemClicked.connect(self._on_click)
        self.page.asked.connect(self._on_page)
        self.jobs.described.connect(self.form.show_described)
        self.jobs.changed.connect(self._show_rows)
        self.jobs.moved_on.connect(self._on_moved)
        self.jobs.ended.connect(self._on_ended)

    # The list and the page

    def show_kept(self, kept: Sequence[UnfinishedTraining]) -> None:
        """Unfinished trainings of the library; looked at again while another process works in one."""
        self._kept = tuple(kept)
        self._show_rows()
        elsewhere = any(row.working for row in self._list.trainings())
        (self._look.start if elsewhere else self._look.stop)()

    def _show_rows(self) -> None:
        with self.form_stays():
            self._list.show_trainings(rows_of(self.jobs.tasks, self._kept))
        row = self._list.current_training()
        if row is not None:
            self.page.show_row(row)

    @contextmanager
    def form_stays(self) -> Iterator[None]:
        """Where the form is in front, it stays there while the list is filled anew."""
        before = self._stack.currentWidget()
        yield
        if before is self.form:
            self._stack.setCurrentWidget(self.form)

    def show(self, row: TrainingRow) -> None:
        self.page.show_row(row)
        self._stack.setCurrentWidget(self.page)

    def _on_moved(self, task: TrainingTask) -> None:
        row = self._list.current_training()
        if row is not None and row.task is task:
            self.page.show_standing()

    # The form

    def open_form(self) -> None:
        self.form.open()
        self._stack.setCurrentWidget(self.form)
        if not self._asked_settings:
            self._asked_settings = True
            self.jobs.describe()

    def _on_click(self, item: object) -> None:
        """Also on the row that is chosen already."""
        if self._stack.currentWidget() is self.form:
            self._leave_form()

    def _leave_form(self) -> None:
        self._stack.setCurrentIndex(0)
        self._list.chosen.emit(self._list.chosen_row())
        self._list.setFocus()

    # Commands

    def start(self, task: TrainingTask) -> None:
        """Start a training, or have it wait for its turn, and show it."""
        self.jobs.start(task)
        self._list.select(task.folder)
        row = self._list.current_training()
        if row is not None:
            self.show(row)
            self.page.stop.setFocus()

    def _on_page(self, word: str) -> None:
        row = self._list.current_training()
        if row is None:
            return
        if word == "stop" and row.task is not None:
            self.jobs.stop(row.task)
        elif word == "resume" and row.kept is not None and row.task is None:
            self.resume(row.kept)
        elif word == "discard":
            self.ask_discard(row)

    def resume(self, kept: UnfinishedTraining) -> None:
        request = TrainingRequest(kept.folder, purpose="resume")
        device = str(kept.settings.get("device", "cpu"))
        self.jobs.start(TrainingTask(request, kept.system, kept.cohort, kept.settings, device, begun=True))

    def ask_discard(self, row: TrainingRow) -> None:
        """Delete a training, if the user means it; a running one is stopped first."""
        yes, no = QMessageBox.StandardButton.Discard, QMessageBox.StandardButton.Cancel
        words = DISCARD_WORDS.format(name=row.name)
        if QMessageBox.question(self.page, DISCARD, words, yes | no, no) != yes:
            return
        task = self.jobs.of_folder(row.folder)
        if task is not None:
            task.discarded = True
            self.jobs.stop(task)
        else:
            self._discard(row.folder)

    def _discard(self, folder: Path) -> None:
        """In the background: a large state takes a moment."""

        def work(cancel: CancelToken, sink: EventSink) -> None:
            discard(folder)

        job = BackgroundJob(f"discarding {folder.name}", work)
        self._runner.start(job, lambda event: None, partial(self._on_discarded, folder))

    def _on_discarded(self, folder: Path, done: Done) -> None:
        if done.failure is not None:
            self._post(done.failure, "error")
        else:
            self._post(f"The training {folder.name} was discarded.", "information")
        self.reload_asked.emit(None)

    # How a training ends

    def _on_ended(self, task: TrainingTask) -> None:
        ended, name = task.ended, str(task.settings.get("name") or task.folder.name)
        chosen = self._list.chosen_folder() == task.folder
        if ended is None:
            return
        if task.discarded:
            self._discard(task.folder)
            return
        if ended.how == "finished":
            self._kept = tuple(one for one in self._kept if one.folder != task.folder)
            self._post(f"{name} is trained and in your library: {task.folder}.", "information")
        elif ended.how == "failed" and not task.begun and chosen:
            self._stack.setCurrentWidget(self.form)
            self.form.refuse(f"The training did not begin. {ended.why}")
        elif ended.how == "failed":
            self._post(ended.why if task.folder.name in ended.why else f"{name}: {ended.why}", "error")
        elif not task.begun:
            self._post(f"{name} was stopped before anything was learnt; nothing was kept.", "information")
        self.reload_asked.emit(task.folder if chosen else None)

    def close(self, timeout_s: float) -> None:
        """The window goes: save what is learnt and end every process and thread."""
        self._look.stop()
        self.form.close_runner()
        self._runner.stop_all(timeout_s)
        self.jobs.close()
