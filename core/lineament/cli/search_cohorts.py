"""Cohorts as commands take them, with what a user should know of them said on the terminal."""

from typing import TYPE_CHECKING

from lineament.cli.progress import Notice
from lineament.progress import CancelToken, EventSink
from lineament.search import cohort_source
from lineament.search.cohort_source import KEPT, SIMULATED, CohortSource

if TYPE_CHECKING:
    from lineament.features.cohort_features import CohortFeatures

__all__ = ["KEPT", "SIMULATED", "CohortSource", "source_features"]


def source_features(source: CohortSource, seconds: float, cancel: CancelToken, sink: EventSink) -> "CohortFeatures":
    """See `cohort_source.source_features`; warnings go to `sink` as a `Notice`."""
    from lineament.features.events import FeatureWarning

    def tell(event: object) -> None:
        sink(Notice(event.text) if isinstance(event, FeatureWarning) else event)

    return cohort_source.source_features(source, seconds, cancel, tell)
