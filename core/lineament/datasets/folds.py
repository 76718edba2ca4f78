"""Who is fitted on and who is tested on: grouped, stratified folds, and a data set's own split.

Folds are dealt here and not by scikit-learn's StratifiedGroupKFold because that lets the number of persons in a fold
drift and may leave one empty; dealing keeps both the persons and each third of the scores even (our choice).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lineament.datasets.checks import named
from lineament.datasets.cohort import Cohort
from lineament.errors import DatasetError

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

STRATA = 3
"""Thirds of the scores: with 100 persons a fold of 20 still has six or seven of each."""


def grouped_folds(
    cohort_or_ids: Cohort | Sequence[str], scores: npt.ArrayLike | None = None, k: int = 5, seed: int = 0
) -> list[Rows]:
    """`k` sets of test rows: every row in exactly one, all sessions of a person in the same.

    cohort_or_ids: a cohort, or the person of each row. scores: one a row; a cohort's own where none are given. Persons
    are ranked by their mean score; each third is dealt evenly, so that the folds' numbers of persons of a third differ
    by one at most, and with one session a person also their sizes. Rows rise within a fold; the same arguments give
    the same folds. Raises `DatasetError` where k is below 2 or above the number of persons, or a score is no number.
    """
    persons, values = _persons_and_scores(cohort_or_ids, scores)
    names, of_row = np.unique(np.asarray(persons, dtype=np.str_), return_inverse=True)
    if not 2 <= k <= len(names):
        raise DatasetError(
            f"{k} folds cannot be made of {len(names)} persons without an empty one",
            remedy=f"Ask for 2 to {len(names)} folds." if len(names) >= 2 else "Use a cohort of more persons.",
        )
    sessions = np.bincount(of_row)
    mean = np.bincount(of_row, weights=values) / sessions
    fold_of = _deal(_strata(mean), sessions, k, np.random.default_rng(seed))
    return [np.flatnonzero(fold_of[of_row] == fold) for fold in range(k)]


def repeated_grouped_folds(
    cohort_or_ids: Cohort | Sequence[str],
    scores: npt.ArrayLike | None = None,
    k: int = 5,
    repeats: int = 5,
    seed: int = 0,
) -> list[list[Rows]]:
    """`grouped_folds` for `repeats` seeds derived from `seed`; more repeats leave the first as they are."""
    seeds = np.random.SeedSequence(seed).generate_state(max(repeats, 0))
    return [grouped_folds(cohort_or_ids, scores, k, int(one)) for one in seeds]


def complement(rows: Rows, n: int) -> Rows:
    """The rows of 0..n-1 that are not in a fold: those to fit on."""
    fitted = np.ones(n, dtype=np.bool_)
    fitted[rows] = False
    return np.flatnonzero(fitted)


def official_split(cohort: Cohort, *, with_test: bool = True) -> tuple[Rows, Rows, Rows]:
    """Rows of the cohort's own train, dev and test sessions.

    with_test: whether test may not be empty (DAIC-WOZ's scores of its test split are a file of their own). Sessions of
    other splits are left out. Raises `DatasetError` where a part is empty or persons are shared.
    """
    cohort.check_person_disjoint()
    split = np.array([session.split for session in cohort.sessions], dtype=np.str_)
    parts = {name: np.flatnonzero(split == name) for name in ("train", "dev", "test")}
    empty = [name for name, rows in parts.items() if not len(rows) and (with_test or name != "test")]
    if empty:
        raise DatasetError(
            f"cohort {cohort.name} has no {' and no '.join(empty)} sessions",
            remedy="Use grouped cross-validation, or give its persons to splits first.",
        )
    return parts["train"], parts["dev"], parts["test"]


def _persons_and_scores(
    cohort_or_ids: Cohort | Sequence[str], scores: npt.ArrayLike | None
) -> tuple[Sequence[str], Scores]:
    if isinstance(cohort_or_ids, Cohort):
        persons: Sequence[str] = cohort_or_ids.person_ids
        values = cohort_or_ids.scores if scores is None else np.asarray(scores, dtype=np.float64)
    else:
        if scores is None:
            raise ValueError("folds of persons without a cohort need their scores")
        persons, values = cohort_or_ids, np.asarray(scores, dtype=np.float64)
    if values.shape != (len(persons),):
        raise ValueError(f"{len(persons)} rows need as many scores, not an array of shape {values.shape}")
    unknown = [person for person, value in zip(persons, values, strict=True) if not np.isfinite(value)]
    if unknown:
        raise DatasetError(f"persons have no score: {named(unknown)}", remedy="Leave them out of the cohort.")
    return persons, values


def _strata(mean: Scores) -> Rows:
    """Each person's third by score; equal scores are never parted."""
    edges = np.quantile(mean, np.arange(1, STRATA) / STRATA)
    return np.searchsorted(edges, mean, side="left")


def _deal(strata: Rows, sessions: Rows, k: int, rng: np.random.Generator) -> Rows:
    """A fold for each person. Whoever has most sessions comes first, the rest at random; each goes to the fold with the
    fewest persons of their third, then the fewest sessions, then the first in a random order.

    No fold stays empty: while one is, it has no person of the third and no session, so it comes first.
    """
    fold_of = np.zeros(len(strata), dtype=np.int64)
    order, total = rng.permutation(k), np.zeros(k, dtype=np.int64)
    for stratum in np.unique(strata):
        persons = rng.permutation(np.flatnonzero(strata == stratum))
        persons = persons[np.argsort(-sessions[persons], kind="stable")]
        there = np.zeros(k, dtype=np.int64)
        for person in persons:
            fold = int(np.lexsort((order, total, there))[0])
            fold_of[person] = fold
            there[fold] += 1
            total[fold] += sessions[person]
    return fold_of
