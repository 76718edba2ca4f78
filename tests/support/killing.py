"""Killing a program that works in a run folder at random moments, and starting it again each time."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament.search.runs import Run, RunError
from lineament.search.runs.run import EVENTS, FACTS

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
START_SHARE = 0.2
"""So many of the kills do not wait for the program to begin its work: they hit its start."""


@dataclass(frozen=True)
class Killed:
    """times: how often it was killed; ended_early: it finished before it could be killed so often as asked.

    units_at_kill: how many units were finished at each kill.
    """

    times: int
    ended_early: bool
    units_at_kill: tuple[int, ...]


def kill_and_resume(
    command: Sequence[str],
    folder: Path,
    times: int,
    *,
    resume: Sequence[str] | None = None,
    seed: int = 0,
    within_s: float = 1.0,
    timeout_s: float = 600.0,
) -> Killed:
    """Start `command`, kill it with SIGKILL at a random moment, go on by `resume` (the same command without it), and
    so on `times` times; then let it run to its end.

    folder: of the run it works in. A moment lies up to `within_s` seconds after the program first wrote an event, or
        after its start (`START_SHARE` of them). Only the program itself is killed: its workers have to see to
        themselves. After each kill the run has to be readable.

    Raises `AssertionError` when the last start does not end with status 0, or a kill left a run that cannot be read.
    """
    rng = np.random.default_rng(seed)
    at_kill: list[int] = []
    for _ in range(times):
        begun = resume is not None and (folder / FACTS).exists()
        log = EventsFrom(folder / EVENTS)
        with started(resume if resume is not None and begun else command) as process:
            if rng.random() >= START_SHARE:
                until(lambda: log.unit_events() or process.poll() is not None, timeout_s)  # noqa: B023
            with suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(0, within_s))
            if process.poll() is not None:
                break
            process.kill()
        at_kill.append(_finished_units(folder))
    begun = resume is not None and (folder / FACTS).exists()
    done = subprocess.run(
        resume if resume is not None and begun else command,
        capture_output=True,
        env=ENVIRONMENT,
        timeout=timeout_s,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return Killed(len(at_kill), len(at_kill) < times, tuple(at_kill))


class EventsFrom:
    """What is written to a log of events from now on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = path.stat().st_size if path.exists() else 0

    def unit_events(self) -> bool:
        """Whether a unit has said something since; that a session started is not yet work."""
        if not self._path.exists():
            return False
        return b'"kind": "unit_' in self._path.read_bytes()[self._known :]


@contextmanager
def started(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs; it is killed at the end of the block if it still does."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True, env=ENVIRONMENT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def until(condition: Callable[[], bool], timeout_s: float) -> None:
    """Wait for `condition`; raises `AssertionError` when it does not come true in time."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"nothing happened for {timeout_s:.0f} s"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _finished_units(folder: Path) -> int:
    """Also the check that the run can be read."""
    try:
        run = Run.view(folder)
    except RunError:
        assert not (folder / FACTS).exists()
        return 0
    units = run.finished_units()
    for unit in units:
        run.result(unit.key)
    return len(units)
