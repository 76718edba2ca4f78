"""Crops scored as they come: the same as all of them at once, whatever the batches; refusals; what is kept."""

from dataclasses import replace

import numpy as np
import pytest
from tests.support.face_clips import FakeCrops
from tests.support.published_models import gaps, make_dj_ldml, make_hmhn

from lineament.errors import ModelError
from lineament.inference import CropScorer
from lineament.models import Prediction
from lineament.models.dj_ldml import ClipShape
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.hmhn.model import HMHNModel
from lineament.provenance import Provenance

PROVENANCE = Provenance("simulated/lineament-facemesh", "1", data_hash="abc")
CLIP = ClipShape(frames=8, size=32, step_s=0.125, tolerance_s=0.05, every_s=2.0)
TIMES = gaps(np.arange(0, 40, 0.125), (7.3, 8.1), (15.0, 21.0))


@pytest.fixture(scope="module", params=["hmhn", "hmhn, 50 of all", "dj-ldml", "dj-ldml, clips that overlap"])
def model(request: pytest.FixtureRequest) -> HMHNModel | DjLdmlModel:
    makers = {
        "hmhn": make_hmhn,
        "hmhn, 50 of all": lambda: make_hmhn(crops=50),
        "dj-ldml": make_dj_ldml,
        "dj-ldml, clips that overlap": lambda: make_dj_ldml(replace(CLIP, every_s=0.03)),
    }
    return makers[request.param]()


def feed(scorer: CropScorer, source: FakeCrops, start: int, stop: int) -> None:
    scorer.add(source.times[start:stop], source.pictures[start:stop])


def assert_same(a: Prediction, b: Prediction) -> None:
    assert a.score == pytest.approx(b.score, abs=1e-4)
    assert (a.interval is None) == (b.interval is None)
    assert a.abstained == b.abstained
    np.testing.assert_array_equal(a.window_times, b.window_times)
    np.testing.assert_array_equal(a.moment_attention, b.moment_attention)
    assert (a.usable_s, a.usable_share) == (b.usable_s, b.usable_share)
    if a.region_attention is not None and b.region_attention is not None:
        shared = np.isin(a.region_attention.times, b.region_attention.times)  # crops as they come keep every map
        assert shared.sum() == len(b.region_attention.times)
        np.testing.assert_allclose(a.region_attention.maps[shared], b.region_attention.maps, atol=1e-5)
    if a.distribution is not None and b.distribution is not None:
        np.testing.assert_allclose(a.distribution.probabilities, b.distribution.probabilities, atol=1e-5)


@pytest.mark.parametrize("jitter", [0.0, 0.02])
def test_at_any_moment_it_says_what_all_crops_so_far_would(model: HMHNModel | DjLdmlModel, jitter: float) -> None:
    """Batches of 0 to 40 crops; times as of a video, whose frames do not lie on the grid, and with gaps."""
    rng = np.random.default_rng(1)
    source = FakeCrops(TIMES + rng.uniform(-jitter, jitter, len(TIMES)), 32)
    scorer = CropScorer(model, PROVENANCE)
    at = 0
    while at < len(source.times):
        step = int(rng.integers(0, 41))
        feed(scorer, source, at, at + step)
        at = min(at + step, len(source.times))
        so_far = FakeCrops(source.times[:at], 32, source.pictures[:at])
        assert_same(scorer.score(), model.predict_crops(so_far, PROVENANCE))
    assert scorer.score().score is not None
    assert scorer.last_s == source.times[-1]


def test_clips_are_scored_once_and_crops_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    model, source = make_dj_ldml(), FakeCrops(TIMES, 32)
    scored: list[int] = []
    masses = DjLdmlModel.masses
    monkeypatch.setattr(DjLdmlModel, "masses", lambda self, clips: (scored.append(len(clips)), masses(self, clips))[1])
    scorer = CropScorer(model, PROVENANCE)
    held = []
    for i in range(len(TIMES)):
        feed(scorer, source, i, i + 1)
        held.append(len(scorer._live._tail.times))  # type: ignore[attr-defined]
    assert sum(scored) == len(scorer.score().window_times)
    assert max(held) <= CLIP.frames


def test_an_early_stop_abstains_and_time_without_a_face_counts() -> None:
    scorer = CropScorer(make_hmhn(), PROVENANCE)
    assert scorer.score(seen_s=9).abstained is not None
    source = FakeCrops(np.arange(0, 30, 0.5), 32)
    feed(scorer, source, 0, 30)
    assert "15 seconds" in str(scorer.score().abstained)
    feed(scorer, source, 30, 60)
    assert scorer.score().score is not None
    patchy = scorer.score(seen_s=90)
    assert patchy.score is None
    assert patchy.usable_share == pytest.approx(1 / 3)
    scorer.reset()
    assert scorer.last_s is None
    assert scorer.score().score is None
    feed(scorer, source, 0, 60)
    assert scorer.score().score is not None


def test_what_it_asks_for() -> None:
    assert str(CropScorer(make_hmhn(112), PROVENANCE).request) == "112@8"
    assert str(CropScorer(make_hmhn(224), PROVENANCE).request) == "224@2"
    assert str(CropScorer(make_dj_ldml(), PROVENANCE).request) == "32@8"


def test_other_extractors_sizes_and_orders_are_refused() -> None:
    other = Provenance("openface/2.2", "2.2")
    with pytest.raises(ModelError, match="aligned by openface"):
        CropScorer(make_hmhn(), other)
    assert CropScorer(make_hmhn(), other, force=True).score().provenance.forced
    scorer, source = CropScorer(make_hmhn(), PROVENANCE), FakeCrops(np.arange(8) / 8, 32)
    with pytest.raises(ModelError, match="crops of 32 pixels and these have 48"):
        scorer.add(np.zeros(1), np.zeros((1, 48, 48, 3), np.uint8))
    feed(scorer, source, 2, 4)
    for start, stop in ((3, 5), (0, 1)):
        with pytest.raises(ValueError, match="later than the one before"):
            feed(scorer, source, start, stop)
    with pytest.raises(ValueError, match="moment of its own"):
        scorer.add(np.array([5.0, 6.0]), source.pictures[:1])
    assert len(scorer.score().window_times) == 2


def test_every_crop_that_came_has_its_map() -> None:
    """However few of them the score is made of."""
    source = FakeCrops(np.arange(20) / 4.0, 32)
    scorer = CropScorer(make_hmhn(crops=5), PROVENANCE)
    feed(scorer, source, 0, 20)
    found = scorer.score().region_attention
    assert found is not None
    np.testing.assert_array_equal(found.times, source.times)
