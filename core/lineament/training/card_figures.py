"""What every model card has: how well the oracle does, how the intervals cover, what the limits are."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from lineament.datasets.scales import Scale
from lineament.models.intervals import ConformalTable
from lineament.models.reliability import Reliability
from lineament.training.metrics import rmse

FloatArray = npt.NDArray[np.float64]

REPORTED_AT_S = (20.0, 60.0, 180.0, 450.0)

ALWAYS = (
    "Action units are geometric estimates, not human codes; the model refuses recordings of other extractors.",
    "Single estimates are uncertain: read the interval first. It holds for persons like those trained on.",
    "Recordings with less than 20 usable seconds, or less than half of the time usable, get no score.",
    "Attention says where the network looked, not why a person behaves in some way.",
)
OF_SIMULATED = (
    "Trained on simulated behaviour only. The figures show that the machinery works, nothing about people.",
    "The simulated cohort has seated adults, filmed at 30 frames a second or more; other settings are outside it.",
)
_ORACLE_SEED = 987_654


def limits_of(simulated: bool) -> tuple[str, ...]:
    """What a model trained on such persons cannot do."""
    return (*OF_SIMULATED, *ALWAYS) if simulated else ALWAYS


def oracle_figures(cohort_name: str) -> dict[str, float]:
    """The oracle of a simulated cohort's preset, on persons of its own; nothing for other data."""
    from lineament.simulation import PRESETS, oracle

    words = cohort_name.split()
    if len(words) < 2 or words[0] != "simulated" or words[1] not in PRESETS:
        return {}
    figures = oracle(words[1], seed=_ORACLE_SEED)
    return {"r": figures.r, "RMSE": figures.rmse, "constant RMSE": figures.constant_rmse, "CCC": figures.ccc}


def reachable_share(
    predictors: Mapping[str, FloatArray], scores: FloatArray, best: Mapping[str, float]
) -> dict[str, float]:
    """(constant - model) / (constant - oracle) in RMSE; the oracle's gain in proportion to the constant's RMSE.

    predictors: by name, one of them "constant". best: `oracle_figures`.
    """
    if not best:
        return {}
    constant = rmse(predictors["constant"], scores)
    gain = constant * (1 - best["RMSE"] / best["constant RMSE"])
    return {name: (constant - rmse(p, scores)) / gain for name, p in predictors.items() if name != "constant"}


def coverage_table(
    conformal: ConformalTable, scale: Scale, estimates: FloatArray, scores: FloatArray, times: Sequence[float]
) -> dict[str, dict[str, float]]:
    """Coverage, mean width and RMSE by usable seconds, from estimates float64[N, K] after each of K times."""
    table = {}
    for k, seconds in enumerate(times):
        if seconds not in REPORTED_AT_S and k != len(times) - 1:
            continue
        ends = np.array([conformal.interval(e, seconds, scale) for e in estimates[:, k]])
        inside = (scores >= ends[:, 0]) & (scores <= ends[:, 1])
        table[f"{seconds:.0f}"] = {
            "coverage": float(inside.mean()),
            "width": float((ends[:, 1] - ends[:, 0]).mean()),
            "rmse": rmse(estimates[:, k], scores),
        }
    return table


def reliability_of(
    conformal: ConformalTable, scale: Scale, estimates: FloatArray, scores: FloatArray, times: Sequence[float]
) -> Reliability:
    """Of the estimates float64[N, K] those after the longest of K times, in bins."""
    last = estimates[:, -1]
    ends = np.array([conformal.interval(estimate, times[-1], scale) for estimate in last]).reshape(-1, 2)
    return Reliability.of(conformal.level, last, scores, ends)
