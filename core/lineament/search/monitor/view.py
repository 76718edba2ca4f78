"""A run as it is at one moment: everything that a window draws of it, none of it to be changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lineament.search.config import SearchConfig
from lineament.search.monitor.board import Board
from lineament.search.monitor.cells import Cells
from lineament.search.monitor.families import Leaning
from lineament.search.monitor.journal import LogLine
from lineament.search.monitor.load import LoadSample
from lineament.search.monitor.stages import Stage
from lineament.search.monitor.state import RunState
from lineament.search.report.history import History
from lineament.search.report.report import Report


@dataclass(frozen=True, eq=False)
class RunView:
    """Parts about which nothing new came are the same objects as in the view before.

    read: share of the events that have been read, below 1 while a long run is opened. config: None where `run.json` is
    not there yet or cannot be read. labels: what has to be said beside every figure. part: of nested cross-validation,
    "" where there is one part; parts: all of them. left: (seconds, time at which so many were left), None while nothing
    is known. cells: of what is best by now; supernets: the last ones, which stay when an architecture is chosen.
    report: of a finished run.
    """

    folder: Path
    state: RunState
    read: float = 1.0
    config: SearchConfig | None = None
    cohort: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    part: str = ""
    parts: tuple[str, ...] = ("",)
    stages: tuple[Stage, ...] = ()
    left: tuple[float, float] | None = None
    history: History = field(default_factory=History)
    cells: Cells | None = None
    supernets: Cells | None = None
    families: tuple[Leaning, ...] = ()
    boards: tuple[Board, ...] = ()
    log: tuple[LogLine, ...] = ()
    load: tuple[LoadSample, ...] = ()
    report: Report | None = None

    @property
    def name(self) -> str:
        """The run's folder, as people call it."""
        return self.folder.name

    @property
    def simulated(self) -> bool:
        return bool(self.cohort.get("simulated"))

    def seconds_left(self, now: float) -> float | None:
        """At the time `now`, seconds since 1970; None where it is not known or nothing is computed."""
        if self.left is None or self.state.kind != "running":
            return None
        seconds, told = self.left
        return max(seconds - max(now - told, 0.0), 0.0)
