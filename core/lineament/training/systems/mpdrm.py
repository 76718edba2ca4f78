"""MPDRM, on movement with earlier visits."""

from collections import Counter
from dataclasses import replace
from typing import Any, ClassVar

from lineament.datasets.cohort import Cohort
from lineament.training.systems.system import SMALL, System, TrainedModel, Training
from lineament.video.index_cache import cache_folder


class Mpdrm(System):
    name: ClassVar[str] = "mpdrm"
    title: ClassVar[str] = "MPDRM"

    def config(self, preset: str) -> Any:
        from lineament.training.mpdrm.training import MpdrmConfig

        return MpdrmConfig.small() if preset == SMALL else MpdrmConfig.full()

    def notes(self, cohort: Cohort) -> tuple[str, ...]:
        visits = Counter(cohort.person_ids)
        if max(visits.values()) > 1:
            return ()
        return (
            f"No person of {cohort.name} has a second visit: habits are learnt from the halves of single sessions, "
            "which says less.",
        )

    def train(self, training: Training) -> TrainedModel:
        from lineament.training.mpdrm.training import train_mpdrm

        config = replace(training.config, checkpoint=training.folder, cache=cache_folder() / "movement")
        return train_mpdrm(training.cohort, config, training.cancel, training.sink)
