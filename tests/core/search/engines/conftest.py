"""Runs of toy units, what they end as when nothing disturbs them, and one pool for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.toy_units import REGISTRY, optimisations

from lineament.progress import CancelToken, ignore_events
from lineament.search.engines import InlineEngine, PoolEngine
from lineament.search.runs import Run, SavePolicy

UNITS, STEPS = 3, 200
SAVING = SavePolicy(every_steps=20)


def create(folder: Path, seed: int = 11) -> Run:
    """The run that `tests.support.toy_run` makes."""
    return Run.create(folder, {"units": UNITS, "steps": STEPS}, "toy", seed=seed)


def results_of(folder: Path) -> dict[str, bytes]:
    """Every file of every unit, to the byte."""
    units = folder / "units"
    return {str(path.relative_to(units)): path.read_bytes() for path in sorted(units.rglob("*")) if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What `UNITS` optimisations end as when nothing disturbs them and nothing is saved in between."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    with create(folder) as run:
        never = InlineEngine(SavePolicy(every_s=1e9))
        never.run(optimisations(UNITS, STEPS), REGISTRY, run, CancelToken(), ignore_events)
    return results_of(folder)


@pytest.fixture(scope="session")
def pool() -> Iterator[PoolEngine]:
    with PoolEngine(2, SAVING) as engine:
        yield engine
