"""A cohort: recordings with their scores and the persons they belong to, read one at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from lineament.datasets.scales import PHQ8, Scale
from lineament.errors import DatasetError
from lineament.recording.view import RecordingView
from lineament.simulation import SimulatedCohort

SPLITS = ("train", "dev", "calibration", "test")


@dataclass(frozen=True)
class Session:
    """One labelled recording. split: one of `SPLITS`, or "" where the data set has none."""

    person_id: str
    session_id: str
    score: float
    split: str = ""
    gender: str = ""
    age: float | None = None


@dataclass(frozen=True, eq=False)
class Cohort:
    """Labels at once, recordings when asked for: `recording(i)` reads the i-th session's.

    name says where the data come from; extractor is the one provenance all recordings share; simulated marks cohorts
    without filmed persons.
    """

    name: str
    sessions: tuple[Session, ...]
    read: Callable[[int], RecordingView]
    extractor: str
    simulated: bool
    scale: Scale = PHQ8

    def __len__(self) -> int:
        return len(self.sessions)

    @property
    def scores(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        return np.array([session.score for session in self.sessions], dtype=np.float64)

    @property
    def person_ids(self) -> tuple[str, ...]:
        return tuple(session.person_id for session in self.sessions)

    def recording(self, i: int) -> RecordingView:
        """The i-th session's recording; raises `DatasetError` or `RecordingError` when it cannot be read."""
        return self.read(i)

    def recordings(self) -> Iterator[RecordingView]:
        return (self.read(i) for i in range(len(self)))

    def subset(self, rows: list[int]) -> "Cohort":
        read = self.read
        return replace(self, sessions=tuple(self.sessions[i] for i in rows), read=lambda i: read(rows[i]))

    def split(self, name: str) -> "Cohort":
        """The sessions of one split; raises `DatasetError` when there are none."""
        rows = [i for i, session in enumerate(self.sessions) if session.split == name]
        if not rows:
            raise DatasetError(
                f"cohort {self.name} has no {name} sessions", remedy="Assign its persons to splits first."
            )
        return self.subset(rows)

    def with_splits(self, shares: dict[str, float], seed: int = 0) -> "Cohort":
        """Persons, not sessions, are dealt to the splits in the given shares (summing to 1), at random by `seed`."""
        persons = np.array(sorted(set(self.person_ids)))
        order = np.random.default_rng(seed).permutation(len(persons))
        edges = np.cumsum(list(shares.values())) * len(persons)
        names = list(shares)
        of_person = {
            str(persons[p]): names[min(int(np.searchsorted(edges, rank, side="right")), len(names) - 1)]
            for rank, p in enumerate(order)
        }
        dealt = tuple(replace(session, split=of_person[session.person_id]) for session in self.sessions)
        return replace(self, sessions=dealt)

    def with_session_splits(self, names: list[str]) -> "Cohort":
        """The same sessions with one split's name each; raises `DatasetError` when a person falls in two."""
        dealt = tuple(replace(session, split=name) for session, name in zip(self.sessions, names, strict=True))
        cohort = replace(self, sessions=dealt)
        cohort.check_person_disjoint()
        return cohort

    def check_person_disjoint(self) -> None:
        """Raises `DatasetError` when one person stands in two splits."""
        seen: dict[str, str] = {}
        for session in self.sessions:
            first = seen.setdefault(session.person_id, session.split)
            if first != session.split:
                raise DatasetError(
                    f"person {session.person_id} of cohort {self.name} is in both {first} and {session.split}",
                    remedy="Give all sessions of a person the same split.",
                )

    @classmethod
    def from_simulation(cls, simulated: SimulatedCohort) -> "Cohort":
        """The cohort a study would have of simulated persons; their true severity stays behind."""
        from lineament.simulation.session import EXTRACTOR

        sessions = tuple(
            Session(s.person_id, f"{s.person_id}-1", float(s.phq8), "", s.gender, s.person.age)
            for s in simulated.subjects
        )
        name = f"simulated {simulated.preset.name} (seed {simulated.seed})"
        return cls(name, sessions, simulated.session, EXTRACTOR, simulated=True)
