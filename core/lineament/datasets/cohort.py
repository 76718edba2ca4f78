"""A cohort: recordings with their scores and the persons they belong to, read one at a time."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lineament.datasets.checks import check_person_disjoint
from lineament.datasets.fingerprints import cohort_identity, session_fingerprint
from lineament.datasets.scales import PHQ8, Scale
from lineament.errors import DatasetError
from lineament.recording.view import RecordingView
from lineament.simulation import SimulatedCohort

SPLITS = ("train", "dev", "calibration", "test")


@dataclass(frozen=True)
class Session:
    """One labelled recording.

    split: one of `SPLITS`, or "" where the data set has none. visit: 1 for the first or only session of a person.
    files: what it is read from; none for sessions that are simulated when read, whose `origin` says what makes them.
    task: what the person does in it, where a corpus has several recordings of a visit ("Northwind"), else "".
    video: the filmed session where it is at hand, for models that look at pixels; never part of what identifies it.
    """

    person_id: str
    session_id: str
    score: float
    split: str = ""
    gender: str = ""
    age: float | None = None
    visit: int = 1
    files: tuple[Path, ...] = ()
    origin: str = ""
    task: str = ""
    video: Path | None = None


@dataclass(frozen=True, eq=False)
class Cohort:
    """Labels at once, recordings when asked for: `recording(i)` reads the i-th session's.

    name says where the data come from; extractor is the one provenance all recordings share; simulated marks cohorts
    without filmed persons. notes are sentences a user should see: what was left out, and known quirks of the data.
    behaviour: float64[N, K], the true behaviour parameters of simulated sessions, or None: auxiliary targets in
    training, never inputs.
    """

    name: str
    sessions: tuple[Session, ...]
    read: Callable[[int], RecordingView]
    extractor: str
    simulated: bool
    scale: Scale = PHQ8
    notes: tuple[str, ...] = ()
    behaviour: "np.ndarray[tuple[int, int], np.dtype[np.float64]] | None" = None

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

    def source_files(self, i: int) -> tuple[Path, ...]:
        """The files the i-th session is read from; none where it is simulated when read."""
        return self.sessions[i].files

    def fingerprint(self, i: int) -> str:
        """SHA-256, 64 hex digits, of what the i-th recording is made from; labels do not enter.

        Reads the session's files whole the first time. Raises `RecordingError` when one cannot be read.
        """
        return session_fingerprint(self.sessions[i])

    def identity(self) -> str:
        """SHA-256, 64 hex digits, of the cohort's labels, splits and source files' names and sizes.

        Equal for a copy of the cohort elsewhere. Raises `RecordingError` when a file is gone.
        """
        return cohort_identity(self.sessions, self.extractor, self.scale)

    def subset(self, rows: Sequence[int]) -> "Cohort":
        """The sessions of these rows, in this order."""
        chosen = tuple(int(i) for i in rows)
        sessions = tuple(self.sessions[i] for i in chosen)
        known = None if self.behaviour is None else self.behaviour[list(chosen)]
        return replace(self, sessions=sessions, read=_RowsOf(self.read, chosen), behaviour=known)

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
        check_person_disjoint(self.sessions, f"cohort {self.name}")

    @classmethod
    def from_simulation(cls, simulated: SimulatedCohort) -> "Cohort":
        """The cohort a study would have of simulated persons; their true severity stays behind."""
        from lineament.simulation.cohort import session_truth
        from lineament.simulation.session import EXTRACTOR, SIMULATOR_VERSION

        settings = hashlib.sha256(repr(simulated.preset.settings()).encode()).hexdigest()
        made_by = f"{EXTRACTOR} {SIMULATOR_VERSION}, settings {settings}"
        length = f"{simulated.seconds!r} s at {simulated.fps!r} Hz"
        sessions = tuple(
            Session(
                subject.person_id,
                subject.session_id,
                float(subject.phq8),
                split=subject.split,
                gender=subject.gender,
                age=subject.person.age,
                visit=subject.visit,
                origin=f"{made_by}, {length}, seed {subject.session_seed!r}",
            )
            for subject in simulated.subjects
        )
        known = np.array([session_truth(simulated, i).known for i in range(len(simulated))])
        return cls(simulated.name, sessions, simulated.session, EXTRACTOR, simulated=True, behaviour=known)


@dataclass(frozen=True, eq=False)
class _RowsOf:
    """Some rows of a cohort; a class and no closure, so that worker processes can be given it."""

    read: Callable[[int], RecordingView]
    rows: tuple[int, ...]

    def __call__(self, i: int) -> RecordingView:
        return self.read(self.rows[i])
