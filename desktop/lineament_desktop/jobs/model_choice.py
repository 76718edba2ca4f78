"""Choosing the model: one that cannot be used is refused before anything changes."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject

from lineament.errors import ModelError, StorageError
from lineament.models.exchange.library import read_entry
from lineament.models.exchange.promotion import log_promotion, promoted_model
from lineament.progress import CancelToken, EventSink
from lineament.resources import resource_path
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.state import ModelFacts, ReviewState
from lineament_desktop.state.model_facts import read_model_facts
from lineament_desktop.state.preferences import MODEL_AT_START
from lineament_desktop.state.settings import Settings


class ModelChoice(QObject):
    """Puts models into use. chosen: called when another one is, after the state knows it."""

    def __init__(self, state: ReviewState, settings: Settings, core: Core, chosen: Callable[[], None]) -> None:
        super().__init__()
        self._state, self._settings, self._core, self._chosen = state, settings, core, chosen
        self._runner = JobRunner(self)
        self._opening: BackgroundJob | None = None

    def restore(self) -> None:
        """At the start: the model last put into use, here or from the command line, or the default where it is gone
        or the user wants it."""
        if self._settings.get(MODEL_AT_START) == "shipped":
            self._state.set_model(self._default())
            return
        promoted = promoted_model()
        remembered = self._settings.model() if promoted is None else self._own(promoted.folder)
        if remembered is not None:
            try:
                self._state.set_model(read_model_facts(remembered))
            except ModelError as error:
                self._state.post(f"{error} The shipped model is in use.", "warning")
            else:
                return
        self._state.set_model(self._default())

    def _own(self, folder: Path) -> Path | None:
        """The folder, None for the default's."""
        try:
            return None if folder.resolve() == self._core.model_folder().resolve() else folder
        except FileNotFoundError:
            return folder

    def _default(self) -> ModelFacts | None:
        """An installation whose model is missing or damaged says nothing here: scoring says what is wrong with it."""
        try:
            return read_model_facts(self._core.model_folder())
        except (FileNotFoundError, ModelError):
            return None

    def use(self, folder: Path | None) -> None:
        """Load the model in the background, and use it from then on; None: the default.

        What cannot be used is refused in a sentence, and the present model stays. The newest wish counts.
        """
        try:
            place = folder if folder is not None else self._core.model_folder()
            facts = read_model_facts(place)
        except FileNotFoundError as error:
            self._state.post(f"{str(error).capitalize()}. Install Lineament again.", "error")
            return
        except ModelError as error:
            self._refuse(str(error))
            return

        def load(cancel: CancelToken, sink: EventSink) -> ModelFacts:
            self._core.load_model(facts.folder)
            return facts

        def loaded(done: Done) -> None:
            if self._opening is not job:
                return
            self._opening = None
            if done.failure is not None:
                self._refuse(done.failure, said_all=done.unforeseen)
            elif not done.cancelled:
                self._take(cast(ModelFacts, done.result), default=folder is None)

        job = BackgroundJob(f"opening the model {facts.name}", load)
        self._opening = job
        self._runner.start(job, lambda event: None, loaded)

    def _refuse(self, sentence: str, *, said_all: bool = False) -> None:
        present = self._state.model
        kept = f" The model {present.name} stays in use." if present is not None and not said_all else ""
        self._state.post(sentence + kept, "error")

    def _take(self, facts: ModelFacts, *, default: bool) -> None:
        default = default or self._default() == facts
        self._settings.remember_model(None if default else facts.folder, own=not (default or is_shipped(facts.folder)))
        self._log(facts)
        self._state.set_model(facts)
        self._chosen()

    def _log(self, facts: ModelFacts) -> None:
        """Who put which model into use, and instead of which; a log that cannot be written does not stop it."""
        before = self._state.model
        try:
            log_promotion(read_entry(facts.folder), read_entry(before.folder) if before is not None else None)
        except StorageError as error:
            self._state.post(f"{facts.name} is in use, but that could not be logged: {error.what}.", "warning")

    def close(self, timeout_s: float) -> bool:
        self._opening = None
        return self._runner.stop_all(timeout_s)


def shipped_models() -> tuple[ModelFacts, ...]:
    """All models that came with the application and can be read, by folder name."""
    try:
        folders = sorted(resource_path("models").iterdir())
    except FileNotFoundError:
        return ()
    found = []
    for folder in folders:
        try:
            found.append(read_model_facts(folder))
        except ModelError:
            continue  # choosing it would say why; a list is not the place
    return tuple(found)


def is_shipped(folder: Path) -> bool:
    try:
        return folder.resolve().parent == resource_path("models").resolve()
    except FileNotFoundError:
        return False
