"""A whole search, all phases of the standard preset at a small budget, on a cluster of two machines and on this one."""

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.core.cli.conftest import TINY_SEARCH, finished_search
from tests.support.killing import kill_and_resume
from tests.support.ray_cluster import SmallCluster, small_cluster

from lineament.datasets.cohort import Cohort
from lineament.features.cohort_features import CohortFeatures, cohort_features
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.search.config import SearchConfig
from lineament.search.engines import Engine, PoolEngine
from lineament.search.engines.ray import RayEngine
from lineament.search.outcome_files import MEMBERS, OUTCOME
from lineament.search.recipe import Recipe
from lineament.search.runs import Event, SavePolicy
from lineament.search.runs.run import Run
from lineament.search.search import create_run, run_search
from lineament.simulation import simulate_cohort

__all__ = ["finished_search"]  # the fixture
pytestmark = pytest.mark.slow

CONFIG = SearchConfig.preset(
    "standard",
    budget=600,
    seconds=60.0,
    folds=2,
    search_folds=2,
    short_list=7,
    random_candidates=1,
    random_controls=1,
    tuning_steps=2,
    recipe=Recipe(steps=24, persons=12, windows=5, validation_windows=3),
)
"""The standard preset with less of everything: 70,000 steps take two cores half an hour, each of the three times."""
PHASES = ["warm-up", "joint", "discretise", "short list", "final", "controls"]


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> CohortFeatures:
    cohort = Cohort.from_simulation(simulate_cohort(32, "strong", 1, seconds=CONFIG.seconds))
    split = cohort.with_session_splits(["train"] * 16 + ["dev"] * 8 + ["test"] * 8)
    return cohort_features(split, CONFIG.seconds, cache=tmp_path_factory.mktemp("features"))


@pytest.fixture(scope="module")
def two_machines() -> Any:
    with small_cluster(cores=1) as cluster:
        cluster.second = cluster.add(cores=1)
        yield cluster


def searched(
    folder: Path, features: CohortFeatures, engine: Engine, sink: EventSink = ignore_events
) -> tuple[dict[str, Any], bytes, float]:
    """`outcome.json`, the members' weights, and the seconds it took."""
    with create_run(folder, features, CONFIG) as run, engine:
        started = time.monotonic()
        run_search(features, CONFIG, run, engine, CancelToken(), sink)
        took = time.monotonic() - started
    return json.loads((folder / OUTCOME).read_text()), (folder / MEMBERS).read_bytes(), took


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, features: CohortFeatures) -> tuple[dict[str, Any], bytes, float]:
    return searched(tmp_path_factory.mktemp("local") / "run", features, PoolEngine(2))


def finished_here(run: Path) -> Counter[str | None]:
    """How often each unit was computed to its end."""
    events = Run.view(run).events()
    return Counter(e.unit for e in events if e.kind == "unit_finished" and not e.values["reused"])


def unit_files(run: Path) -> dict[str, bytes]:
    units = run / "units"
    return {str(path.relative_to(units)): path.read_bytes() for path in sorted(units.rglob("*")) if path.is_file()}


def test_a_cluster_finds_what_this_computer_finds(
    tmp_path: Path,
    features: CohortFeatures,
    two_machines: SmallCluster,
    local: tuple[dict[str, Any], bytes, float],
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcome, members, took = searched(tmp_path / "run", features, RayEngine(two_machines.address))
    assert outcome == local[0]
    assert members == local[1]
    events = Run.view(tmp_path / "run").events()
    assert [event.values["phase"] for event in events if event.kind == "phase_started"] == PHASES
    counts = finished_here(tmp_path / "run")
    assert set(counts.values()) == {1}
    with capsys.disabled():
        print(f"\n{len(counts)} units: pool of 2 {local[2]:.1f} s, Ray cluster of 2 x 1 core {took:.1f} s")  # noqa: T201


def test_a_machine_killed_in_the_middle_costs_no_finished_unit(
    tmp_path: Path,
    features: CohortFeatures,
    two_machines: SmallCluster,
    local: tuple[dict[str, Any], bytes, float],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each machine has one core, so while both folds' joint supernets train, one does on the machine that is killed."""
    folder = tmp_path / "run"
    joint: dict[str | None, float] = {}
    before: list[Counter[str | None]] = []
    added: list[Any] = []

    def watch(event: object) -> None:
        if not isinstance(event, Event):
            return
        if event.kind == "unit_started" and event.values["unit_kind"] == "joint":
            joint[event.unit] = 0.0
        elif event.kind == "unit_progress" and event.unit in joint:
            joint[event.unit] = event.values["step"] / event.values["steps"]
        if not before and len(joint) == 2 and min(joint.values()) > 0.3:
            before.append(finished_here(folder))
            two_machines.kill(two_machines.second)  # type: ignore[attr-defined]
        elif before and not added and event.kind == "unit_finished" and event.unit not in before[0]:
            added.append(two_machines.add(cores=1))

    engine = RayEngine(two_machines.address, policy=SavePolicy(every_steps=2))
    outcome, members, took = searched(folder, features, engine, watch)
    events = Run.view(folder).events()
    retried = [event for event in events if event.kind == "unit_retried"]
    counts = finished_here(folder)
    assert len(before) == 1
    assert sum(before[0].values()) >= 20
    assert len(retried) == 1
    assert retried[0].values["reason"] == "its machine went away"
    assert retried[0].unit in joint
    assert set(counts.values()) == {1}, "no unit was finished twice"
    starts = [event for event in events if event.kind == "unit_started"]
    times = Counter(start.unit for start in starts)
    again = [start for start in starts if times[start.unit] > 1]
    assert [start.unit for start in again] == [retried[0].unit] * 2, "no other was begun again"
    assert [start.values["resumed"] for start in again] == [False, True]
    assert outcome == local[0]
    assert members == local[1]
    with capsys.disabled():
        finished = sum(before[0].values())
        print(  # noqa: T201
            f"\nmachine killed after {finished} of {len(counts)} units: {len(retried)} unit sent out again, "
            f"0 finished twice, {took:.1f} s; outcome.json equal to the local run's"
        )


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")
def test_a_killed_search_is_resumed_on_the_cluster_and_ends_equal(
    tmp_path: Path, finished_search: Path, two_machines: SmallCluster
) -> None:
    """The command itself, killed with SIGKILL; `finished_search` is the same search on this computer."""
    folder = tmp_path / "run"
    lineament = [sys.executable, "-m", "lineament.cli.main", "search"]
    on = ["--ray", two_machines.address]
    killed = kill_and_resume(
        [*lineament, "run", *TINY_SEARCH, "--out", str(folder), *on],
        folder,
        3,
        resume=[*lineament, "resume", str(folder), *on],
        seed=5,
        within_s=4.0,
    )
    assert killed.times
    assert set(finished_here(folder).values()) == {1}
    assert unit_files(folder) == unit_files(finished_search)
    ours, theirs = (json.loads((run / OUTCOME).read_text()) for run in (folder, finished_search))
    assert ours == theirs
