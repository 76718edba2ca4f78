"""Body of the process in which a window's search runs: prepares the cohort, tries a step, searches, and obeys.

Beside the window, so that no import, no garbage and no arithmetic of a search ever holds up a paint, and memory that
runs out takes this process and not the window. It ends when the window does, after saving what it computes.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from lineament.own_process import Ended, be_modest, how_it_ended
from lineament.progress import Cancelled, CancelToken, EventSink, ignore_events
from lineament.search.cohort_source import CohortSource, source_features
from lineament.search.control.commands import SearchControl, controlled_search, end_session
from lineament.search.control.messages import Began, Doing, Estimated, Paused, SearchRequest, Warned
from lineament.search.control.standing import StandingOf
from lineament.search.runs.events import Event

if TYPE_CHECKING:
    from lineament.features.cohort_features import CohortFeatures
    from lineament.search.config import SearchConfig
    from lineament.search.engines.engine import Engine
    from lineament.search.runs.registry import Registry
    from lineament.search.runs.run import Run
    from lineament.search.runs.unit import Unit, UnitResult

STOP_WITHIN_S = 1.5
"""Where nothing is computed that has to be saved, a stop takes no longer: all else is done again in a moment."""
ORPHANED_S = 20.0
"""So long has a process whose window is gone to save; then it ends however it stands."""
Result = TypeVar("Result")


def serve(connection: Connection, request: SearchRequest) -> None:
    """Body of the process; ends when the request is done or the other end of the pipe is gone."""
    be_modest()
    Host(connection, request).serve()
    os._exit(0)  # all is saved and said: taking torch apart would take seconds more


class Host:
    """One request, carried out."""

    def __init__(self, connection: Connection, request: SearchRequest) -> None:
        self._connection = connection
        self._request = request
        self._control = SearchControl()
        self._sending = threading.Lock()
        self._computing = False
        self._run: Run | None = None
        self._ended = threading.Event()

    def serve(self) -> None:
        """Do what is asked and say how it ended."""
        threading.Thread(target=self._listen, daemon=True).start()
        self._end(how_it_ended(self._work))

    # The other side

    def _listen(self) -> None:
        asked: dict[str, Callable[[], None]] = {
            "pause": self._control.pause,
            "go on": self._control.go_on,
            "finish phase": self._control.finish_phase,
            "do not finish phase": lambda: self._control.finish_phase(False),
            "stop": self._stop,
        }
        try:
            while True:
                asked[self._connection.recv()]()
        except (EOFError, OSError):
            self._stop()
            if not self._ended.wait(ORPHANED_S):
                os._exit(1)

    def _stop(self) -> None:
        self._control.stop()
        threading.Thread(target=self._end_soon, daemon=True).start()

    def _end_soon(self) -> None:
        """Units are given the time to save, whatever else is going on is not."""
        until = time.monotonic() + STOP_WITHIN_S
        while not self._ended.wait(0.05):
            if time.monotonic() > until and not self._computing:
                if self._run is not None:
                    with suppress(ValueError):  # it was closed, and has said how it ended
                        end_session(self._run, ignore_events, "stopped")
                self._end(Ended("stopped"))
                os._exit(0)

    def _tell(self, message: object) -> None:
        with self._sending:
            try:
                self._connection.send(message)
            except OSError:  # nobody listens any more: `_listen` hears it too
                return

    def _end(self, ended: Ended) -> None:
        self._tell(ended)
        self._ended.set()

    # The work

    def _work(self) -> None:
        self._tell(Doing("The search's process is starting."))
        config = self._config()
        features = self._unpaused(lambda cancel: self._features(config, cancel))
        if self._request.purpose == "estimate" or (self._request.tries and not self._request.resumed):
            self._unpaused(lambda cancel: self._try(features, config, cancel))
        if self._request.purpose == "search":
            self._search(features, config)

    def _unpaused(self, work: Callable[[CancelToken], Result]) -> Result:
        """Work that is done from its beginning again after a pause."""
        while True:
            try:
                return work(self._control.token())
            except Cancelled:
                if self._control.wish == "stop":
                    raise
                self._tell(Paused())
                self._control.wait_while_paused()
                self._tell(Paused(going_on=True))

    def _config(self) -> "SearchConfig":
        from lineament.search.config import SearchConfig
        from lineament.search.runs.run import read_facts

        if self._request.resumed:
            return SearchConfig.from_json(read_facts(self._request.folder).config)
        return SearchConfig.from_json(self._request.config)

    def _features(self, config: "SearchConfig", cancel: CancelToken) -> "CohortFeatures":
        """Of the cohort; of a run that is resumed, those it keeps, which are the ones it was begun with."""
        kept = stored_features(self._request.folder) if self._request.resumed else None
        if kept is not None:
            return kept
        asked = self._request.cohort
        source = CohortSource.parse(asked) if asked else CohortSource.of_run(self._request.folder)
        self._tell(Doing("The cohort is being opened."))
        return source_features(source, config.seconds, cancel, self._plain)

    def _try(self, features: "CohortFeatures", config: "SearchConfig", cancel: CancelToken) -> None:
        from lineament.search.preflight_trial import full_estimate
        from lineament.search.search import check_search

        check_search(features, config)
        self._tell(Doing("One step of training is being tried."))
        said, parts = full_estimate(features, config, self._request.workers, self._request.folder.parent, cancel)
        self._tell(Estimated(said, parts))
        if parts > 1:
            self._tell(Warned(f"Memory is short: batches are computed in {parts} parts."))

    def _search(self, features: "CohortFeatures", config: "SearchConfig") -> None:
        from lineament.search.engines import choose_engine
        from lineament.search.report import record_environment
        from lineament.search.search import create_run, open_run

        request, workers = self._request, self._request.workers
        workers = config.workers if workers is None else workers
        # a worker of its own even for one: this process stays free to hear and to tell
        with choose_engine(config.device_name, workers or None, ray=request.ray) as engine:
            if request.resumed:
                self._run, _ = open_run(request.folder, features)
            else:
                self._run = create_run(request.folder, features, config)
            with self._run as run:
                if request.cohort:
                    CohortSource.parse(request.cohort).keep_in(run.folder)
                record_environment(run.folder, config.device_name, engine.workers)
                self._tell(Began(run.folder, request.resumed))
                standing = StandingOf(run, config.budget)
                controlled_search(features, config, run, _Watched(engine, self), self._control, self._telling(standing))

    def _telling(self, standing: StandingOf) -> EventSink:
        def tell(event: object) -> None:
            if isinstance(event, Event) and event.kind in ("paused", "continued"):
                self._tell(Paused(going_on=event.kind == "continued"))
            for message in standing.messages(event):
                self._tell(message)

        return tell

    def _plain(self, event: object) -> None:
        """What making features tells."""
        from lineament.features.events import FeatureWarning

        self._tell(Warned(event.text) if isinstance(event, FeatureWarning) else event)

    def set_computing(self, computing: bool) -> None:
        self._computing = computing


class _Watched:
    """An engine that says when it computes units, which have something to save."""

    def __init__(self, engine: "Engine", host: Host) -> None:
        self._engine = engine
        self._host = host

    @property
    def workers(self) -> int:
        return self._engine.workers

    def run(
        self, units: "Iterable[Unit]", registry: "Registry", run: "Run", cancel: CancelToken, sink: EventSink
    ) -> "dict[str, UnitResult]":
        self._host.set_computing(True)
        try:
            return self._engine.run(units, registry, run, cancel, sink)
        finally:
            self._host.set_computing(False)

    def close(self) -> None:
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def stored_features(folder: Path) -> "CohortFeatures | None":
    """The features a run was begun with, where they are still whole; None where they have to be made anew."""
    from lineament.errors import DatasetError
    from lineament.search.data import open_data
    from lineament.search.runs.run import read_facts

    try:
        return open_data(str(folder), read_facts(folder).fingerprint).features
    except (DatasetError, OSError, ValueError, KeyError):
        return None
