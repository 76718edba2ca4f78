"""The main window: mode bar with its permanent notice, menus, messages, the workspace, the status bar."""

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow

from lineament.errors import ModelError, StorageError
from lineament.models import describe_model
from lineament.resources import resource_path
from lineament_desktop.app.actions import ActionRegistry
from lineament_desktop.app.guide.opening import GuideOpener
from lineament_desktop.app.help.opening import HelpOpener
from lineament_desktop.app.keymap import Keymap
from lineament_desktop.app.menus import add_actions, build_menus, show_review_actions
from lineament_desktop.app.mode_bar import Ground, ModeBar
from lineament_desktop.app.model_card_dialog import ModelCardDialog
from lineament_desktop.app.opening import ALL_FILTER, RECORDING_FILTER, VIDEO_FILTER, dropped_files, kind_of, why_not
from lineament_desktop.app.pages import PAGES, REVIEW, Context, Pages
from lineament_desktop.app.palette.palette import Palette
from lineament_desktop.app.saving import copy_recording
from lineament_desktop.app.settings.effects import obey_settings
from lineament_desktop.app.settings.opening import KEYS, SettingsOpener
from lineament_desktop.app.shortcuts_dialog import ShortcutsDialog
from lineament_desktop.app.status import StatusBar
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.jobs.earlier_visits import NOTHING_OPEN, EarlierVisits
from lineament_desktop.jobs.model_choice import ModelChoice
from lineament_desktop.jobs.review_jobs import JOIN_S, ReviewJobs
from lineament_desktop.review.panes.quality_strip import QualityStrip
from lineament_desktop.review.player import ReviewPlayer, SeekBar, TransportBar, player_actions
from lineament_desktop.review.recording_playhead import RecordingPlayhead
from lineament_desktop.review.workspace import Controls, ReviewWorkspace
from lineament_desktop.state import ReviewState
from lineament_desktop.state.preferences import LAYERS_AT_START, PLAY_AT_ONCE, THEME
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import ThemeChoice, apply_theme
from lineament_desktop.widgets.message_bar import MessageBar

FIRST_SIZE = (1440, 900)


class MainWindow(QMainWindow):
    """Assembles the parts and carries out what no workspace can: opening, messages, theme, full screen, remembering."""

    def __init__(self, settings: Settings | None = None, core: Core | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.state = ReviewState()
        if self.settings.get(LAYERS_AT_START) == "left":
            self.state.layers.update(self.settings.values.layers)
        self.player = ReviewPlayer(self.state)
        self.recording_playhead = RecordingPlayhead(self.state)
        self.core = core or Core()
        self.earlier = EarlierVisits(self.state, self.settings, self.core, self._score_again)
        self.jobs = ReviewJobs(self.state, self._open_video, self.core)  # after those who say what it scores with
        self.models = ModelChoice(self.state, self.settings, self.core, self._score_again)
        transport = TransportBar(self.player, QualityStrip(self.state))
        self.seek_bar = SeekBar(self.state)
        self.workspace = ReviewWorkspace(self.state, Controls(self.player.view, transport, self.seek_bar))
        context = Context(self.state, self.settings, self.core, self.show_page, self.open_path, self.use_model)
        self.pages = Pages(self.workspace, context, PAGES)
        self.mode_bar = ModeBar({REVIEW: "Review", **{page.name: page.title for page in PAGES}})
        self.messages = MessageBar()
        self.status = StatusBar(self.state)
        self.registry = ActionRegistry(self)
        self.guide = GuideOpener(self, self.registry.key_of, lambda: self.pages.current)
        self.help = HelpOpener(self)
        self._lay_out()
        add_actions(self)
        for action in player_actions(self.player):
            self.registry.adopt(action, str(action.property("group")))
        build_menus(self)
        self.keymap = Keymap(self.registry, self.settings, self.menuBar())
        self.settings_dialog = SettingsOpener(self)
        self.palette_bar = Palette(self)
        self._connect()
        obey_settings(self)
        self._restore()

    # Assembly

    def _lay_out(self) -> None:
        self.setWindowTitle("Lineament")
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.setCentralWidget(Ground(self.mode_bar, self.messages, self.pages, self.player.view))
        self.setStatusBar(self.status)

    def _connect(self) -> None:
        state = self.state
        self.mode_bar.asked.connect(self.show_page)
        self.mode_bar.show_current(REVIEW)
        state.message_posted.connect(self.messages.show_message)
        self.messages.log_asked.connect(self.help.show_log)
        self.settings.complained.connect(self._on_complaint)
        self.keymap.changed.connect(self._on_keys)
        state.video_changed.connect(self._on_video)
        state.prediction_changed.connect(self._on_prediction)
        state.model_changed.connect(self._on_prediction)
        state.layers_changed.connect(self._on_layer)
        self.status.cancel_asked.connect(self.jobs.cancel)
        self.jobs.stopping_changed.connect(self.status.set_stopping)
        self.workspace.estimate.model_card_asked.connect(self.show_model_card)
        self.workspace.stack.earlier_asked.connect(self.ask_for_earlier)
        self.player.view.file_dropped.connect(self.open_path)

    def _restore(self) -> None:
        values = self.settings.values
        self.resize(*FIRST_SIZE)
        if values.geometry:
            self.restoreGeometry(QByteArray.fromBase64(values.geometry.encode()))
        self.workspace.restore_layout(values.layout)
        self.models.restore()
        self._on_prediction(None)
        if self.settings.complaint is not None:
            self.state.post(self.settings.complaint, "warning")
        for sentence in self.keymap.restore():
            self.state.post(sentence, "warning")

    # Workspaces

    def show_page(self, name: str) -> None:
        """Bring a workspace to the front; what only Review can do is offered in Review alone."""
        if self.workspace.video_only:
            self.toggle_full_screen()
        self.pages.show_page(name)
        self.mode_bar.show_current(name)
        show_review_actions(self, name == REVIEW)

    # Opening

    def open_path(self, path: Path) -> None:
        """Open a video, or a recording with the video it was made from, and show it in Review."""
        self.show_page(REVIEW)
        refusal = why_not(path)
        if refusal is not None:
            self.state.post(refusal, "error")
        elif kind_of(path) == "recording":
            self.settings.add_recent(path)
            self.jobs.open_recording(path)
        else:
            self._open_video(path)

    def _open_video(self, path: Path) -> None:
        self.player.open(path, play=self.settings.get(PLAY_AT_ONCE))

    def open_demonstration(self) -> None:
        try:
            self.open_path(resource_path("demo/interview.mp4"))
        except FileNotFoundError as error:
            self.state.post(f"{str(error).capitalize()}. Install Lineament again.", "error")

    def ask_for_video(self) -> None:
        self._ask("Open a video or a recording", f"{VIDEO_FILTER};;{RECORDING_FILTER};;{ALL_FILTER}")

    def ask_for_recording(self) -> None:
        self._ask("Open a recording", f"{RECORDING_FILTER};;{ALL_FILTER}")

    def _ask(self, title: str, filters: str) -> None:
        recent = self.settings.recent()
        folder = str(recent[0].parent) if recent else ""
        name, _ = QFileDialog.getOpenFileName(self, title, folder, filters)
        if name:
            self.open_path(Path(name))

    def save_copy(self) -> None:
        """Save the recording on screen under a name of the user's choice."""
        source = self.jobs.recording_path
        if source is None:
            self.state.post("There is no finished analysis to save yet.", "warning")
            return
        name, _ = QFileDialog.getSaveFileName(self, "Save a copy of the analysis", source.name, RECORDING_FILTER)
        if name:
            try:
                copy_recording(source, Path(name))
            except StorageError as error:
                self.state.post(str(error), "error")
            else:
                self.state.post(f"Saved a copy of the analysis as {name}.")

    def _open_dropped(self, files: list[Path]) -> None:
        if files:
            self.open_path(files[0])
        if len(files) > 1:
            self.state.post(f"Opened {files[0].name}, the first of {len(files)} files. Review shows one at a time.")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._open_dropped(dropped_files(event.mimeData()))

    # The model

    def use_model(self, folder: Path | None) -> None:
        """Let the model of a folder score what is on screen, from now on and in later runs; None: the default.

        A folder that cannot be used is refused in a message, and the present model stays.
        """
        self.models.use(folder)

    def ask_for_model(self) -> None:
        """Let the user open the folder of a model."""
        present = self.state.model
        start = str(present.folder.parent) if present is not None else ""
        name = QFileDialog.getExistingDirectory(self, "Open the folder of a model", start)
        if name:
            self.use_model(Path(name))

    def ask_for_earlier(self) -> None:
        """Let the user choose the recordings of the person's earlier visits."""
        if self.state.recording is None:
            self.state.post(NOTHING_OPEN, "warning")
            return
        known, shown = self.state.earlier, self.jobs.recording_path
        start = known[0] if known else shown
        names, _ = QFileDialog.getOpenFileNames(
            self, "Earlier visits of this person", str(start.parent) if start is not None else "", RECORDING_FILTER
        )
        if names:
            self.earlier.choose(Path(name) for name in names)

    def _score_again(self) -> None:
        self.jobs.score_again()

    # Following the state

    def _on_video(self, video: object) -> None:
        path = self.state.path
        self.setWindowTitle(f"{path.name} – Lineament" if path is not None else "Lineament")
        if path is not None:
            self.settings.add_recent(path)

    def _on_prediction(self, _: object) -> None:
        """The notice follows the estimate on screen, and while there is none the model in use."""
        shown, model = self.state.prediction, self.state.model
        of_estimate = shown is not None and shown.provenance.trained_on_simulated
        of_model = shown is None and model is not None and model.simulated
        self.mode_bar.simulated.setVisible(of_estimate or of_model)

    def _on_layer(self, name: str, visible: bool) -> None:
        self.settings.values.layers[name] = visible

    def _on_keys(self) -> None:
        self.state.set_keys({action.id: next(iter(action.keys), "") for action in self.registry.listed()})
        key = self.registry.key_of("view.leave")
        self.messages.close_button.setToolTip(f"Dismiss ({key})" if key else "Dismiss")

    def _on_complaint(self, sentence: str) -> None:
        self.state.post(sentence, "warning")

    # Commands

    def set_theme(self, choice: str) -> None:
        self.settings.set(THEME, choice)

    def wear_theme(self, choice: str) -> None:
        """As the settings say: the window and the menu's mark."""
        self.registry[f"view.theme.{choice}"].setChecked(True)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, cast(ThemeChoice, choice))

    def toggle_full_screen(self) -> None:
        """The video takes the screen, with a thin strip of attention; again, and everything is back."""
        on = not self.workspace.video_only
        self.workspace.set_video_only(on)
        for widget in (self.menuBar(), self.status, self.mode_bar):
            widget.setVisible(not on or widget is self.mode_bar)
        self.registry["view.full_screen"].setChecked(on)
        others = self.windowState() & ~Qt.WindowState.WindowFullScreen  # the system may have left it by itself
        self.setWindowState(others | Qt.WindowState.WindowFullScreen if on else others)

    def leave(self) -> None:
        """Esc: close the message, else leave the full screen."""
        if not self.messages.isHidden():
            self.messages.dismiss()
        elif self.workspace.video_only:
            self.toggle_full_screen()

    def show_shortcuts(self) -> None:
        dialog = ShortcutsDialog(self.registry.listed(), self)
        dialog.change_asked.connect(partial(self.show_settings, KEYS))
        dialog.open()

    def show_settings(self, place: str = "") -> None:
        """place: `KEYS`, or the name of a setting that is to have the focus."""
        self.settings_dialog.open(place)

    def show_palette(self) -> None:
        self.palette_bar.open()

    def show_model_card(self) -> None:
        try:
            model = self.state.model
            folder = model.folder if model is not None else self.core.model_folder()
            ModelCardDialog(describe_model(folder), self).open()
        except ModelError as error:
            self.state.post(str(error), "error")
        except FileNotFoundError as error:
            self.state.post(f"{str(error).capitalize()}. Install Lineament again.", "error")

    # Ending

    def remember(self) -> None:
        values = self.settings.values
        values.layout = self.workspace.layout_state()
        if not self.workspace.video_only:
            values.geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.settings.save()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.remember()
        self.guide.close()
        self.help.close()
        self.pages.close_pages()
        self.player.close()
        self.models.close(JOIN_S)
        self.earlier.close(JOIN_S)
        self.jobs.close()
        super().closeEvent(event)
