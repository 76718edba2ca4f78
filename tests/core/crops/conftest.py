"""A clip of the avatar, made once and analysed once."""

from pathlib import Path

import pytest
from tests.support.avatar_clips import looped, pictures, write_clip

from lineament.analysis import AnalysisSettings, analyze
from lineament.crops import CropRequest
from lineament.recording import Recording

SETTINGS = AnalysisSettings(segment_frames=24, warm_up_frames=5)
REQUESTS = (CropRequest(112, 8), CropRequest(64, 15))
FRAMES = 64


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of one person."""
    return write_clip(tmp_path_factory.mktemp("clips") / "visit.mp4", looped(pictures(320, 180, 32), FRAMES))


@pytest.fixture(scope="session")
def analysed(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The clip's recording, measured without crops; its folder is nobody's to write to."""
    return analyze(clip, tmp_path_factory.mktemp("analysed"), SETTINGS)
