"""How fast recordings are scored while they grow, and how fast persons are simulated, on one core."""

import time
from dataclasses import replace

import numpy as np

from lineament.inference import Scorer
from lineament.models import load_model
from lineament.recording.view import FloatArray, RecordingMeta
from lineament.resources import resource_path
from lineament.simulation import SimulatedRecording, simulate_cohort
from lineament.simulation.cohort import persons_per_second


class Prefix:
    """The first rows of a simulated recording."""

    def __init__(self, whole: SimulatedRecording, rows: int) -> None:
        self.whole, self.n_rows = whole, rows

    @property
    def meta(self) -> RecordingMeta:
        return replace(self.whole.meta, complete=self.n_rows >= self.whole.n_rows)

    @property
    def time_s(self) -> np.ndarray:
        return self.whole.time_s[: self.n_rows]

    def has(self, name: str) -> bool:
        return self.whole.has(name)

    def column(self, name: str) -> np.ndarray:
        return self.whole.column(name)[: self.n_rows]

    def mesh(self, start: int, stop: int) -> None:
        return None

    def landmarks68(self, start: int, stop: int) -> FloatArray | None:
        return self.whole.landmarks68(start, min(stop, self.n_rows))

    def row_of_frame(self, frame: int) -> int:
        return frame if frame < self.n_rows else -1


def rows() -> list[tuple[str, str, str, bool]]:
    import torch

    torch.set_num_threads(1)
    model = load_model(resource_path("models/hand_designed"))
    cohort = simulate_cohort(6, seed=3)
    speed = persons_per_second(cohort)
    hour = cohort.session(0, seconds=3600, fps=30)
    scorer = Scorer(model)
    started = time.perf_counter()
    scorer.score(Prefix(hour, hour.n_rows - 3000))
    first = 1e3 * (time.perf_counter() - started)
    times = []
    for stop in range(hour.n_rows - 2900, hour.n_rows, 30):
        started = time.perf_counter()
        scorer.score(Prefix(hour, stop))
        times.append(1e3 * (time.perf_counter() - started))
    median, late = float(np.median(times)), float(np.percentile(times, 95))
    return [
        ("simulated persons of 600 s at 10 Hz, a second", f"{speed:.1f}", ">= 5", speed >= 5),
        ("score an hour of 30 fps for the first time", f"{first:.0f} ms", "<= 3000 ms", first <= 3000),
        ("estimate's update after each second of an hour, median", f"{median:.1f} ms", "<= 50 ms", median <= 50),
        ("estimate's update after each second of an hour, p95", f"{late:.1f} ms", "<= 50 ms", late <= 50),
    ]
