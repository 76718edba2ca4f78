"""Units in processes of their own: the same results, whatever happens to the processes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.core.search.engines.conftest import STEPS, UNITS, create, results_of
from tests.support.killing import alive, until
from tests.support.toy_units import REGISTRY, optimisations

from lineament.errors import StorageError
from lineament.progress import Cancelled, CancelToken, EventSink, ignore_events
from lineament.search.engines import InlineEngine, PoolEngine
from lineament.search.runs import Event, Loader, Registry, Run, RunError, Unit
from lineament.search.runs.results import UnitFolder


def pids(pool: PoolEngine) -> list[int]:
    return [worker.pid for worker in pool._team if worker.pid is not None]


@pytest.mark.parametrize("order", [1, 2])
def test_any_number_of_workers_and_any_order_end_equal_to_the_last_bit(
    folder: Path, pool: PoolEngine, undisturbed: dict[str, bytes], order: int
) -> None:
    units = optimisations(UNITS, STEPS)
    random.Random(order).shuffle(units)
    with create(folder) as run:
        found = pool.run(units, REGISTRY, run, CancelToken(), ignore_events)
        assert list(found) == [unit.key for unit in units]
    assert results_of(folder) == undisturbed


def test_processes_stay_for_the_next_call_and_the_next_run(tmp_path: Path, pool: PoolEngine) -> None:
    seen = []
    for name in ("one", "other"):
        with create(tmp_path / name) as run:
            units = [Unit("double", {"number": number}) for number in range(4)]
            pool.run(units, REGISTRY, run, CancelToken(), ignore_events)
            total = Unit("add_up", {"of": [unit.key for unit in units]})
            found = pool.run([total], REGISTRY, run, CancelToken(), ignore_events)
            assert found[total.key].values == {"sum": 12}
            seen.append(pids(pool))
    assert seen[0] == seen[1]
    assert len(seen[0]) <= 2


def test_workers_give_way_and_leave_interrupts_to_their_starter(folder: Path, pool: PoolEngine) -> None:
    with create(folder) as run:
        pool.run([Unit("double", {"number": 1})], REGISTRY, run, CancelToken(), ignore_events)
        for pid in pids(pool):
            assert os.getpriority(os.PRIO_PROCESS, pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
            os.kill(pid, signal.SIGINT)
        before = pids(pool)
        pool.run([Unit("double", {"number": 2})], REGISTRY, run, CancelToken(), ignore_events)
    assert pids(pool) == before


def test_a_killed_worker_is_replaced_and_its_unit_goes_on_from_its_checkpoint(
    folder: Path, tmp_path: Path, pool: PoolEngine
) -> None:
    attempts = tmp_path / "attempts"
    attempts.touch()
    unit = Unit("killed", {"attempts": str(attempts), "times": 1})
    with create(folder) as run:
        found = pool.run([unit, Unit("double", {"number": 3})], REGISTRY, run, CancelToken(), ignore_events)
        retried = [event for event in run.events() if event.kind == "unit_retried"]
    assert found[unit.key].values == {"went_on_at": 3}
    assert [event.values["attempt"] for event in retried] == [2]
    assert "killed by signal 9" in retried[0].values["reason"]


def test_a_unit_that_kills_its_worker_three_times_is_a_sentence(folder: Path, tmp_path: Path, pool: PoolEngine) -> None:
    attempts = tmp_path / "attempts"
    attempts.touch()
    unit, other = Unit("killed", {"attempts": str(attempts), "times": 3}, cost=2), Unit("double", {"number": 3})
    with create(folder) as run:
        with pytest.raises(RunError, match=r"died 3 times; the last time it was killed by signal 9\. Most often") as e:
            pool.run([unit, other], REGISTRY, run, CancelToken(), ignore_events)
        assert "\n" not in str(e.value)
    with Run.open(folder) as run:
        found = pool.run([unit, other], REGISTRY, run, CancelToken(), ignore_events)
        assert found[unit.key].values == {"went_on_at": 3}


def test_a_worker_killed_between_its_result_and_its_word_has_done_its_work(
    folder: Path, pool: PoolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the pool sees it: the process is gone, the result is there."""
    unit = Unit("waits", {})
    with create(folder) as run:
        cancel = CancelToken()

        def finish_and_kill(event: object) -> None:
            if isinstance(event, Event) and event.kind == "unit_progress" and event.values["step"] > 1:
                (worker,) = (worker for worker in pool._team if worker.unit is not None)
                assert worker.pid is not None
                os.kill(worker.pid, signal.SIGSTOP)
                UnitFolder(folder / "units", unit.key).finish({"here": 1}, {})
                os.kill(worker.pid, signal.SIGKILL)

        found = pool.run([unit], REGISTRY, run, cancel, finish_and_kill)
        assert found[unit.key].values == {"here": 1}
        assert "unit_retried" not in [event.kind for event in run.events()]


def test_cancelling_saves_every_running_unit_soon(folder: Path, pool: PoolEngine) -> None:
    units = [Unit("waits", {"number": number}) for number in range(3)]
    cancel = CancelToken()
    told: list[float] = []

    def stop_when_both_run(event: object) -> None:
        running = {e.unit for e in seen if e.kind == "unit_progress"}
        if isinstance(event, Event):
            seen.append(event)
        if len(running) == 2 and not told:
            told.append(time.monotonic())
            cancel.cancel()

    seen: list[Event] = []
    with create(folder) as run:
        with pytest.raises(Cancelled):
            pool.run(units, REGISTRY, run, cancel, stop_when_both_run)
        took = time.monotonic() - told[0]
        before = pids(pool)
        assert len(list(folder.glob("units/*/checkpoint.safetensors"))) == 2
        pool.run([Unit("double", {"number": 1})], REGISTRY, run, CancelToken(), ignore_events)
    assert took < 5.0, "two seconds are the aim, on a machine that does nothing else"
    assert pids(pool) == before


def stopping_at_progress(cancel: CancelToken) -> EventSink:
    """Cancels at the first sign of a unit at work: a clock would come too late on a quick machine."""

    def stop(event: object) -> None:
        if isinstance(event, Event) and event.kind == "unit_progress":
            cancel.cancel()

    return stop


def test_cancelled_in_both_engines_in_turn_it_ends_equal_to_the_last_bit(
    folder: Path, pool: PoolEngine, undisturbed: dict[str, bytes]
) -> None:
    units = optimisations(UNITS, STEPS)
    stops = 0
    with create(folder) as run:
        for _ in range(3):
            cancel = CancelToken()
            try:
                pool.run(units, REGISTRY, run, cancel, stopping_at_progress(cancel))
            except Cancelled:
                stops += 1
        assert stops
        InlineEngine().run(units, REGISTRY, run, CancelToken(), ignore_events)
    assert results_of(folder) == undisturbed


def test_errors_of_units_arrive_as_what_they_are(folder: Path, tmp_path: Path, pool: PoolEngine) -> None:
    with create(folder) as run:
        with pytest.raises(RunError, match="memory ran out"):
            pool.run([Unit("runs_out", {})], REGISTRY, run, CancelToken(), ignore_events)
        with pytest.raises(RuntimeError, match="ValueError: a mistake in this function") as raised:
            pool.run([Unit("wrong", {})], REGISTRY, run, CancelToken(), ignore_events)
        assert 'raise ValueError("a mistake in this function")' in raised.value.__notes__[0]
        with pytest.raises(RunError, match="the unit is not finished"):
            pool.run([Unit("add_up", {"of": ["0" * 24]})], REGISTRY, run, CancelToken(), ignore_events)


def test_data_that_cannot_be_loaded_is_an_error_and_not_a_retry(folder: Path, pool: PoolEngine) -> None:
    broken = Registry(REGISTRY.functions, Loader("tests.support.toy_units:load_nothing"))
    with create(folder) as run, pytest.raises(StorageError, match="the features are gone"):
        pool.run([Unit("double", {"number": 1})], broken, run, CancelToken(), ignore_events)


def test_a_full_disk_under_the_log_stops_the_units_and_is_a_sentence(
    folder: Path, pool: PoolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(event: object) -> None:
        if isinstance(event, Event) and event.kind == "unit_progress":
            raise StorageError("the disk is full", remedy="Free some space.")

    with create(folder) as run, pytest.raises(StorageError, match="the disk is full"):
        pool.run([Unit("waits", {})], REGISTRY, run, CancelToken(), full)
    assert list(folder.glob("units/*/checkpoint.safetensors"))


def test_a_unit_that_does_not_listen_is_killed_after_a_while(
    folder: Path, pool: PoolEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lineament.search.engines.pool.STOP_PATIENCE_S", 0.2)
    cancel = CancelToken()

    def stop(event: object) -> None:
        if isinstance(event, Event) and event.kind == "unit_progress":
            cancel.cancel()

    with create(folder) as run, pytest.raises(Cancelled):
        pool.run([Unit("deaf", {})], REGISTRY, run, cancel, stop)
    assert list(folder.glob("units/*/checkpoint.safetensors"))


def test_every_library_computes_in_one_thread(folder: Path, pool: PoolEngine) -> None:
    with create(folder) as run:
        for engine in (InlineEngine(), pool):
            unit = Unit("threads", {"engine": type(engine).__name__})
            found = engine.run([unit], REGISTRY, run, CancelToken(), ignore_events)[unit.key].values
            assert found["torch"] == 1
            assert set(found["others"]) == {1}


def test_processes_that_cannot_start_are_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineament.search.engines.workers.work", id)  # a body that ends at once
    with create(folder) as run, PoolEngine(1) as engine:
        with pytest.raises(RunError, match="worker processes cannot be kept alive: the last one ended with status 0"):
            engine.run([Unit("double", {"number": 1})], REGISTRY, run, CancelToken(), ignore_events)
        assert not run.finished_units()


def test_workers_end_by_themselves_when_their_starter_is_killed(folder: Path, undisturbed: dict[str, bytes]) -> None:
    """The starter tells its workers' numbers; it is killed while they work, and the run then goes on elsewhere."""
    command = [sys.executable, "-m", "tests.support.toy_run", str(folder), str(UNITS), str(STEPS), "2"]
    with subprocess.Popen(command, env={**os.environ, "TOY_PIDS": str(folder.parent / "pids")}) as starter:
        until(lambda: list(folder.glob("units/*/checkpoint.safetensors")), 60)
        workers = [int(number) for number in (folder.parent / "pids").read_text().split()]
        starter.kill()
    until(lambda: not any(map(alive, workers)), 5)
    assert len(workers) == 2
    with Run.open(folder) as run:
        InlineEngine().run(optimisations(UNITS, STEPS), REGISTRY, run, CancelToken(), ignore_events)
    assert results_of(folder) == undisturbed
