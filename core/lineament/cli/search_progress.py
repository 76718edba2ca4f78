"""A running search on the terminal: one bar a phase, and one for the whole with its time left."""

import time
from collections.abc import Mapping

from lineament.cli.progress import Notice
from lineament.progress import EventSink, Progress
from lineament.search.runs import Event, Run

WHOLE = "whole search"
INTERVAL_S = 0.2


class SearchProgress:
    """An event sink that turns a search's events into progress, counted in units of budget.

    What was done in earlier sessions counts as skipped, so that speed and time left are this session's.
    """

    def __init__(self, terminal: EventSink, run: Run, budget: float) -> None:
        self._terminal = terminal
        self._earlier: Mapping[str, float] = {unit.key: unit.cost for unit in run.finished_units()}
        self._whole = _Bar(WHOLE, budget, sum(self._earlier.values()))
        self._phase = _Bar("starting", 0.0)
        self._costs: dict[str, float] = {}
        self._shares: dict[str, float] = {}
        self._shown = 0.0

    def __call__(self, event: object) -> None:
        if not isinstance(event, Event):
            self._terminal(event)
            return
        if event.kind == "phase_started":
            self._begin(event.values)
        elif event.kind == "phase_finished":
            self._show(self._phase, done=self._phase.total)
        elif event.unit is not None:
            self._learn(event.unit, event.kind, event.values)

    def _begin(self, values: Mapping[str, object]) -> None:
        part = f" of {values['part']}" if values.get("part") else ""
        self._phase = _Bar(f"{values['phase']}{part}", float(str(values["cost"])))
        self._show(self._phase)

    def _learn(self, key: str, kind: str, values: Mapping[str, object]) -> None:
        if kind == "unit_started":
            self._costs[key], self._shares[key] = float(str(values["cost"])), 0.0
        elif kind == "unit_progress" and key in self._shares:
            self._shares[key] = float(str(values["step"])) / max(float(str(values["steps"])), 1.0)
        elif kind == "unit_finished" and values["reused"]:
            self._phase.done += self._earlier.get(key, 0.0)
            self._phase.skipped = self._phase.done
        elif kind == "unit_finished" and self._shares.pop(key, None) is not None:
            self._phase.done += self._costs[key]
            self._whole.done += self._costs[key]
        elif kind in ("unit_restarted", "unit_retried"):
            self._terminal(Notice(f"A piece of work starts over: {values['reason']}."))
        now = time.monotonic()
        if now - self._shown >= INTERVAL_S:
            self._shown = now
            running = sum(self._costs[key] * share for key, share in self._shares.items())
            self._show(self._phase, done=self._phase.done + running)
            self._show(self._whole, done=self._whole.done + running)

    def finish(self) -> None:
        """The whole is done, however little of the budget it took."""
        self._show(self._whole, done=self._whole.total)

    def _show(self, bar: "_Bar", done: float | None = None) -> None:
        reached = min(bar.done if done is None else done, bar.total)
        elapsed = time.monotonic() - bar.started
        self._terminal(Progress(bar.name, round(reached), round(bar.total), "steps", elapsed, round(bar.skipped)))


class _Bar:
    def __init__(self, name: str, total: float, skipped: float = 0.0) -> None:
        self.name = name
        self.total = total
        self.done = self.skipped = skipped
        self.started = time.monotonic()
