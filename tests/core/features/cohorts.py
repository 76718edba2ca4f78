"""Small cohorts whose recordings a test may change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from lineament.datasets import Cohort, Session
from lineament.recording.in_memory import InMemoryRecording
from lineament.simulation import simulate_cohort

SECONDS = 60.0


def recordings(count: int, seconds: float = SECONDS) -> list[InMemoryRecording]:
    cohort = simulate_cohort(count, seed=5, seconds=seconds)
    return [InMemoryRecording(s.meta, s.columns, s.points) for s in map(cohort.session, range(count))]


def cohort_of(made: list[InMemoryRecording], splits: list[str] | None = None, origin: str = "a") -> Cohort:
    """A cohort that reads these recordings; `origin` stands for what they are made from."""
    names = splits or ["train"] * len(made)
    sessions = tuple(
        Session(f"P{i}", f"{300 + i}", float(3 * i), name, origin=f"{origin}{i}") for i, name in enumerate(names)
    )
    return Cohort("six", sessions, made.__getitem__, made[0].meta.provenance.extractor, simulated=True)


def changed(
    recording: InMemoryRecording, change: Callable[[dict[str, np.ndarray], np.ndarray], None]
) -> InMemoryRecording:
    """A copy whose columns and points `change` may write to."""
    columns = {name: values.copy() for name, values in recording.columns.items()}
    points = recording.points.copy()
    change(columns, points)
    return replace(recording, columns=columns, points=points)


def blank(recording: InMemoryRecording) -> InMemoryRecording:
    """The same session without a face."""

    def lose(columns: dict[str, np.ndarray], points: np.ndarray) -> None:
        columns["success"][:] = False
        columns["confidence"][:] = 0
        points[:] = np.nan

    return changed(recording, lose)


def without(recording: InMemoryRecording, *names: str) -> InMemoryRecording:
    return replace(recording, columns={n: v for n, v in recording.columns.items() if n not in names})


def files_of(folder: Path) -> dict[str, float]:
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
