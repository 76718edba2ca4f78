"""A recording of a filmed person fits what the shipped model was trained on, and a short one gets no score."""

from pathlib import Path

import numpy as np
import pytest

from lineament.analysis import AnalysisSettings, analyze
from lineament.features.channels import CHANNELS, input_channels
from lineament.features.grid import RATE, EvenGrid, fill
from lineament.features.windows import CLIP, rest_of
from lineament.inference import Scorer
from lineament.models import load_model
from lineament.progress import CancelToken, ignore_events
from lineament.recording import Recording
from lineament.resources import resource_path


@pytest.fixture(scope="module")
def clip(testdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    out = tmp_path_factory.mktemp("clip")
    video = testdata / "grid" / "bbaf2n.mpg"
    return analyze(video, out, AnalysisSettings(), cancel=CancelToken(), sink=ignore_events)


def test_a_three_second_clip_abstains(clip: Recording) -> None:
    prediction = Scorer(load_model(resource_path("models/hand_designed"))).score(clip)
    assert prediction.score is None
    assert prediction.abstained is not None
    assert "Not enough usable video (3 seconds" in prediction.abstained
    assert not prediction.provenance.forced


def test_its_channels_lie_where_the_training_persons_did(clip: Recording) -> None:
    """No channel may sit at the cut-off for more than a tenth of the clip: then units or signs would not match."""
    grid = EvenGrid()
    grid.update(clip, complete=True)
    rest = rest_of(grid.values, grid.measured)
    assert rest is not None
    channels = input_channels(fill(grid.values, grid.measured), rest, RATE)
    scaled = load_model(resource_path("models/hand_designed")).scaling.apply(channels)
    cut = (np.abs(scaled) >= CLIP).mean(axis=0)
    assert cut.max() < 0.1, CHANNELS[int(cut.argmax())]
    assert np.median(np.abs(scaled)) < 1.5
