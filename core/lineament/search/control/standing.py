"""How far a search is, told a few times a second from the events of its run; and what of them a user should see."""

import time
from collections.abc import Iterator

from lineament.features.events import FeatureWarning
from lineament.search.control.messages import Standing, Warned
from lineament.search.runs.events import Event
from lineament.search.runs.run import Run

INTERVAL_S = 0.25
RARE = {
    "unit_restarted": "A piece of work starts over: {reason}.",
    "unit_retried": "A piece of work is begun again: {reason}.",
    "batch_halved": "Memory is short: {reason}.",
    "group_halved": "Memory is short: fewer networks are trained together.",
}


class StandingOf:
    """Takes in a run's events in order; units finished in an earlier session count as done."""

    def __init__(self, run: Run, budget: float) -> None:
        self._budget = budget
        self._done = sum(unit.cost for unit in run.finished_units())
        self._costs: dict[str, float] = {}
        self._shares: dict[str, float] = {}
        self._phase = ""
        self._left: float | None = None
        self._told_at = 0.0

    def messages(self, event: object) -> Iterator[object]:
        """What to tell of an event, which may be nothing."""
        if isinstance(event, FeatureWarning):
            yield Warned(event.text)
        elif not isinstance(event, Event):
            yield event
        else:
            if event.kind in RARE:
                yield Warned(RARE[event.kind].format(**event.values))
            self._learn(event)
            if event.kind == "phase_started" or time.monotonic() - self._told_at >= INTERVAL_S:
                self._told_at = time.monotonic()
                yield self.standing

    def _learn(self, event: Event) -> None:
        key, values = event.unit or "", event.values
        if event.kind == "phase_started":
            part = f" of {values['part']}" if values.get("part") else ""
            self._phase = f"{values['phase']}{part}"
        elif event.kind == "time_left":
            self._left = values["seconds"]
        elif event.kind == "unit_started":
            self._costs[key], self._shares[key] = float(values["cost"]), 0.0
        elif event.kind == "unit_progress" and key in self._shares:
            self._shares[key] = values["step"] / max(values["steps"], 1)
        elif event.kind == "unit_finished" and not values["reused"] and self._shares.pop(key, None) is not None:
            self._done += self._costs[key]

    @property
    def standing(self) -> Standing:
        running = sum(self._costs[key] * share for key, share in self._shares.items())
        return Standing(min((self._done + running) / self._budget, 1.0), self._phase, self._left)
