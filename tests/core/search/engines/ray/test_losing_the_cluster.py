"""A cluster that goes away while it computes: a sentence, and a run that can be resumed."""

import os
import signal
import time
from pathlib import Path

import pytest
from tests.core.search.engines.conftest import SAVING, STEPS, UNITS, create
from tests.support.ray_cluster import small_cluster
from tests.support.ray_units import REGISTRY
from tests.support.toy_units import optimisations

from lineament.progress import Cancelled, CancelToken, ignore_events
from lineament.search.engines import InlineEngine
from lineament.search.engines.ray import RayEngine
from lineament.search.runs import Event, Run, RunError, Unit

pytestmark = pytest.mark.slow


def test_a_connection_that_breaks_is_a_sentence_and_the_engine_can_be_used_again(
    folder: Path, engine: RayEngine, undisturbed: dict[str, bytes]
) -> None:
    """Ray itself ends the process that belongs to a cluster when the cluster goes away."""

    def break_it(event: object) -> None:
        if isinstance(event, Event) and event.kind == "unit_progress" and engine._link is not None:
            pid = engine._link._process.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)

    units = optimisations(UNITS, STEPS)
    with create(folder) as run, pytest.raises(RunError, match=r"is gone .*What arrived is kept") as raised:
        engine.run([Unit("waits", {})], REGISTRY, run, CancelToken(), break_it)
    assert "\n" not in str(raised.value)
    assert engine.workers == 0
    with Run.open(folder) as run:
        engine.run(units, REGISTRY, run, CancelToken(), ignore_events)
        assert engine.workers == 2
    for name, content in undisturbed.items():
        assert (folder / "units" / name).read_bytes() == content


def test_without_its_control_process_a_cluster_is_gone_and_this_process_is_not(folder: Path) -> None:
    """Ray itself would end the process after a minute."""
    killed: list[float] = []

    def kill(event: object) -> None:
        if isinstance(event, Event) and event.kind == "unit_progress" and not killed:
            killed.append(time.monotonic())
            cluster.kill_control()

    unit = Unit("waits", {})
    with small_cluster(cores=1) as cluster, RayEngine(cluster.address, policy=SAVING) as engine:
        with create(folder) as run, pytest.raises(RunError, match=r"^run: the Ray cluster at .* is gone \(") as raised:
            engine.run([unit], REGISTRY, run, CancelToken(), kill)
        assert time.monotonic() - killed[0] < 90
        assert "\n" not in str(raised.value)
    cancel, seen = CancelToken(), list[Event]()

    def stop_at_once(event: object) -> None:
        if isinstance(event, Event):
            seen.append(event)
        cancel.cancel()

    with Run.open(folder) as run, pytest.raises(Cancelled):
        InlineEngine().run([unit], REGISTRY, run, cancel, stop_at_once)
    assert seen[0].values["resumed"] is True
