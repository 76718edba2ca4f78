"""Units in the calling thread: done once, resumed exactly, and every failure one sentence that loses nothing."""

import random
from pathlib import Path

import pytest
import torch  # noqa: TID253
from tests.core.analysis.test_full_disk import mounted
from tests.core.search.engines.conftest import SAVING, STEPS, UNITS, create, results_of
from tests.support.toy_units import REGISTRY, optimisations

from lineament.errors import StorageError
from lineament.progress import Cancelled, CancelToken, ignore_events
from lineament.search.engines import InlineEngine
from lineament.search.runs import Event, Run, RunError, SavePolicy, Unit

ENGINE = InlineEngine(SAVING)


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def cancel_at(run: Run, units: list[Unit], total_steps: int) -> None:
    """Work until so many steps were made by all units together in this session."""
    cancel = CancelToken()
    made = 0

    class Counted(CancelToken):
        """Cancelled when it is asked for the so-manyth time: once after each step."""

        def raise_if_cancelled(self) -> None:
            if cancel.cancelled:
                raise Cancelled

        @property
        def cancelled(self) -> bool:
            nonlocal made
            made += 1
            if made >= total_steps:
                cancel.cancel()
            return cancel.cancelled

    with pytest.raises(Cancelled):
        ENGINE.run(units, REGISTRY, run, Counted(), ignore_events)


def test_finished_units_are_read_and_not_run_again(folder: Path) -> None:
    units = [Unit("double", {"number": number}) for number in (4, 5)]
    with create(folder) as run:
        first = ENGINE.run(units[:1], REGISTRY, run, CancelToken(), ignore_events)
        seen: list[object] = []
        both = ENGINE.run([*units, units[1]], REGISTRY, run, CancelToken(), seen.append)
    assert list(both) == [unit.key for unit in units]
    assert both[units[0].key] == first[units[0].key]
    assert both[units[1].key].values["number"] == 10
    assert [
        (e.kind, e.unit, e.values.get("reused")) for e in seen if isinstance(e, Event) and e.kind != "time_left"
    ] == [
        ("unit_finished", units[0].key, True),
        ("unit_started", units[1].key, None),
        ("unit_finished", units[1].key, False),
    ]


def test_units_read_what_earlier_ones_found(folder: Path) -> None:
    units = [Unit("double", {"number": number}) for number in (1, 2, 3)]
    total = Unit("add_up", {"of": [unit.key for unit in units]})
    with create(folder) as run:
        ENGINE.run(units, REGISTRY, run, CancelToken(), ignore_events)
        found = ENGINE.run([total], REGISTRY, run, CancelToken(), ignore_events)
    assert found[total.key].values == {"sum": 12}


def test_cancelled_at_twenty_random_steps_it_ends_equal_to_the_last_bit(
    folder: Path, undisturbed: dict[str, bytes]
) -> None:
    moments = random.Random(6)
    units = optimisations(UNITS, STEPS)
    with create(folder):
        pass
    for _ in range(20):
        with Run.open(folder) as run:
            cancel_at(run, units, moments.randrange(1, 2 * UNITS * STEPS // 20))
    with Run.open(folder) as run:
        assert len(run.finished_units()) < UNITS
        ENGINE.run(units, REGISTRY, run, CancelToken(), ignore_events)
        started = [event for event in run.events() if event.kind == "unit_started"]
    assert results_of(folder) == undisturbed
    assert sum(event.values["resumed"] for event in started) >= 15


def test_nothing_of_a_unit_depends_on_the_callers_randomness_or_threads(
    folder: Path, undisturbed: dict[str, bytes]
) -> None:
    torch.manual_seed(99)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with create(folder) as run:
            units = optimisations(UNITS, STEPS)[::-1]
            ENGINE.run(units, REGISTRY, run, CancelToken(), ignore_events)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert results_of(folder) == undisturbed
    assert torch.get_rng_state().equal(before)


def test_another_seed_of_the_run_gives_other_results(folder: Path, undisturbed: dict[str, bytes]) -> None:
    with create(folder, seed=12) as run:
        ENGINE.run(optimisations(UNITS, STEPS), REGISTRY, run, CancelToken(), ignore_events)
    ours = results_of(folder)
    assert ours.keys() == undisturbed.keys()
    assert all((ours[name] == undisturbed[name]) == name.endswith("unit.json") for name in ours)


def test_a_damaged_checkpoint_restarts_its_unit_and_says_so(folder: Path, undisturbed: dict[str, bytes]) -> None:
    units = optimisations(UNITS, STEPS)
    with create(folder) as run:
        cancel_at(run, units, 300)
        (checkpoint,) = folder.glob("units/*/checkpoint.safetensors")
        content = bytearray(checkpoint.read_bytes())
        content[len(content) // 2] ^= 1
        checkpoint.write_bytes(content)
        ENGINE.run(units, REGISTRY, run, CancelToken(), ignore_events)
        (restarted,) = (event for event in run.events() if event.kind == "unit_restarted")
    assert restarted.unit == checkpoint.parent.name
    assert "the checkpoint is damaged" in restarted.values["reason"]
    assert results_of(folder) == undisturbed


def test_a_damaged_result_is_computed_again_and_says_so(folder: Path, undisturbed: dict[str, bytes]) -> None:
    units = optimisations(UNITS, STEPS)
    with create(folder) as run:
        ENGINE.run(units, REGISTRY, run, CancelToken(), ignore_events)
        arrays = run.unit_folder(units[1].key).path / "arrays.safetensors"
        arrays.write_bytes(arrays.read_bytes()[:-3])
        ENGINE.run(units, REGISTRY, run, CancelToken(), ignore_events)
        (restarted,) = (event for event in run.events() if event.kind == "unit_restarted")
    assert restarted.unit == units[1].key
    assert results_of(folder) == undisturbed


def test_a_small_disk_fills_and_is_emptied(tmp_path: Path) -> None:
    small, large = Unit("stores_much", {"numbers": 10}), Unit("stores_much", {"numbers": 30_000})
    with mounted(tmp_path / "disk", "size=600k") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 300 * 1024)
        with create(disk / "run") as run:
            with pytest.raises(StorageError, match=r"the disk that holds .*disk.* is full\. Free some space") as raised:
                ENGINE.run([small, large], REGISTRY, run, CancelToken(), ignore_events)
            assert "\n" not in str(raised.value)
            assert run.finished_units() == [small]
        ballast.unlink()
        with Run.open(disk / "run") as run:
            found = ENGINE.run([small, large], REGISTRY, run, CancelToken(), ignore_events)
            assert len(found[large.key].arrays["much"]) == 30_000
        assert not list(disk.rglob("*.tmp"))


def test_too_little_memory_is_a_sentence_and_the_run_stays_resumable(folder: Path) -> None:
    with create(folder) as run, pytest.raises(RunError, match=r"memory ran out .* Use fewer workers"):
        ENGINE.run([Unit("runs_out", {})], REGISTRY, run, CancelToken(), ignore_events)
    Run.open(folder).close()


def test_a_mistake_in_a_units_function_is_not_hidden(folder: Path) -> None:
    with create(folder) as run:
        with pytest.raises(ValueError, match="a mistake in this function"):
            ENGINE.run([Unit("wrong", {})], REGISTRY, run, CancelToken(), ignore_events)
        with pytest.raises(KeyError, match="no function runs units of kind 'unknown'; there are optimise"):
            ENGINE.run([Unit("unknown", {})], REGISTRY, run, CancelToken(), ignore_events)


def test_without_steps_given_a_unit_saves_by_the_clock(folder: Path) -> None:
    (unit,) = optimisations(1, 40)
    saves: list[Path] = []
    with create(folder) as run, pytest.MonkeyPatch.context() as patch:
        patch.setattr("lineament.search.runs.context.write_checkpoint", lambda path, state: saves.append(path))
        InlineEngine(SavePolicy(every_s=0.0)).run([unit], REGISTRY, run, CancelToken(), ignore_events)
        assert len(saves) == 40
        again = optimisations(1, 41)
        InlineEngine(SavePolicy(every_s=60.0)).run(again, REGISTRY, run, CancelToken(), ignore_events)
    assert len(saves) == 40
