"""The cohort a search is told of: a folder, or a simulated one by its preset, size and seed; and its features."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lineament.datasets import source as named
from lineament.datasets.source import SIMULATED
from lineament.progress import CancelToken, EventSink
from lineament.search.runs.errors import RunError
from lineament.storage import write_atomically

if TYPE_CHECKING:
    from lineament.features.cohort_features import CohortFeatures

__all__ = ["KEPT", "SIMULATED", "CohortSource", "CohortSummary", "source_features", "summary_of"]

KEPT = "cohort.txt"
"""In a run's folder: which cohort it is on, as `--cohort` takes it."""
SUMMARY_SECONDS = 60.0
"""Any length will do where no session is simulated."""


@dataclass(frozen=True)
class CohortSource(named.CohortSource):
    """The same, kept in a run's folder."""

    @classmethod
    def of_run(cls, run: Path) -> Self:
        """The cohort a run was begun on; raises `RunError` where the run does not say."""
        try:
            return cls.parse((run / KEPT).read_text(encoding="utf-8").strip())
        except OSError as error:
            raise RunError(
                "the run does not say which cohort it is on", path=run, remedy="Name it with --cohort."
            ) from error

    def keep_in(self, run: Path) -> None:
        """Write it where `of_run` looks for it; raises `StorageError`."""
        write_atomically(run / KEPT, str(self).encode())


def source_features(source: CohortSource, seconds: float, cancel: CancelToken, sink: EventSink) -> "CohortFeatures":
    """Features of the first `seconds` of every session, from the cache where they were computed before.

    What a user should know of the cohort goes to `sink` as a `FeatureWarning`. Raises `DatasetError`,
    `RecordingError`, `StorageError`, `Cancelled`.
    """
    from lineament.features.cohort_features import cohort_features
    from lineament.features.events import FeatureWarning
    from lineament.video.index_cache import cache_folder

    cohort = source.open(seconds, cancel, sink)
    for note in cohort.notes:
        sink(FeatureWarning(note))
    return cohort_features(cohort, seconds, cache=cache_folder() / "features", cancel=cancel, sink=sink)


@dataclass(frozen=True)
class CohortSummary:
    """What a form says of a cohort once it is opened. splits: sessions by split, "" where there are none."""

    name: str
    persons: int
    sessions: int
    splits: Mapping[str, int]
    scale: str
    extractor: str
    simulated: bool
    toy: bool
    notes: tuple[str, ...]

    @property
    def words(self) -> str:
        """One or two lines."""
        dealt = ", ".join(f"{count} {name}" for name, count in self.splits.items() if name)
        parts = [f"{self.persons} persons, {self.sessions} sessions", dealt or "no splits", f"scored on {self.scale}"]
        kind = " Toy: far easier than people are." if self.toy else ""
        return f"{'; '.join(parts)}.{' Simulated behaviour.' if self.simulated else ''}{kind}"


def summary_of(source: CohortSource, cancel: CancelToken, sink: EventSink) -> CohortSummary:
    """Opens a cohort to say what it holds: labels and persons; no recording is read or simulated.

    Raises `DatasetError`, `Cancelled`.
    """
    from lineament.simulation.presets import find_preset

    cohort = source.open(SUMMARY_SECONDS, cancel, sink)
    return CohortSummary(
        name=cohort.name,
        persons=len(set(cohort.person_ids)),
        sessions=len(cohort),
        splits=dict(Counter(session.split for session in cohort.sessions)),
        scale=cohort.scale.name,
        extractor=cohort.extractor,
        simulated=cohort.simulated,
        toy=bool(source.preset) and find_preset(source.preset).toy,
        notes=cohort.notes,
    )
