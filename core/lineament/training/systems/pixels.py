"""What systems that learn from face crops share: where the crops come from."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from lineament.crops import CropRequest
from lineament.settings import Setting
from lineament.training.crops.cohorts import crop_videos, drawn_crops, recorded_crops
from lineament.training.crops.videos import LEAST_PERSONS, CropVideos
from lineament.training.systems.system import SMALL, System, Training

SECONDS = {SMALL: 60.0}
FULL_SECONDS = 480.0


class PixelSystem(System):
    """Reads the aligned face crops of a cohort's videos."""

    least: Mapping[str, int] = LEAST_PERSONS

    @abstractmethod
    def request(self, config: Any) -> CropRequest:
        """The crops it reads. Raises `ValueError` for a size or rate that crops cannot have."""

    def extra(self, preset: str) -> tuple[Setting, ...]:
        return (
            Setting(
                "seconds",
                "number",
                SECONDS.get(preset, FULL_SECONDS),
                "how much of each session's crops is used",
                10,
                36_000,
            ),
            Setting("workers", "whole number", 0, "processes that draw simulated faces; 0 for one a core", 0, 1024),
        )

    def seconds(self, config: Any, extra: Mapping[str, Any]) -> float:
        return float(extra["seconds"])

    def videos(self, training: Training) -> CropVideos:
        """Raises as `recorded_crops` and `drawn_crops`."""
        made, seconds, request = training.opened.made, training.extra["seconds"], self.request(training.config)
        if made is None:
            crops = recorded_crops(training.cohort, request, self.title)
        else:
            crops = drawn_crops(made, request, seconds, training.extra["workers"], training.cancel, training.sink)
        return crop_videos(training.cohort, crops, seconds)
