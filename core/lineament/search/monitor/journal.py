"""A run's log in words: one line for each thing that a person may want to know happened."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lineament.models.architecture.drawing.words import label
from lineament.search.report.figures import count
from lineament.search.runs.events import Event

Tone = Literal["phase", "work", "result", "warning"]
MOST_LINES = 2000


@dataclass(frozen=True)
class LogLine:
    """time: seconds since 1970."""

    time: float
    tone: Tone
    text: str


class Journal:
    """Learns from events one by one; the newest `MOST_LINES` lines are kept."""

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=MOST_LINES)
        self._names: dict[str, str] = {}
        self._phase_began = 0.0
        self.written = 0

    def lines(self) -> tuple[LogLine, ...]:
        """Oldest first."""
        return tuple(self._lines)

    def take(self, event: Event) -> None:
        """Learn from one event; kinds of which nothing is said are passed over."""
        take = getattr(self, f"_{event.kind}", None)
        if take is not None:
            take(event)

    def _write(self, event: Event, tone: Tone, text: str) -> None:
        self._lines.append(LogLine(event.time, tone, text))
        self.written += 1

    def _session_started(self, event: Event) -> None:
        if not event.values["resumed"]:
            self._write(event, "phase", "The search begins.")
            return
        done = count(int(event.values["finished"]), "piece")
        self._write(event, "phase", f"The search goes on; kept from before: {done} of work.")

    def _session_ended(self, event: Event) -> None:
        how, why = str(event.values.get("how")), str(event.values.get("why") or "")
        if how == "failed":
            self._write(event, "warning", why or "The search failed.")
        elif how == "stopped":
            self._write(event, "phase", "The search was stopped. What is finished is kept.")

    def _paused(self, event: Event) -> None:
        self._write(event, "phase", "The search pauses.")

    def _continued(self, event: Event) -> None:
        self._write(event, "phase", "The search goes on after the pause.")

    def _phase_started(self, event: Event) -> None:
        self._phase_began = event.time
        cost = float(event.values["cost"])
        self._write(event, "phase", f"{_phase(event.values)}: begins, about {cost:,.0f} steps.")

    def _phase_finished(self, event: Event) -> None:
        spent = event.values.get("spent")
        steps = f" {float(spent):,.0f} steps," if spent is not None else ""
        took = duration(max(event.time - self._phase_began, 0.0))
        self._write(event, "phase", f"{_phase(event.values)}: finished,{steps} {took}.")

    def _unit_started(self, event: Event) -> None:
        name = _unit_name(str(event.values["unit_kind"]), event.values["settings"])
        if event.unit is not None and name:
            self._names[event.unit] = name

    def _unit_finished(self, event: Event) -> None:
        name = self._names.get(event.unit or "")
        if name and not event.values["reused"]:
            self._write(event, "work", f"{name}: done in {duration(float(event.values['seconds']))}.")

    def _unit_restarted(self, event: Event) -> None:
        self._write(event, "warning", f"{self._named(event)} starts over: {event.values['reason']}.")

    def _unit_retried(self, event: Event) -> None:
        self._write(event, "warning", f"{self._named(event)} is tried again: {event.values['reason']}.")

    def _batch_halved(self, event: Event) -> None:
        self._write(event, "warning", f"{self._named(event)}: {event.values['reason']}.")

    def _group_halved(self, event: Event) -> None:
        self._write(event, "warning", f"Fewer trainings at once: {event.values['reason']}.")

    def _graph_not_captured(self, event: Event) -> None:
        self._write(event, "warning", f"Steps run one by one on the GPU: {event.values['reason']}.")

    def _leaderboard(self, event: Event) -> None:
        entries = event.values["entries"]
        if not entries:
            return
        best = entries[0]
        if "mean_rmse" in best:
            number = int(event.values.get("evaluations", len(entries)))
            best_so_far = f'best is "{best["name"]}" with an RMSE of {best["mean_rmse"]:.2f}'
            self._write(event, "result", f"{count(number, 'architecture')} retrained, {best_so_far}.")
        else:
            rmse = best["out_of_fold"]["rmse"]["value"]
            self._write(event, "result", f"Judged against the controls: first is {best['name']}, RMSE {rmse:.2f}.")

    def _named(self, event: Event) -> str:
        return self._names.get(event.unit or "", "A piece of work")


def _phase(values: Mapping[str, Any]) -> str:
    name = str(values["phase"])
    part = f", {values['part']}" if values.get("part") else ""
    return f"{name[:1].upper()}{name[1:]}{part}"


def _unit_name(kind: str, settings: Mapping[str, Any]) -> str:
    """In words; "" for the many trainings of single architectures, which the leaderboard sums up."""
    fold = settings.get("fold")
    where = f", fold {int(fold['fold']) + 1} of {fold['count']}" if isinstance(fold, Mapping) else ""
    again = f", seed {int(settings['repeat']) + 1}" if settings.get("repeat") else ""
    if kind == "warm_up":
        return f"Warm-up of {settings['attribute']}, {label(str(settings['family']))}{where}{again}"
    if kind == "joint":
        return f"Joint search{where}{again}"
    return f"Discretising{where}{again}" if kind == "discretise" else ""


def duration(seconds: float) -> str:
    """ "0.4 s", "42 s", "3:20 min", "1:05 h"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, whole = round(seconds / 60), round(seconds)
    if seconds < 3599.5:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{minutes // 60}:{minutes % 60:02d} h"
