"""A cohort's face crops as labelled videos: drawn where it is simulated, else those that lie beside its recordings."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from lineament.crops import CropFile, CropRequest
from lineament.datasets.checks import named
from lineament.datasets.cohort import Cohort
from lineament.datasets.crop_files import NoCrops, crop_files
from lineament.errors import DatasetError
from lineament.models.pixels import CropSource, FloatArray, IntArray, UInt8Array
from lineament.progress import CancelToken, EventSink
from lineament.training.crops.videos import CropVideos
from lineament.video.index_cache import cache_folder

if TYPE_CHECKING:
    from lineament.simulation import SimulatedCohort


@dataclass(frozen=True, eq=False)
class FirstSeconds:
    """Implements `CropSource`: the crops of a recording's first `seconds`."""

    source: CropSource
    seconds: float

    @cached_property
    def times(self) -> FloatArray:
        times = self.source.times
        return times[: int(np.searchsorted(times, self.seconds))]

    @property
    def size(self) -> int:
        return self.source.size

    def read(self, rows: IntArray) -> UInt8Array:
        return self.source.read(rows)


def recorded_crops(cohort: Cohort, request: CropRequest, system: str) -> list[CropFile]:
    """The crops of a cohort in files, in its order; system: who reads them, in words.

    Raises `DatasetError` where some are missing or were aligned by another tracker than the recordings, and
    `RecordingError` for a damaged file.
    """
    paths = crop_files(cohort, request)
    if isinstance(paths, NoCrops):
        raise DatasetError(f"{system} reads face crops and cohort {cohort.name} {paths.reason}", remedy=paths.remedy)
    crops = [CropFile(path) for path in paths]
    odd = [
        session.session_id
        for session, one in zip(cohort.sessions, crops, strict=True)
        if one.facts.provenance.extractor != cohort.extractor
    ]
    if odd:
        raise DatasetError(
            f"the face crops of {named(odd)} were not aligned by {cohort.extractor}, which measured the recordings of "
            f"cohort {cohort.name}",
            remedy="Cut the crops again from the recordings as they are now.",
        )
    return crops


def drawn_crops(
    made: "SimulatedCohort", request: CropRequest, seconds: float, workers: int, cancel: CancelToken, sink: EventSink
) -> list[CropFile]:
    """The crops of simulated sessions, drawn into the user's cache; those that are there are kept.

    workers: processes, 0 for one a core. Raises `StorageError`, `Cancelled`.
    """
    from lineament.crops.cohort import write_simulated_crops

    files = write_simulated_crops(
        made,
        cache_folder() / "crops",
        request,
        seconds=seconds,
        workers=workers or os.cpu_count() or 1,
        cancel=cancel,
        sink=sink,
    )
    return [CropFile(path) for path in files]


def crop_videos(cohort: Cohort, crops: Sequence[CropFile], seconds: float) -> CropVideos:
    """The first `seconds` of every session's crops, with the cohort's labels and splits."""
    return CropVideos(
        sources=[FirstSeconds(one, seconds) for one in crops],
        scores=cohort.scores,
        person_ids=list(cohort.person_ids),
        splits=[session.split for session in cohort.sessions],
        scale=cohort.scale,
        extractor=cohort.extractor,
        simulated=cohort.simulated,
        data=cohort.name,
    )
