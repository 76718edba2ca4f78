"""HMHN, on face crops."""

from typing import Any, ClassVar

from lineament.crops import CropRequest
from lineament.training.systems.pixels import PixelSystem
from lineament.training.systems.system import SMALL, TrainedModel, Training

STATE = "hmhn.safetensors"


class Hmhn(PixelSystem):
    name: ClassVar[str] = "hmhn"
    title: ClassVar[str] = "HMHN"

    def config(self, preset: str) -> Any:
        from lineament.training.hmhn.config import HMHNConfig

        return HMHNConfig.small() if preset == SMALL else HMHNConfig.full()

    def request(self, config: Any) -> CropRequest:
        from lineament.models.hmhn.model import crop_request

        return crop_request(config.shape)

    def train(self, training: Training) -> TrainedModel:
        from lineament.training.hmhn.training import train_hmhn

        checkpoint = training.folder / STATE
        return train_hmhn(self.videos(training), training.config, training.cancel, training.sink, checkpoint=checkpoint)
