"""The winner retrained as an ensemble over fresh folds and seeds: what is judged, and what is shipped.

The folds are dealt anew, so that the errors reported are not those the winner was chosen by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.search.candidates import Candidate
from lineament.search.data import Fold
from lineament.search.phases.common import network_of
from lineament.search.phases.train import train_unit
from lineament.search.ranking import out_of_fold
from lineament.search.read_out import BehaviourReadOut, read_out_of_fold
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
    raw_test: float64[folds, m], that of each fold's members for the test sessions. held, test: the same, scaled.

    Where behaviour was taught, both are read out of it too (`BehaviourReadOut`), and the members are those that do so.
    """

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
    count = work.config.folds
    repeats = [results[i : i + count] for i in range(0, len(results), count)]
    seeds = [out_of_fold(folds, work.rows.pool) for folds in repeats]
    held = np.asarray(np.mean([answers for answers, _ in seeds], axis=0))
    members = [_member(result, *reversed(divmod(i, count))) for i, result in enumerate(results)]
    test = np.array([_tested(results[fold::count], "predictions") for fold in range(count)])
    parameters = int(results[0].values["parameters"])
    if seeds[0][1] is None:
        scaled = scaled_in_folds(work, held, test, scores)
        return Ensemble(candidate, parameters, len(repeats), held, test, *scaled, tuple(members))
    behaviour = np.asarray(np.mean([said for _, said in seeds if said is not None], axis=0))
    folds = [work.places(fold)[1] for fold in final_folds(work)]
    read = read_out_of_fold(held, behaviour, scores, work.persons, folds)
    whole = BehaviourReadOut.fit(held, behaviour, scores, work.persons)
    test = np.array([whole(said, _tested(results[fold::count], "behaviour")) for fold, said in enumerate(test)])
    folded = tuple(replace(m, state=whole.folded(dict(m.state), m.mean, m.spread)) for m in members)
    return Ensemble(candidate, parameters, len(repeats), read, test, read, test, folded)


def _member(result: UnitResult, fold: int, repeat: int) -> Member:
    return Member(fold, repeat, **result.values["target"], state=network_of(result.arrays))


def _tested(results: Sequence[UnitResult], name: str) -> FloatArray:
    """What one fold's members say of the test sessions, float64[m, ...], the mean over seeds."""
    said = np.array([result.arrays[name][int(result.values["held"]) :] for result in results], dtype=np.float64)
    return np.asarray(said.mean(axis=0))


def run_final(work: Work, winner: Candidate) -> Ensemble:
    """Retrain the winner and keep its members."""
    with work.phase(PHASE, work.plan.final):
        return train_ensembles(work, PHASE, [winner], work.config.repeats)[0]
