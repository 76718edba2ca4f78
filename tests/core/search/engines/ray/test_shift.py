"""What is sent out, kept and sent out again, with a cluster that does as it is told."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from tests.core.search.engines.conftest import SAVING, create, results_of
from tests.support.toy_units import REGISTRY

from lineament.errors import StorageError
from lineament.progress import Cancelled, CancelToken, ignore_events
from lineament.search.engines import InlineEngine
from lineament.search.engines.ray import shift
from lineament.search.engines.ray.letters import Done, Drop, EndShift, Letter, Lost, Saved, Send
from lineament.search.engines.ray.link import Link
from lineament.search.engines.ray.shift import Shift, keep_result, luggage
from lineament.search.engines.worker import Stopped
from lineament.search.runs import Run, RunError, Unit
from lineament.search.runs.events import event_now
from lineament.search.runs.execution import Place

MACHINE, PROCESS = Lost("its machine went away", machine=True), Lost("its process was lost", machine=False)
UNIT = Unit("double", {"number": 4})
Answer = Callable[[Send], list[object]]


class Obedient:
    """A link whose cluster answers every errand by `answer`; contents without a letter are of that attempt."""

    def __init__(self, answer: Answer, cores: int = 2) -> None:
        self.cores, self._answer = cores, answer
        self.errands: list[Send] = []
        self.others: list[object] = []
        self.letters: deque[Letter] = deque()

    def send(self, message: object) -> None:
        if not isinstance(message, Send):
            self.others.append(message)
            return
        self.errands.append(message)
        for content in self._answer(message):
            self.letters.append(content if isinstance(content, Letter) else Letter(message.attempt, content))

    def heard(self, timeout_s: float) -> Iterator[Letter]:
        while self.letters:
            yield self.letters.popleft()


@pytest.fixture
def result(tmp_path: Path) -> dict[str, bytes]:
    """The files that `UNIT` ends as."""
    with create(tmp_path / "elsewhere") as run:
        InlineEngine().run([UNIT], REGISTRY, run, CancelToken(), ignore_events)
    return {Path(name).name: content for name, content in results_of(tmp_path / "elsewhere").items()}


def done(files: dict[str, bytes], unit: Unit = UNIT) -> Done:
    facts = {"unit_kind": unit.kind, "seconds": 1.0, "reused": False}
    return Done({n: f for n, f in files.items() if n != "unit.json"}, event_now("unit_finished", unit.key, facts))


def work(link: Obedient, run: Run, cancel: CancelToken | None = None, most: int | None = None, units: int = 1) -> Any:
    wanted = [UNIT, *(Unit("double", {"number": 10 + i}) for i in range(units - 1))]
    made = Shift(
        1, cast(Link, link), most, REGISTRY, Place.of(run, SAVING), run, cancel or CancelToken(), ignore_events
    )
    return made.work_off(wanted)


def test_a_machine_that_goes_away_is_no_fault_of_the_unit(folder: Path, result: dict[str, bytes]) -> None:
    link = Obedient(lambda send: [MACHINE] if len(link.errands) <= 5 else [done(result)])
    with create(folder) as run:
        found = work(link, run)
        retried = [event for event in run.events() if event.kind == "unit_retried"]
    assert found[UNIT.key].values["number"] == 8
    assert [event.values["attempt"] for event in retried] == [2, 3, 4, 5, 6]
    assert retried[0].values["reason"] == "its machine went away"


def test_a_unit_that_loses_its_process_three_times_is_a_sentence(folder: Path) -> None:
    link = Obedient(lambda send: [PROCESS])
    with create(folder) as run:
        with pytest.raises(RunError, match=r"kind double was lost 3 times; the last time its process was lost\. Most"):
            work(link, run)
        assert len(link.errands) == 3
        assert [event.kind for event in run.events()].count("unit_retried") == 2


def test_what_arrived_goes_out_with_the_next_attempt(folder: Path, result: dict[str, bytes]) -> None:
    link = Obedient(lambda send: [Saved(b"half"), MACHINE] if len(link.errands) == 1 else [done(result)])
    with create(folder) as run:
        work(link, run)
        checkpoint = f"units/{UNIT.key}/checkpoint.safetensors"
        assert checkpoint not in link.errands[0].errand.files
        assert link.errands[1].errand.files[checkpoint] == b"half"
        assert not (folder / checkpoint).exists()
    assert {Path(name).name: content for name, content in results_of(folder).items()} == result


def test_letters_of_an_attempt_that_was_given_up_are_not_read(folder: Path, result: dict[str, bytes]) -> None:
    def answer(send: Send) -> list[object]:
        if len(link.errands) == 1:
            return [MACHINE, Saved(b"too late"), Letter(send.attempt, Saved(b"later still"))]
        return [Letter(link.errands[0].attempt, Saved(b"latest")), done(result)]

    link = Obedient(answer)
    with create(folder) as run:
        assert work(link, run)[UNIT.key].values["number"] == 8
    assert "late" not in str(link.errands[1].errand.files)


def test_no_more_units_are_out_than_there_are_cores(folder: Path, result: dict[str, bytes]) -> None:
    for cores, most, expected in ((3, None, 3), (3, 2, 2), (1, 4, 1)):
        cancel = CancelToken()

        def stop(send: Send, cancel: CancelToken = cancel) -> list[object]:
            cancel.cancel()
            return []

        link = Obedient(stop, cores)
        with Run.open(folder) if folder.exists() else create(folder) as run:
            with pytest.raises(Cancelled):
                work(link, run, cancel, most, units=5)
            assert run.time_left.workers == expected
        assert len(link.errands) == expected


def test_cancelled_units_that_run_may_save_and_those_that_have_not_begun_are_dropped(folder: Path) -> None:
    cancel = CancelToken()

    def answer(send: Send) -> list[object]:
        return [Saved(b"first")] if send.errand.unit == UNIT else []

    class Stopping(Obedient):
        def heard(self, timeout_s: float) -> Iterator[Letter]:
            yield from super().heard(timeout_s)
            if EndShift(1) in self.others:
                yield from (Letter(self.errands[0].attempt, content) for content in (Saved(b"last"), Stopped()))
            cancel.cancel()

    link = Stopping(answer)
    with create(folder) as run, pytest.raises(Cancelled):
        work(link, run, cancel, units=2)
    assert link.others == [EndShift(1), Drop(link.errands[1].attempt)]
    assert (folder / "units" / UNIT.key / "checkpoint.safetensors").read_bytes() == b"last"


def test_units_that_do_not_listen_are_given_up_after_a_while(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shift, "STOP_PATIENCE_S", 0.05)
    cancel = CancelToken()

    class Deaf(Obedient):
        def heard(self, timeout_s: float) -> Iterator[Letter]:
            yield from super().heard(timeout_s)
            cancel.cancel()

    link = Deaf(lambda send: [Saved(b"first")])
    with create(folder) as run, pytest.raises(Cancelled):
        work(link, run, cancel)
    assert link.others == [EndShift(1), Drop(link.errands[0].attempt)]
    assert (folder / "units" / UNIT.key / "checkpoint.safetensors").read_bytes() == b"first"


def test_a_full_disk_stops_the_units_and_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise StorageError("the disk is full", remedy="Free some space.")

    monkeypatch.setattr(shift, "write_atomically", full)
    link = Obedient(lambda send: [Saved(b"first"), Stopped()])
    with create(folder) as run, pytest.raises(StorageError, match="the disk is full"):
        work(link, run)
    assert EndShift(1) in link.others


def test_a_cluster_without_machines_is_waited_for_and_then_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift, "NOBODY_S", 0.05)
    link = Obedient(lambda send: [], cores=0)
    with create(folder) as run, pytest.raises(RunError, match=r"no machine is left in the Ray cluster\. Add one"):
        work(link, run)
    assert not link.errands


def test_a_result_is_finished_when_all_of_it_is_there(
    folder: Path, result: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(shift, "write_atomically", lambda path, content: written.append(path.name))
    with create(folder) as run:
        unit_folder = run.unit_folder(UNIT.key)
        unit_folder.begin(UNIT)
        keep_result(unit_folder, done({"result.json": b"", "arrays.safetensors": b"", "z.safetensors": b""}))
    assert written == ["arrays.safetensors", "z.safetensors", "result.json"]


def test_luggage_is_what_a_unit_reads_and_nothing_else(folder: Path) -> None:
    units = [Unit("double", {"number": number}) for number in range(4)]
    reader = Unit("add_up", {"of": [units[0].key, "0" * 24, "../.."], "more": {"deep": [[units[2].key]]}, "n": 3})
    with create(folder) as run:
        InlineEngine().run(units, REGISTRY, run, CancelToken(), ignore_events)
        run.unit_folder(reader.key).begin(reader)
        found = luggage(reader, run)
    parts = [(units[0].key, "result.json"), (units[0].key, "unit.json"), (units[2].key, "result.json")]
    parts += [(units[2].key, "unit.json"), (reader.key, "unit.json")]
    assert set(found) == {"run.json", *(f"units/{key}/{name}" for key, name in parts)}
    assert all(content == (folder / name).read_bytes() for name, content in found.items())
