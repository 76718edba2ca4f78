"""The application is killed with SIGKILL while it searches: nothing goes on running, and resumed it ends as if it had
not been killed."""

import json
import os
import signal
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from tests.support.killing import EventsFrom, alive, started, until
from tests.support.tiny_search import COHORT, TINY

from lineament.progress import CancelToken, ignore_events
from lineament.search.cohort_source import CohortSource, source_features
from lineament.search.control.folders import summary_of_run
from lineament.search.engines import InlineEngine
from lineament.search.runs.run import FACTS
from lineament.search.search import create_run, run_search
from lineament_desktop.jobs.search_jobs import runs_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]
PROGRAM = str(Path(__file__).parents[2] / "support" / "search_window.py")
PATIENCE_S = 600.0


def program(*arguments: str) -> list[str]:
    """With the folders of this test; `env` makes way for it, so that signals reach it."""
    own = {name: value for name, value in os.environ.items() if name.startswith("LINEAMENT_")}
    own |= {"PYTHONPATH": str(Path(__file__).parents[3]), "QT_QPA_PLATFORM": "offscreen"}
    return ["env", *(f"{name}={value}" for name, value in own.items()), sys.executable, PROGRAM, *arguments]


def the_run() -> Path:
    until(lambda: any(runs_folder().glob(f"*/{FACTS}")), PATIENCE_S)
    (facts,) = runs_folder().glob(f"*/{FACTS}")
    return facts.parent


def kill_while_it_searches(command: list[str], folder: Path | None) -> Path:
    """The run's folder, once the program and all that it had started are gone."""
    log = None if folder is None else EventsFrom(folder / "events.jsonl")
    with started(command) as process:
        found = folder or the_run()
        log = log or EventsFrom(found / "events.jsonl")
        until(lambda: log.unit_events() or process.poll() is not None, PATIENCE_S)
        assert process.poll() is None
        family = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        assert family
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: not any(map(alive, family)), 60.0)
    return found


def test_killed_and_resumed_it_finds_what_an_undisturbed_search_finds(tiny_settings: Path, tmp_path: Path) -> None:
    folder = kill_while_it_searches(program("start", str(tiny_settings)), None)
    assert summary_of_run(folder).resumable
    kill_while_it_searches(program("resume"), folder)
    with started(program("resume")) as process:
        assert process.wait(PATIENCE_S) == 0
    features = source_features(CohortSource.parse(COHORT), TINY.seconds, CancelToken(), ignore_events)
    with create_run(tmp_path / "undisturbed", features, TINY) as run:
        run_search(features, TINY, run, InlineEngine())
    ours, undisturbed = (json.loads((one / "outcome.json").read_text()) for one in (folder, tmp_path / "undisturbed"))
    assert ours == undisturbed
    assert summary_of_run(folder).state.kind == "finished"
