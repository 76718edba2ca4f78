"""Commanding a search while it runs: pause and go on, stop after a phase, stop and save."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal

from lineament.errors import LineamentError, StorageError
from lineament.progress import Cancelled, CancelToken, EventSink
from lineament.search.runs.events import Event

if TYPE_CHECKING:
    from lineament.features.cohort_features import CohortFeatures
    from lineament.search.config import SearchConfig
    from lineament.search.engines.engine import Engine
    from lineament.search.outcome import SearchOutcome
    from lineament.search.runs.run import Run


Wish = Literal["run", "pause", "stop"]


class SearchControl:
    """What somebody wants of a running search. Any thread may ask; a stop is not taken back.

    A pause cancels what is being computed, as a stop does, so that it is on disk and costs nothing while it lasts; the
    processes and the data stay, and going on takes a moment.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wish: Wish = "run"
        self._after_phase = False
        self._token = CancelToken()

    @property
    def wish(self) -> Wish:
        return self._wish

    @property
    def stops_after_phase(self) -> bool:
        return self._after_phase

    def pause(self) -> None:
        self._ask("pause")

    def go_on(self) -> None:
        self._ask("run")

    def stop(self) -> None:
        """Save what is being computed and end."""
        self._ask("stop")

    def finish_phase(self, wanted: bool = True) -> None:
        """Stop as soon as the phase under way is finished, or no longer."""
        self._after_phase = wanted

    def phase_finished(self) -> None:
        """Told by whoever watches the search."""
        if self._after_phase:
            self.stop()

    def token(self) -> CancelToken:
        """For the next stretch of work; set already where the wish is another than to run."""
        with self._changed:
            self._token = CancelToken()
            if self._wish != "run":
                self._token.cancel()
            return self._token

    def wait_while_paused(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._wish != "pause")

    def _ask(self, wish: Wish) -> None:
        with self._changed:
            if self._wish != "stop":
                self._wish = wish
            if self._wish != "run":
                self._token.cancel()
            self._changed.notify_all()


def controlled_search(
    features: "CohortFeatures",
    config: "SearchConfig",
    run: "Run",
    engine: "Engine",
    control: SearchControl,
    sink: EventSink,
) -> "SearchOutcome":
    """`run_search` under somebody's control; how the session ends is the run's last event.

    Raises what `run_search` raises; `Cancelled` when it was stopped.
    """
    from lineament.search.search import run_search

    def watch(event: object) -> None:
        sink(event)
        if isinstance(event, Event) and event.kind == "phase_finished":
            control.phase_finished()

    with session(run, sink):
        while True:
            try:
                return run_search(features, config, run, engine, control.token(), watch)
            except Cancelled:
                if control.wish == "stop":
                    raise
            run.emit("paused", sink=sink)
            control.wait_while_paused()
            run.emit("continued", sink=sink)


@contextmanager
def session(run: "Run", sink: EventSink) -> Iterator[None]:
    """Work in a run whose last event says how it ended."""
    try:
        yield
    except (Cancelled, KeyboardInterrupt):
        end_session(run, sink, "stopped")
        raise
    except LineamentError as error:
        end_session(run, sink, "failed", str(error))
        raise
    except BaseException:
        end_session(run, sink, "failed", "Something unexpected went wrong; the log says what.")
        raise
    end_session(run, sink, "finished")


def end_session(run: "Run", sink: EventSink, how: Literal["finished", "stopped", "failed"], why: str = "") -> None:
    """Say in the run how its session ended; where the disk is full, nothing can be said and nothing is lost."""
    with suppress(StorageError):
        run.emit("session_ended", sink=sink, how=how, why=why)
