"""Recordings with labels, persons and splits.

Scales are imported at once; cohorts, which bring the simulator with them, when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lineament.datasets.scales import BDI2, PHQ8, SCALES, VLOG_LABEL, Scale

if TYPE_CHECKING:
    from lineament.datasets.avec import write_avec
    from lineament.datasets.cohort import Cohort, Session
    from lineament.datasets.daic_woz import write_daic_woz
    from lineament.datasets.e_daic import write_e_daic
    from lineament.datasets.folder import open_cohort
    from lineament.datasets.folds import complement, grouped_folds, official_split, repeated_grouped_folds
    from lineament.datasets.layouts import WRITERS
    from lineament.datasets.openface_folder import write_openface_folder
    from lineament.datasets.vlogs import write_d_vlog, write_lmvd

_HOMES = {
    "Cohort": "cohort",
    "Session": "cohort",
    "complement": "folds",
    "grouped_folds": "folds",
    "official_split": "folds",
    "open_cohort": "folder",
    "repeated_grouped_folds": "folds",
    "WRITERS": "layouts",
    "write_avec": "avec",
    "write_d_vlog": "vlogs",
    "write_daic_woz": "daic_woz",
    "write_e_daic": "e_daic",
    "write_lmvd": "vlogs",
    "write_openface_folder": "openface_folder",
}

__all__ = [
    "BDI2",
    "PHQ8",
    "SCALES",
    "VLOG_LABEL",
    "WRITERS",
    "Cohort",
    "Scale",
    "Session",
    "complement",
    "grouped_folds",
    "official_split",
    "open_cohort",
    "repeated_grouped_folds",
    "write_avec",
    "write_d_vlog",
    "write_daic_woz",
    "write_e_daic",
    "write_lmvd",
    "write_openface_folder",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"lineament.datasets.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
