"""A running evaluation on the terminal: one bar a phase."""

from collections.abc import Mapping

from lineament.cli.progress import Notice
from lineament.progress import EventSink, ProgressMeter
from lineament.search.runs import Event, Run


class EvaluationProgress:
    """An event sink that counts finished trainings of a phase; those of earlier sessions count as skipped."""

    def __init__(self, terminal: EventSink, run: Run) -> None:
        self._terminal = terminal
        self._earlier = {unit.key for unit in run.finished_units()}
        self._meter: ProgressMeter | None = None

    def __call__(self, event: object) -> None:
        if not isinstance(event, Event):
            self._terminal(event)
        elif event.kind == "phase_started":
            self._begin(event.values)
        elif event.kind == "phase_finished" and self._meter is not None:
            self._meter.finish()
        elif event.kind == "unit_finished" and self._meter is not None:
            self._count(event)
        elif event.kind in ("unit_restarted", "unit_retried"):
            self._terminal(Notice(f"A piece of work starts over: {event.values['reason']}."))

    def _begin(self, values: Mapping[str, object]) -> None:
        """A search's phases do not say how many trainings they have: those grow as they come."""
        part = f" of {values['part']}" if values.get("part") else ""
        self._meter = ProgressMeter(f"{values['phase']}{part}", int(str(values["units"])), "trainings", self._terminal)

    def _count(self, event: Event) -> None:
        meter = self._meter
        assert meter is not None
        meter.skipped += event.unit in self._earlier
        meter.total = max(meter.total, meter.done + 1)
        meter.advance()
