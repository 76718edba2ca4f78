"""Runs on disk: units of work with derived seeds, exact checkpoints, events, and resuming after any interruption."""

from lineament.search.runs.context import SavePolicy, UnitContext
from lineament.search.runs.errors import RunError
from lineament.search.runs.events import Event, read_events
from lineament.search.runs.registry import Loader, Registry, UnitFunction
from lineament.search.runs.run import Run, RunFacts
from lineament.search.runs.time_left import TimeLeft
from lineament.search.runs.unit import Unit, UnitResult, derived_seed

__all__ = [
    "Event",
    "Loader",
    "Registry",
    "Run",
    "RunError",
    "RunFacts",
    "SavePolicy",
    "TimeLeft",
    "Unit",
    "UnitContext",
    "UnitFunction",
    "UnitResult",
    "derived_seed",
    "read_events",
]
