"""Who is simulated: personal habits, what severity does to them, and what a camera makes of them.

Structure after the published picture: two symptom axes that correlate with severity, habits that go together, slopes
that differ between persons (and are zero in some), part of the effect tied to the worst past episode.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lineament.simulation.parameters import CUES, number
from lineament.simulation.population import REALISTIC, CueTable, Population
from lineament.simulation.tracker import tracker_noise
from lineament.simulation.types import FloatArray

N_AU = 17
N_CUES = len(CUES)


@dataclass(frozen=True, eq=False)
class Appearance:
    """What a person's face, seat and camera do to every measurement, whatever the severity.

    proportions: float64[6] relative stretches of face parts. au_gain, au_offset: float64[17] of the intensities,
    au_turn: float64[17] points a degree away from frontal. line_gain, line_offset: float64[8], measured over true gaze,
    rotation (degrees) and place (mm) in the order of `tracker.LINES`. Angles in degrees, distance in millimetres.
    seat: where in the picture, in shares.
    """

    proportions: FloatArray
    au_gain: FloatArray
    au_offset: FloatArray
    au_turn: FloatArray
    line_gain: FloatArray
    line_offset: FloatArray
    camera_pitch: float
    camera_yaw: float
    interviewer: FloatArray
    distance_mm: float
    seat: FloatArray
    lost_share: float
    sharpness: float
    brightness: float


@dataclass(frozen=True, eq=False)
class Person:
    """One simulated person: stable over sessions.

    habits: float64[n_cues] on the link scales. slope_factors: float64[n_cues], individual multiples of each cue's
    slope (all 0 in a person without effect). cue_slopes: this person's slopes per 10 points, gender and conflicting
    directions included. axis_noise: float64[2], what withdrawal and slowing are beyond severity, in sds. worst_extra:
    PHQ-8 points by which the worst past episode exceeds the first visit. trend: float64[n_cues], what getting used to
    interviews does by and by, on the link scales.
    """

    woman: bool
    age: float
    habits: FloatArray
    cue_slopes: FloatArray
    slope_factors: FloatArray
    axis_noise: FloatArray
    worst_extra: float
    appearance: Appearance
    trend: FloatArray


def draw_severity(rng: np.random.Generator, population: Population = REALISTIC) -> float:
    """True PHQ-8 severity 0..24 of one person at the first visit, hidden from every model."""
    low, high = number("phq8.low"), number("phq8.high")
    if population.severity == "uniform":
        return float(rng.uniform(low, high))
    if population.severity == "treatment":
        value = rng.normal(number("visits.first_mean"), number("visits.first_sd"))
        return float(np.clip(value, number("visits.first_low"), high))
    return float(np.clip(rng.gamma(number("phq8.shape"), number("phq8.scale")), low, high))


def observe_phq8(severity: float, rng: np.random.Generator, population: Population = REALISTIC) -> int:
    """The questionnaire's sum on one day, 0..24: true severity with retest noise, rounded."""
    answered = severity + rng.normal(0, population.questionnaire_sd)
    return int(np.clip(np.rint(answered), number("phq8.low"), number("phq8.high")))


def draw_person(rng: np.random.Generator, population: Population = REALISTIC) -> Person:
    """One person from the population, independent of severity."""
    table = population.table
    woman = bool(rng.random() < number("persons.women"))
    age = float(np.clip(rng.normal(number("persons.age_mean"), number("persons.age_sd")), 18, 80))
    worst_extra = rng.exponential(number("axes.worst_extra"))
    return Person(
        woman=woman,
        age=age,
        habits=expected_habits(table, woman, age) + _habit_deviations(table, rng),
        cue_slopes=_slopes(table, woman, rng),
        slope_factors=_slope_factors(population, rng),
        axis_noise=rng.standard_normal(2),
        worst_extra=float(worst_extra),
        appearance=_appearance(rng, population.looks),
        trend=_trend(table, rng),
    )


def expected_habits(table: CueTable, woman: bool, age: float) -> FloatArray:
    """Mean habits of persons of this gender and age on the link scales, float64[n_cues]."""
    decades = (age - number("persons.age_mean")) / 10
    gender = table.women * (0.5 if woman else -0.5)
    return np.asarray(table.means + table.sd * gender + table.ages * number("persons.age_slope") * decades)


def _habit_deviations(table: CueTable, rng: np.random.Generator) -> FloatArray:
    share = number("habits.factor_share")
    factors = rng.standard_normal(2)
    own = rng.standard_normal(len(table.sd))
    return np.asarray(table.sd * (np.sqrt(share) * table.loading * factors[table.axis] + np.sqrt(1 - share) * own))


def _slopes(table: CueTable, woman: bool, rng: np.random.Generator) -> FloatArray:
    slopes = table.women_slope if woman else table.slope
    return np.asarray(slopes + table.slope_sd * rng.standard_normal(len(slopes)))


def _slope_factors(population: Population, rng: np.random.Generator) -> FloatArray:
    """max(0, Normal(1, sd)) a cue, 0 for persons without effect, divided so that the mean stays 1."""
    drawn = np.maximum(0.0, rng.normal(1, population.individual_sd, len(population.cues)))
    responds = rng.random() >= population.no_effect
    factors: FloatArray = drawn * responds / (1 - population.no_effect)
    return factors


def _trend(table: CueTable, rng: np.random.Generator) -> FloatArray:
    drawn = rng.standard_normal(len(table.names))
    return np.asarray(expected_trend(table) + trend_spread(table) * drawn)


def expected_trend(table: CueTable) -> FloatArray:
    """Mean change of each cue's link in a person who has got used to interviews, whatever the severity."""
    return np.array([_USED_TO.get(name, 0.0) * number("visits.trend") for name in table.names])


def trend_spread(table: CueTable) -> FloatArray:
    return np.array([number("visits.trend_sd") * (name in _USED_TO) for name in table.names])


_USED_TO = {"head_speed": -1.0, "head_amplitude": -1.0, "nod_rate": -1.0, "gaze_listening": 1.0, "gaze_speaking": 1.0}
"""Cues that change as interviews become familiar (fewer head moves, steadier gaze), and which way."""


def adapted(visit: int) -> float:
    """Share of getting used to interviews that is done by a visit (1 for the first), 0..1."""
    return float(1 - np.exp(-(visit - 1) / number("visits.trend_visits")))


def _appearance(rng: np.random.Generator, spread: float = 1.0) -> Appearance:
    """spread multiplies how far persons are from the mean face, seat and camera."""
    tracker = tracker_noise()
    beside = spread * number("camera.interviewer_sd")
    lines = len(tracker.line_gain)
    return Appearance(
        proportions=rng.normal(0, spread * number("measure.identity"), 6),
        au_gain=np.exp(spread * tracker.gain_ln_sd * rng.standard_normal(N_AU)),
        au_offset=tracker.offset + spread * tracker.offset_sd * rng.standard_normal(N_AU),
        au_turn=spread * tracker.turn_sd * rng.standard_normal(N_AU),
        line_gain=np.clip(tracker.line_gain + spread * tracker.line_gain_sd * rng.standard_normal(lines), 0.3, 1.5),
        line_offset=tracker.line_offset + spread * tracker.line_offset_sd * rng.standard_normal(lines),
        camera_pitch=float(rng.normal(0, spread * number("camera.pitch_sd"))),
        camera_yaw=float(rng.normal(0, spread * number("camera.yaw_sd"))),
        interviewer=rng.normal(0, (beside, beside / 2)),
        distance_mm=float(
            number("camera.distance_mm") * np.exp(spread * rng.normal(0, number("camera.distance_ln_sd")))
        ),
        seat=spread * rng.normal(0, (0.05, 0.04)),
        lost_share=float(np.clip(rng.gamma(4, number("loss.share") / 4), 0.002, 0.2)),
        sharpness=float(np.exp(rng.normal(4.5, 0.4))),
        brightness=float(np.clip(rng.normal(125, 22), 50, 210)),
    )


@dataclass(frozen=True, eq=False)
class SessionBehaviour:
    """The true behaviour parameters of one session: the target of an oracle, never an input of a model.

    known: float64[n_cues] on link scales, averaged over topics. by_topic: float64[3, n_cues] in natural units for
    neutral, positive and negative talk. names: the cues.
    """

    known: FloatArray
    by_topic: FloatArray
    names: tuple[str, ...]

    @property
    def linked(self) -> FloatArray:
        """Those of `parameters.CUES` alone, which every population has, float64[28]."""
        return self.known[:N_CUES]

    def value(self, name: str, topic: int = 0) -> float:
        return float(self.by_topic[topic, _indices(self.names)[name]])


@lru_cache(maxsize=16)
def _indices(names: tuple[str, ...]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


def session_behaviour(
    person: Person,
    severity: float,
    rng: np.random.Generator,
    population: Population = REALISTIC,
    *,
    worst: float | None = None,
    visit: int = 1,
) -> SessionBehaviour:
    """Behaviour of one session: habit + individual slope x symptom axis + getting used to it + session noise.

    worst: the worst severity so far, where it is not today's and `worst_extra`.
    """
    table = population.table
    axes = _axes(person, severity, worst, population)
    effect = population.multiplier * person.cue_slopes * person.slope_factors * axes[table.axis] / 10
    base = person.habits + adapted(visit) * person.trend + rng.standard_normal(len(table.sd)) * table.session_sd
    by_topic = base + table.topics.T * effect
    return SessionBehaviour(known=base + effect, by_topic=table.natural(by_topic), names=table.names)


def _axes(person: Person, severity: float, worst: float | None, population: Population) -> FloatArray:
    """Withdrawal and slowing in PHQ-8 points, float64[2]; part follows the worst past severity."""
    mean, sd = number("phq8.true_mean"), number("phq8.true_sd")
    if worst is None:
        worst = worst_past(severity, person.worst_extra)
    followed = (1 - population.worst_share) * severity + population.worst_share * worst
    own = np.sqrt(1 - population.axis_correlation**2) * sd * person.axis_noise
    axes: FloatArray = mean + population.axis_correlation * (followed - mean) + own
    return axes


def worst_past(severity: float, extra: float) -> float:
    """Severity of the worst episode before a first visit."""
    return min(severity + extra, number("phq8.high"))


def without_effect(person: Person) -> Person:
    """The same person with no slope at all, for tests."""
    return replace(person, slope_factors=np.zeros_like(person.slope_factors))
