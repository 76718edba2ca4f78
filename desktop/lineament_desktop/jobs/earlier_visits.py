"""The recordings of a person's earlier visits: chosen by the user, checked, and remembered with the recording."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject

from lineament.errors import LineamentError
from lineament.progress import CancelToken, EventSink
from lineament_desktop.jobs.background import BackgroundJob, Done
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.jobs.runner import JobRunner
from lineament_desktop.state import ReviewState
from lineament_desktop.state.settings import Settings

NOTHING_OPEN = "Open the person's latest recording first. Then its earlier visits can be chosen."


class EarlierVisits(QObject):
    """Keeps `ReviewState.earlier`. changed: called when the user has chosen others, after the state knows them."""

    def __init__(self, state: ReviewState, settings: Settings, core: Core, changed: Callable[[], None]) -> None:
        super().__init__()
        self._state, self._settings, self._core, self._changed = state, settings, core, changed
        self._runner = JobRunner(self)
        self._reading: BackgroundJob | None = None
        state.video_changed.connect(self._restore)
        state.recording_changed.connect(self._restore)

    def _content(self) -> str:
        """What tells the recording on screen from others, under whatever name its file goes; "" for nothing."""
        recording, video = self._state.recording, self._state.video
        if recording is not None:
            return recording.meta.provenance.data_hash
        return video.content_hash if video is not None else ""

    def _restore(self, _: object) -> None:
        self._reading = None
        self._state.set_earlier(self._settings.earlier(self._content()))

    def choose(self, recordings: Iterable[Path]) -> None:
        """Take these for the person's earlier visits, instead of those chosen before.

        They are read in the background; when one cannot be used all are refused, in a sentence, and nothing changes.
        """
        paths = tuple(dict.fromkeys(path.resolve() for path in recordings))
        if self._state.recording is None:
            self._state.post(NOTHING_OPEN, "warning")
            return
        shown = self._content()

        def read(cancel: CancelToken, sink: EventSink) -> tuple[Path, ...]:
            for path in paths:
                cancel.raise_if_cancelled()
                if self._core.read_recording(path).meta.provenance.data_hash == shown != "":
                    raise _OnScreen("this is the recording on screen", path=path, remedy="Choose earlier visits only.")
            return paths

        def done_reading(done: Done) -> None:
            if self._reading is not job:
                return
            self._reading = None
            if done.failure is not None:
                kept = "" if done.unforeseen else " The earlier visits stay as they were."
                self._state.post(done.failure + kept, "error")
            elif not done.cancelled:
                self._take(cast(tuple[Path, ...], done.result))

        job = BackgroundJob("reading earlier visits", read)
        self._reading = job
        self._runner.start(job, lambda event: None, done_reading)

    def forget(self) -> None:
        """The person on screen has no earlier visits."""
        self._reading = None
        if self._state.earlier:
            self._take(())

    def _take(self, paths: tuple[Path, ...]) -> None:
        self._settings.remember_earlier(self._content(), paths)
        self._state.set_earlier(paths)
        if self._state.model_gives("habit"):
            self._changed()
        elif paths:
            name = self._state.model.name if self._state.model is not None else "The model in use"
            self._state.post(
                f"{_count(len(paths))} noted. {name} takes no account of them; a model of kind MPDRM does.",
                "information",
            )

    def close(self, timeout_s: float) -> bool:
        self._reading = None
        return self._runner.stop_all(timeout_s)


class _OnScreen(LineamentError):
    """An earlier visit that is none."""


def _count(visits: int) -> str:
    return "1 earlier visit is" if visits == 1 else f"{visits} earlier visits are"
