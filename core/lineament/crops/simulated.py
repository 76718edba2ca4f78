"""Crops of simulated cohorts: every person has a face of their own and keeps it over visits; its behaviour is the
session's, drawn at the moments that are asked for."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.crops.alignment import TRANSFORM_VERSION
from lineament.crops.avatar import RENDERER_VERSION, AvatarCropRenderer
from lineament.crops.facts import JPEG_QUALITY, CropFacts, CropRequest
from lineament.crops.file import SUFFIX, CropFile, crop_file
from lineament.crops.making import crop_path
from lineament.crops.sampling import sampled_frames
from lineament.errors import DatasetError, RecordingError
from lineament.progress import CancelToken
from lineament.provenance import Provenance
from lineament.simulation import Motion, SimulatedCohort, Subject
from lineament.simulation.avatar import AvatarPerson, performance_of
from lineament.simulation.measurement import HEIGHT, WIDTH
from lineament.simulation.motion import RENDER_FPS
from lineament.simulation.session import EXTRACTOR, SIMULATOR_VERSION
from lineament.simulation.storage import session_file

_FACE = 0x46414345


def face_of(subject: Subject) -> AvatarPerson:
    """The face of a person, the same at every visit; folds are deeper in older persons, women have no stubble."""
    seed = int(np.random.SeedSequence([*subject.seed, _FACE]).generate_state(1)[0])
    drawn = AvatarPerson.random(seed)
    age = float(np.clip((subject.person.age - 18.0) / 62.0, 0.0, 1.0))
    return replace(drawn, age=age, stubble=0.0 if subject.person.woman else drawn.stubble)


def session_motion(cohort: SimulatedCohort, i: int) -> Motion:
    """The movement of `cohort.session(i)` as finely as it is drawn: averaged over frames it is the session's own."""
    finer = max(int(np.ceil(RENDER_FPS / cohort.fps - 1e-9)), 1)
    return cohort.session(i, fps=cohort.fps * finer).motion


@dataclass(frozen=True, eq=False)
class SimulatedCrops:
    """How crops of a cohort's sessions are made: `request`, over the first `seconds` of each (None: all).

    beside: they go into the cohort's own folder, beside its recordings, one file a request; else into a folder that
    several cohorts may share.
    """

    cohort: SimulatedCohort
    request: CropRequest
    seconds: float | None = None
    beside: bool = False

    def __post_init__(self) -> None:
        if self.seconds is not None and not self.seconds > 0:
            raise DatasetError(f"crops cannot last {self.seconds:g} seconds", remedy="Give a number above zero.")

    def path(self, folder: Path, i: int) -> Path:
        """The file of session i, in a shared folder named by all that it depends on: another cohort's never takes its
        place."""
        if self.beside:
            return crop_path(session_file(folder, self.cohort.subjects[i]), self.request)
        return folder / f"{self.cohort.subjects[i].file_stem}-{self.key(i)[:16]}{SUFFIX}"

    def key(self, i: int) -> str:
        """SHA-256 of everything that the pixels of session i follow from."""
        subject = self.cohort.subjects[i]
        said = {
            "simulator": SIMULATOR_VERSION,
            "renderer": RENDERER_VERSION,
            "transform": TRANSFORM_VERSION,
            "quality": JPEG_QUALITY,
            "size": self.request.size,
            "rate": self.request.rate,
            "seconds": self.seconds,
            "preset": self.cohort.preset.name,
            "cohort_seed": self.cohort.seed,
            "session": [*subject.session_seed, subject.severity, subject.worst],
            "length": [subject.seconds or self.cohort.seconds, self.cohort.fps],
            "face": asdict(face_of(subject)),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def whole(self, folder: Path, i: int) -> bool:
        """Whether the file of session i is there and undamaged."""
        try:
            there = CropFile(self.path(folder, i))
            there.check()
        except RecordingError:
            return False
        return there.facts.key == self.key(i)

    def facts(self, i: int) -> CropFacts:
        subject = self.cohort.subjects[i]
        settings = {
            "preset": self.cohort.preset.name,
            "cohort_seed": self.cohort.seed,
            "session": subject.session_id,
            "renderer": RENDERER_VERSION,
            "seconds": self.seconds,
        }
        origin = Provenance(EXTRACTOR, SIMULATOR_VERSION, simulated=True, settings=settings, utc_time="")
        return CropFacts(self.request, origin, (WIDTH, HEIGHT), key=self.key(i))

    def frames(self, motion: Motion) -> npt.NDArray[np.int64]:
        times = motion.time_s
        return sampled_frames(times if self.seconds is None else times[times < self.seconds], self.request.rate)

    def write(self, folder: Path, sessions: tuple[int, ...], cancel: CancelToken) -> Iterator[int]:
        """Draw the crops of sessions of one person and give each one's number when its file is there.

        Raises `StorageError` and `Cancelled`.
        """
        person = face_of(self.cohort.subjects[sessions[0]])
        renderer = AvatarCropRenderer(self.request.size, person=person, picture=(WIDTH, HEIGHT))
        for i in sessions:
            motion = session_motion(self.cohort, i)
            performance = performance_of(motion)
            renderer.sit(performance.place)
            with crop_file(self.path(folder, i), self.facts(i)) as writer:
                for frame in self.frames(motion).tolist():
                    cancel.raise_if_cancelled()
                    drawn = renderer.crop(performance.state(frame))
                    if drawn is not None:
                        writer.add(float(motion.time_s[frame]), frame, drawn[1], drawn[0])
            yield i

    def by_person(self, sessions: list[int]) -> list[tuple[int, ...]]:
        """The same sessions, those of one person together: a face is painted once."""
        persons: dict[str, list[int]] = {}
        for i in sessions:
            persons.setdefault(self.cohort.subjects[i].person_id, []).append(i)
        return [tuple(those) for those in persons.values()]
