"""The shipped models of face crops: they load, say what they were trained on, and score the demonstration."""

from functools import cache

import numpy as np
import pytest

from lineament.crops import LiveCropper
from lineament.crops.sampling import sampled_frames
from lineament.face import LANDMARKS_68, create_tracker
from lineament.models import load_pixel_model
from lineament.models.pixels import HeldCrops, PixelModel
from lineament.models.shipped import default_model_folder
from lineament.provenance import Provenance
from lineament.resources import resource_path
from lineament.video import VideoReader

KINDS = {"hmhn": "HMHN", "dj_ldml": "DJ-LDML"}
SECONDS, RATE = 24.0, 4.0


@cache
def shipped(name: str) -> PixelModel:
    return load_pixel_model(resource_path("models") / name)


@pytest.fixture(scope="module")
def demonstration() -> HeldCrops:
    """Crops of its first 24 seconds, four a second, aligned by what the tracker finds."""
    cropper, times, crops = LiveCropper(112), [], []
    with VideoReader(resource_path("demo/interview.mp4")) as reader, create_tracker() as tracker:
        index = reader.index.times_s
        for rank in sampled_frames(index[index < SECONDS], RATE).tolist():
            frame = reader.frame(rank)
            found = tracker.track(frame.image, 1000 * frame.time_s)
            crop = cropper.crop(frame.image, found[0].landmarks[LANDMARKS_68, :2]) if found else None
            if crop is not None:
                times.append(frame.time_s)
                crops.append(crop.image)
    return HeldCrops(np.array(times), np.array(crops))


@pytest.mark.parametrize("name", KINDS)
def test_a_shipped_model_says_what_it_is(name: str) -> None:
    model = shipped(name)
    assert model.card.kind == KINDS[name]
    assert model.card.trained_on_simulated
    assert "(toy)" in model.card.data
    assert any("rendered faces only" in limit for limit in model.card.limits)
    assert model.card.rmse_gain.low > 0


@pytest.mark.parametrize("name", KINDS)
def test_a_shipped_model_scores_the_demonstration(name: str, demonstration: HeldCrops) -> None:
    model = shipped(name)
    found = model.predict_crops(demonstration, Provenance("lineament/facemesh", "1"))
    assert found.abstained is None
    assert found.score is not None
    assert found.interval is not None
    assert 0 <= found.interval[0] <= found.score <= found.interval[1] <= 24
    assert not found.provenance.forced
    if name == "hmhn":
        assert found.region_attention is not None
        np.testing.assert_allclose(found.region_attention.maps.sum(axis=(1, 2)), 1, rtol=1e-4)
    else:
        assert found.distribution is not None
        assert found.distribution.probabilities.sum() == pytest.approx(1)


def test_they_are_small_and_the_default_is_another() -> None:
    folders = [resource_path("models") / name for name in KINDS]
    assert sum(path.stat().st_size for folder in folders for path in folder.iterdir()) < 12_000_000
    assert default_model_folder() not in folders
