"""Killed with SIGKILL at random moments and gone on with, a run ends as if nothing had happened."""

import multiprocessing
import os
import random
import sys
from pathlib import Path

import pytest
from tests.core.search.engines.conftest import STEPS, UNITS, results_of
from tests.support.killing import kill_and_resume
from tests.support.toy_run import toy_run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")


def command(folder: Path, workers: int) -> list[str]:
    return [sys.executable, "-m", "tests.support.toy_run", str(folder), str(UNITS), str(STEPS), str(workers)]


def test_killed_at_twenty_random_moments(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    """Each attempt is forked from a server that has torch loaded, so that the kills hit the work and not the start. A
    run that ends before all kills are spent is followed by another."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "lineament.search.engines"])
    moments = random.Random(2)
    kills, runs = 0, [tmp_path / "run 0"]
    while kills < 20:
        attempt = context.Process(target=toy_run, args=(runs[-1], UNITS, STEPS, 0))
        attempt.start()
        attempt.join(moments.uniform(0.04, 0.3))
        attempt.kill()
        attempt.join()
        kills += attempt.exitcode != 0
        if attempt.exitcode == 0:
            runs.append(tmp_path / f"run {len(runs)}")
        attempt.close()
    toy_run(runs[-1], UNITS, STEPS, 0)
    assert all(results_of(run) == undisturbed for run in runs)


def test_a_program_killed_three_times(folder: Path, undisturbed: dict[str, bytes]) -> None:
    killed = kill_and_resume(command(folder, 0), folder, 3, seed=3, within_s=0.15)
    assert killed.times
    assert results_of(folder) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_a_program_killed_twenty_times(folder: Path, undisturbed: dict[str, bytes], workers: int) -> None:
    killed = kill_and_resume(command(folder, workers), folder, 20, seed=4, within_s=0.1)
    assert killed.times >= 5
    assert results_of(folder) == undisturbed
