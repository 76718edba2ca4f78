"""Figures and table of the comparison on visits: folds of persons, all systems on the same, in pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lineament.models.card import Estimate
from lineament.training.metrics import correlation, rmse
from lineament.training.mpdrm.evaluation import gain_by_person

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CONSTANT, VISIT_MEANS = "constant", "mean of first and of later visits"
RIDGE = "ridge on logarithms, change since earlier visits"
WITH, WITHOUT, ALONE = "MPDRM", "MPDRM, nothing suppressed", "MPDRM, earlier visits not told"
AGAINST = (CONSTANT, VISIT_MEANS, WITHOUT)
HEAD = """# MPDRM on simulated visits

Simulated cohorts only: these figures show what the machinery does, nothing about people. Cohorts marked "toy" are far
easier than people are. Every person is tested once, by systems fitted on other persons (folds; each with its own seed
of weights). "Mean of first and of later visits" knows nothing but whether a person has been there before: scores fall
in treatment, and who beats the constant alone may have learnt no more than that. Change, and MPDRM unless said
otherwise, know the movement of a person's earlier visits and never their scores. "Told of first visits": the same
prediction beside that mean, by least squares on the fold's dev persons. "r apart": of first visits and of later ones,
each about their own mean. RMSE, r: of all visits; in brackets
the mean over seeds and its 95 % interval (t). Gains in RMSE: 95 %, bootstrap over persons. Made by
`python -m lineament.training.mpdrm.comparison`.
"""


@dataclass(frozen=True, eq=False)
class Fold:
    """What every system said of the fold's N visits. persons, visits: int64[N]; scores, said: float64[N]."""

    preset: str
    cohort_persons: int
    seed: int
    persons: IntArray
    visits: IntArray
    scores: FloatArray
    said: Mapping[str, FloatArray]

    def to_json(self) -> dict[str, Any]:
        return {
            "preset": self.preset,
            "cohort persons": self.cohort_persons,
            "seed": self.seed,
            "persons": self.persons.tolist(),
            "visits": self.visits.tolist(),
            "scores": self.scores.tolist(),
            "said": {name: np.round(values, 3).tolist() for name, values in self.said.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError` or `TypeError` when something is missing or of another kind."""
        return cls(
            data["preset"],
            data["cohort persons"],
            data["seed"],
            np.array(data["persons"], dtype=np.int64),
            np.array(data["visits"], dtype=np.int64),
            np.array(data["scores"], dtype=np.float64),
            {name: np.array(values, dtype=np.float64) for name, values in data["said"].items()},
        )

    def error(self, name: str) -> float:
        """RMSE of a system on the fold."""
        return rmse(self.said[name], self.scores)


def over_seeds(values: Sequence[float]) -> Estimate:
    """Mean and its 95 % interval by Student's t; the mean alone where there is one value."""
    from scipy.stats import t

    mean = float(np.mean(values))
    if len(values) < 2:
        return Estimate(mean, mean, mean)
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return Estimate(mean, mean - half, mean + half)


def paired_p(differences: Sequence[float]) -> float:
    """Two-sided p of Student's paired t-test, 1 where there is one difference or none."""
    from scipy.stats import ttest_1samp

    return float(ttest_1samp(differences, 0.0).pvalue) if len(differences) > 1 and np.ptp(differences) > 0 else 1.0


def pooled(folds: Sequence[Fold], name: str) -> FloatArray:
    """What a system said of all visits, fold after fold."""
    return np.concatenate([fold.said[name] for fold in folds])


def apart(values: FloatArray, visits: IntArray) -> FloatArray:
    """Values of first visits less their mean, and those of later ones less theirs."""
    left = values.astype(np.float64)
    for group in (visits == 1, visits != 1):
        if group.any():
            left[group] -= left[group].mean()
    return left


def gain_over(folds: Sequence[Fold], name: str, other: str) -> Estimate:
    """How much lower the RMSE of `name` is than that of `other` on all folds' visits; draws of persons."""
    scores, persons = (np.concatenate([getattr(fold, part) for fold in folds]) for part in ("scores", "persons"))
    return gain_by_person(pooled(folds, name), pooled(folds, other), scores, persons)


def to_markdown(folds: Sequence[Fold]) -> str:
    """One section a cohort, the folds of each put together."""
    groups: dict[tuple[str, int], list[Fold]] = {}
    for fold in folds:
        groups.setdefault((fold.preset, fold.cohort_persons), []).append(fold)
    return "\n".join([HEAD, *(_section(group) for _, group in sorted(groups.items(), key=lambda item: item[0]))])


def _section(folds: Sequence[Fold]) -> str:
    from lineament.simulation.presets import find_preset

    scores = np.concatenate([fold.scores for fold in folds])
    persons = len(np.unique(np.concatenate([fold.persons for fold in folds])))
    lines = [
        f"## {find_preset(folds[0].preset).title}: {persons} persons, {len(scores)} visits, {len(folds)} seeds",
        "",
        f"| system | RMSE (seeds) | r | r apart | {' | '.join(f'gain over {name}' for name in AGAINST)} |",
        f"|---|---|---|---|{'---|' * len(AGAINST)}",
    ]
    visits = np.concatenate([fold.visits for fold in folds])
    scores_apart = apart(scores, visits)
    for name in folds[0].said:
        errors = over_seeds([fold.error(name) for fold in folds])
        said = pooled(folds, name)
        gains = [_signed(gain_over(folds, name, other)) if other != name else "" for other in AGAINST]
        lines.append(
            f"| {name} | {rmse(said, scores):.2f} ({errors.value:.2f}, {errors.low:.2f} to {errors.high:.2f}) "
            f"| {correlation(said, scores):.2f} | {correlation(apart(said, visits), scores_apart):.2f} "
            f"| {' | '.join(gains)} |"
        )
    return "\n".join([*lines, "", _paired(folds), ""])


def _paired(folds: Sequence[Fold]) -> str:
    sentences = []
    for other in (CONSTANT, WITHOUT, ALONE, RIDGE):
        gains = [fold.error(other) - fold.error(WITH) for fold in folds]
        wins = sum(gain > 0 for gain in gains)
        sentences.append(
            f"over {other} {_signed(over_seeds(gains))}, p {paired_p(gains):.3f}, {wins} of {len(folds)} seeds"
        )
    return f"Gain of {WITH}, paired over seeds (t): {'; '.join(sentences)}."


def _signed(gain: Estimate) -> str:
    return f"{gain.value:+.2f} ({gain.low:+.2f} to {gain.high:+.2f})"
