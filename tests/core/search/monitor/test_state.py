"""What a run says it is doing, for every way in which one can stand or end."""

import subprocess
import sys
from pathlib import Path

from tests.core.search.monitor.conftest import Folder, event, phase

from lineament.search.monitor import RunMonitor, RunState
from lineament.search.monitor.state import Owner


def state(folder: Folder) -> RunState:
    return RunMonitor(folder.path).poll().state


def test_a_folder_without_a_run_waits(tmp_path: Path) -> None:
    assert RunMonitor(tmp_path).poll().state.kind == "waiting"


def test_a_folder_that_is_not_there_yet_waits_too(tmp_path: Path) -> None:
    found = RunMonitor(tmp_path / "new").poll().state
    assert (found.kind, found.live) == ("waiting", True)


def test_a_run_that_was_there_is_said_to_be_gone(folder: Folder) -> None:
    monitor = RunMonitor(folder.path)
    monitor.poll()
    moved = folder.path.rename(folder.path.with_name("moved"))
    found = monitor.poll().state
    assert found.kind == "unreadable"
    assert str(folder.path) in found.sentence
    moved.rename(folder.path)
    assert monitor.poll().state.kind != "unreadable"


def test_a_run_that_somebody_works_in_starts_and_runs(folder: Folder) -> None:
    folder.hold()
    starting = state(folder)
    assert (starting.kind, starting.live) == ("running", True)
    assert "starting" in starting.sentence
    folder.write(phase(101.0, "warm-up", 40.0))
    assert state(folder).sentence == "The search is running."
    folder.let_go()


def test_a_quiet_run_whose_lock_is_held_still_runs(folder: Folder) -> None:
    folder.hold()
    folder.grow_old()
    assert state(folder).kind == "running"
    folder.let_go()
    assert state(folder).kind == "interrupted"


def test_a_run_of_another_process_runs_until_that_is_killed(folder: Folder) -> None:
    code = "import sys,time; from pathlib import Path; from lineament.search.runs.lock import RunLock; "
    code += "lock = RunLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    worker = subprocess.Popen([sys.executable, "-c", code, str(folder.path / "lock")], stdout=subprocess.PIPE)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"held\n"
        folder.grow_old()
        monitor = RunMonitor(folder.path)
        assert monitor.poll().state.kind == "running"
    finally:
        worker.kill()
        worker.communicate()
    found = monitor.poll().state
    assert found.kind == "interrupted"
    assert "Resume" in found.sentence


def test_looking_whether_a_lock_is_held_leaves_it_free(folder: Folder) -> None:
    folder.hold()
    folder.let_go()  # its number stays beside it: that of this process, which lives
    owner = Owner(folder.path)
    assert not owner.works(0.0, quiet_s=60.0)
    folder.hold()
    assert owner.works(5.0, quiet_s=60.0)
    folder.let_go()


def test_pause_and_going_on(folder: Folder) -> None:
    folder.hold()
    folder.write(phase(101.0, "joint", 10.0), event(102.0, "paused"))
    paused = state(folder)
    assert (paused.kind, paused.live, paused.since) == ("paused", True, 102.0)
    folder.write(event(103.0, "continued"))
    assert state(folder).kind == "running"
    folder.let_go()


def test_a_failure_is_told_in_its_own_sentence(folder: Folder) -> None:
    folder.write(event(102.0, "session_ended", how="failed", why="No space is left on /data."))
    found = state(folder)
    assert (found.kind, found.sentence, found.live) == ("failed", "No space is left on /data.", False)


def test_a_stopped_run_says_that_everything_is_kept(folder: Folder) -> None:
    folder.write(event(102.0, "session_ended", how="stopped", why=""))
    assert state(folder).kind == "stopped"
    assert "kept" in state(folder).sentence


def test_a_resumed_run_runs_again_whatever_ended_it(folder: Folder) -> None:
    folder.write(event(102.0, "session_ended", how="failed", why="x"))
    folder.write(event(103.0, "session_started", resumed=True, finished=3))
    folder.hold()
    assert state(folder).kind == "running"
    folder.let_go()


def test_a_run_with_an_outcome_is_finished(folder: Folder) -> None:
    folder.finish()
    assert state(folder).kind == "finished"


def test_damage_is_told_in_a_sentence_and_may_be_mended(folder: Folder) -> None:
    folder.grow_old()
    facts = (folder.path / "run.json").read_text(encoding="utf-8")
    (folder.path / "run.json").write_text("{}", encoding="utf-8")
    monitor = RunMonitor(folder.path)
    broken = monitor.poll()
    assert broken.state.kind == "unreadable"
    assert "damaged" in broken.state.sentence
    assert monitor.poll() is broken
    (folder.path / "run.json").write_text(facts, encoding="utf-8")
    assert monitor.poll().state.kind == "interrupted"


def test_an_outcome_of_another_version_is_told(folder: Folder) -> None:
    folder.finish(schema_version=1)
    found = state(folder)
    assert found.kind == "unreadable"
    assert "schema version 1" in found.sentence
