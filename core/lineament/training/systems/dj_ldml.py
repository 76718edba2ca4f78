"""DJ-LDML, on clips of face crops."""

from typing import Any, ClassVar

from lineament.crops import CropRequest
from lineament.training.systems.pixels import PixelSystem
from lineament.training.systems.system import SMALL, TrainedModel, Training

STATE = "dj-ldml.safetensors"


class DjLdml(PixelSystem):
    name: ClassVar[str] = "dj-ldml"
    title: ClassVar[str] = "DJ-LDML"

    def config(self, preset: str) -> Any:
        from lineament.training.dj_ldml.config import DjLdmlConfig

        return DjLdmlConfig.small() if preset == SMALL else DjLdmlConfig.full()

    def request(self, config: Any) -> CropRequest:
        return CropRequest(config.clip.size, 1 / config.clip.step_s)

    def train(self, training: Training) -> TrainedModel:
        from lineament.training.dj_ldml.training import train_dj_ldml

        checkpoint = training.folder / STATE
        return train_dj_ldml(
            self.videos(training), training.config, training.cancel, training.sink, checkpoint=checkpoint
        )
