"""A search under control, with units answered at once: paused and gone on with, stopped after a phase, and failing."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.instant_engine import InstantEngine
from tests.support.tiny_cohorts import tiny_cohort

from lineament.errors import ModelError, StorageError
from lineament.features.cohort_features import CohortFeatures
from lineament.progress import Cancelled, CancelToken, EventSink
from lineament.search import comparison, metrics
from lineament.search.config import SearchConfig
from lineament.search.control.commands import SearchControl, controlled_search
from lineament.search.control.folders import RunsReader, remove_run, summary_of_run
from lineament.search.control.messages import Standing, Warned
from lineament.search.control.process import stored_features
from lineament.search.control.standing import StandingOf
from lineament.search.recipe import Recipe
from lineament.search.runs import Event, Run, RunError, Unit, UnitResult
from lineament.search.runs.registry import Registry
from lineament.search.search import create_run

CONFIG = SearchConfig(budget=20_000, folds=3, search_folds=2, random_controls=2, recipe=Recipe(steps=100))


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "DRAWS", 100)
    monkeypatch.setattr(comparison, "DRAWS", 200)
    # this very process lives and has just written: whether it still works in the run, the lock alone can say
    monkeypatch.setattr("lineament.search.monitor.state.QUIET_S", 0.0)
    monkeypatch.setattr("lineament.search.monitor.state.ASK_EVERY_S", 0.0)


@pytest.fixture(scope="module")
def cohort() -> CohortFeatures:
    return tiny_cohort(40, 2, test=10)


class Obedient(InstantEngine):
    """Looks at the cancellation, as real engines do, and fails with what it is given on its so-manieth call."""

    def __init__(self, features: CohortFeatures, error: Exception | None = None, at: int = 0) -> None:
        super().__init__(features)
        self.calls, self._error, self._at = 0, error, at

    def run(
        self, units: Iterable[Unit], registry: Registry, run: Run, cancel: CancelToken, sink: EventSink
    ) -> dict[str, UnitResult]:
        cancel.raise_if_cancelled()
        self.calls += 1
        if self._error is not None and self.calls > self._at:
            raise self._error
        return super().run(units, registry, run, cancel, sink)


def kinds_of(run: Run, *wanted: str) -> list[str]:
    return [event.kind for event in run.events() if event.kind in wanted]


def test_a_pause_computes_nothing_and_goes_on_to_the_same_end(tmp_path: Path, cohort: CohortFeatures) -> None:
    control, timers = SearchControl(), []

    def pause_once(event: object) -> None:
        if isinstance(event, Event) and event.kind == "phase_started" and not timers:
            control.pause()
            timers.append(threading.Timer(0.2, control.go_on))
        if isinstance(event, Event) and event.kind == "paused":
            timers[0].start()

    with create_run(tmp_path / "run", cohort, CONFIG) as run:
        outcome = controlled_search(cohort, CONFIG, run, Obedient(cohort), control, pause_once)
        assert kinds_of(run, "paused", "continued", "session_ended") == ["paused", "continued", "session_ended"]
    with create_run(tmp_path / "other", cohort, CONFIG) as run:
        undisturbed = controlled_search(cohort, CONFIG, run, Obedient(cohort), SearchControl(), lambda event: None)
    assert outcome.genotype == undisturbed.genotype
    assert (tmp_path / "run" / "outcome.json").read_bytes() == (tmp_path / "other" / "outcome.json").read_bytes()
    assert summary_of_run(tmp_path / "run").state.kind == "finished"


def test_a_stop_ends_a_pause_and_cannot_be_taken_back(tmp_path: Path, cohort: CohortFeatures) -> None:
    control = SearchControl()
    control.pause()

    def stop_in_pause(event: object) -> None:
        if isinstance(event, Event) and event.kind == "paused":
            control.stop()
            control.go_on()

    with create_run(tmp_path / "run", cohort, CONFIG) as run:
        with pytest.raises(Cancelled):
            controlled_search(cohort, CONFIG, run, Obedient(cohort), control, stop_in_pause)
        assert run.events()[-1].values == {"how": "stopped", "why": ""}
    summary = summary_of_run(tmp_path / "run")
    assert summary.state.kind == "stopped"
    assert summary.resumable


def test_it_stops_after_the_phase_under_way(tmp_path: Path, cohort: CohortFeatures) -> None:
    control = SearchControl()
    control.finish_phase()
    with create_run(tmp_path / "run", cohort, CONFIG) as run:
        with pytest.raises(Cancelled):
            controlled_search(cohort, CONFIG, run, Obedient(cohort), control, lambda event: None)
        assert kinds_of(run, "phase_finished", "session_ended") == ["phase_finished", "session_ended"]
    with Run.open(tmp_path / "run") as run:
        controlled_search(cohort, CONFIG, run, Obedient(cohort), SearchControl(), lambda event: None)
    assert summary_of_run(tmp_path / "run").state.kind == "finished"


@pytest.mark.parametrize(
    "error",
    [
        ModelError("the training loss is nan at step 3", remedy="Lower the learning rate."),
        StorageError("the disk that holds it is full", remedy="Free some space."),
        RunError("memory ran out while computing a unit", remedy="Use fewer workers."),
    ],
)
def test_a_failure_is_the_runs_last_word_and_it_can_be_resumed(
    tmp_path: Path, cohort: CohortFeatures, error: Exception
) -> None:
    with create_run(tmp_path / "run", cohort, CONFIG) as run, pytest.raises(type(error)):
        controlled_search(cohort, CONFIG, run, Obedient(cohort, error, 3), SearchControl(), lambda event: None)
    summary = summary_of_run(tmp_path / "run")
    assert (summary.state.kind, summary.state.sentence) == ("failed", str(error))
    assert summary.resumable
    with Run.open(tmp_path / "run") as run:
        controlled_search(cohort, CONFIG, run, Obedient(cohort), SearchControl(), lambda event: None)
    assert summary_of_run(tmp_path / "run").state.kind == "finished"


def test_a_full_disk_cannot_say_so_and_loses_nothing(
    tmp_path: Path, cohort: CohortFeatures, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = StorageError("the disk is full", remedy="Free some space.")
    with create_run(tmp_path / "run", cohort, CONFIG) as run:

        def record(event: Event, sink: EventSink = lambda event: None) -> None:
            raise full

        monkeypatch.setattr(run, "record", record)
        with pytest.raises(StorageError, match="the disk is full"):
            controlled_search(cohort, CONFIG, run, Obedient(cohort), SearchControl(), lambda event: None)
    assert summary_of_run(tmp_path / "run").state.kind == "interrupted"
    with Run.open(tmp_path / "run") as run:
        controlled_search(cohort, CONFIG, run, Obedient(cohort), SearchControl(), lambda event: None)


def test_runs_are_listed_read_again_when_they_change_and_deleted(tmp_path: Path, cohort: CohortFeatures) -> None:
    reader = RunsReader()
    create_run(tmp_path / "a", cohort, CONFIG).close()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "run.json").write_text("{")
    (tmp_path / "not a run").mkdir()
    found = {one.folder.name: one for one in reader.runs(tmp_path)}
    assert {name: one.state.kind for name, one in found.items()} == {"a": "interrupted", "b": "unreadable"}
    assert "damaged" in found["b"].state.sentence
    assert found["a"].config["budget"] == 20_000
    assert reader.runs(tmp_path)[0] is found["a"]
    with Run.open(tmp_path / "a") as run:
        with pytest.raises(RunError, match=r"another process .* is working in this run"):
            remove_run(tmp_path / "a")
        stopped = SearchControl()
        stopped.stop()
        with pytest.raises(Cancelled):
            controlled_search(cohort, CONFIG, run, Obedient(cohort), stopped, lambda event: None)
    assert {one.folder.name: one.state.kind for one in reader.runs(tmp_path)}["a"] == "stopped"
    remove_run(tmp_path / "a")
    assert not (tmp_path / "a").exists()
    with pytest.raises(RunError, match="not the folder of a search"):
        remove_run(tmp_path / "not a run")


def test_a_run_keeps_the_features_it_was_begun_with(tmp_path: Path, cohort: CohortFeatures) -> None:
    with create_run(tmp_path / "run", cohort, CONFIG) as run:
        controlled_search(cohort, CONFIG, run, Obedient(cohort), SearchControl(), lambda event: None)
    kept = stored_features(tmp_path / "run")
    assert kept is not None
    assert kept.fingerprint == cohort.fingerprint
    (tmp_path / "run" / "features" / "values.npy").write_bytes(b"other")
    assert stored_features(tmp_path / "run") is None


def test_standing_counts_what_is_done_and_passes_on_what_matters(tmp_path: Path, cohort: CohortFeatures) -> None:
    with create_run(tmp_path / "run", cohort, replace(CONFIG, budget=19_000)) as run:
        standing = StandingOf(run, 100.0)

        def tell(kind: str, unit: str | None = None, **values: object) -> list[object]:
            return list(standing.messages(Event(0.0, kind, unit, values)))

        assert tell("phase_started", phase="joint", part="") == [Standing(0.0, "joint", None)]
        tell("unit_started", "u", cost=20.0)
        tell("unit_progress", "u", step=1, steps=2)
        assert standing.standing == Standing(0.1, "joint", None)
        tell("unit_finished", "u", reused=False)
        tell("time_left", seconds=7.0)
        assert standing.standing == Standing(0.2, "joint", 7.0)
        (warned, *_) = tell("batch_halved", "u", parts=2, reason="memory did not suffice")
        assert warned == Warned("Memory is short: memory did not suffice.")
