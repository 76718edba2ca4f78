"""Ten minutes of the avatar, killed three times at random moments: minutes of work, so run by `make test-slow`."""

import random
import signal
from pathlib import Path

import pytest
from tests.core.analysis.conftest import assert_equal
from tests.core.analysis.test_resuming import killed_run
from tests.support.avatar_clips import FPS, Image, looped, write_clip

from lineament.analysis import AnalysisSettings, analyze

MINUTES = 10
SEED = 20


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_ten_minutes_killed_three_times_end_the_same(one_round: list[Image], tmp_path: Path) -> None:
    frames = MINUTES * 60 * FPS
    clip = write_clip(tmp_path / "long.mp4", looped(one_round, frames))
    settings = AnalysisSettings()
    whole = analyze(clip, tmp_path / "whole", settings)
    assert whole.n_rows == frames
    chance = random.Random(SEED)
    for rows in sorted(chance.sample(range(1, frames), 3)):
        killed_run(clip, tmp_path / "killed", settings, rows, chance.uniform(0, 2))
    assert_equal(analyze(clip, tmp_path / "killed", settings), whole)
