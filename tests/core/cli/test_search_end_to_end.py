"""`lineament search` as its users run it: DAIC-WOZ's layout and official split; Ctrl-C, kills, and going on."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from tests.core.cli.conftest import TINY_SEARCH
from tests.support.killing import kill_and_resume

from lineament.cli.main import main
from lineament.datasets import Cohort, write_daic_woz
from lineament.simulation import simulate_cohort

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
FOUND = ("outcome.json", "members.safetensors")


def test_a_daic_woz_folder_is_searched_with_its_official_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, run = tmp_path / "DAIC-WOZ", tmp_path / "run"
    write_daic_woz(Cohort.from_simulation(simulate_cohort(16, "strong", 1, seconds=40.0)), corpus)
    small = ["--attributes", "gaze,head pose", "--families", "cnn,moments", "--budget", "260", "--workers", "1"]
    fewer = ["recipe.steps=8", "short_list=5", "random_controls=1", "seconds=30", "folds=2", "search_folds=2"]
    settings = [part for change in fewer for part in ("--set", change)]
    main(["search", "--cohort", str(corpus), "--quick", "--out", str(run), *small, *settings])
    assert "constant predictor" in capsys.readouterr().out
    outcome = json.loads((run / "outcome.json").read_text(encoding="utf-8"))
    tested = set(outcome["test"]["session_ids"])
    lines = (corpus / "full_test_split.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[0] for line in lines} == {name.removesuffix("_P").split("-")[0] for name in tested}
    assert not tested & set(outcome["out_of_fold"]["session_ids"])
    assert len(tested) + len(outcome["out_of_fold"]["session_ids"]) == 16
    before = {name: (run / name).read_bytes() for name in FOUND}
    main(["search", "resume", str(run)])
    assert {name: (run / name).read_bytes() for name in FOUND} == before
    for form in ("text", "json", "html"):
        target = tmp_path / f"report.{form}"
        main(["search", "report", str(run), "--format", form, "--out", str(target)])
        content = target.read_text(encoding="utf-8")
        assert "Simulated behaviour" in content
        assert "head pose alone" in content


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def uninterrupted(finished_search: Path) -> Path:
    """The same search, never disturbed."""
    return finished_search


def program(cache: Path, *arguments: str | Path) -> list[str]:
    """A program of its own, with its own cache; `env` makes way for it, so that signals reach it."""
    own = f"LINEAMENT_CACHE_DIR={cache}"
    return ["env", own, sys.executable, "-m", "lineament.cli.main", "search", *map(str, arguments)]


def assert_same(folder: Path, uninterrupted: Path) -> None:
    for name in FOUND:
        assert (folder / name).read_bytes() == (uninterrupted / name).read_bytes(), name


def interrupted(command: list[str], folder: Path, after_s: float) -> tuple[int, str]:
    """Ctrl-C to the program and its workers, so long after its first piece of work began; status and what it said."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        try:
            events, end = folder / "events.jsonl", time.monotonic() + 120
            known = events.stat().st_size if events.exists() else 0
            while time.monotonic() < end and process.poll() is None:
                if events.exists() and b"unit_started" in events.read_bytes()[known:]:
                    break
                time.sleep(0.01)
            time.sleep(after_s)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            status = process.wait(120)
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        return status, output.read().decode()


@posix
def test_ctrl_c_saves_and_says_how_to_go_on(cache: Path, tmp_path: Path, uninterrupted: Path) -> None:
    run = tmp_path / "a run"
    command = program(cache, *TINY_SEARCH, "--out", run)
    command[command.index("--workers") + 1] = "2"  # Ctrl-C reaches workers too
    status, said = interrupted(command, run, after_s=0.3)
    assert status == 130, said
    assert f'lineament search resume "{run}"' in " ".join(said.split("\n"))
    assert "Traceback" not in said
    assert not (run / "outcome.json").exists()
    report = subprocess.run(program(cache, "report", run), capture_output=True, text=True, check=True).stdout
    assert "not finished" in report
    main(["search", "resume", str(run), "--workers", "1"])
    assert (run / "members.safetensors").read_bytes() == (uninterrupted / "members.safetensors").read_bytes()


@pytest.mark.slow
@posix
def test_killed_three_times_it_ends_as_if_it_had_not_been(cache: Path, tmp_path: Path, uninterrupted: Path) -> None:
    run = tmp_path / "run"
    command, resume = program(cache, *TINY_SEARCH, "--out", run), program(cache, "resume", run)
    killed = kill_and_resume(command, run, 3, resume=resume, seed=1)
    assert killed.times == 3
    assert_same(run, uninterrupted)


@posix
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_twenty_times_it_ends_as_if_it_had_not_been(cache: Path, tmp_path: Path, uninterrupted: Path) -> None:
    run = tmp_path / "run"
    command, resume = program(cache, *TINY_SEARCH, "--out", run), program(cache, "resume", run)
    killed = kill_and_resume(command, run, 20, resume=resume, seed=2, within_s=0.25)
    assert killed.times == 20
    assert_same(run, uninterrupted)


@posix
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_stopped_twenty_times_it_ends_as_if_it_had_not_been(cache: Path, tmp_path: Path, uninterrupted: Path) -> None:
    run = tmp_path / "run"
    command = program(cache, *TINY_SEARCH, "--out", run)
    for number in range(20):
        status, said = interrupted(command, run, after_s=0.01 * number)
        assert status == 130, said
        command = program(cache, "resume", run)
    subprocess.run(command, capture_output=True, check=True)
    assert_same(run, uninterrupted)
