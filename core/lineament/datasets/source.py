"""A cohort as it is named in one line: a folder, or a simulated one by its preset, size and seed."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lineament.errors import DatasetError
from lineament.progress import CancelToken, EventSink

if TYPE_CHECKING:
    from lineament.datasets.cohort import Cohort
    from lineament.simulation import SimulatedCohort

SIMULATED = "simulated"


@dataclass(frozen=True)
class CohortSource:
    """What `--cohort` says: a folder, or preset, persons and seed of a simulated cohort."""

    folder: Path | None = None
    preset: str = ""
    persons: int = 0
    seed: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """PATH or simulated:PRESET:N[:SEED]; raises `DatasetError` for the second in another form."""
        word, *rest = text.split(":")
        if word != SIMULATED or Path(text).exists():
            return cls(folder=Path(text).resolve())
        numbers = rest[1:]
        if len(rest) not in (2, 3) or not rest[0] or not all(number.isdecimal() for number in numbers):
            raise DatasetError(
                f'"{text}" does not say which simulated cohort is meant',
                remedy="Write simulated:PRESET:PERSONS[:SEED], for example simulated:realistic:142.",
            )
        return cls(preset=rest[0], persons=int(numbers[0]), seed=int(numbers[1]) if len(numbers) > 1 else 0)

    def __str__(self) -> str:
        """What `parse` takes back, from any folder."""
        return str(self.folder.resolve()) if self.folder else f"{SIMULATED}:{self.preset}:{self.persons}:{self.seed}"

    def open(self, seconds: float, cancel: CancelToken, sink: EventSink) -> "Cohort":
        """The cohort; simulated sessions last `seconds`, persons dealt to train, dev and test as in DAIC-WOZ.

        Raises `DatasetError`, `Cancelled`.
        """
        from lineament.datasets import open_cohort

        if self.folder is not None:
            return open_cohort(self.folder)
        return as_studied(self.simulated(seconds, cancel, sink))

    def simulated(self, seconds: float, cancel: CancelToken, sink: EventSink) -> "SimulatedCohort":
        """The simulated cohort behind it, which knows the truth and can be drawn; raises as `simulate_cohort`."""
        from lineament.simulation import simulate_cohort

        return simulate_cohort(self.persons, self.preset, self.seed, seconds=seconds, cancel=cancel, sink=sink)


def as_studied(made: "SimulatedCohort") -> "Cohort":
    """A simulated cohort as a study would have it, its persons dealt to train, dev and test."""
    from lineament.datasets.cohort import Cohort
    from lineament.simulation.storage import split_of

    persons = list(dict.fromkeys(subject.person_id for subject in made.subjects))
    splits = {person: split_of(i, len(persons)) for i, person in enumerate(persons)}
    return Cohort.from_simulation(made).with_session_splits([splits[s.person_id] for s in made.subjects])
