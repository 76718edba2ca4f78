"""Simulated persons whose faces are drawn: who learns, who is tested on, and what their pictures truly show."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.crops import CropFile, CropRequest
from lineament.crops.cohort import write_simulated_crops
from lineament.crops.simulated import session_motion
from lineament.datasets.scales import PHQ8
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.simulation import SimulatedCohort, simulate_cohort
from lineament.simulation.session import EXTRACTOR
from lineament.training.crops.videos import CropVideos

FloatArray = npt.NDArray[np.float64]

REQUEST = CropRequest(112, 4.0)
"""A crop every quarter of a second: what the clips below are made of, and half of what would have to be drawn at the
usual eight."""
SECONDS = 32.0
FPS = 10
"""Of the recordings; faces are drawn from movement three times as fine."""


@dataclass(frozen=True)
class PixelCohort:
    """A preset's persons, one session of `seconds` each, every one with a face of their own.

    test, calibration, dev, train: how many persons; they are dealt in this order, so that more learners leave all
    others the same.
    """

    preset: str
    train: int
    seed: int
    dev: int = 24
    calibration: int = 12
    test: int = 52
    seconds: float = SECONDS

    @property
    def name(self) -> str:
        return f"{self.preset}-{self.train}-{self.seed}"

    @property
    def splits(self) -> list[str]:
        return ["test"] * self.test + ["calibration"] * self.calibration + ["dev"] * self.dev + ["train"] * self.train

    def simulate(self) -> SimulatedCohort:
        return simulate_cohort(len(self.splits), self.preset, self.seed, seconds=float(self.seconds), fps=FPS)


@dataclass(frozen=True, eq=False)
class DrawnCohort:
    """A cohort with its crops: `videos` in the order of `simulated`; frames: int64[T] of each, the moments drawn."""

    cohort: PixelCohort
    simulated: SimulatedCohort
    videos: CropVideos
    frames: Sequence[npt.NDArray[np.int64]]

    def shown(self) -> FloatArray:
        """float64[N, 44]: mean and standard deviation of the true action units, gaze and head turns at the very moments
        that were drawn: what a perfect reader of every single crop would know."""
        rows = []
        for i, frames in enumerate(self.frames):
            motion = session_motion(self.simulated, i)
            seen = np.concatenate([motion.au, motion.gaze, motion.head], axis=1)[frames]
            rows.append(np.concatenate([seen.mean(axis=0), seen.std(axis=0)]))
        return np.array(rows)

    def measured(self, channels: Sequence[str]) -> list[FloatArray]:
        """float64[T, K] of each session: what its recording's extractor measured when each crop was taken, NaN where it
        lost the face."""
        found = []
        for i, source in enumerate(self.videos.sources):
            recording = self.simulated.session(i)
            rows = np.clip(np.rint(source.times * self.simulated.fps), 0, recording.n_rows - 1).astype(np.int64)
            columns = [np.asarray(recording.columns[name], dtype=np.float64) for name in channels]
            found.append(np.stack(columns, axis=1)[rows])
        return found


def draw(
    cohort: PixelCohort,
    folder: Path,
    workers: int = 1,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> DrawnCohort:
    """Draw the crops that `folder` does not hold yet, and open all of them. Raises as `write_simulated_crops`."""
    simulated = cohort.simulate()
    paths = write_simulated_crops(
        simulated, folder, REQUEST, seconds=float(cohort.seconds), workers=workers, cancel=cancel, sink=sink
    )
    files = [CropFile(path) for path in paths]
    videos = CropVideos(
        sources=files,
        scores=np.array([float(subject.phq8) for subject in simulated.subjects]),
        person_ids=[subject.person_id for subject in simulated.subjects],
        splits=cohort.splits,
        scale=PHQ8,
        extractor=EXTRACTOR,
        simulated=True,
        data=simulated.name,
    )
    return DrawnCohort(cohort, simulated, videos, [file.frames for file in files])
