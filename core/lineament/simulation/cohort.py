"""Simulated cohorts: persons, their questionnaires and sessions, all from one seed, made when asked for.

Person i of a cohort depends on the seed and i alone, so a larger cohort begins with the persons of a smaller one, and
a session never needs to be stored to be seen again.
"""

import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lineament.errors import DatasetError
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.simulation.parameters import number
from lineament.simulation.persons import (
    Person,
    SessionBehaviour,
    draw_person,
    draw_severity,
    observe_phq8,
    session_behaviour,
    worst_past,
)
from lineament.simulation.population import Population
from lineament.simulation.presets import Preset, find_preset
from lineament.simulation.session import SimulatedRecording, simulate_session
from lineament.simulation.visits import severities, visits_made

DEFAULT_SECONDS = 600.0
DEFAULT_FPS = 10.0


@dataclass(frozen=True, eq=False)
class Subject:
    """One session's person with what a study would know of them, and the truth that it would not.

    A person with several visits is several subjects with the same `person_id` and `person`. severity, phq8: on the
    day of the visit (1 for the first). worst: the worst severity up to then, PHQ-8 points. seconds: length of the
    session where it is not the cohort's. split: train, dev or test where the cohort has splits of its own, else "".
    """

    person_id: str
    person: Person
    phq8: int
    severity: float
    seed: tuple[int, ...]
    worst: float
    visit: int = 1
    seconds: float | None = None
    split: str = ""

    @property
    def session_id(self) -> str:
        return f"{self.person_id}-{self.visit}"

    @property
    def file_stem(self) -> str:
        return self.person_id if self.visit == 1 else self.session_id

    @property
    def gender(self) -> Literal["female", "male"]:
        return "female" if self.person.woman else "male"

    @property
    def session_seed(self) -> list[int]:
        """Everything in the session follows from these and the settings."""
        return [*self.seed, self.visit, *([round(1000 * self.seconds)] if self.seconds is not None else [])]


@dataclass(frozen=True, eq=False)
class SimulatedCohort:
    """`subjects`, one a session, and how to let them speak: `session(i)` simulates the i-th interview anew each time.

    like: the corpus whose size, splits and session lengths it has, or "".
    """

    preset: Preset
    seed: int
    seconds: float
    fps: float
    subjects: tuple[Subject, ...]
    like: str = ""

    def __len__(self) -> int:
        return len(self.subjects)

    @property
    def name(self) -> str:
        """What to call the cohort in reports; says "toy" of one."""
        like = f" like {self.like}" if self.like else ""
        return f"simulated {self.preset.title}{like} (seed {self.seed})"

    @property
    def persons(self) -> int:
        return len({subject.person_id for subject in self.subjects})

    def session(self, i: int, seconds: float | None = None, fps: float | None = None) -> SimulatedRecording:
        subject = self.subjects[i]
        return simulate_session(
            subject.person,
            subject.severity,
            seconds if seconds is not None else subject.seconds or self.seconds,
            self.fps if fps is None else fps,
            np.random.default_rng(subject.session_seed),
            self.preset.settings(),
            worst=subject.worst,
            visit=subject.visit,
        )


def simulate_cohort(
    n: int,
    preset: str = "realistic",
    seed: int = 0,
    *,
    seconds: float = DEFAULT_SECONDS,
    fps: float = DEFAULT_FPS,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> SimulatedCohort:
    """`n` persons with PHQ-8 scores; sessions are simulated when read.

    Raises `DatasetError` for a preset that does not exist, for no persons, and for sessions without length.
    """
    chosen = find_preset(preset)
    _check(n, seconds, fps)
    meter = ProgressMeter("drawing persons", n, "persons", sink)
    population = chosen.settings().population
    subjects: list[Subject] = []
    for i in range(n):
        if cancel is not None:
            cancel.raise_if_cancelled()
        subjects += _draw_visits(seed, i, chosen.visits, population)
        meter.advance()
    meter.finish()
    if chosen.permuted:
        subjects = _permute_scores(subjects, seed)
    return SimulatedCohort(chosen, seed, seconds, fps, tuple(subjects))


DAIC_WOZ_PERSONS = {"train": 107, "dev": 35, "test": 47}


def like_daic_woz(
    preset: str = "realistic",
    seed: int = 0,
    *,
    persons: int | None = None,
    fps: float = DEFAULT_FPS,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> SimulatedCohort:
    """A cohort of DAIC-WOZ's size (107 + 35 + 47 persons, or `persons` in like shares), splits and session lengths.

    Raises `DatasetError` as `simulate_cohort` does, and for fewer than 3 persons.
    """
    shares = DAIC_WOZ_PERSONS
    n = sum(shares.values()) if persons is None else persons
    if 0 < n < len(shares):
        raise DatasetError(f"{n} persons cannot be split in three", remedy="Ask for at least three persons.")
    made = simulate_cohort(n, preset, seed, seconds=number("daic.length_s"), fps=fps, cancel=cancel, sink=sink)
    dev, test = (max(round(n * shares[name] / sum(shares.values())), 1) for name in ("dev", "test"))
    splits = ["train"] * (n - dev - test) + ["dev"] * dev + ["test"] * test
    of_person = dict(zip(dict.fromkeys(s.person_id for s in made.subjects), splits, strict=True))
    subjects = tuple(replace(s, seconds=_interview_length(s), split=of_person[s.person_id]) for s in made.subjects)
    return replace(made, subjects=subjects, like="DAIC-WOZ")


def _interview_length(subject: Subject) -> float:
    rng = np.random.default_rng([*subject.seed, 0, subject.visit])
    seconds = number("daic.length_s") * np.exp(number("daic.length_ln_sd") * rng.standard_normal())
    return float(np.round(np.clip(seconds, number("daic.shortest_s"), number("daic.longest_s")), 1))


def _check(n: int, seconds: float, fps: float) -> None:
    if n < 1:
        raise DatasetError(f"a cohort cannot have {n} persons", remedy="Ask for at least one.")
    if not seconds > 0:
        raise DatasetError(f"sessions cannot last {seconds:g} seconds", remedy="Give a number above zero.")
    if not fps > 0:
        raise DatasetError(f"sessions cannot have {fps:g} frames a second", remedy="Give a number above zero.")


def _draw_visits(seed: int, i: int, visits: int, population: Population) -> list[Subject]:
    """The sessions of person i."""
    rng = np.random.default_rng([seed, i, 0])
    person, first = draw_person(rng, population), draw_severity(rng, population)
    name = f"S{i + 1:05d}"
    worst = worst_past(first, person.worst_extra)
    if visits == 1:
        return [Subject(name, person, observe_phq8(first, rng, population), first, (seed, i), worst)]
    course = severities(np.array([first]), visits_made(visits, rng), rng)[0]
    worsts = np.maximum.accumulate([worst, *course[1:]])
    return [
        Subject(name, person, observe_phq8(s, rng, population), float(s), (seed, i), float(w), visit + 1)
        for visit, (s, w) in enumerate(zip(course, worsts, strict=True))
    ]


def _permute_scores(subjects: list[Subject], seed: int) -> list[Subject]:
    order = np.random.default_rng([seed, 0, 0, 7]).permutation(len(subjects))
    return [replace(s, phq8=subjects[int(j)].phq8) for s, j in zip(subjects, order, strict=True)]


def session_truth(cohort: SimulatedCohort, i: int) -> SessionBehaviour:
    """The true behaviour parameters of `cohort.session(i)`, without simulating it."""
    subject = cohort.subjects[i]
    return session_behaviour(
        subject.person,
        subject.severity,
        np.random.default_rng(subject.session_seed),
        cohort.preset.settings().population,
        worst=subject.worst,
        visit=subject.visit,
    )


def persons_per_second(cohort: SimulatedCohort, persons: int = 5) -> float:
    """How many sessions a second are simulated on this machine, measured on the first few."""
    cohort.session(0, seconds=20)
    started = time.perf_counter()
    for i in range(min(persons, len(cohort))):
        cohort.session(i)
    return min(persons, len(cohort)) / (time.perf_counter() - started)
