"""Who is fitted on, who is selected on, who is tested on: the same for every system.

official: the cohort's own train, dev and test. nested-cv: each of K grouped outer folds is tested on in turn; of its
other persons one grouped fold is dev and the rest are fitted on. Seed s takes inner fold s, so that with as many seeds
as inner folds every learner was dev once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineament.datasets.checks import named
from lineament.evaluation.data import OWN_DEV, EvaluationData
from lineament.evaluation.errors import EvaluationError
from lineament.evaluation.settings import EvaluationSettings
from lineament.features.cohort_features import CohortFeatures
from lineament.search.data import Fold, Part
from lineament.search.runs.unit import derived_seed

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Deal:
    """One training of a system: a part of the cohort, the fold of its learners that is dev, and a seed 0, 1, ..."""

    part: Part
    dev: Fold
    seed: int

    def rows(self, data: EvaluationData) -> tuple[Rows, Rows, Rows]:
        """Rows fitted on (those with a usable window), of dev, and of the test."""
        fitted, dev = data.fold(self.part, self.dev)
        return fitted, dev, data.part(self.part).test


def parts_of(settings: EvaluationSettings) -> list[Part]:
    """One part, or one for each outer fold."""
    if settings.protocol == "official":
        return [Part("official", settings.seed)]
    return [Part("nested-cv", settings.seed, settings.outer_folds, outer) for outer in range(settings.outer_folds)]


def deals_of(settings: EvaluationSettings, seeds: int) -> list[Deal]:
    """Every training of one system, seed by seed."""
    if seeds < 1:
        raise EvaluationError(f"there cannot be {seeds} seeds", remedy="Use at least one.")
    parts = parts_of(settings)
    return [Deal(part, _dev_fold(settings, seed), seed) for seed in range(seeds) for part in parts]


def _dev_fold(settings: EvaluationSettings, seed: int) -> Fold:
    if settings.protocol == "official":
        return OWN_DEV
    again, fold = divmod(seed, settings.inner_folds)
    return Fold(settings.inner_folds, derived_seed(settings.seed, f"inner folds {again}") % 2**31, fold)


def check_splits(features: CohortFeatures, settings: EvaluationSettings) -> None:
    """Raises `EvaluationError` where the official protocol is asked of a cohort without it, or whose splits share
    persons: it names them."""
    if settings.protocol != "official":
        return
    empty = [name for name in ("train", "dev", "test") if not len(features.rows_of(name))]
    if empty:
        raise EvaluationError(
            f"cohort {features.name} has no {' and no '.join(empty)} sessions",
            remedy="Use --protocol nested-cv, or give its persons to splits first.",
        )
    check_apart(features, [features.rows_of(name) for name in ("train", "dev", "test")])


def check_deals(deals: Iterable[Deal], data: EvaluationData) -> None:
    """Raises `EvaluationError` for a person on two sides of a deal, `DatasetError` for a fold without usable rows."""
    for deal in deals:
        check_apart(data.features, deal.rows(data))


def check_apart(features: CohortFeatures, sides: Sequence[Rows]) -> None:
    """Raises `EvaluationError` that names the persons who are on two of the sides train, dev and test."""
    seen: set[str] = set()
    shared: set[str] = set()
    for rows in sides:
        persons = {features.person_ids[i] for i in rows}
        shared |= seen & persons
        seen |= persons
    if shared:
        who = "1 person is" if len(shared) == 1 else f"{len(shared)} persons are"
        raise EvaluationError(
            f"{who} in more than one of train, dev and test of cohort {features.name}: {named(sorted(shared))}",
            remedy="Use --protocol nested-cv, which keeps a person's sessions together.",
        )
