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
from scipy.special import ndtr

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
    """What the cues of one axis say of it, at one visit, for one gender; rows are cues, some twice for their slopes.

    axis: float64[A] PHQ-8 points; kernel: float64[49, A], chance of those given the grid. of_cue: which cue a row is.
    """

    cues: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    loading: FloatArray
    variance: FloatArray
    effect: FloatArray
    weights: FloatArray
    axis: FloatArray
    kernel: FloatArray
    slope_mean: float
    slope_sd: float


def _axis_of(population: Population, woman: bool, visit: int, k: int) -> _Axis:
    table = population.table
    cues = np.flatnonzero(table.axis == k)
    share = number("habits.factor_share")
    variance = table.sd**2 * (1 - share) + table.session_sd**2 + (adapted(visit) * trend_spread(table)) ** 2
    mean, sd, c = number("phq8.true_mean"), number("phq8.true_sd"), population.axis_correlation
    own = np.sqrt(1 - c**2) * sd
    step = float(np.clip(own / 3, 0.3, 1.2))
    own = max(own, 0.75 * step)
    centres = mean + c * (_GRID - mean)
    axis = np.arange(centres[0] - 3.5 * own, centres[-1] + 3.5 * own + step, step)
    kernel = np.exp(-0.5 * ((axis - centres[:, None]) / own) ** 2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    slopes = (table.women_slope if woman else table.slope)[cues, None] + table.slope_sd[cues, None] * nodes
    effect = population.multiplier * slopes[:, :, None] * axis / 10
    respond = 1 - population.no_effect
    return _Axis(
        cues=cues,
        loading=(table.sd * np.sqrt(share) * table.loading)[cues],
        variance=variance[cues],
        effect=effect,
        weights=weights / weights.sum(),
        axis=axis,
        kernel=kernel / kernel.sum(axis=1, keepdims=True),
        slope_mean=1 / respond,
        slope_sd=population.individual_sd / respond,
    )


def _likelihood(axis: _Axis, deviation: FloatArray) -> tuple[FloatArray, float]:
    """Of the cues' deviations from expected habits (float64[n_cues]): given each value of the grid, float64[49], and
    for a person without effect; both up to one factor."""
    residual = deviation[axis.cues, None] - axis.loading[:, None] * _FACTORS
    base = -0.5 * (residual**2 / axis.variance[:, None]).sum(axis=0) - 0.5 * _FACTORS**2
    base = np.exp(base - base.max())
    ratio = np.ones((len(_FACTORS), len(axis.axis)))
    for i in np.flatnonzero(np.abs(axis.effect).max(axis=(1, 2)) > 0):
        same = np.ptp(axis.effect[i], axis=0).max() == 0
        nodes = ((axis.effect[i, 0], 1.0),) if same else tuple(zip(axis.effect[i], axis.weights, strict=True))
        ratio *= sum(w * _against_no_effect(residual[i, :, None], t, axis.variance[i], axis) for t, w in nodes)
    return axis.kernel @ (base @ ratio), float(base.sum())


def _against_no_effect(d: FloatArray, t: FloatArray, v: float, axis: _Axis) -> FloatArray:
    """Density of residual d with effect t f, over that with none, f integrated out."""
    mu, s = axis.slope_mean, axis.slope_sd
    spread = v + (t * s) ** 2
    density = np.sqrt(v / spread) * np.exp(0.5 * (d**2 / v - (d - t * mu) ** 2 / spread))
    if s == 0:
        return np.asarray(density)
    sharp = 1 / np.sqrt(1 / s**2 + t**2 / v)
    return np.asarray(density * ndtr(sharp * (mu / s**2 + t * d / v)) + ndtr(-mu / s))


@lru_cache(maxsize=64)
def _axes(population: Population, woman: bool, visit: int) -> tuple[_Axis, _Axis]:
    return _axis_of(population, woman, visit, 0), _axis_of(population, woman, visit, 1)


def _posterior_mean(population: Population, prior: _Prior, known: FloatArray, woman: bool, age: float) -> float:
    table = population.table
    weights = np.empty_like(prior.share)
    for visit in range(len(prior.share)):
        deviation = known - expected_habits(table, woman, age) - adapted(visit + 1) * expected_trend(table)
        (with_0, none_0), (with_1, none_1) = (_likelihood(a, deviation) for a in _axes(population, woman, visit + 1))
        mixed = (1 - population.no_effect) * with_0 * with_1 + population.no_effect * none_0 * none_1
        weights[visit] = prior.share[visit] * mixed
    return float((weights * prior.score).sum() / weights.sum())


def oracle_predictions(cohort: SimulatedCohort) -> FloatArray:
    """Posterior mean of each session's PHQ-8, float64[N]; the prior's mean where scores are permuted."""
    population = cohort.preset.settings().population
    prior = _prior(population, cohort.preset.visits)
    if cohort.preset.permuted:
        return np.full(len(cohort), prior.mean)
    return np.array(
        [
            _posterior_mean(population, prior, session_truth(cohort, i).known, s.person.woman, s.person.age)
            for i, s in enumerate(cohort.subjects)
        ]
    )


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
