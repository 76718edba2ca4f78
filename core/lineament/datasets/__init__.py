"""Recordings with labels, persons and splits.

Scales are imported at once; cohorts, which bring the simulator with them, when first asked for.
"""

from typing import TYPE_CHECKING, Any

from lineament.datasets.scales import PHQ8, SCALES, Scale

if TYPE_CHECKING:
    from lineament.datasets.cohort import Cohort, Session
    from lineament.datasets.folder import open_cohort

__all__ = ["PHQ8", "SCALES", "Cohort", "Scale", "Session", "open_cohort"]


def __getattr__(name: str) -> Any:
    if name in {"Cohort", "Session"}:
        from lineament.datasets import cohort

        return getattr(cohort, name)
    if name == "open_cohort":
        from lineament.datasets.folder import open_cohort

        return open_cohort
    raise AttributeError(f"module {__name__} has no attribute {name}")
