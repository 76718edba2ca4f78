"""Follows one run by its folder's files: `poll` now and then, from one thread, and draw what it gives."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lineament.errors import LineamentError
from lineament.search.config import SearchConfig
from lineament.search.monitor.board import boards
from lineament.search.monitor.cells import current_cells, supernet_cells
from lineament.search.monitor.families import leanings
from lineament.search.monitor.journal import Journal
from lineament.search.monitor.load import LoadMeter, LoadSample
from lineament.search.monitor.references import References, references
from lineament.search.monitor.stages import StageReader
from lineament.search.monitor.state import WAITING, RunState, StateReader
from lineament.search.monitor.tail import EventTail
from lineament.search.monitor.view import RunView
from lineament.search.outcome_files import OUTCOME
from lineament.search.report.history import History, HistoryReader
from lineament.search.report.report import Report, labels_of, read_cohort, report_with
from lineament.search.runs.events import Event
from lineament.search.runs.run import EVENTS, FACTS, RunFacts, read_facts

FEATURES = "features.json"
SAMPLE_EVERY_S = 1.0
MOST_SAMPLES = 600
Stamp = tuple[int, int]
"""Of a file: when it was written and how long it is."""


@dataclass
class _Readers:
    """What has been learned from the events of one file."""

    state: StateReader
    history: HistoryReader = field(default_factory=HistoryReader)
    stages: StageReader = field(default_factory=StageReader)
    journal: Journal = field(default_factory=Journal)
    left: tuple[float, float] | None = None
    short_list: list[Mapping[str, Any]] = field(default_factory=list)
    tried: list[tuple[float, list[Mapping[str, Any]]]] = field(default_factory=list)

    def take(self, event: Event) -> None:
        part = self.stages.part
        for reader in (self.state, self.history, self.stages, self.journal):
            reader.take(event)
        if event.kind == "time_left":
            seconds = event.values.get("seconds")
            self.left = (float(seconds), event.time) if seconds is not None else None
        elif event.kind == "leaderboard":
            self._take_board(event)
        elif self.stages.part != part:  # what another part of nested cross-validation tried is not this one's
            self.short_list, self.tried = [], []

    def _take_board(self, event: Event) -> None:
        entries = list(event.values["entries"])
        if entries and "mean_rmse" in entries[0]:
            self.short_list = entries
        if "evaluations" in event.values:
            self.tried.append((float(event.values["evaluations"]), entries))


class RunMonitor:
    """Watches the run in `folder`, whoever works in it, and a finished one in the same way.

    meter: measures the machine while the run is live; without one no load is told.
    """

    def __init__(self, folder: Path, meter: LoadMeter | None = None, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._meter = meter
        self._clock = clock
        self._tail = EventTail(folder / EVENTS)
        self._readers = _Readers(StateReader(folder))
        self._history = History()
        self._facts: RunFacts | None = None
        self._config: SearchConfig | None = None
        self._was_there = False
        self._report: Report | None = None
        self._known = References()
        self._samples: deque[LoadSample] = deque(maxlen=MOST_SAMPLES)
        self._stamps: dict[str, Any] = {}
        self._view: RunView | None = None

    def poll(self) -> RunView:
        """The run as it is now; the same object as before where nothing has changed.

        Of a long run only a part of the events is read at a time: `read` of the view says how much, and the next call
        goes on. Nothing is raised for a run that is damaged or gone: its state says what is wrong.
        """
        try:
            self._view = self._polled()
        except (LineamentError, OSError) as error:
            state = RunState("unreadable", str(error))
            if self._view is None or self._view.state != state:
                self._view = RunView(self._folder, state)
        return self._view

    def _polled(self) -> RunView:
        if not self._read_facts():
            return self._not_begun()
        read = self._tail.read()
        if read.restarted:
            self._readers, self._view = _Readers(StateReader(self._folder)), None
        for event in read.events:
            self._readers.take(event)
        if read.share < 1.0:
            return RunView(self._folder, RunState("waiting", "The run is being read."), read.share, self._config)
        told = self._view is not None and self._view.read == 1.0 and self._view.config is not None
        state = self._state()
        changes = [bool(read.events), self._read_outcome(bool(read.events)), told and self._read_references()]
        changes += [self._sample(state), self._view is None or state != self._view.state]
        if self._view is not None and told and not any(changes):
            return self._view
        return self._made(state, renewed=changes[0] or not told)

    def _read_facts(self) -> bool:
        """Whether `run.json` is there; raises `RunError` for one that cannot be used."""
        stamp = _stamp(self._folder / FACTS)
        if stamp is None:
            self._facts = self._config = None
            return False
        self._was_there = True
        if self._changed(FACTS, stamp) or self._facts is None or self._config is None:
            self._facts = read_facts(self._folder)
            self._config = SearchConfig.from_json(self._facts.config)
        return True

    def _not_begun(self) -> RunView:
        if self._was_there:
            sentence = f"The run is not there any more: {self._folder}. Put its folder back, or choose another run."
            state = RunState("unreadable", sentence)
        else:
            state = RunState("waiting", WAITING)
        return self._view if self._view is not None and self._view.state == state else RunView(self._folder, state)

    def _state(self) -> RunState:
        now = self._clock()
        stamp = _stamp(self._folder / EVENTS)
        return self._readers.state.state(now, now - stamp[0] / 1e9 if stamp is not None else float("inf"))

    def _read_outcome(self, events: bool) -> bool:
        """Build the report where there is an outcome; whether it is another one than before."""
        stamp = _stamp(self._folder / OUTCOME)
        if not self._changed(OUTCOME, stamp) and not (events and self._report is not None):
            return False
        assert self._facts is not None
        self._history = self._readers.history.history()
        self._report = report_with(self._facts, self._folder, self._history) if stamp is not None else None
        return True

    def _read_references(self) -> bool:
        """Once the first look is given, because it takes a second."""
        part, stamp = self._readers.stages.part, _stamp(self._folder / FEATURES)
        if stamp is None or not self._changed(FEATURES, (stamp, part)):
            return False
        assert self._facts is not None
        assert self._config is not None
        self._known = references(self._folder, self._config, self._facts.fingerprint, part)
        return True

    def _sample(self, state: RunState) -> bool:
        now = self._clock()
        if self._meter is None or not state.live:
            return False
        if self._samples and 0 <= now - self._samples[-1].time < SAMPLE_EVERY_S:
            return False
        self._samples.append(self._meter.sample(now, self._readers.state.owner))
        return True

    def _made(self, state: RunState, *, renewed: bool) -> RunView:
        assert self._config is not None
        readers, before = self._readers, self._view
        if renewed:
            self._history = readers.history.history()
        outcome = self._report.outcome if self._report is not None else None
        cohort = self._report.cohort if self._report is not None else self._cohort()
        short_list = self._report.short_list if self._report is not None else readers.short_list
        same_log = before is not None and not renewed and before.read == 1.0
        view = RunView(
            folder=self._folder,
            state=state,
            config=self._config,
            cohort=cohort,
            labels=labels_of(cohort),
            part=readers.stages.part,
            parts=_parts(self._config),
            stages=readers.stages.stages(self._config, live=state.kind in ("running", "stopping")),
            left=readers.left,
            history=self._history,
            cells=current_cells(self._history, outcome, short_list),
            supernets=supernet_cells(self._history),
            families=leanings(self._config, self._history, outcome, readers.tried),
            boards=boards(self._config, outcome, short_list, self._known),
            log=before.log if same_log and before is not None else readers.journal.lines(),
            load=tuple(self._samples),
            report=self._report,
        )
        return _keeping(view, before)

    def _cohort(self) -> dict[str, Any]:
        if self._changed("cohort", _stamp(self._folder / FEATURES)) or "cohort facts" not in self._stamps:
            self._stamps["cohort facts"] = read_cohort(self._folder, None)
        found: dict[str, Any] = self._stamps["cohort facts"]
        return found

    def _changed(self, name: str, stamp: object) -> bool:
        """Whether this is another stamp than at the last call."""
        before, self._stamps[name] = self._stamps.get(name), stamp
        return stamp != before


def _keeping(view: RunView, before: RunView | None) -> RunView:
    """With the objects of the view before wherever they are equal, so that drawing can tell what changed."""
    if before is None:
        return view
    kept = {}
    for name in ("stages", "cells", "supernets", "families", "boards"):
        if getattr(view, name) == getattr(before, name):
            kept[name] = getattr(before, name)
    return replace(view, **kept)


def _parts(config: SearchConfig) -> tuple[str, ...]:
    """The names that events have for the parts of nested cross-validation."""
    if config.protocol != "nested-cv":
        return ("",)
    return (*(f"outer fold {fold + 1}" for fold in range(config.outer_folds)), "all")


def _stamp(path: Path) -> Stamp | None:
    try:
        about = path.stat()
    except FileNotFoundError:
        return None
    return about.st_mtime_ns, about.st_size
