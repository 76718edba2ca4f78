"""How well anyone could do: the posterior mean of the questionnaire given a session's true behaviour parameters.

The oracle knows the law of the population and each session's parameters exactly (link scale, averaged over topics),
with gender and age, but not the person: habits and the general factor behind them, individual slopes and those who
show no effect, what withdrawal and slowing are beyond severity, the worst past episode and the number of the visit are
integrated out. In least squares no predictor from the signals of one session can do better.

With f the individual slope, a an axis, F the habit factor, a cue's residual d is Normal(lambda F + t f, v), t = slope
a / 10, f = max(0, Normal(mu, s)). Its integral over f is closed (a point mass and a Normal times a Normal tail); a, F
and what the axes follow are summed over grids. All of it is ours, by the rules of probability.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, roots_hermitenorm

from lineament.simulation.cohort import SimulatedCohort, session_truth, simulate_cohort
from lineament.simulation.parameters import number
from lineament.simulation.persons import adapted, draw_severity, expected_habits, expected_trend, trend_spread
from lineament.simulation.population import Population
from lineament.simulation.presets import find_preset
from lineament.simulation.types import FloatArray
from lineament.simulation.visits import severities

_GRID = np.linspace(0, 24, 49)
"""What the axes follow: severity and worst past severity, PHQ-8 points."""
_FACTORS = np.arange(-3.0, 3.01, 0.6)
_PRIOR_DRAWS = 40_000
_TABLE_ROWS = 401


@dataclass(frozen=True, eq=False)
class _Prior:
    """share: float64[visits, 49], how likely the grid's values are; score: the questionnaire expected there."""

    share: FloatArray
    score: FloatArray

    @property
    def mean(self) -> float:
        return float((self.share * self.score).sum())


@lru_cache(maxsize=16)
def _prior(population: Population, visits: int) -> _Prior:
    """By simulation of severities alone, with a fixed seed."""
    rng = np.random.default_rng(20_240)
    first = np.array([draw_severity(rng, population) for _ in range(_PRIOR_DRAWS)])
    worst = np.minimum(first + rng.exponential(number("axes.worst_extra"), len(first)), number("phq8.high"))
    course = severities(first, visits, rng)
    worsts = np.maximum.accumulate(np.concatenate([worst[:, None], course[:, 1:]], axis=1), axis=1)
    followed = (1 - population.worst_share) * course + population.worst_share * worsts
    come = np.ones(visits)
    if visits > 1:
        come[-1] = number("visits.complete_share")
    share, score = np.zeros((visits, len(_GRID))), np.zeros((visits, len(_GRID)))
    for visit in range(visits):
        at = followed[:, visit] / (_GRID[1] - _GRID[0])
        low = np.minimum(at.astype(np.int64), len(_GRID) - 2)
        expected = expected_phq8(course[:, visit], population)
        for node, weight in ((low, 1 - (at - low)), (low + 1, at - low)):
            np.add.at(share[visit], node, come[visit] * weight)
            np.add.at(score[visit], node, come[visit] * weight * expected)
    score /= np.maximum(share, 1e-12)
    return _Prior(share / share.sum(), score)


def expected_phq8(severity: FloatArray, population: Population) -> FloatArray:
    """Mean of the questionnaire's sum (rounded, 0..24) at true severity float64[n]."""
    steps = np.arange(number("phq8.low") + 1, number("phq8.high") + 1)
    sd = max(population.questionnaire_sd, 1e-6)
    return np.asarray(number("phq8.low") + ndtr((severity[:, None] - steps + 0.5) / sd).sum(axis=1))


@dataclass(frozen=True, eq=False)
class _Axis:
    """What the cues of one axis say of it, at one visit, for one gender; K cues, A values of the axis.

    kernel: float64[49, A], chance of the axis's values given the grid. reach: float64[K]; table: float64[K, D, A], log
    density of a residual in -reach..reach against that of a person without effect.
    """

    cues: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    loading: FloatArray
    variance: FloatArray
    kernel: FloatArray
    reach: FloatArray
    table: FloatArray


def _axis_of(population: Population, woman: bool, visit: int, k: int) -> _Axis:
    table = population.table
    cues = np.flatnonzero(table.axis == k)
    share = number("habits.factor_share")
    variance = table.sd**2 * (1 - share) + table.session_sd**2 + (adapted(visit) * trend_spread(table)) ** 2
    loading = table.sd * np.sqrt(share) * table.loading
    values, kernel = _axis_values(population)
    nodes, weights = roots_hermitenorm(5)
    slopes = (table.women_slope if woman else table.slope)[cues, None] + table.slope_sd[cues, None] * nodes
    effects = population.multiplier * slopes[:, :, None] * values / 10
    respond = 1 - population.no_effect
    mu, s = 1 / respond, population.individual_sd / respond
    reach = 4.5 * np.sqrt(loading**2 + variance)[cues] + np.abs(effects).max(axis=(1, 2)) * (mu + 3 * s)
    rows = []
    for effect, v, r in zip(effects, variance[cues], reach, strict=True):
        d = np.linspace(-r, r, _TABLE_ROWS)[:, None]
        density = sum(
            w * _against_no_effect(d, t, v, mu, s) for t, w in zip(effect, weights / weights.sum(), strict=True)
        )
        rows.append(np.log(np.maximum(density, 1e-300)))
    return _Axis(cues, loading[cues], variance[cues], kernel, reach, np.array(rows))


def _axis_values(population: Population) -> tuple[FloatArray, FloatArray]:
    """Values of a symptom axis, float64[A] PHQ-8 points, and their chance at each point of the grid, float64[49, A]."""
    mean, sd, c = number("phq8.true_mean"), number("phq8.true_sd"), population.axis_correlation
    own = np.sqrt(1 - c**2) * sd
    step = float(np.clip(own / 3, 0.3, 1.2))
    own = max(own, 0.75 * step)
    centres = mean + c * (_GRID - mean)
    values = np.arange(centres[0] - 3.5 * own, centres[-1] + 3.5 * own + step, step)
    kernel = np.exp(-0.5 * ((values - centres[:, None]) / own) ** 2)
    return values, kernel / kernel.sum(axis=1, keepdims=True)


def _against_no_effect(d: FloatArray, t: FloatArray, v: float, mu: float, s: float) -> FloatArray:
    """Density of residual d with effect t f, over that with none, f = max(0, Normal(mu, s)) integrated out."""
    spread = v + (t * s) ** 2
    density = np.sqrt(v / spread) * np.exp(0.5 * (d**2 / v - (d - t * mu) ** 2 / spread))
    if s == 0:
        return np.asarray(density)
    sharp = 1 / np.sqrt(1 / s**2 + t**2 / v)
    return np.asarray(density * ndtr(sharp * (mu / s**2 + t * d / v)) + ndtr(-mu / s))


def _likelihood(axis: _Axis, deviation: FloatArray) -> tuple[FloatArray, float]:
    """Of the cues' deviations from expected habits (float64[n_cues]): given each value of the grid, float64[49], and
    for a person without effect; both up to one factor."""
    residual = deviation[axis.cues, None] - axis.loading[:, None] * _FACTORS
    base = -0.5 * (residual**2 / axis.variance[:, None]).sum(axis=0) - 0.5 * _FACTORS**2
    at = (np.clip(residual / axis.reach[:, None], -1, 1) + 1) / 2 * (_TABLE_ROWS - 1)
    low = np.minimum(at.astype(np.int64), _TABLE_ROWS - 2)
    above = (at - low)[:, :, None]
    row = np.arange(len(low))[:, None]
    ratio = ((1 - above) * axis.table[row, low] + above * axis.table[row, low + 1]).sum(axis=0)
    most = max(float(ratio.max()), 0.0)
    weights = np.exp(base - base.max())
    return axis.kernel @ (weights @ np.exp(ratio - most)), float(weights.sum() * np.exp(-most))


Axes = tuple[_Axis, _Axis]


@lru_cache(maxsize=16)
def _axes(population: Population, visits: int) -> dict[bool, tuple[Axes, ...]]:
    """Withdrawal and slowing at each visit, by whether the person is a woman."""
    return {
        woman: tuple(
            (_axis_of(population, woman, visit, 0), _axis_of(population, woman, visit, 1))
            for visit in range(1, visits + 1)
        )
        for woman in (True, False)
    }


def _posterior_mean(
    population: Population, prior: _Prior, axes: tuple[Axes, ...], known: FloatArray, expected: FloatArray
) -> float:
    weights = np.empty_like(prior.share)
    for k, of_visit in enumerate(axes):
        deviation = known - expected - adapted(k + 1) * expected_trend(population.table)
        (with_0, none_0), (with_1, none_1) = (_likelihood(axis, deviation) for axis in of_visit)
        mixed = (1 - population.no_effect) * with_0 * with_1 + population.no_effect * none_0 * none_1
        weights[k] = prior.share[k] * mixed
    return float((weights * prior.score).sum() / weights.sum())


def oracle_predictions(cohort: SimulatedCohort) -> FloatArray:
    """Posterior mean of each session's PHQ-8, float64[N]; the prior's mean where scores are permuted."""
    population = cohort.preset.settings().population
    prior = _prior(population, cohort.preset.visits)
    if cohort.preset.permuted:
        return np.full(len(cohort), prior.mean)
    axes = _axes(population, cohort.preset.visits)
    found = np.empty(len(cohort))
    for i, subject in enumerate(cohort.subjects):
        woman = subject.person.woman
        expected = expected_habits(population.table, woman, subject.person.age)
        found[i] = _posterior_mean(population, prior, axes[woman], session_truth(cohort, i).known, expected)
    return found


@dataclass(frozen=True)
class Oracle:
    """The oracle's figures beside those of the constant (the population's mean score)."""

    r: float
    r_severity: float
    rmse: float
    mae: float
    ccc: float
    constant_rmse: float
    constant_mae: float

    def __str__(self) -> str:
        return (
            f"RMSE {self.rmse:.2f} (constant {self.constant_rmse:.2f}), MAE {self.mae:.2f} (constant "
            f"{self.constant_mae:.2f}), r {self.r:.2f}, CCC {self.ccc:.2f}"
        )


def oracle(preset: str = "realistic", persons: int = 6_000, seed: int = 1) -> Oracle:
    """The oracle's figures on `persons` of a preset; raises `DatasetError` for one that does not exist."""
    return cohort_oracle(simulate_cohort(persons, find_preset(preset).name, seed))


def cohort_oracle(cohort: SimulatedCohort) -> Oracle:
    """The oracle's figures on a cohort's own sessions."""
    truth = np.array([float(s.phq8) for s in cohort.subjects])
    severity = np.array([s.severity for s in cohort.subjects])
    predicted = oracle_predictions(cohort)
    constant = _prior(cohort.preset.settings().population, cohort.preset.visits).mean
    covariance = np.cov(predicted, truth, bias=True)
    shift = (predicted.mean() - truth.mean()) ** 2
    spread = covariance[0, 0] + covariance[1, 1] + shift
    return Oracle(
        r=_correlation(predicted, truth),
        r_severity=_correlation(predicted, severity),
        rmse=float(np.sqrt(np.mean((predicted - truth) ** 2))),
        mae=float(np.mean(np.abs(predicted - truth))),
        ccc=float(2 * covariance[0, 1] / spread) if spread > 0 else 0.0,
        constant_rmse=float(np.sqrt(np.mean((constant - truth) ** 2))),
        constant_mae=float(np.mean(np.abs(constant - truth))),
    )


def _correlation(a: FloatArray, b: FloatArray) -> float:
    """0 where either does not vary."""
    return float(np.corrcoef(a, b)[0, 1]) if len(a) > 1 and np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0
