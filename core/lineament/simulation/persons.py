"""Who is simulated: personal habits, what severity does to them, and what a camera makes of them.

Structure after the published picture: two symptom axes that correlate with severity, habits that go together, slopes
that differ between persons (and are zero in some), part of the effect tied to the worst past episode.
"""

from dataclasses import dataclass, replace

import numpy as np

from lineament.simulation.parameters import CUE_INDEX, CUES, link_means, natural, number
from lineament.simulation.types import FloatArray

N_AU = 17
N_CUES = len(CUES)


@dataclass(frozen=True, eq=False)
class Appearance:
    """What a person's face, seat and camera do to every measurement, whatever the severity.

    proportions: float64[6] relative stretches of face parts. au_gain, au_offset: float64[17]. Angles in degrees,
    distance in millimetres. gaze_gain: measured over true gaze deviation. seat: where in the picture, in shares.
    """

    proportions: FloatArray
    au_gain: FloatArray
    au_offset: FloatArray
    camera_pitch: float
    camera_yaw: float
    interviewer: FloatArray
    gaze_bias: FloatArray
    gaze_gain: float
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
    directions included. axis_noise: float64[2], what withdrawal and slowing are beyond severity, in sds.
    """

    woman: bool
    age: float
    habits: FloatArray
    cue_slopes: FloatArray
    slope_factors: FloatArray
    axis_noise: FloatArray
    worst_extra: float
    appearance: Appearance


def draw_severity(rng: np.random.Generator) -> float:
    """True PHQ-8 severity 0..24 of one person: a clipped gamma, hidden from every model."""
    value = rng.gamma(number("phq8.shape"), number("phq8.scale"))
    return float(np.clip(value, number("phq8.low"), number("phq8.high")))


def observe_phq8(severity: float, rng: np.random.Generator) -> int:
    """The questionnaire's sum on one day, 0..24: true severity with retest noise, rounded."""
    answered = severity + rng.normal(0, number("phq8.noise_sd"))
    return int(np.clip(np.rint(answered), number("phq8.low"), number("phq8.high")))


def draw_person(rng: np.random.Generator) -> Person:
    """One person from the population, independent of severity."""
    woman = bool(rng.random() < number("persons.women"))
    age = float(np.clip(rng.normal(number("persons.age_mean"), number("persons.age_sd")), 18, 80))
    worst_extra = rng.exponential(number("axes.worst_extra"))
    return Person(
        woman=woman,
        age=age,
        habits=_habits(woman, age, rng),
        cue_slopes=_slopes(woman, rng),
        slope_factors=_slope_factors(rng),
        axis_noise=rng.standard_normal(2),
        worst_extra=float(worst_extra),
        appearance=_appearance(rng),
    )


_SD = np.array([cue.sd for cue in CUES])
_LOADING = np.array([cue.loading for cue in CUES])
_AXIS = np.array([0 if cue.axis == "withdrawal" else 1 for cue in CUES])
_SESSION_SD = np.array([cue.session_sd for cue in CUES])
_SLOPE_SD = np.array([cue.slope_sd for cue in CUES])
_WOMEN = np.array([cue.women_sd for cue in CUES])
_SLOPE = np.array([cue.slope for cue in CUES])
_WOMEN_SLOPE = np.array([cue.slope if cue.women_slope is None else cue.women_slope for cue in CUES])
_MEANS = link_means()
_AGES = np.array([cue.name in {"head_speed", "head_amplitude", "onset_speed", "smile_peak"} for cue in CUES])
_TOPICS = np.array([cue.topics for cue in CUES])


def _habits(woman: bool, age: float, rng: np.random.Generator) -> FloatArray:
    share = number("habits.factor_share")
    factors = rng.standard_normal(2)
    deviation = np.sqrt(share) * _LOADING * factors[_AXIS] + np.sqrt(1 - share) * rng.standard_normal(N_CUES)
    decades = (age - number("persons.age_mean")) / 10
    gender = _WOMEN * (0.5 if woman else -0.5)
    habits: FloatArray = _MEANS + _SD * (deviation + gender) + _AGES * number("persons.age_slope") * decades
    return habits


def _slopes(woman: bool, rng: np.random.Generator) -> FloatArray:
    slopes: FloatArray = (_WOMEN_SLOPE if woman else _SLOPE) + _SLOPE_SD * rng.standard_normal(N_CUES)
    return slopes


def _slope_factors(rng: np.random.Generator) -> FloatArray:
    """max(0, Normal(1, sd)) a cue, 0 for persons without effect, divided so that the mean stays 1."""
    drawn = np.maximum(0.0, rng.normal(1, number("slopes.individual_sd"), N_CUES))
    responds = rng.random() >= number("slopes.no_effect")
    factors: FloatArray = drawn * responds / (1 - number("slopes.no_effect"))
    return factors


def _appearance(rng: np.random.Generator) -> Appearance:
    bias = number("measure.gaze_bias_deg")
    beside = number("camera.interviewer_sd")
    return Appearance(
        proportions=rng.normal(0, number("measure.identity"), 6),
        au_gain=np.exp(rng.normal(0, number("measure.gain_ln_sd"), N_AU)),
        au_offset=rng.normal(0, number("measure.offset_sd"), N_AU),
        camera_pitch=float(rng.normal(0, number("camera.pitch_sd"))),
        camera_yaw=float(rng.normal(0, number("camera.yaw_sd"))),
        interviewer=rng.normal(0, (beside, beside / 2)),
        gaze_bias=rng.normal(0, bias, 2),
        gaze_gain=float(np.clip(rng.normal(1, number("measure.gaze_gain_sd")), 0.5, 1.5)),
        distance_mm=float(number("camera.distance_mm") * np.exp(rng.normal(0, number("camera.distance_ln_sd")))),
        seat=rng.normal(0, (0.05, 0.04)),
        lost_share=float(np.clip(rng.gamma(4, number("loss.share") / 4), 0.002, 0.2)),
        sharpness=float(np.exp(rng.normal(4.5, 0.4))),
        brightness=float(np.clip(rng.normal(125, 22), 50, 210)),
    )


@dataclass(frozen=True, eq=False)
class SessionBehaviour:
    """The true behaviour parameters of one session: the target of an oracle, never an input of a model.

    linked: float64[n_cues] on link scales, averaged over topics. by_topic: float64[3, n_cues] in natural units for
    neutral, positive and negative talk.
    """

    linked: FloatArray
    by_topic: FloatArray

    def value(self, name: str, topic: int = 0) -> float:
        return float(self.by_topic[topic, CUE_INDEX[name]])


def session_behaviour(
    person: Person, severity: float, rng: np.random.Generator, *, multiplier: float, axis_correlation: float
) -> SessionBehaviour:
    """Behaviour of one session: habit + individual slope x symptom axis + session noise.

    multiplier scales all severity effects (0 gives a session that knows nothing of severity).
    """
    axes = _axes(person, severity, axis_correlation)
    effect = multiplier * person.cue_slopes * person.slope_factors * axes[_AXIS] / 10
    base = person.habits + rng.standard_normal(N_CUES) * _SESSION_SD
    topics = _TOPICS / _TOPICS.mean(axis=1, keepdims=True)
    by_topic = base + topics.T * effect
    return SessionBehaviour(linked=base + effect, by_topic=natural(by_topic))


def _axes(person: Person, severity: float, correlation: float) -> FloatArray:
    """Withdrawal and slowing in PHQ-8 points, float64[2]; part follows the worst past severity."""
    mean, sd = number("phq8.true_mean"), number("phq8.true_sd")
    worst = min(severity + person.worst_extra, number("phq8.high"))
    share = number("axes.worst_share")
    followed = (1 - share) * severity + share * worst
    own = np.sqrt(1 - correlation**2) * sd * person.axis_noise
    axes: FloatArray = mean + correlation * (followed - mean) + own
    return axes


def without_effect(person: Person) -> Person:
    """The same person with no slope at all, for tests and the null preset."""
    return replace(person, slope_factors=np.zeros(N_CUES))
