"""What every unit of an evaluation reads: the cohort's features and, where systems need them, more views of it.

As in a search, labels of test sessions are NaN in everything that units can read.
"""

from pathlib import Path

from lineament.features.cohort_features import CohortFeatures
from lineament.search.data import Fold, Part, Rows, SearchData
from lineament.search.data import open_data as open_search_data

LOADER = "lineament.evaluation.data:open_data"

OWN_DEV = Fold(1, 0, 0)
"""Of the official protocol: the cohort's own dev sessions. Grouped folds are always two or more."""


class EvaluationData(SearchData):
    """`SearchData` that knows a cohort's own dev split. folder: of the run, where further views of the cohort lie."""

    def __init__(self, features: CohortFeatures, folder: Path) -> None:
        super().__init__(features)
        self.folder = folder

    def fold_rows(self, part: Part, fold: Fold) -> Rows:
        """Rows held out: of a grouped fold, or the cohort's own dev."""
        if part.protocol == "official" and fold == OWN_DEV:
            return self.features.rows_of("dev")
        return super().fold_rows(part, fold)


def open_data(folder: str, fingerprint: str) -> EvaluationData:
    """What the evaluation kept in its run's folder; raises `DatasetError` when it is gone or damaged."""
    return EvaluationData(open_search_data(folder, fingerprint).features, Path(folder))
