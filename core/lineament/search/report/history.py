"""What a run's events say of how it went: phases, losses of supernets and networks, operation weights over time.

A resumed unit repeats steps after its last checkpoint; of each step the last report counts. A reader may be asked for
the history again and again while events come in: groups of units about which nothing came are not averaged anew, and
their curves are the same objects as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.models.architecture.drawing.words import label
from lineament.models.architecture.facial_space import ATTRIBUTES, facial_space
from lineament.models.architecture.space import SearchSpace
from lineament.search.runs import Event

FloatArray = npt.NDArray[np.float64]
MOST_COLUMNS = 40
"""Steps of a heat map; more of them are thinned out evenly."""


@dataclass
class Phase:
    """cost: units of budget it was expected to take; spent: None until it is over. seconds: work of all its units;
    wall_s: from its start to its end, over all sessions."""

    name: str
    part: str
    cost: float
    spent: float | None = None
    units: int = 0
    seconds: float = 0.0
    wall_s: float = 0.0

    @property
    def title(self) -> str:
        return f"{self.name}, {self.part}" if self.part else self.name

    def to_json(self) -> dict[str, Any]:
        return {**vars(self)}


@dataclass(frozen=True)
class Curve:
    """A loss over steps, mean, lowest and highest over the runs (folds x seeds) that reported the step."""

    steps: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        return {name: list(values) for name, values in vars(self).items()}


@dataclass(frozen=True)
class Losses:
    """Curves of like units: `title` says which, `runs` how many. validation: None where none was measured."""

    phase: str
    title: str
    runs: int
    train: Curve
    validation: Curve | None

    def to_json(self) -> dict[str, Any]:
        validation = self.validation.to_json() if self.validation else None
        facts = {"phase": self.phase, "title": self.title, "runs": self.runs}
        return {**facts, "train": self.train.to_json(), "validation": validation}


@dataclass(frozen=True, eq=False)
class EdgeWeights:
    """Mean weights of one edge over the runs: float64[steps, operations].

    entropies: of each step, 0 (decided) to 1 (even), the mean over the runs; NaN where none was reported.
    """

    phase: str
    group: str
    edge: str
    operations: tuple[str, ...]
    steps: tuple[int, ...]
    weights: FloatArray
    entropies: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        facts = {"phase": self.phase, "group": self.group, "edge": self.edge, "operations": list(self.operations)}
        return {**facts, "steps": list(self.steps), "weights": np.round(self.weights, 5).tolist()}


@dataclass
class History:
    """sessions: how often work in the run began; restarted, retried: units that had to begin again. spaces: what the
    supernets of a (phase, group) choose from."""

    phases: list[Phase] = field(default_factory=list)
    losses: list[Losses] = field(default_factory=list)
    weights: list[EdgeWeights] = field(default_factory=list)
    sessions: int = 0
    restarted: int = 0
    retried: int = 0
    last_time: float | None = None
    short_list: list[Mapping[str, Any]] = field(default_factory=list)
    spaces: dict[tuple[str, str], SearchSpace] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "phases": [phase.to_json() for phase in self.phases],
            "losses": [losses.to_json() for losses in self.losses],
            "operation_weights": [edge.to_json() for edge in self.weights],
            "sessions": self.sessions,
            "restarted": self.restarted,
            "retried": self.retried,
        }


@dataclass
class _Unit:
    """A unit's reports by step."""

    phase: str
    group: str
    space: SearchSpace | None
    train: dict[int, float] = field(default_factory=dict)
    validation: dict[int, float] = field(default_factory=dict)
    weights: dict[int, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    entropies: dict[int, Mapping[str, float]] = field(default_factory=dict)


@dataclass
class _Group:
    """Like units of one phase; losses and weights are None where something came since they were averaged."""

    units: list[_Unit] = field(default_factory=list)
    losses: list[Losses] | None = None
    weights: list[EdgeWeights] | None = None


def read_history(events: Sequence[Event]) -> History:
    """The history of a run from all its events."""
    reader = HistoryReader()
    for event in events:
        reader.take(event)
    return reader.history()


class HistoryReader:
    """Learns from events one by one, in the order in which they were written."""

    def __init__(self) -> None:
        self._history = History()
        self._units: dict[str, _Unit] = {}
        self._groups: dict[tuple[str, str], _Group] = {}
        self._phase: Phase | None = None
        self._since = 0.0

    def take(self, event: Event) -> None:
        """Learn from one event; kinds that say nothing here are passed over."""
        take = getattr(self, f"_{event.kind}", None)
        if take is not None:
            take(event)
        self._history.last_time = event.time

    def _session_started(self, event: Event) -> None:
        # the session before ended with its last event, whenever this one began
        self._leave(self._history.last_time or event.time)
        self._phase = None
        self._history.sessions += 1

    def _phase_started(self, event: Event) -> None:
        name, part = str(event.values["phase"]), str(event.values.get("part") or "")
        known = {(phase.name, phase.part): phase for phase in self._history.phases}
        if (name, part) not in known:
            known[name, part] = Phase(name, part, float(event.values["cost"]))
            self._history.phases.append(known[name, part])
        self._phase, self._since = known[name, part], event.time

    def _paused(self, event: Event) -> None:
        # the search then goes through its phases again from the first, quickly where they are done
        self._leave(event.time)
        self._phase = None

    def _phase_finished(self, event: Event) -> None:
        self._leave(event.time)
        if self._phase is not None and event.values.get("spent") is not None:
            self._phase.spent = float(event.values["spent"])

    def _leave(self, now: float) -> None:
        if self._phase is not None and self._since:
            self._phase.wall_s += max(now - self._since, 0.0)
        self._since = 0.0

    def _unit_started(self, event: Event) -> None:
        if event.unit in self._units:
            return
        phase = self._phase.title if self._phase is not None else ""
        unit = _unit_of(phase, event.values)
        self._units[event.unit or ""] = unit
        self._groups.setdefault((unit.phase, unit.group), _Group()).units.append(unit)

    def _unit_finished(self, event: Event) -> None:
        if self._phase is not None and not event.values["reused"]:
            self._phase.units += 1
            self._phase.seconds += float(event.values["seconds"])

    def _unit_restarted(self, event: Event) -> None:
        self._history.restarted += 1

    def _unit_retried(self, event: Event) -> None:
        self._history.retried += 1

    def _losses(self, event: Event) -> None:
        unit = self._units.get(event.unit or "")
        if unit is None:
            return
        for name, kept in (("train", unit.train), ("validation", unit.validation)):
            value = event.values.get(name)
            if value is not None:
                kept[int(event.values["step"])] = float(value)
                self._groups[unit.phase, unit.group].losses = None

    def _operation_weights(self, event: Event) -> None:
        unit = self._units.get(event.unit or "")
        if unit is not None:
            edges = event.values["edges"].items()
            named = {edge: _by_name(unit.space, edge, weights) for edge, weights in edges}
            unit.weights[int(event.values["step"])] = named
            self._groups[unit.phase, unit.group].weights = None

    def _entropies(self, event: Event) -> None:
        unit = self._units.get(event.unit or "")
        if unit is not None:
            unit.entropies[int(event.values["step"])] = event.values["edges"]
            self._groups[unit.phase, unit.group].weights = None

    def _leaderboard(self, event: Event) -> None:
        entries = event.values["entries"]
        if entries and "mean_rmse" in entries[0]:
            self._history.short_list = list(entries)

    def history(self) -> History:
        """Everything learned so far, curves and weights averaged over like units."""
        found = replace(
            self._history, phases=[replace(phase) for phase in self._history.phases], losses=[], weights=[], spaces={}
        )
        order = [phase.title for phase in found.phases]
        for (phase, title), group in sorted(self._groups.items(), key=lambda item: _rank(order, *item[0])):
            trained = [unit for unit in group.units if unit.train]
            if group.losses is None:
                group.losses = _losses(phase, title, trained)
            if group.weights is None:
                group.weights = _edges(phase, title, [unit for unit in trained if unit.weights])
            if group.units[0].space is not None:
                found.spaces[phase, title] = group.units[0].space
            found.losses += group.losses
            found.weights += group.weights
        return found


def _rank(order: Sequence[str], phase: str, group: str) -> tuple[int, int, str]:
    """Phases as they came, attributes in their usual order."""
    attribute = group.partition(",")[0]
    usual = ATTRIBUTES.index(attribute) if attribute in ATTRIBUTES else len(ATTRIBUTES)
    return (order.index(phase) if phase in order else len(order), usual, group)


def _unit_of(phase: str, values: Mapping[str, Any]) -> _Unit:
    settings = values["settings"]
    if "family" in settings and "attribute" in settings:
        attribute, family = str(settings["attribute"]), str(settings["family"])
        return _Unit(phase, f"{attribute}, {label(family)}", facial_space((attribute,), (family,)))
    space = SearchSpace.from_json(settings["space"]) if "space" in settings else None
    return _Unit(phase, "supernet" if space is not None else "networks from scratch", space)


def _by_name(space: SearchSpace | None, edge: str, weights: Any) -> Mapping[str, float]:
    """Weights by operation; a list is in the order of the unit's space."""
    if isinstance(weights, Mapping):
        return {str(name): float(weight) for name, weight in weights.items()}
    known = {e.name: e.candidates for e in space.edges} if space is not None else {}
    names = known.get(edge, tuple(str(i) for i in range(len(weights))))
    return dict(zip(names, map(float, weights), strict=True))


def _losses(phase: str, title: str, units: Sequence[_Unit]) -> list[Losses]:
    """One, or none where nothing was trained."""
    train = _curve([unit.train for unit in units])
    validation = _curve([unit.validation for unit in units if unit.validation])
    return [Losses(phase, title, len(units), train, validation)] if train is not None else []


def _curve(runs: Sequence[Mapping[int, float]]) -> Curve | None:
    steps = sorted({step for run in runs for step in run})
    if not steps:
        return None
    columns = [[run[step] for run in runs if step in run] for step in steps]
    means, lows, highs = (tuple(float(f(column)) for column in columns) for f in (np.mean, np.min, np.max))
    return Curve(tuple(steps), means, lows, highs)


def _edges(phase: str, group: str, units: Sequence[_Unit]) -> list[EdgeWeights]:
    """Every edge with a choice, averaged over the units that reported a step."""
    steps = sorted({step for unit in units for step in unit.weights})
    if len(steps) > MOST_COLUMNS:
        steps = [steps[i] for i in np.linspace(0, len(steps) - 1, MOST_COLUMNS).round().astype(int)]
    if not steps:
        return []
    first = next(unit.weights[step] for step in steps for unit in units if step in unit.weights)
    found = []
    for edge, operations in first.items():
        if len(operations) < 2:
            continue
        rows = [[unit.weights[step][edge] for unit in units if edge in unit.weights.get(step, {})] for step in steps]
        table = np.array([_mean_weights(row, tuple(operations)) for row in rows])
        even = [[unit.entropies.get(step, {}).get(edge) for unit in units] for step in steps]
        found.append(
            EdgeWeights(phase, group, edge, tuple(operations), tuple(steps), table, tuple(_mean_known(e) for e in even))
        )
    return found


def _mean_weights(runs: Sequence[Mapping[str, float]], operations: Sequence[str]) -> FloatArray:
    """float64[operations]; NaN where no run reported the step."""
    if not runs:
        return np.full(len(operations), np.nan)
    return np.asarray(np.array([[run[name] for name in operations] for run in runs]).mean(axis=0))


def _mean_known(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else float("nan")
