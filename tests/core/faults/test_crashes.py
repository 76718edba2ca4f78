"""A native crash leaves where it happened, and the next one who looks is told once."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lineament.faults import FOLDER, LogReader, take_crashes
from lineament.faults.log import LOG_VARIABLE

CRASHES = """
    import faulthandler, threading
    from lineament.faults import watch_process
    watch_process("search")
    def deep_inside():
        faulthandler._sigsegv()
    deep_inside()
"""
FAILS = """
    import threading
    from lineament.faults import watch_process
    watch_process("search")
    thread = threading.Thread(target=lambda: open("/data/Anna Müller.mp4"))
    thread.start()
    thread.join()
    raise RuntimeError("in the main thread")
"""


def run(code: str, log: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, LOG_VARIABLE: str(log)}
    program = textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)


def test_a_crash_is_found_and_told_once(tmp_path: Path) -> None:
    assert run(CRASHES, tmp_path / "lineament.log").returncode < 0
    (crash,) = take_crashes(tmp_path / FOLDER)
    assert crash.what == "search"
    assert crash.kind == "Segmentation fault"
    assert "in deep_inside" in crash.dump
    assert crash.begun.startswith("Lineament ")
    assert take_crashes(tmp_path / FOLDER) == []
    assert list((tmp_path / FOLDER).iterdir()) == []


@pytest.mark.parametrize("ending", ["pass", "import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), 9)"])
def test_one_that_ended_otherwise_has_not_crashed(tmp_path: Path, ending: str) -> None:
    run(f'from lineament.faults import watch_process\nwatch_process("window")\n{ending}', tmp_path / "lineament.log")
    assert take_crashes(tmp_path / FOLDER) == []
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_one_that_lives_is_left_alone(tmp_path: Path) -> None:
    program = "from lineament.faults import watch_process; watch_process('window'); print('ready', flush=True); input()"
    environment = {**os.environ, LOG_VARIABLE: str(tmp_path / "lineament.log")}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert take_crashes(tmp_path / FOLDER) == []
        assert len(list((tmp_path / FOLDER).iterdir())) == 1
        process.communicate("\n")
    assert list((tmp_path / FOLDER).iterdir()) == [], "it ended well and took its file away"


def test_what_is_uncaught_in_a_process_stands_in_the_windows_log(tmp_path: Path) -> None:
    log = tmp_path / "lineament.log"
    assert run(FAILS, log).returncode == 1
    first, second = LogReader(log).poll() or ()
    assert "FileNotFoundError" in first.details
    assert "Anna" not in first.whole()
    assert "RuntimeError: in the main thread" in second.details


def test_without_a_window_nothing_is_written(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != LOG_VARIABLE}
    program = "from lineament.faults import watch_process; watch_process('search')"
    subprocess.run([sys.executable, "-c", program], env=environment, cwd=tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_has_no_crashes(tmp_path: Path) -> None:
    assert take_crashes(tmp_path / "none") == []
