"""How long a search still takes, from what units of each kind took and how far the running ones are."""

from collections.abc import Iterable
from dataclasses import dataclass

from lineament.search.runs.events import Event
from lineament.search.runs.unit import Unit


@dataclass
class _Work:
    """One unit. The shares are of its whole: where this session found it, and where it is."""

    kind: str
    cost: float
    share: float = 0.0
    first_share: float | None = None
    started: float | None = None
    seconds: float | None = None  # once finished here

    @property
    def share_here(self) -> float:
        return self.share - (self.first_share or 0.0)


class TimeLeft:
    """Expects the units it was told of (`plan`) and lumps of later work (`expect`); learns from events.

    Seconds per cost are learned for each kind by itself; a kind of which nothing was seen yet is taken to be as fast as
    all others together. Work is taken to spread evenly over `workers`.
    """

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self._works: dict[str, _Work] = {}
        self._later: dict[str, float] = {}

    def expect(self, kind: str, cost: float) -> None:
        """So much work of this kind will come; forgotten as soon as units of that kind are planned."""
        self._later[kind] = cost

    def plan(self, units: Iterable[Unit]) -> None:
        for unit in units:
            self._later.pop(unit.kind, None)
            self._works.setdefault(unit.key, _Work(unit.kind, unit.cost))

    def observe(self, event: Event) -> None:
        """Take in an event; those of units that were never planned are ignored."""
        work = self._works.get(event.unit or "")
        if work is None:
            return
        if event.kind == "unit_started":
            work.started, work.first_share, work.share = event.time, None, 0.0
        elif event.kind == "unit_progress":
            self._advance(work, event)
        elif event.kind == "unit_finished":
            work.share = 1.0
            if work.first_share is not None and work.started is not None:
                # a clock that was set back in between has measured nothing
                work.seconds = event.time - work.started if event.time >= work.started else None
            elif not event.values["reused"]:
                work.seconds = event.values["seconds"]

    def _advance(self, work: _Work, event: Event) -> None:
        work.share = min(event.values["step"] / max(event.values["steps"], 1), 1.0)
        turned_back = work.started is not None and event.time < work.started
        if work.first_share is None or turned_back:
            # the first report after a resumption says where the unit went on; how long that took counts for nothing,
            # nor does what lies before a clock that was set back
            work.first_share, work.started = work.share, event.time

    def seconds(self, now: float) -> float | None:
        """Seconds left at the time `now` (seconds since 1970), or None while nothing has been seen."""
        rates = self._rates(now)
        if not rates:
            return None
        mean = sum(took for took, _ in rates.values()) / sum(cost for _, cost in rates.values())
        left = 0.0
        for kind, cost in self._remaining():
            took, done = rates.get(kind, (mean, 1.0))
            left += cost * took / done
        return left / self.workers

    def _remaining(self) -> list[tuple[str, float]]:
        planned = [(work.kind, work.cost * (1 - work.share)) for work in self._works.values()]
        return planned + list(self._later.items())

    def _rates(self, now: float) -> dict[str, tuple[float, float]]:
        """For each kind seen in this session: seconds taken and cost done."""
        rates: dict[str, tuple[float, float]] = {}
        for work in self._works.values():
            seconds = work.seconds
            if seconds is None and work.share < 1 and work.started is not None:
                seconds = max(now - work.started, 0.0)
            done = work.cost * work.share_here
            if seconds is not None and done > 0:
                before = rates.get(work.kind, (0.0, 0.0))
                rates[work.kind] = (before[0] + seconds, before[1] + done)
        return rates
