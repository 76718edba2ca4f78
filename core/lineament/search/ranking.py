"""Which of several architectures is taken: the mean error over seeds, and the one-standard-error rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.search.candidates import Candidate
from lineament.search.runs.unit import UnitResult

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A candidate with its out-of-fold predictions float64[seeds, n] on the scale, for the pool's n sessions."""

    candidate: Candidate
    parameters: int
    predictions: FloatArray

    @property
    def ensemble(self) -> FloatArray:
        """float64[n], the mean over seeds."""
        return np.asarray(self.predictions.mean(axis=0))

    def rmse(self, scores: FloatArray) -> float:
        """The mean over seeds of a single network's error."""
        return float(np.sqrt(((self.predictions - scores) ** 2).mean(axis=1)).mean())

    def squared_errors(self, scores: FloatArray) -> FloatArray:
        """float64[n], the mean over seeds."""
        return np.asarray(((self.predictions - scores) ** 2).mean(axis=0))

    def to_json(self, scores: FloatArray) -> dict[str, Any]:
        seeds = len(self.predictions)
        row = {"parameters": self.parameters, "seeds": seeds, "mean_rmse": self.rmse(scores)}
        return {**self.candidate.to_json(), **row}


def out_of_fold(folds: Sequence[UnitResult], rows: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray | None]:
    """Of one seed's train units, one a fold: predictions float64[n] and, where they were taught it, what they say of
    behaviour float64[n, K]. `rows` are the pool's sessions in order; what units say of others is passed over."""
    place = {int(row): i for i, row in enumerate(rows)}
    arrays = {name: folds[0].arrays[name] for name in ("predictions", "behaviour") if name in folds[0].arrays}
    found = {name: np.full((len(rows), *values.shape[1:]), np.nan) for name, values in arrays.items()}
    for result in folds:
        mine = [i for i, row in enumerate(result.arrays["rows"]) if int(row) in place]
        at = [place[int(result.arrays["rows"][i])] for i in mine]
        for name, values in found.items():
            values[at] = result.arrays[name][mine]
    return found["predictions"], found.get("behaviour")


def ranked(evaluated: Sequence[Evaluated], scores: FloatArray) -> list[Evaluated]:
    """Best first by the mean error over seeds; among equals the smaller, then the one that was proposed earlier."""
    return sorted(evaluated, key=lambda one: (one.rmse(scores), one.parameters))


def simplest_within_one_se(evaluated: Sequence[Evaluated], scores: FloatArray, groups: Sequence[str]) -> Evaluated:
    """The one with the fewest parameters among those within one standard error of the best (Breiman et al. 1984).

    The error is that of the difference to the best, paired over persons (`groups`): the candidates met the same
    persons, and how far these differ from each other says nothing about the candidates (our choice).
    """
    order = ranked(evaluated, scores)
    best = order[0]
    within = [one for one in order if _difference(one, best, scores, groups) <= 0]
    return min(within, key=lambda one: (one.parameters, one.rmse(scores)))


def _difference(one: Evaluated, best: Evaluated, scores: FloatArray, groups: Sequence[str]) -> float:
    """How far the mean squared error of `one` lies above that of the best, less one standard error."""
    paired = person_means(one.squared_errors(scores) - best.squared_errors(scores), groups)
    error = paired.std(ddof=1) / np.sqrt(len(paired)) if len(paired) > 1 else 0.0
    return float(paired.mean() - error)


def person_means(values: FloatArray, groups: Sequence[str]) -> FloatArray:
    """The mean over each person's sessions, float64[persons]."""
    _, of_row = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    return np.asarray(np.bincount(of_row, weights=values) / np.bincount(of_row))
