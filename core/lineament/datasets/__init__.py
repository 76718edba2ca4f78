"""Recordings with labels, persons and splits.

Scales are imported at once; cohorts, which bring the simulator with them, when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lineament.datasets.scales import PHQ8, SCALES, Scale

if TYPE_CHECKING:
    from lineament.datasets.cohort import Cohort, Session
    from lineament.datasets.daic_woz import write_daic_woz
    from lineament.datasets.folder import open_cohort
    from lineament.datasets.folds import complement, grouped_folds, official_split, repeated_grouped_folds

_HOMES = {
    "Cohort": "cohort",
    "Session": "cohort",
    "complement": "folds",
    "grouped_folds": "folds",
    "official_split": "folds",
    "open_cohort": "folder",
    "repeated_grouped_folds": "folds",
    "write_daic_woz": "daic_woz",
}

__all__ = [
    "PHQ8",
    "SCALES",
    "Cohort",
    "Scale",
    "Session",
    "complement",
    "grouped_folds",
    "official_split",
    "open_cohort",
    "repeated_grouped_folds",
    "write_daic_woz",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"lineament.datasets.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
