"""Units as tasks of a small Ray cluster: the same results, and nothing lost, whatever happens to the processes."""

import time
from pathlib import Path

import pytest
from tests.core.search.engines.conftest import STEPS, UNITS, create, results_of
from tests.support.ray_units import REGISTRY
from tests.support.toy_units import optimisations

from lineament.errors import StorageError
from lineament.progress import Cancelled, CancelToken, ignore_events
from lineament.search.engines import InlineEngine
from lineament.search.engines.ray import RayEngine, shift
from lineament.search.runs import Event, Loader, Registry, RunError, Unit


@pytest.mark.slow
def test_it_ends_equal_to_the_last_bit_and_tells_what_a_pool_tells(
    folder: Path, engine: RayEngine, undisturbed: dict[str, bytes]
) -> None:
    units = optimisations(UNITS, STEPS)[::-1]
    with create(folder) as run:
        found = engine.run(units, REGISTRY, run, CancelToken(), ignore_events)
        events = [event for event in run.events() if event.unit is not None]
    assert engine.workers == 2
    assert list(found) == [unit.key for unit in units]
    assert results_of(folder) == undisturbed
    for unit in units:
        own = [event for event in events if event.unit == unit.key]
        assert [e.kind for e in own if e.kind != "unit_progress"] == ["unit_started", "losses", "unit_finished"]
        assert own[0].values["settings"] == unit.settings
        assert own[-1].values["reused"] is False
        assert own[-1].values["seconds"] > 0
        steps = [event.values["step"] for event in own if event.kind == "unit_progress"]
        assert steps == sorted(steps)
        assert steps[-1] == STEPS
    assert [event.time for event in events] == sorted(event.time for event in events)


def test_units_read_earlier_ones_and_finished_ones_are_not_sent_again(folder: Path, engine: RayEngine) -> None:
    units = [Unit("double", {"number": number}) for number in range(4)]
    total = Unit("add_up", {"of": [unit.key for unit in units]})
    with create(folder) as run:
        engine.run(units, REGISTRY, run, CancelToken(), ignore_events)
        found = engine.run([total, units[2]], REGISTRY, run, CancelToken(), ignore_events)
        finished = [event for event in run.events() if event.kind == "unit_finished"]
    assert found[total.key].values == {"sum": 12}
    assert found[units[2].key].values["number"] == 4
    assert sum(not event.values["reused"] for event in finished) == 5
    assert [event.unit for event in finished if event.values["reused"]] == [units[2].key]


def test_a_killed_process_is_replaced_and_its_unit_goes_on_from_its_checkpoint(
    folder: Path, tmp_path: Path, engine: RayEngine
) -> None:
    attempts = tmp_path / "attempts"
    attempts.touch()
    unit = Unit("killed_later", {"attempts": str(attempts), "times": 1})
    with create(folder) as run:
        found = engine.run([unit, Unit("double", {"number": 3})], REGISTRY, run, CancelToken(), ignore_events)
        retried = [event for event in run.events() if event.kind == "unit_retried"]
    assert found[unit.key].values == {"went_on_at": 3}
    assert [event.values["attempt"] for event in retried] == [2]
    assert "its worker process was lost" in retried[0].values["reason"]


def test_cancelling_saves_every_running_unit_soon_and_another_engine_goes_on(folder: Path, engine: RayEngine) -> None:
    units = [Unit("waits", {"number": number}) for number in range(3)]
    cancel, running, told = CancelToken(), set[str | None](), list[float]()

    def stop_when_both_run(event: object) -> None:
        if isinstance(event, Event) and event.kind == "unit_progress":
            running.add(event.unit)
        if len(running) == 2 and not told:
            told.append(time.monotonic())
            cancel.cancel()

    with create(folder) as run:
        with pytest.raises(Cancelled):
            engine.run(units, REGISTRY, run, cancel, stop_when_both_run)
        took = time.monotonic() - told[0]
        assert len(list(folder.glob("units/*/checkpoint.safetensors"))) == 2
        assert took < 5.0, "two seconds are the aim, on a machine that does nothing else"
        again, seen = CancelToken(), list[Event]()

        def stop_at_once(event: object) -> None:
            if isinstance(event, Event):
                seen.append(event)
            again.cancel()

        with pytest.raises(Cancelled):
            InlineEngine().run([u for u in units if u.key in running], REGISTRY, run, again, stop_at_once)
    assert seen[0].values["resumed"] is True


def test_errors_of_units_arrive_as_what_they_are(folder: Path, engine: RayEngine) -> None:
    with create(folder) as run:
        with pytest.raises(RuntimeError, match="ValueError: a mistake in this function") as raised:
            engine.run([Unit("wrong", {})], REGISTRY, run, CancelToken(), ignore_events)
        assert 'raise ValueError("a mistake in this function")' in raised.value.__notes__[0]
        with pytest.raises(RunError, match=r"^run: .*the unit is not finished"):
            engine.run([Unit("add_up", {"of": ["0" * 24]})], REGISTRY, run, CancelToken(), ignore_events)
        broken = Registry(REGISTRY.functions, Loader("tests.support.toy_units:load_nothing"))
        with pytest.raises(StorageError, match="the features are gone"):
            engine.run([Unit("double", {"number": 1})], broken, run, CancelToken(), ignore_events)


def test_machines_with_other_versions_are_refused(
    folder: Path, engine: RayEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift, "versions", lambda: {"torch": "0.1"})
    with (
        create(folder) as run,
        pytest.raises(RunError, match=r"has torch [\d.]+, this one has 0\.1\. Install the same"),
    ):
        engine.run([Unit("double", {"number": 1})], REGISTRY, run, CancelToken(), ignore_events)


def test_every_library_computes_in_one_thread(folder: Path, engine: RayEngine) -> None:
    with create(folder) as run:
        unit = Unit("threads", {})
        found = engine.run([unit], REGISTRY, run, CancelToken(), ignore_events)[unit.key].values
    assert found["torch"] == 1
    assert set(found["others"]) == {1}
