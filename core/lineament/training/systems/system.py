"""What a system offers to be trained: presets, settings, and the training itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from lineament.datasets.cohort import SPLITS, Cohort
from lineament.datasets.source import CohortSource, as_studied
from lineament.models.calibration import MIN_PERSONS
from lineament.models.card import ModelCard
from lineament.progress import CancelToken, EventSink
from lineament.settings import Setting

if TYPE_CHECKING:
    from lineament.simulation import SimulatedCohort

PRESETS = ("small", "full")
SMALL, FULL = PRESETS


class TrainedModel(Protocol):
    """What every training ends with."""

    @property
    def card(self) -> ModelCard: ...

    def save(self, folder: Path) -> None: ...


@dataclass(frozen=True, eq=False)
class Opened:
    """A cohort that is to be learnt from. made: the simulated cohort behind it, where its sessions are simulated."""

    cohort: Cohort
    made: "SimulatedCohort | None" = None


@dataclass(frozen=True, eq=False)
class Training:
    """One training. config: the system's own. extra: values of the settings beside it, by name. folder: where its
    state is kept while it is unfinished; what is there already is gone on from."""

    opened: Opened
    config: Any
    extra: Mapping[str, Any]
    folder: Path
    cancel: CancelToken
    sink: EventSink

    @property
    def cohort(self) -> Cohort:
        return self.opened.cohort


class System(ABC):
    """name: as `--system` takes it. title: in sentences. usual: the preset where none is named. devices: what it can be
    trained on. least: persons that each split must have."""

    name: ClassVar[str]
    title: ClassVar[str]
    usual: ClassVar[str] = SMALL
    devices: ClassVar[tuple[str, ...]] = ("cpu", "cuda")
    needs_cohort: ClassVar[bool] = True
    least: Mapping[str, int] = dict.fromkeys(SPLITS, MIN_PERSONS)

    @abstractmethod
    def config(self, preset: str) -> Any:
        """The preset's configuration, a frozen dataclass; its fields become settings."""

    def extra(self, preset: str) -> tuple[Setting, ...]:
        """Settings beside those of the configuration."""
        return ()

    def on(self, config: Any, device: str) -> Any:
        """The configuration for a device."""
        from dataclasses import replace

        return replace(config, device=device)

    def open(
        self,
        source: CohortSource | None,
        config: Any,
        extra: Mapping[str, Any],
        cancel: CancelToken,
        sink: EventSink,
    ) -> Opened:
        """The cohort, with such splits as it has. Raises `DatasetError`, `Cancelled`."""
        assert source is not None
        if source.folder is not None:
            return Opened(source.open(0.0, cancel, sink))
        made = source.simulated(self.seconds(config, extra), cancel, sink)
        return Opened(as_studied(made), made)

    def seconds(self, config: Any, extra: Mapping[str, Any]) -> float:
        """Of each session that are used."""
        return float(config.seconds)

    def notes(self, cohort: Cohort) -> tuple[str, ...]:
        """Sentences on what the system makes of this cohort."""
        return ()

    @abstractmethod
    def train(self, training: Training) -> TrainedModel:
        """Train, calibrate, measure. Raises `LineamentError`s and `Cancelled`; the state is kept in the folder."""
