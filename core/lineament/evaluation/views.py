"""What systems may read of a cohort beside its features: movement of whole recordings, and aligned face crops.

Views are made once, before the first unit that needs them, and lie in the run's folder (crops in the user's cache, with
a list of them in the run's folder).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lineament.crops import CropRequest
from lineament.datasets.crop_files import NoCrops, crop_files
from lineament.datasets.scales import Scale
from lineament.evaluation.data import CROP_LIST, MOVEMENT, keep_movement, movement_is_kept
from lineament.evaluation.settings import EvaluationSettings
from lineament.evaluation.systems.system import CROPS, FEATURES, RECORDINGS, Offer
from lineament.features.cohort_features import CohortFeatures
from lineament.progress import CancelToken, EventSink
from lineament.storage import write_atomically

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from lineament.datasets.cohort import Cohort
    from lineament.simulation import SimulatedCohort

CROP_REQUEST = CropRequest(112, 8.0)
"""What the small presets of both pixel systems read."""


class Crops(Protocol):
    """Where a cohort's crops are, or how they are made; files in the order of its sessions."""

    def files(self, seconds: float, workers: int, cancel: CancelToken, sink: EventSink) -> Sequence[Path]: ...


@dataclass(frozen=True, eq=False)
class DrawnCrops:
    """Crops of simulated persons, drawn into `folder`; those that are there are kept."""

    cohort: "SimulatedCohort"
    folder: Path

    def files(self, seconds: float, workers: int, cancel: CancelToken, sink: EventSink) -> Sequence[Path]:
        from lineament.crops.cohort import write_simulated_crops

        return write_simulated_crops(
            self.cohort, self.folder, CROP_REQUEST, seconds=seconds, workers=workers, cancel=cancel, sink=sink
        )


@dataclass(frozen=True, eq=False)
class CutCrops:
    """Crops that were cut from videos; all of each is used."""

    paths: Sequence[Path]

    def files(self, seconds: float, workers: int, cancel: CancelToken, sink: EventSink) -> Sequence[Path]:
        return self.paths


@dataclass(frozen=True, eq=False)
class Views:
    """cohort: for whole recordings; None where there are features alone. crops: None where there are none, and then
    `no_crops` is the reason and a remedy."""

    cohort: "Cohort | None" = None
    crops: Crops | None = None
    no_crops: tuple[str, str] = ("gives no face crops", "Leave out the systems that look at faces.")

    def offer(self, features: CohortFeatures) -> Offer:
        """What systems are told that there is."""
        there = {FEATURES, *((RECORDINGS,) if self.cohort is not None else ())}
        return Offer(
            features, frozenset({*there, *((CROPS,) if self.crops is not None else ())}), {CROPS: self.no_crops}
        )

    def prepare(
        self,
        needs: Iterable[str],
        folder: Path,
        features: CohortFeatures,
        settings: EvaluationSettings,
        workers: int,
        cancel: CancelToken,
        sink: EventSink,
    ) -> None:
        """Make the views that are needed in a run's folder; what is there is kept. Raises `LineamentError`,
        `Cancelled`."""
        wanted = set(needs)
        if CROPS in wanted and self.crops is not None:
            files = self.crops.files(settings.crop_seconds, workers, cancel, sink)
            write_atomically(folder / CROP_LIST, json.dumps([str(path.resolve()) for path in files]).encode())
        if RECORDINGS in wanted and self.cohort is not None:
            _prepare_movement(self.cohort, folder / MOVEMENT, features, settings.seconds, cancel, sink)


@dataclass(frozen=True, eq=False)
class Material:
    """A cohort as it is evaluated. notes: what a reader should know of it. oracle: float64[N], what could at best be
    said of every simulated session; None where nobody knows."""

    features: CohortFeatures
    views: Views
    notes: tuple[str, ...] = ()
    oracle: "npt.NDArray[np.float64] | None" = None

    @property
    def offer(self) -> Offer:
        """What systems are told that there is."""
        return self.views.offer(self.features)


def views_of_simulated(cohort: "Cohort", simulated: "SimulatedCohort", cache: Path) -> Views:
    """Of persons who are simulated when read; their faces are the avatar's."""
    return Views(cohort, DrawnCrops(simulated, cache))


def views_of_recorded(cohort: "Cohort") -> Views:
    """Of a cohort in files: crops where they lie beside every recording (`lineament crops`, `simulate crops`)."""
    found = crop_files(cohort, CROP_REQUEST)
    if isinstance(found, NoCrops):
        return Views(cohort, None, (found.reason, f"{found.remedy[:-1]}, or leave the system out of --models."))
    return Views(cohort, CutCrops(found))


def _prepare_movement(
    cohort: "Cohort", file: Path, features: CohortFeatures, seconds: float, cancel: CancelToken, sink: EventSink
) -> None:
    """Series of every session with a usable window. Labels do not enter: each session bears its row as its score."""
    from lineament.training.mpdrm.data import load_visits

    if movement_is_kept(file):
        return
    numbered = replace(
        cohort,
        sessions=tuple(replace(session, score=float(i)) for i, session in enumerate(cohort.sessions)),
        scale=Scale("rows of a cohort", 0, max(len(cohort) - 1, 1), ((0, "row"),)),
        behaviour=None,
    )
    keep_movement(file, load_visits(numbered, seconds, cancel, sink, "reading movement", absent=features.absent))
