"""A run's folder: one process at a time works in it; what does not fit is refused in a sentence and changes nothing."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lineament.errors import StorageError
from lineament.search.runs import Run, RunError, Unit

CONFIG = {"method": "drnas_pt", "budget": 900, "seeds": [1, 2]}
UNIT = Unit("train", {"fold": 0})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run with one finished unit, that nobody works in."""
    folder = tmp_path / "run"
    with Run.create(folder, CONFIG, "cohort-1", space_hash="space-1", seed=7) as run:
        unit = run.unit_folder(UNIT.key)
        unit.begin(UNIT)
        unit.finish({"rmse": 1.5}, {"rows": np.arange(3)})
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def reopened(folder: Path) -> Run:
    return Run.open(folder, fingerprint="cohort-1", config=CONFIG, space_hash="space-1")


def test_a_run_knows_what_it_was_begun_with_and_what_is_done(folder: Path) -> None:
    with reopened(folder) as run:
        assert run.facts.config == CONFIG
        assert (run.facts.fingerprint, run.facts.space_hash, run.facts.seed) == ("cohort-1", "space-1", 7)
        assert run.finished_units() == [UNIT]
        assert run.result(UNIT.key).values == {"rmse": 1.5}
        events = run.events()
    assert [event.values for event in events] == [
        {"resumed": False, "finished": 0},
        {"resumed": True, "finished": 1},
    ]


def edit(change: Callable[[dict[str, object]], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        facts = json.loads((folder / "run.json").read_text())
        change(facts)
        (folder / "run.json").write_text(json.dumps(facts))

    return apply


def in_place_of(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "run.json").write_text(text) and None


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (edit(lambda f: f.update(schema_version=99)), r"the run has schema version 99, this version works with \d+\. "),
        (edit(lambda f: f.update(seed=8)), "the run is damaged or was edited"),
        (edit(lambda f: f.pop("config")), "the run is damaged or was edited"),
        (in_place_of(""), "the run is damaged or was edited"),
        (in_place_of('{"schema_version": 1, "con'), "the run is damaged or was edited"),
        (in_place_of("[1]"), "the run is damaged or was edited"),
        (lambda folder: (folder / "run.json").unlink(), "this is not the folder of a search"),
    ],
)
def test_a_run_that_cannot_be_trusted_is_refused_and_left_as_it_is(
    folder: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    original = (folder / "run.json").read_bytes()
    damage(folder)
    before = contents(folder)
    with pytest.raises(RunError, match=sentence) as raised:
        reopened(folder)
    assert "\n" not in str(raised.value)
    assert contents(folder) == before
    (folder / "run.json").write_bytes(original)
    reopened(folder).close()


def test_another_application_version_may_look_but_not_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("lineament.search.runs.run.__version__", "99.1.0")
        with pytest.raises(RunError, match=r"begun by version .* of Lineament, this is 99\.1\.0\. Resume it with"):
            reopened(folder)
        assert Run.view(folder).result(UNIT.key).values == {"rmse": 1.5}
    reopened(folder).close()


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"fingerprint": "cohort-2"}, "begun on another cohort, or the cohort has changed since"),
        ({"space_hash": "space-2"}, "begun in another search space"),
        ({"config": {**CONFIG, "budget": 901}}, r"begun with other settings \(budget\)"),
        ({"config": {"method": "darts", "budget": 900}}, r"begun with other settings \(method, seeds\)"),
    ],
)
def test_other_work_is_refused_and_the_run_stays_resumable(
    folder: Path, other: dict[str, object], sentence: str
) -> None:
    before = contents(folder)
    with pytest.raises(RunError, match=sentence):
        Run.open(folder, **other)  # type: ignore[arg-type]
    assert contents(folder) == before
    reopened(folder).close()


def test_a_run_somebody_works_in_can_be_read_but_not_opened(folder: Path) -> None:
    with reopened(folder):
        with pytest.raises(RunError, match=r"another process \(\d+\) is working in this run\. Wait until"):
            reopened(folder)
        with pytest.raises(RunError, match="already holds a search"):
            Run.create(folder, CONFIG, "cohort-1")
        assert Run.view(folder).finished_units() == [UNIT]
    reopened(folder).close()


def test_a_lock_ends_with_its_process_however_that_ends(folder: Path) -> None:
    code = (
        "from lineament.search.runs import *; r = Run.open(pathlib.Path(sys.argv[1])); print('in', flush=True); input()"
    )
    command = [sys.executable, "-c", f"import sys, pathlib; {code}", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"in"
        with pytest.raises(RunError, match=rf"another process \({other.pid}\) is working"):
            reopened(folder)
        other.kill()
        other.wait()
        reopened(folder).close()


def test_a_run_is_begun_in_an_empty_folder_only(folder: Path, tmp_path: Path) -> None:
    before = contents(folder)
    with pytest.raises(RunError, match=r"already holds a search\. Go on with it by `lineament search resume"):
        Run.create(folder, CONFIG, "cohort-1")
    assert contents(folder) == before
    used = tmp_path / "letters"
    used.mkdir()
    (used / "letter.txt").write_text("dear")
    with pytest.raises(RunError, match="the folder is not empty"):
        Run.create(used, CONFIG, "cohort-1")
    assert contents(used) == {"letter.txt": b"dear"}


def test_a_run_that_was_killed_while_it_was_begun_can_be_begun_again(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    (tmp_path / "lock.pid").write_text("12")
    (tmp_path / "run.json.12.tmp").write_text("{")
    Run.create(tmp_path, CONFIG, "cohort-1").close()
    reopened_here = Run.open(tmp_path, config=CONFIG)
    reopened_here.close()


def test_scraps_of_a_kill_are_removed(folder: Path) -> None:
    scraps = [folder / "run.json.9.tmp", folder / "units" / UNIT.key / "checkpoint.safetensors.9.tmp"]
    for scrap in scraps:
        scrap.write_bytes(b"half")
    reopened(folder).close()
    assert not any(scrap.exists() for scrap in scraps)


def test_a_missing_or_damaged_result_is_a_sentence(folder: Path) -> None:
    run = Run.view(folder)
    with pytest.raises(RunError, match=r"the unit is not finished\)\. Resume the run"):
        run.result("0" * 24)
    (folder / "units" / UNIT.key / "arrays.safetensors").write_bytes(b"")
    with pytest.raises(RunError, match="arrays are damaged"):
        run.result(UNIT.key)


def test_whoever_only_reads_cannot_write(folder: Path) -> None:
    with pytest.raises(ValueError, match="for reading"):
        Run.view(folder).emit("phase_finished", phase="warm-up")


def test_a_place_that_may_not_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        Run.create(tmp_path / "file" / "run", CONFIG, "cohort-1")


def test_the_time_left_is_told_now_and_then(folder: Path) -> None:
    from lineament.search.runs.events import event_now

    seen: list[str] = []
    with reopened(folder) as run:
        run.time_left.plan([UNIT, Unit("train", {"fold": 1}), Unit("train", {"fold": 2})])
        for _ in range(5):
            facts = {"unit_kind": "train", "seconds": 3.0, "reused": False}
            run.record(event_now("unit_finished", UNIT.key, facts), lambda event: seen.append(event.kind))  # type: ignore[attr-defined]
        told = [event for event in run.events() if event.kind == "time_left"]
    assert [event.values["seconds"] for event in told] == [6.0]
    assert seen.count("time_left") == 1
