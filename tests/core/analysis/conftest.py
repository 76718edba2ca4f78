"""Small clips of the avatar, made once, and what it takes to compare two recordings."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.avatar_clips import Image, beside, looped, pictures, wall, write_clip

from lineament.analysis import AnalysisSettings, analyze
from lineament.recording import Recording
from lineament.simulation.avatar.person import AvatarPerson

ROUND = 48
FRAMES = 88
"""Fewer than the live recording waits for before it estimates a neutral, which takes a second each time."""
SETTINGS = AnalysisSettings(segment_frames=24, warm_up_frames=5)


@pytest.fixture(scope="session")
def one_round() -> list[Image]:
    return pictures(320, 180, ROUND)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def clip(clips: Path, one_round: list[Image]) -> Path:
    """Three seconds of one person."""
    return write_clip(clips / "visit 1.mp4", looped(one_round, FRAMES))


@pytest.fixture(scope="session")
def other_clip(clips: Path, one_round: list[Image]) -> Path:
    """Another video of the same name in another folder."""
    (clips / "elsewhere").mkdir()
    return write_clip(clips / "elsewhere" / "visit 1.mp4", looped(one_round[::-1], 45))


@pytest.fixture(scope="session")
def pair_clip(clips: Path, one_round: list[Image]) -> Path:
    """Two persons side by side, the second gone in the last third."""
    first = [image[:, 70:250] for image in one_round]
    second = [image[:, 70:250] for image in pictures(320, 180, 12, AvatarPerson.random(3))]
    nobody = wall(180, 180)
    frames = [beside([first[i % ROUND]], [second[i % 12] if i < 60 else nobody])[0] for i in range(90)]
    return write_clip(clips / "pair.mp4", frames)


@pytest.fixture(scope="session")
def empty_clip(clips: Path) -> Path:
    return write_clip(clips / "nobody.mp4", [wall(320, 180)] * 50)


@pytest.fixture(scope="session")
def whole(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The clip's recording, measured without interruption."""
    return analyze(clip, tmp_path_factory.mktemp("whole"), SETTINGS)


def assert_equal(one: Recording, other: Recording) -> None:
    """Every column, the whole mesh and every fact but the time of day are the same, to the last bit."""
    assert one.names == other.names
    for name in one.names:
        np.testing.assert_array_equal(one.column(name), other.column(name), err_msg=name)
    np.testing.assert_array_equal(one.mesh(0, one.n_rows), other.mesh(0, other.n_rows))
    for fact in ("video", "faces", "participant", "blinks", "neutral_frames", "complete", "warnings"):
        assert getattr(one.meta, fact) == getattr(other.meta, fact), fact
