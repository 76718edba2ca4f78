"""The winner retrained as an ensemble over fresh folds and seeds: what is judged, and what is shipped.

The folds are dealt anew, so that the errors reported are not those the winner was chosen by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.search.candidates import Candidate
from lineament.search.data import Fold
from lineament.search.phases.common import network_of
from lineament.search.phases.train import train_unit
from lineament.search.runs.unit import UnitResult
from lineament.search.stacking import Scaled
from lineament.search.work import Work

PHASE = "final"
FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Member:
    """One network of an ensemble. state: its weights and buffers by name; score = mean + spread * its answer."""

    fold: int
    repeat: int
    mean: float
    spread: float
    state: Mapping[str, npt.NDArray[Any]]

    def facts(self) -> dict[str, Any]:
        return {"fold": self.fold, "repeat": self.repeat, "mean": self.mean, "spread": self.spread}


@dataclass(frozen=True, eq=False)
class Ensemble:
    """One architecture over folds and seeds. raw: float64[n] out-of-fold predictions for the pool, the mean over seeds;
    raw_test: float64[folds, m], that of each fold's members for the test sessions. held, test: the same, scaled."""

    candidate: Candidate
    parameters: int
    seeds: int
    raw: FloatArray
    raw_test: FloatArray
    held: FloatArray
    test: FloatArray
    members: tuple[Member, ...]


def final_folds(work: Work) -> list[Fold]:
    return work.folds(PHASE, work.config.folds)


def train_ensembles(
    work: Work,
    phase: str,
    candidates: Sequence[Candidate],
    repeats: int,
    *,
    permuted: int | None = None,
) -> list[Ensemble]:
    """Every candidate over the final folds with so many seeds, in the candidates' order."""
    folds = final_folds(work)
    units = [
        train_unit(work, candidate, fold, repeat, test=True, permuted=permuted)
        for candidate in candidates
        for repeat in range(repeats)
        for fold in folds
    ]
    results = work.units(phase, units)
    size = repeats * len(folds)
    part = work.part if permuted is None else work.part.shuffled(permuted)
    scores = work.data.part(part).scores[work.rows.pool]
    return [_ensemble(work, c, results[i * size : (i + 1) * size], scores) for i, c in enumerate(candidates)]


def scaled_in_folds(
    work: Work, held: FloatArray, test: FloatArray, scores: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Predictions of the final folds, float64[n] and float64[folds, m], with their scale learned out of fold."""
    folds = final_folds(work)
    places = [work.places(fold) for fold in folds]
    scaled = Scaled.of(held, work.fold_means(folds, scores), scores, [out for _, out in places])
    own = np.array([scores[fitted].mean() for fitted, _ in places])
    return scaled.held, scaled.applied(test, np.broadcast_to(own[:, None], test.shape))


def _ensemble(work: Work, candidate: Candidate, results: Sequence[UnitResult], scores: FloatArray) -> Ensemble:
    """From results in the order repeat, fold."""
    pool, test, count = work.rows.pool, work.rows.test, work.config.folds
    place = {int(row): i for i, row in enumerate(pool)}
    repeats = len(results) // count
    held, tested = np.empty((repeats, len(pool))), np.zeros((count, len(test)))
    members = []
    for i, result in enumerate(results):
        repeat, fold = divmod(i, count)
        rows, first = result.arrays["rows"], int(result.values["held"])
        predictions = np.asarray(result.arrays["predictions"], dtype=np.float64)
        held[repeat, [place[int(row)] for row in rows[:first]]] = predictions[:first]
        tested[fold] += predictions[first:] / repeats
        members.append(Member(fold, repeat, **result.values["target"], state=network_of(result.arrays)))
    raw = held.mean(axis=0)
    scaled = scaled_in_folds(work, raw, tested, scores)
    parameters = int(results[0].values["parameters"])
    return Ensemble(candidate, parameters, repeats, raw, tested, *scaled, tuple(members))


def run_final(work: Work, winner: Candidate) -> Ensemble:
    """Retrain the winner and keep its members."""
    with work.phase(PHASE, work.plan.final):
        return train_ensembles(work, PHASE, [winner], work.config.repeats)[0]
