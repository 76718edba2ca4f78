"""The hand-designed network."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lineament.datasets.source import CohortSource
from lineament.progress import CancelToken, EventSink
from lineament.training.systems.system import FULL, SMALL, Opened, System, TrainedModel, Training


class HandDesigned(System):
    """Where no cohort is named, it simulates one of its own, whose size is its preset's."""

    name: ClassVar[str] = "hand-designed"
    title: ClassVar[str] = "The hand-designed network"
    usual: ClassVar[str] = FULL
    devices: ClassVar[tuple[str, ...]] = ("cpu",)
    needs_cohort: ClassVar[bool] = False

    def config(self, preset: str) -> Any:
        from lineament.training.hand_designed import TrainingConfig

        return TrainingConfig.quick() if preset == SMALL else TrainingConfig()

    def on(self, config: Any, device: str) -> Any:
        return config

    def open(
        self,
        source: CohortSource | None,
        config: Any,
        extra: Mapping[str, Any],
        cancel: CancelToken,
        sink: EventSink,
    ) -> Opened:
        if source is not None:
            return super().open(source, config, extra, cancel, sink)
        from lineament.training.hand_designed import training_cohort

        return Opened(training_cohort(config, cancel, sink))

    def train(self, training: Training) -> TrainedModel:
        from lineament.training.hand_designed import train_hand_designed

        return train_hand_designed(
            training.config,
            training.cancel,
            training.sink,
            cohort=training.cohort,
            checkpoint=training.folder,
        )
