"""How far each phase is: shares of cost done, time taken, time left; the warm-up told apart by attribute.

A phase says at its start what it is expected to cost. Which share of the warm-up's falls to an attribute is only known
once its units have begun; until then it is taken by what a step of the attribute's supernets costs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lineament.models.architecture.facial_space import facial_space
from lineament.search.budget import step_cost
from lineament.search.config import SearchConfig
from lineament.search.runs.events import Event

StageState = Literal["waiting", "running", "halted", "finished"]
"""halted: begun, and nobody works in it."""
WARM_UP = "warm-up"
SHORT = {"action units": "AU", "gaze": "gaze", "head pose": "pose", "landmarks": "landmarks"}
LEAST_SHARE = 0.02
"""Of a phase must be done before its time left is told."""


@dataclass(frozen=True)
class Stage:
    """One field of the phase strip. attribute: "" but in the warm-up. share: of its cost, 0 to 1.

    cost, spent: units of budget; cost is 0 while it is not known. work_s: seconds that its pieces of work took;
    left_s: None while nothing can be said.
    """

    phase: str
    attribute: str
    state: StageState
    share: float
    cost: float = 0.0
    spent: float = 0.0
    work_s: float = 0.0
    pieces: int = 0
    left_s: float | None = None

    @property
    def title(self) -> str:
        return SHORT.get(self.attribute, self.attribute) if self.attribute else self.phase


@dataclass
class _Work:
    """A unit: its cost, how much of it is done, and how much of it was done when this session began."""

    attribute: str
    cost: float
    share: float = 0.0
    before: float = 0.0
    seconds: float = 0.0
    running: bool = False


@dataclass
class _Phase:
    cost: float
    finished: bool = False
    since: float = 0.0
    works: dict[str, _Work] = field(default_factory=dict)


class StageReader:
    """Learns from events one by one how far the phases are."""

    def __init__(self) -> None:
        self._phases: dict[tuple[str, str], _Phase] = {}
        self._now: tuple[str, str] | None = None
        self._of_unit: dict[str, tuple[str, str]] = {}
        self._time = 0.0
        self._priors: dict[tuple[str, ...], dict[str, float]] = {}

    @property
    def part(self) -> str:
        """Which part of nested cross-validation is worked on; "" where there is one part."""
        return self._now[1] if self._now is not None else ""

    @property
    def phase(self) -> str:
        """The phase that was begun last and is not over, or ""."""
        return self._now[0] if self._now is not None and not self._phases[self._now].finished else ""

    def take(self, event: Event) -> None:
        """Learn from one event; kinds that say nothing here are passed over."""
        take = getattr(self, f"_{event.kind}", None)
        if take is not None:
            take(event)
        self._time = event.time

    def _session_started(self, event: Event) -> None:
        for phase in self._phases.values():
            for work in phase.works.values():
                work.before, work.running = work.share, False

    _paused = _session_started

    def _phase_started(self, event: Event) -> None:
        """Begun again after a pause or in another session, a phase stays finished until something in it is computed."""
        self._now = str(event.values["phase"]), str(event.values.get("part") or "")
        phase = self._phases.setdefault(self._now, _Phase(0.0))
        phase.cost, phase.since = float(event.values["cost"]), event.time

    def _phase_finished(self, event: Event) -> None:
        if self._now is not None:
            self._phases[self._now].finished = True

    def _unit_started(self, event: Event) -> None:
        if self._now is None or event.unit is None:
            return
        work = self._phases[self._now].works.setdefault(event.unit, _Work(_attribute(event.values["settings"]), 0.0))
        self._of_unit[event.unit] = self._now
        work.cost, work.running = float(event.values["cost"]), True
        self._phases[self._now].finished = False
        if not event.values["resumed"]:
            work.share = work.before = 0.0

    def _unit_progress(self, event: Event) -> None:
        work = self._work(event)
        if work is not None:
            work.share = min(event.values["step"] / max(event.values["steps"], 1), 1.0)

    def _unit_finished(self, event: Event) -> None:
        work = self._work(event)
        if work is None:
            return
        work.share, work.running = 1.0, False
        if event.values["reused"]:
            work.before = 1.0
        else:
            work.seconds += float(event.values["seconds"])

    def _unit_restarted(self, event: Event) -> None:
        work = self._work(event)
        if work is not None:
            work.share = work.before = 0.0

    def _work(self, event: Event) -> _Work | None:
        at = self._of_unit.get(event.unit or "")
        return self._phases[at].works.get(event.unit or "") if at is not None else None

    def stages(self, config: SearchConfig, *, live: bool) -> tuple[Stage, ...]:
        """The strip of the part that is worked on, phases that have not begun among it."""
        found: list[Stage] = []
        names = planned_phases(config)
        begun = [name for name, part in self._phases if part == self.part and name not in names]
        for name in [*names, *begun]:
            phase = self._phases.get((name, self.part))
            if name == WARM_UP:
                found += self._by_attribute(config, phase, live)
            else:
                found.append(self._stage(name, "", phase, list(phase.works.values()) if phase else [], live))
        return tuple(found)

    def _by_attribute(self, config: SearchConfig, phase: _Phase | None, live: bool) -> list[Stage]:
        stages = []
        for attribute in config.attributes:
            works = [w for w in phase.works.values() if w.attribute == attribute] if phase is not None else []
            expected = phase.cost * self._prior(config)[attribute] if phase is not None else 0.0
            stages.append(self._stage(WARM_UP, attribute, phase, works, live, expected))
        return stages

    def _prior(self, config: SearchConfig) -> Mapping[str, float]:
        """Each attribute's share of the warm-up's cost, before its units are known."""
        key = (*config.attributes, *config.families)
        if key not in self._priors:
            each = {a: sum(step_cost(facial_space((a,), (f,))) for f in config.families) for a in config.attributes}
            self._priors[key] = {a: cost / sum(each.values()) for a, cost in each.items()}
        return self._priors[key]

    def _stage(
        self,
        name: str,
        attribute: str,
        phase: _Phase | None,
        works: Sequence[_Work],
        live: bool,
        expected: float | None = None,
    ) -> Stage:
        if phase is None:
            return Stage(name, attribute, "waiting", 0.0)
        done, known = sum(w.cost * w.share for w in works), sum(w.cost for w in works)
        cost = max(phase.cost if expected is None else expected, known)
        facts = (cost, done, sum(w.seconds for w in works), _finished(works))
        if phase.finished:
            return Stage(name, attribute, "finished", 1.0, *facts)
        share = min(done / cost, 1.0) if cost > 0 else 0.0
        state: StageState = ("running" if live else "halted") if works else "waiting"
        if not attribute and not works:
            state = "running" if live else "halted"
        return Stage(name, attribute, state, share, *facts, self._left(phase, cost - done) if live else None)

    def _left(self, phase: _Phase, cost: float) -> float | None:
        """Seconds for so much of a phase, at the pace of this session."""
        here = sum(work.cost * (work.share - work.before) for work in phase.works.values())
        took = self._time - phase.since
        if took <= 0 or here <= LEAST_SHARE * phase.cost:
            return None
        return max(cost, 0.0) * took / here


def planned_phases(config: SearchConfig) -> list[str]:
    """The names of the phases that a search with these settings goes through, in their order."""
    names = [WARM_UP] if config.warms_up else []
    if not config.method_facts.differentiable:
        names.append("search")
    elif config.joint:
        names += ["joint", "discretise"] if config.selects_by == "perturbation" else ["joint"]
    return [*names, "short list", "final", "controls"]


def _attribute(settings: Mapping[str, Any]) -> str:
    """The one attribute that a unit is about, "" where it is about several."""
    if "attribute" in settings:
        return str(settings["attribute"])
    attributes = settings.get("attributes", ())
    return str(attributes[0]) if len(attributes) == 1 else ""


def _finished(works: Sequence[_Work]) -> int:
    return sum(work.share >= 1.0 and not work.running for work in works)
