"""Body of the process in which a window's training runs: describes settings, trains, and obeys.

It ends when the window does; the state after the last whole epoch is on disk then.
"""

import os
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

from lineament.own_process import Ended, be_modest, how_it_ended
from lineament.progress import CancelToken
from lineament.training.control.messages import Answer, Began, Described, Doing, EpochTold, TrainingRequest
from lineament.training.epoch_log import add_epoch
from lineament.training.running import ASKED, UNFINISHED
from lineament.training.unfinished_folders import training_in

PATIENCE_S = 10.0
"""So long has a training that was told to stop; whatever it does then is done again when it is gone on with."""


def serve(connection: Connection, request: TrainingRequest) -> None:
    """Body of the process; ends when the request is done or the other end of the pipe is gone."""
    be_modest()
    Host(connection, request).serve()


class Host:
    """One request, carried out."""

    def __init__(self, connection: Connection, request: TrainingRequest) -> None:
        self._connection = connection
        self._request = request
        self._cancel = CancelToken()
        self._sending = threading.Lock()
        self._ended = threading.Event()
        self._begun = False

    def serve(self) -> None:
        """Do what is asked and say how it ended."""
        threading.Thread(target=self._listen, daemon=True).start()
        ended = how_it_ended(self._work)
        self._tell(ended)
        self._ended.set()

    # The other side

    def _listen(self) -> None:
        """The only command there is, and the end of whoever could give it, are to stop."""
        with suppress(EOFError, OSError):
            self._connection.recv()
        self._cancel.cancel()
        if not self._ended.wait(PATIENCE_S):
            self._tell(Ended("stopped"))
            os._exit(0)

    def _tell(self, message: object) -> None:
        with self._sending:
            try:
                self._connection.send(message)
            except OSError:  # nobody listens any more: `_listen` hears it too
                return

    # The work

    def _work(self) -> None:
        if self._request.purpose == "describe":
            self._tell(Answer(described()))
            return
        self._tell(Doing("The training's process is starting."))
        with training_in(self._request.folder):
            self._train()

    def _train(self) -> None:
        from lineament.datasets.source import CohortSource
        from lineament.training.running import resume, train

        request = self._request
        self._cancel.raise_if_cancelled()
        if request.purpose == "resume":
            resume(request.folder, self._cancel, self._hear)
            return
        source = CohortSource.parse(request.cohort) if request.cohort else None
        train(request.system, source, request.settings, request.folder, self._cancel, self._hear)

    def _hear(self, event: object) -> None:
        """Events of the systems need torch to be read, so they are told in words of our own."""
        folder = self._request.folder / UNFINISHED
        if not self._begun and (folder / ASKED).exists():
            self._begun = True
            self._tell(Began(self._request.folder))
        epoch = EpochTold.of(event)
        if epoch is not None:
            add_epoch(folder, epoch)
        self._tell(epoch or event)


def described() -> Described:
    """Every system's settings with the defaults of each of its presets; imports torch."""
    from lineament.training.asked import training_settings
    from lineament.training.systems.registry import SYSTEMS
    from lineament.training.systems.system import PRESETS

    return {name: {preset: tuple(training_settings(name, preset)) for preset in PRESETS} for name in SYSTEMS}
