"""Gradients through every block, the full preset's weights, clips scored, and predictions of whole recordings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.support.face_clips import FakeCrops
from tests.support.models import TABLE, make_card

from lineament.datasets import PHQ8
from lineament.errors import ModelError
from lineament.models import load_model, load_pixel_model
from lineament.models.dj_ldml import FULL, KIND, ClipShape, NetworkShape
from lineament.models.dj_ldml.backbone import Backbone, take_r3d_18
from lineament.models.dj_ldml.histogram_loss import ORDERED, HistogramSettings
from lineament.models.dj_ldml.label_distribution import LabelDistribution
from lineament.models.dj_ldml.memory import PairMemory
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.dj_ldml.network import DjLdmlNetwork, standardised
from lineament.models.dj_ldml.objective import ObjectiveSettings, joint_loss
from lineament.progress import Cancelled, CancelToken
from lineament.provenance import Provenance

SHAPE = NetworkShape(widths=(4, 4, 8, 8), blocks=(1, 2, 1, 1), stem_stride=4, embedding=6, dropout=0.0)
CLIP = ClipShape(frames=8, size=32, step_s=0.125, tolerance_s=0.07, every_s=2.0)
LABEL = LabelDistribution.usual(PHQ8)
PROVENANCE = Provenance("simulated/lineament-facemesh", "1", data_hash="ab", simulated=True)


def make_network(seed: int = 0) -> DjLdmlNetwork:
    torch.manual_seed(seed)
    return DjLdmlNetwork(SHAPE, len(LABEL.support))


@pytest.fixture(scope="module")
def model() -> DjLdmlModel:
    network = make_network()
    with torch.no_grad():
        network.logits.weight.mul_(100)  # clips shall differ visibly
    return DjLdmlModel(SHAPE, CLIP, LABEL, network, 9.5, TABLE, make_card(kind=KIND))


def some_clips(n: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (n, 8, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", ["soft pairs", ORDERED])
def test_gradients_flow_through_every_block(kind: str) -> None:
    network = make_network().train()
    coded = network(standardised(torch.from_numpy(some_clips(12))))
    settings = ObjectiveSettings(histogram=HistogramSettings(kind), expectation_weight=0.1)
    scores = np.random.default_rng(1).integers(0, 25, 12).astype(np.float64)
    losses = joint_loss(coded, scores, np.arange(12) // 2, LABEL, settings, PairMemory(0))
    total, label, histogram, expectation = (float(part.detach()) for part in losses)
    assert total == pytest.approx(label + 0.5 * histogram + 0.1 * expectation, rel=1e-6)
    losses.total.backward()  # type: ignore[no-untyped-call]
    still = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert still == []


def test_the_embedding_alone_teaches_the_backbone_and_not_the_logits() -> None:
    network = make_network().train()
    coded = network(standardised(torch.from_numpy(some_clips(12))))
    scores = np.random.default_rng(1).integers(0, 25, 12).astype(np.float64)
    losses = joint_loss(coded, scores, np.arange(12) // 2, LABEL, ObjectiveSettings(), PairMemory(0))
    losses.histogram.backward()  # type: ignore[no-untyped-call]
    assert network.logits.weight.grad is None
    assert all(float(p.grad.abs().sum()) > 0 for p in network.backbone.parameters() if p.grad is not None)
    assert network.backbone.stem[0].weight.grad is not None


def test_without_the_joint_objective_no_pair_is_formed() -> None:
    network, memory = make_network().train(), PairMemory(20)
    coded = network(standardised(torch.from_numpy(some_clips(4))))
    losses = joint_loss(coded, np.arange(4.0), np.arange(4), LABEL, ObjectiveSettings(joint=False), memory)
    assert float(losses.histogram) == 0
    assert torch.equal(losses.total, losses.label)
    assert memory.kept is None


def test_the_memory_gives_a_batch_more_pairs() -> None:
    network, memory = make_network().train(), PairMemory(20)
    settings = ObjectiveSettings(histogram=HistogramSettings(memory=20))
    groups, scores = np.arange(6) // 2, np.array([2.0, 2.0, 9.0, 9.0, 20.0, 20.0])
    coded = network(standardised(torch.from_numpy(some_clips(6))))
    first = joint_loss(coded, scores, groups, LABEL, settings, memory)
    second = joint_loss(coded, scores + 1, groups + 3, LABEL, settings, memory)
    assert memory.kept is not None
    assert len(memory.kept.scores) == 12
    alone = joint_loss(coded, scores + 1, groups + 3, LABEL, settings, PairMemory(0))
    found = [float(losses.histogram.detach()) for losses in (first, second, alone)]
    assert found[1] != pytest.approx(found[2], abs=1e-5)
    assert found[0] == pytest.approx(found[2], abs=1e-6)


def test_embeddings_have_length_one_and_logits_begin_at_the_labels() -> None:
    network = make_network().eval()
    mean = LABEL.targets(np.array([3.0, 12.0])).mean(axis=0)
    network.begin_at(mean)
    coded = network(standardised(torch.from_numpy(some_clips(3))))
    torch.testing.assert_close(coded.embedding.norm(dim=1), torch.ones(3))
    q = torch.softmax(coded.logits, dim=1).detach().numpy()
    assert np.abs(q - mean).max() < 0.02


def test_the_full_preset_is_an_r3d_18() -> None:
    backbone = Backbone(FULL)
    classifier = 512 * 400 + 400
    assert sum(p.numel() for p in backbone.parameters()) == 33_371_472 - classifier
    names = backbone.state_dict().keys()
    assert {"stem.0.weight", "layer1.1.conv2.1.running_var", "layer4.0.downsample.0.weight"} <= names
    assert not any(name.startswith(("layer1.0.downsample", "layer2.1.downsample")) for name in names)


def test_weights_of_another_network_are_told_from_ones_own() -> None:
    torch.manual_seed(1)
    backbone, other = Backbone(SHAPE), Backbone(SHAPE)
    take_r3d_18(backbone, {**other.state_dict(), "fc.weight": torch.zeros(2, 2)})
    torch.testing.assert_close(backbone.state_dict(), other.state_dict())
    with pytest.raises(ModelError, match="not those of an R3D-18"):
        take_r3d_18(backbone, {**other.state_dict(), "layer1.0.conv1.0.weight": torch.zeros(3)})


def test_each_clip_is_scored_by_itself(model: DjLdmlModel) -> None:
    clips = some_clips(20, seed=3)
    scores, shown = model.score_clips(clips)
    assert scores.shape == (20,)
    assert shown.shape == (20, 25)
    assert scores.std() > 0.05
    np.testing.assert_allclose(shown.sum(axis=1), 1)
    again = np.concatenate([model.score_clips(clips[i : i + 1])[0] for i in range(20)])
    np.testing.assert_allclose(scores, again, atol=1e-4)


def test_no_clip_gives_nothing_and_other_shapes_are_refused(model: DjLdmlModel) -> None:
    scores, shown = model.score_clips(some_clips(0))
    assert scores.shape == (0,)
    assert shown.shape == (0, 25)
    for wrong in (some_clips(2)[:, :4], some_clips(2)[..., :1], some_clips(2).astype(np.float32)):
        with pytest.raises(ModelError, match="reads clips of"):
            model.score_clips(wrong)


def test_a_recording_is_the_mean_of_its_clips(model: DjLdmlModel) -> None:
    source = FakeCrops(np.arange(0, 30, 0.125), 32)
    found = model.predict_crops(source, PROVENANCE)
    np.testing.assert_allclose(found.window_times[:, 0], np.arange(0, 29, 2), atol=1e-9)
    np.testing.assert_allclose(np.diff(found.window_times, axis=1), 1)
    clips = np.stack([source.pictures[16 * k : 16 * k + 8] for k in range(15)])
    scores, shown = model.score_clips(clips)
    assert found.score == pytest.approx(scores.mean(), abs=1e-4)
    assert found.distribution is not None
    np.testing.assert_allclose(found.distribution.probabilities, shown.mean(axis=0), atol=1e-5)
    np.testing.assert_array_equal(found.distribution.support, np.arange(25))
    assert found.interval is not None
    assert found.interval[0] <= found.score <= found.interval[1]
    assert found.moment_attention.sum() == pytest.approx(1)
    assert found.attribute_attention.shape == (15, 1)
    assert found.baseline == 9.5
    assert found.usable_s == pytest.approx(30)


def test_too_little_gets_no_score_and_no_distribution(model: DjLdmlModel) -> None:
    short = model.predict_crops(FakeCrops(np.arange(0, 10, 0.125), 32), PROVENANCE)
    assert short.score is None
    assert short.distribution is None
    assert short.interval is None
    assert short.abstained is not None
    assert "at least 20" in short.abstained
    assert len(short.window_times) == len(short.moment_attention) == 5
    nothing = model.predict_crops(FakeCrops(np.zeros(0), 32), PROVENANCE)
    assert nothing.abstained is not None
    assert nothing.window_times.shape == (0, 2)


def test_a_face_that_is_never_long_in_view_gets_no_score(model: DjLdmlModel) -> None:
    every_fourth_missing = np.arange(0, 60, 0.125)[np.arange(480) % 4 > 0]
    found = model.predict_crops(FakeCrops(every_fourth_missing, 32), PROVENANCE, seen_s=60)
    assert found.score is None
    assert found.abstained is not None
    assert "1.0 seconds at a stretch" in found.abstained


def test_crops_of_another_tracker_or_size_are_refused(model: DjLdmlModel) -> None:
    source = FakeCrops(np.arange(0, 30, 0.125), 32)
    other = replace(PROVENANCE, extractor="openface")
    with pytest.raises(ModelError, match="aligned by openface"):
        model.predict_crops(source, other)
    assert model.predict_crops(source, other, force=True).provenance.forced
    with pytest.raises(ModelError, match="32 pixels and these have 48"):
        model.predict_crops(FakeCrops(np.arange(0, 30, 0.125), 48), PROVENANCE, force=True)


def test_scoring_stops_when_asked(model: DjLdmlModel) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        model.predict_crops(FakeCrops(np.arange(0, 30, 0.125), 32), PROVENANCE, cancel=cancel)


def test_saved_and_read_again_it_says_the_same(model: DjLdmlModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    read = load_pixel_model(tmp_path)
    assert isinstance(read, DjLdmlModel)
    assert read.model_hash == model.model_hash != ""
    assert (read.shape, read.clip, read.label, read.baseline) == (SHAPE, CLIP, LABEL, 9.5)
    np.testing.assert_array_equal(read.masses(some_clips(5)), model.masses(some_clips(5)))
    with pytest.raises(ModelError, match="reads face crops and not recordings"):
        load_model(tmp_path)
