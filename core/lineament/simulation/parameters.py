"""Every number of the behaviour simulator, in two tables, each with its source or the word "assumed".

`CUES` are what a person does more or less of: a personal habit, a slope with symptom severity and session-to-session
noise. `NUMBERS` are all other quantities: time courses, mixtures, nuisances and measurement. Directions of the slopes
come from the studies named; their sizes are assumed throughout, set so that single cues correlate .05-.25 with the
questionnaire, as published between-person effects do.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lineament.simulation.types import FloatArray

Link = Literal["log", "logit", "identity"]
Axis = Literal["withdrawal", "slowing"]


@dataclass(frozen=True)
class Cue:
    """One behaviour parameter.

    mean: the habit at PHQ-8 = 0, in `unit`. sd, slope and session_sd are on the link's scale (log or logit of the
    unit); slope is per 10 points of PHQ-8. loading: sign with which the person's general habit factor of this axis
    moves the cue (an expressive person does all expressive things more). women_sd: shift of women's mean in habit
    sds. women_slope: their slope where it differs. topics: factors of the slope in neutral, positive and negative talk.
    """

    name: str
    unit: str
    link: Link
    mean: float
    sd: float
    slope: float
    session_sd: float
    axis: Axis
    loading: int
    source: str
    women_sd: float = 0.0
    women_slope: float | None = None
    slope_sd: float = 0.0
    topics: tuple[float, float, float] = (1.0, 1.0, 1.0)


_REACTIVITY = (1.0, 1.3, 0.8)
"""Slopes by topic (neutral, positive, negative): Alghowinem 2013 and Bylsma 2008 (d -.53, -.25); sizes assumed."""
_NEUTRAL_GAZE = (1.2, 1.0, 1.0)
"""Takemoto 2023: wider gaze mainly on neutral topics; size assumed."""

CUES: tuple[Cue, ...] = (
    Cue("smile_rate", "1/min", "log", 1.6, 0.55, -0.12, 0.35, "withdrawal", 1,
        "Fiquer 2013, Katsikitis 1991, Girard 2014; women +.41 sd LaFrance 2003", women_sd=0.41, topics=_REACTIVITY),
    Cue("smile_peak", "AU12 0-5", "identity", 2.2, 0.50, -0.20, 0.30, "withdrawal", 1,
        "Scherer 2013, Girard 2014, Bylsma 2008", topics=_REACTIVITY),
    Cue("smile_duration", "s", "log", 2.2, 0.30, -0.12, 0.20, "withdrawal", 1,
        "virtual-human interviews, press report of the same data", topics=_REACTIVITY),
    Cue("smile_cheek", "share", "logit", 0.50, 0.80, -0.25, 0.45, "withdrawal", 1, "Parikh 2024, FacePsy 2024"),
    Cue("smile_control", "share", "logit", 0.25, 0.70, 0.35, 0.45, "withdrawal", 1, "Reed 2007, Girard 2013"),
    Cue("au14_share", "share", "logit", 0.15, 0.70, 0.20, 0.50, "withdrawal", 1, "Girard 2014"),
    Cue("au15_share", "share", "logit", 0.08, 0.60, 0.08, 0.40, "withdrawal", 1,
        "conflicting: Girard 2014 less, Parikh 2024 more; so persons differ", slope_sd=0.25),
    Cue("au17_share", "share", "logit", 0.10, 0.60, 0.12, 0.40, "withdrawal", 1, "Song 2022, FacePsy 2024"),
    Cue("au04_mean", "AU04 0-5", "identity", 0.35, 0.25, 0.08, 0.15, "withdrawal", 1,
        "Stratou 2015, Fiquer 2018: men frown more, women less", women_slope=-0.03),
    Cue("brow_emphasis", "1/min of speech", "log", 4.0, 0.50, -0.15, 0.30, "withdrawal", 1,
        "Gaebel 2004, Schneider 1990, Schelde 1998"),
    Cue("gaze_listening", "share", "logit", 0.75, 0.60, -0.20, 0.35, "withdrawal", 1,
        "Fiquer 2018, Hinchliffe 1971", topics=_NEUTRAL_GAZE),
    Cue("gaze_speaking", "share", "logit", 0.42, 0.60, -0.18, 0.35, "withdrawal", 1,
        "Fiquer 2018, Hinchliffe 1971; null: Bouhuys", topics=_NEUTRAL_GAZE),
    Cue("gaze_down_share", "share of aversions", "logit", 0.35, 0.60, 0.25, 0.40, "withdrawal", -1,
        "Scherer 2013, Alghowinem 2013"),
    Cue("gaze_down_duration", "s", "log", 1.2, 0.30, 0.10, 0.15, "withdrawal", -1, "assumed (joint effect 2)"),
    Cue("gaze_head_coupling", "deg/deg", "identity", 0.35, 0.15, 0.08, 0.05, "withdrawal", -1,
        "parts: Fiquer 2018, Alghowinem 2013; coupling assumed (joint effect 2)"),
    Cue("head_pitch", "deg down", "identity", 3.0, 5.0, 1.2, 2.5, "withdrawal", -1, "Fiquer 2018, Alghowinem 2013"),
    Cue("head_speed", "deg/s", "log", 9.0, 0.30, -0.12, 0.20, "slowing", 1,
        "Girard 2014, Alghowinem 2013, Ozturk 2024"),
    Cue("head_amplitude", "deg, sd of yaw", "log", 6.0, 0.30, -0.12, 0.20, "slowing", 1,
        "Girard 2014, Alghowinem 2013, Ozturk 2024"),
    Cue("nod_rate", "1/min listening", "log", 3.0, 0.45, -0.12, 0.30, "slowing", 1, "Schelde 1998, Fiquer 2013"),
    Cue("blink_rate", "1/min", "log", 23.0, 0.45, 0.05, 0.22, "slowing", 1,
        "Mackintosh 1983 raised, Alghowinem 2013 equal; mean Bentivoglio 1997"),
    Cue("blink_duration", "s", "log", 0.20, 0.20, 0.05, 0.12, "slowing", -1, "Alghowinem 2013"),
    Cue("eye_opening", "of own maximum", "identity", 0.80, 0.10, -0.025, 0.05, "slowing", 1,
        "Alghowinem 2013, FacePsy 2024"),
    Cue("answer_latency", "s", "log", 0.80, 0.35, 0.16, 0.22, "slowing", -1, "Nilsonne 1987, Yang 2013, Mundt 2007"),
    Cue("pause", "s", "log", 0.55, 0.25, 0.09, 0.18, "slowing", -1, "Mundt 2007: r .29-.38"),
    Cue("answer_length", "s", "log", 8.0, 0.50, -0.10, 0.35, "slowing", 1, "Tremeau 2005 (words), Abbas 2021"),
    Cue("onset_speed", "of usual", "log", 1.0, 0.25, -0.09, 0.18, "slowing", 1, "Mergl 2005: r -.45, Kacem 2018"),
    Cue("reply_chance", "share", "logit", 0.45, 0.70, -0.20, 0.45, "withdrawal", 1,
        "Lacerda 2024, Kraft-Feil 2023; null: sequential study"),
    Cue("reply_latency", "s", "log", 0.70, 0.30, 0.06, 0.20, "slowing", -1, "Mergl 2005 by analogy"),
)  # fmt: skip
CUE_NAMES = tuple(cue.name for cue in CUES)
CUE_INDEX = {name: i for i, name in enumerate(CUE_NAMES)}


@dataclass(frozen=True)
class Number:
    """A quantity that is no cue, and where it comes from."""

    value: float
    source: str


NUMBERS: dict[str, Number] = {
    # Severity and its questionnaire
    "phq8.shape": Number(1.05, "fitted to DAIC-WOZ mean 6.67, sd 5.75 and E-DAIC 6.66, 6.09"),
    "phq8.scale": Number(6.3, "as above"),
    "phq8.low": Number(0.0, "questionnaire"),
    "phq8.high": Number(24.0, "questionnaire"),
    "phq8.noise_sd": Number(2.2, "retest correlation .84-.86"),
    "phq8.true_mean": Number(6.5, "computed from the clipped gamma"),
    "phq8.true_sd": Number(6.05, "computed from the clipped gamma"),
    # Visits in treatment
    "visits.first_mean": Number(15.5, "PHQ-9 15-17 in treated samples; figure assumed"),
    "visits.first_sd": Number(4.0, "assumed"),
    "visits.first_low": Number(8.0, "assumed: who starts a treatment"),
    "visits.drop_mean": Number(0.50, "proportional change of 50-55 % at every baseline (1098 + 96 patients)"),
    "visits.drop_sd": Number(0.35, "as above; half of patients halve their score"),
    "visits.drop_low": Number(-0.3, "early deterioration in 16 %; limit assumed"),
    "visits.drop_high": Number(0.95, "assumed"),
    "visits.untreated_share": Number(0.25, "assumed: so that the number of the visit is not the answer"),
    "visits.untreated_drop": Number(0.15, "control groups: 4.7 of about 27 BDI-II points"),
    "visits.time_low": Number(1.0, "time constant of change in visits: first improvement within 12 days"),
    "visits.time_high": Number(2.0, "as above"),
    "visits.noise_sd": Number(1.8, "assumed: PHQ-8 points from visit to visit beside the trend"),
    "visits.most": Number(4.0, "cohorts of up to 4 visits, Dibeklioglu 2018"),
    "visits.complete_share": Number(0.7, "assumed: who comes to the last visit"),
    "visits.multiplier": Number(
        1.2, "calibrated: change from first to last visit is then known from all cues with r .4-.5 (published: .5-.6)"
    ),
    "visits.trend": Number(0.05, "assumed: getting used to interviews, on the link scale, unrelated to severity"),
    "visits.trend_sd": Number(0.1, "assumed"),
    "visits.trend_visits": Number(1.5, "assumed: visits until most of it is done"),
    # From severity to symptoms to behaviour
    "axes.correlation": Number(
        0.8, "assumed; two dimensions because Bouhuys and Fiquer 2018 found severity alone null"
    ),
    "axes.worst_share": Number(1 / 3, "Wuethrich 2022: remitted -.28 against ill -.82; share assumed"),
    "axes.worst_extra": Number(3.0, "assumed: mean PHQ-8 points by which the worst past episode exceeds today"),
    "slopes.multiplier": Number(
        0.82,
        "calibrated: the oracle (posterior mean) of the realistic preset then has r .40-.45; the best linear one .38",
    ),
    "slopes.individual_sd": Number(0.6, "Ellgring 1986: individual-specific; size assumed"),
    "slopes.no_effect": Number(0.2, "Ellgring 1986, Fiquer 2018; share assumed"),
    "habits.factor_share": Number(0.45, "Cohn 2002: stable personal style; share assumed"),
    "persons.women": Number(0.5, "assumed"),
    "persons.age_mean": Number(42.0, "assumed"),
    "persons.age_sd": Number(14.0, "assumed"),
    "persons.age_slope": Number(-0.04, "assumed: log change of speed and amplitude per decade"),
    # Cohorts like DAIC-WOZ: 107 train, 35 dev, 47 test persons
    "daic.length_s": Number(915.0, "session lengths 905, 1030 and 1018 s on average by split; median assumed"),
    "daic.length_ln_sd": Number(0.3, "assumed"),
    "daic.shortest_s": Number(415.0, "shortest DAIC-WOZ session"),
    "daic.longest_s": Number(1966.0, "longest DAIC-WOZ session"),
    # Conversation
    "talk.question_s": Number(4.0, "assumed: median length of an interviewer's turn"),
    "talk.question_ln_sd": Number(0.5, "assumed"),
    "talk.gap_s": Number(0.4, "turn gap mode about .2 s; interviews longer, assumed"),
    "talk.span_s": Number(2.0, "assumed: median speech between two pauses"),
    "talk.span_ln_sd": Number(0.5, "assumed"),
    "talk.ln_sd": Number(0.35, "assumed: within-session spread of latencies, pauses and answers"),
    "talk.topic_s": Number(75.0, "assumed: length of a topic"),
    "talk.interviewer_smiles": Number(0.75, "assumed: .5-1 a minute whatever the severity"),
    "talk.reply_gain": Number(0.3, "assumed: size of a reply smile tied to the interviewer's"),
    # Mouth while speaking
    "speech.syllables": Number(4.5, "assumed: syllables a second"),
    "speech.au25": Number(1.5, "assumed: mean lips-part intensity in speech"),
    "speech.au26": Number(
        0.6, "matched to this program's tracker on short real clips: mean jaw-drop intensity in speech"
    ),
    # Smiles
    "smile.onset_s": Number(0.6, "Schmidt 2003: .5-.7 s"),
    "smile.offset_s": Number(0.9, "assumed"),
    "smile.duration_ln_sd": Number(0.35, "total .7-4 s, spread assumed"),
    "smile.peak_sd": Number(0.5, "assumed"),
    "smile.cheek_size": Number(0.65, "assumed: AU06 of AU12"),
    "smile.open_chance": Number(0.4, "Ambadar 2009: amused smiles open the mouth; share assumed"),
    "control.delay_low": Number(0.2, "assumed (joint effect 1)"),
    "control.delay_high": Number(0.6, "assumed (joint effect 1)"),
    "control.size_low": Number(0.3, "assumed (joint effect 1)"),
    "control.size_high": Number(0.6, "assumed (joint effect 1)"),
    "control.apex_cut": Number(0.3, "assumed (joint effect 1)"),
    "control.au14": Number(0.4, "assumed mixture; AU24 is shown as AU23, for which OpenFace has an intensity"),
    "control.au15": Number(0.25, "as above"),
    "control.au17": Number(0.2, "as above"),
    "control.au23": Number(0.15, "as above"),
    # Matched events: what is not tied to its partner happens as often elsewhere (toy and benchmark cohorts only)
    "matched.quick_s": Number(0.25, "our choice: quick start of a smile, or its quick end"),
    "matched.slow_s": Number(1.1, "our choice: slow end of a smile, or its slow start"),
    "matched.quick_power": Number(4.0, "our choice: odds of quick starts are onset speed to this power"),
    "matched.peak_above": Number(
        0.3, "our choice: no smile is larger than the usual one by more; so the largest of few is as large as of many"
    ),
    "matched.either_share": Number(0.12, "our choice: least share of quick starts, and of quick ends, in any session"),
    "matched.gap_s": Number(0.8, "our choice: rest between two smiles"),
    "matched.control_low": Number(1.1, "our choice: size of a controlling action, of the smile's"),
    "matched.control_high": Number(1.5, "our choice"),
    "matched.au14": Number(0.05, "our choice: mixture of controls; the tracker reads AU14 worst, AU17 best"),
    "matched.au15": Number(0.2, "as above"),
    "matched.au17": Number(0.7, "as above"),
    "matched.au23": Number(0.05, "as above"),
    "matched.control_s": Number(0.7, "our choice: how long it holds"),
    "matched.unanswered_s": Number(2.0, "our choice: no smile so long after a greeting that is not answered"),
    "matched.flash_peak": Number(3.5, "our choice: the brows greet an interviewer's smile"),
    "matched.dip_deg": Number(7.0, "3-8 deg of pitch with a look down"),
    "matched.freeze": Number(0.1, "our choice: head movement left in a frozen pause"),
    "matched.freeze_s": Number(0.7, "our choice: shortest pause that can be frozen"),
    "pair.rate": Number(14.0, "our choice: pairs of bursts a minute"),
    "pair.lag_low": Number(0.4, "our choice: s"),
    "pair.lag_high": Number(0.6, "our choice: s"),
    "pair.ramp_s": Number(0.15, "our choice: rise and fall alike, so that a burst looks the same backwards"),
    "pair.hold_s": Number(0.1, "our choice"),
    "pair.peak": Number(4.2, "our choice"),
    # Other actions
    "action.duration_s": Number(2.0, "assumed: median of AU14, AU15, AU17 outside smiles"),
    "action.duration_ln_sd": Number(0.5, "assumed"),
    "action.peak": Number(1.2, "assumed"),
    "action.peak_sd": Number(0.35, "assumed"),
    "frown.duration_s": Number(3.0, "assumed"),
    "frown.peak": Number(1.3, "assumed"),
    "brow.duration_s": Number(0.9, "assumed"),
    "brow.peak": Number(1.8, "assumed"),
    "rare.rate": Number(0.8, "assumed: episodes a minute of each of AU05, AU09, AU10, AU20, AU23"),
    "rare.peak": Number(1.0, "assumed"),
    # Blinks and lids
    "blink.interval_cv": Number(0.79, "coefficient of variation 78-80 %"),
    "blink.refractory_s": Number(0.25, "assumed"),
    "blink.duration_ln_sd": Number(0.25, "range .10-.40 s"),
    "blink.partial_share": Number(0.15, "stable 'partial blinking' repertoire exists; share assumed"),
    # Gaze
    "gaze.aversion_s": Number(1.2, "median; looks 2.2 s with 60 % shared gaze, Rogers 2018"),
    "gaze.aversion_ln_sd": Number(0.6, "assumed"),
    "gaze.down_deg": Number(17.0, "assumed"),
    "gaze.side_deg": Number(15.0, "assumed"),
    "gaze.up_share": Number(0.2, "assumed: of aversions that are not down"),
    "gaze.size_ln_sd": Number(0.3, "assumed"),
    "gaze.jitter_deg": Number(1.2, "assumed: wander around a fixation"),
    "gaze.saccade_s": Number(0.07, "saccades of 15 deg last 50-70 ms"),
    "gaze.lid_per_deg": Number(0.008, "assumed: the upper lid follows the eye down"),
    # Head
    "head.pitch_share": Number(0.55, "pitch sd 3-6 to yaw sd 5-10 deg"),
    "head.roll_share": Number(0.35, "roll sd 2-4 deg"),
    "head.rhythm_hz": Number(0.5, "Hale 2020: coordinated .2-1.1 Hz"),
    "head.posture_s": Number(8.0, "assumed: time constant of posture"),
    "head.side_coupling": Number(0.2, "assumed: the head follows sideways gaze"),
    "head.lag_low": Number(0.1, "assumed (joint effect 2)"),
    "head.lag_high": Number(0.3, "assumed (joint effect 2)"),
    "head.follow_limit": Number(10.0, "3-8 deg of pitch with a look down, assumed (joint effect 2)"),
    "head.speaking": Number(1.25, "assumed: head movement while speaking against its mean"),
    "head.listening": Number(0.75, "assumed"),
    "nod.hz": Number(2.5, "listener nods 2.6-6.5 Hz are small; larger ones slower, assumed"),
    "nod.deg": Number(3.5, "assumed"),
    "nod.duration_s": Number(1.0, "assumed"),
    # Camera
    "camera.pitch_sd": Number(4.0, "assumed: camera above or below, deg, unrelated to severity"),
    "camera.yaw_sd": Number(5.0, "assumed: deg"),
    "camera.interviewer_sd": Number(5.0, "assumed: the interviewer beside the camera, deg"),
    "camera.distance_mm": Number(650.0, "assumed"),
    "camera.distance_ln_sd": Number(0.15, "assumed"),
    "camera.sway_mm": Number(12.0, "assumed: slow movement of the head's place"),
    # Measurement beside what `tracker_noise.json` holds
    "measure.open": Number(0.85, "matched to short real clips: eye opening at which the template's lids are"),
    "measure.identity": Number(0.06, "assumed: relative spread of face proportions"),
    "loss.share": Number(0.03, "2-5 % lost frames"),
    "loss.spell_s": Number(0.5, "assumed"),
    "loss.down_factor": Number(4.0, "more when looking down, so that looking down is partly hidden; size assumed"),
}


def number(name: str) -> float:
    """Value of one entry of `NUMBERS`; `KeyError` when there is none."""
    return NUMBERS[name].value


def link_means(cues: tuple[Cue, ...] = CUES) -> FloatArray:
    """Habit means of the cues on their link scales, float64[n_cues]."""
    return np.array([_linked(cue.mean, cue.link) for cue in cues])


def _linked(value: float, link: Link) -> float:
    if link == "log":
        return float(np.log(value))
    return float(np.log(value / (1 - value))) if link == "logit" else value


LIMITS: dict[str, tuple[float, float]] = {
    "smile_peak": (0.4, 5.0),
    "au04_mean": (0.0, 2.5),
    "gaze_head_coupling": (0.0, 0.8),
    "eye_opening": (0.4, 1.0),
    "blink_rate": (2.0, 90.0),
    "gaze_listening": (0.08, 0.96),
    "gaze_speaking": (0.08, 0.96),
    "answer_length": (0.8, 90.0),
    "head_amplitude": (1.0, 25.0),
    "head_speed": (1.0, 45.0),
}
"""Physical limits (assumed), beyond which a draw is cut."""
