"""What any predictor has to be held against, known before a search has found one: the constant's error in the very
folds of the final ensemble and, for a simulated cohort, the error of whoever knows every session's true behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lineament.errors import LineamentError
from lineament.models.card import Estimate
from lineament.search.config import SearchConfig

if TYPE_CHECKING:  # cohorts bring the simulator with them, and a window that only looks should not wait for it
    from lineament.search.data import Part, PartData, SearchData

FINAL = "final"
OUTER = "outer fold "
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class References:
    """RMSE with its 95 % interval out of fold, None where it cannot be known. oracle_test: the oracle's in the test.
    oracle_all: over all sessions, which nested cross-validation tests on."""

    constant: Estimate | None = None
    oracle: Estimate | None = None
    oracle_test: Estimate | None = None
    oracle_all: Estimate | None = None


def references(folder: Path, config: SearchConfig, fingerprint: str, part: str = "") -> References:
    """Of the run in `folder`; part: the part of nested cross-validation, by its name in events.

    Nothing is known where the cohort's features are not at hand any more.
    """
    from lineament.search.data import open_data

    try:
        data = open_data(str(folder), fingerprint)
    except (LineamentError, OSError, ValueError, KeyError, TypeError):
        return References()
    rows = data.part(_part(config, part))
    found = References(constant=_constant(data, config, part, rows))
    predicted = _oracle(folder, config, data)
    if predicted is None:
        return found
    every = np.arange(len(predicted))
    sides = {"oracle": rows.pool, "oracle_test": rows.test, "oracle_all": every}
    known: Mapping[str, Estimate] = {name: _rmse(data, predicted[of], of) for name, of in sides.items() if len(of)}
    return replace(found, **known)


def _part(config: SearchConfig, name: str) -> "Part":
    from lineament.search.data import Part

    outer = int(name.removeprefix(OUTER)) - 1 if name.startswith(OUTER) else None
    return Part(config.protocol, config.seed, config.outer_folds, outer)


def _constant(data: "SearchData", config: SearchConfig, part: str, rows: "PartData") -> Estimate | None:
    """As the leaderboard of a finished search has it: each fold says the mean of what it was fitted on."""
    from lineament.search.work import folds_of

    said = np.full(len(rows.pool), np.nan)
    try:
        for fold in folds_of(config, FINAL, config.folds):
            fitted, held = data.fold(_part(config, part), fold)
            said[np.searchsorted(rows.pool, held)] = rows.scores[fitted].mean()
    except LineamentError:
        return None
    return _rmse(data, said, rows.pool, constant=True)


def _rmse(data: "SearchData", said: FloatArray, rows: npt.NDArray[np.int64], *, constant: bool = False) -> Estimate:
    from lineament.search.metrics import measure

    persons = [data.features.person_ids[i] for i in rows]
    return measure(said, data.features.scores[rows], persons, constant=constant).rmse


def _oracle(folder: Path, config: SearchConfig, data: "SearchData") -> FloatArray | None:
    """The posterior mean of every session's score, where the run says which simulated cohort it is on."""
    from lineament.search.cohort_source import CohortSource
    from lineament.simulation import oracle_predictions, simulate_cohort

    try:
        source = CohortSource.of_run(folder)
        if source.folder is not None:
            return None
        cohort = simulate_cohort(source.persons, source.preset, source.seed, seconds=config.seconds)
    except LineamentError:
        return None
    scores = [float(subject.phq8) for subject in cohort.subjects]
    same = len(scores) == len(data.features.scores) and np.array_equal(scores, data.features.scores)
    return oracle_predictions(cohort) if same else None
