"""Simulated cohorts: persons, their questionnaires and sessions, all from one seed, made when asked for.

Person i of a cohort depends on the seed and i alone, so a larger cohort begins with the persons of a smaller one, and
a session never needs to be stored to be seen again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lineament.errors import DatasetError
from lineament.progress import CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.simulation.parameters import CUE_INDEX
from lineament.simulation.persons import (
    Person,
    SessionBehaviour,
    draw_person,
    draw_severity,
    observe_phq8,
    session_behaviour,
)
from lineament.simulation.session import SessionSettings, SimulatedRecording, simulate_session
from lineament.simulation.types import FloatArray

DEFAULT_SECONDS = 600.0
DEFAULT_FPS = 10.0


@dataclass(frozen=True)
class Preset:
    """A kind of cohort. permuted: scores belong to other persons, so that nothing can be learnt."""

    name: str
    settings: Callable[[], SessionSettings]
    permuted: bool = False


PRESETS: dict[str, Preset] = {
    "realistic": Preset("realistic", SessionSettings),
    "null": Preset("null", SessionSettings, permuted=True),
}


@dataclass(frozen=True, eq=False)
class Subject:
    """One simulated person with what a study would know of them, and the truth that it would not."""

    person_id: str
    person: Person
    phq8: int
    severity: float
    seed: tuple[int, ...]

    @property
    def gender(self) -> Literal["female", "male"]:
        return "female" if self.person.woman else "male"


@dataclass(frozen=True, eq=False)
class SimulatedCohort:
    """`subjects` and how to let them speak: `session(i)` simulates the i-th one's interview anew each time."""

    preset: Preset
    seed: int
    seconds: float
    fps: float
    subjects: tuple[Subject, ...]

    def __len__(self) -> int:
        return len(self.subjects)

    def session(self, i: int, seconds: float | None = None, fps: float | None = None) -> SimulatedRecording:
        subject = self.subjects[i]
        rng = np.random.default_rng([*subject.seed, 1])
        return simulate_session(
            subject.person,
            subject.severity,
            seconds or self.seconds,
            fps or self.fps,
            rng,
            self.preset.settings(),
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

    Raises `DatasetError` for a preset that does not exist.
    """
    if preset not in PRESETS:
        raise DatasetError(
            f"there is no preset called {preset}", remedy=f"Choose one of: {', '.join(sorted(PRESETS))}."
        )
    meter = ProgressMeter("drawing persons", n, "persons", sink)
    subjects = []
    for i in range(n):
        if cancel is not None:
            cancel.raise_if_cancelled()
        subjects.append(_draw_subject(seed, i))
        meter.advance()
    meter.finish()
    chosen = PRESETS[preset]
    if chosen.permuted:
        subjects = _permute_scores(subjects, seed)
    return SimulatedCohort(chosen, seed, seconds, fps, tuple(subjects))


def _draw_subject(seed: int, i: int) -> Subject:
    rng = np.random.default_rng([seed, i, 0])
    person, severity = draw_person(rng), draw_severity(rng)
    return Subject(f"S{i + 1:05d}", person, observe_phq8(severity, rng), severity, (seed, i))


def _permute_scores(subjects: list[Subject], seed: int) -> list[Subject]:
    order = np.random.default_rng([seed, 0, 7]).permutation(len(subjects))
    return [
        Subject(s.person_id, s.person, subjects[int(j)].phq8, s.severity, s.seed)
        for s, j in zip(subjects, order, strict=True)
    ]


@dataclass(frozen=True)
class Oracle:
    """How well anyone could do who knew each session's true behaviour parameters: linear, on persons not fitted on."""

    r: float
    r_severity: float
    rmse: float
    mae: float
    ccc: float
    constant_rmse: float
    constant_mae: float


def oracle(preset: str = "realistic", persons: int = 12_000, seed: int = 1) -> Oracle:
    """The oracle's figures: least squares of the observed PHQ-8 on the true parameters of the session, gender and its
    product with frowning; fitted on one half of `persons`, measured on the other."""
    cohort = simulate_cohort(persons, preset, seed)
    known = np.array([_oracle_row(cohort, i) for i in range(persons)])
    scores = np.array([float(s.phq8) for s in cohort.subjects])
    severity = np.array([s.severity for s in cohort.subjects])
    half = persons // 2
    weights = np.linalg.lstsq(known[:half], scores[:half], rcond=None)[0]
    predicted, truth = known[half:] @ weights, scores[half:]
    constant = np.full(len(truth), scores[:half].mean())
    covariance = np.cov(predicted, truth, bias=True)
    shift = (predicted.mean() - truth.mean()) ** 2
    return Oracle(
        r=float(np.corrcoef(predicted, truth)[0, 1]),
        r_severity=float(np.corrcoef(predicted, severity[half:])[0, 1]),
        rmse=float(np.sqrt(np.mean((predicted - truth) ** 2))),
        mae=float(np.mean(np.abs(predicted - truth))),
        ccc=float(2 * covariance[0, 1] / (covariance[0, 0] + covariance[1, 1] + shift)),
        constant_rmse=float(np.sqrt(np.mean((constant - truth) ** 2))),
        constant_mae=float(np.mean(np.abs(constant - truth))),
    )


def session_truth(cohort: SimulatedCohort, i: int) -> SessionBehaviour:
    """The true behaviour parameters of `cohort.session(i)`, without simulating it."""
    subject, settings = cohort.subjects[i], cohort.preset.settings()
    return session_behaviour(
        subject.person,
        subject.severity,
        np.random.default_rng([*subject.seed, 1]),
        multiplier=settings.multiplier,
        axis_correlation=settings.axis_correlation,
    )


def _oracle_row(cohort: SimulatedCohort, i: int) -> FloatArray:
    subject, behaviour = cohort.subjects[i], session_truth(cohort, i)
    woman = float(subject.person.woman)
    frown, smiles = behaviour.linked[CUE_INDEX["au04_mean"]], behaviour.linked[CUE_INDEX["smile_rate"]]
    return np.concatenate([behaviour.linked, [1.0, woman, woman * frown, woman * smiles, subject.person.age]])


def persons_per_second(cohort: SimulatedCohort, persons: int = 5) -> float:
    """How fast sessions are simulated on this machine, measured on the first few."""
    cohort.session(0, seconds=20)
    started = time.perf_counter()
    for i in range(min(persons, len(cohort))):
        cohort.session(i)
    return min(persons, len(cohort)) / (time.perf_counter() - started)
