"""DJ-LDML's training: what it learns, that it resumes exactly, and what it refuses."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.support.face_clips import FakeCrops, passing_spot

from lineament.datasets import PHQ8
from lineament.errors import DatasetError, ModelError
from lineament.models.dj_ldml import KIND, ClipShape, NetworkShape
from lineament.models.dj_ldml.histogram_loss import HistogramSettings
from lineament.models.dj_ldml.label_distribution import LabelDistribution
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.dj_ldml.network import DjLdmlNetwork
from lineament.models.dj_ldml.objective import ObjectiveSettings
from lineament.progress import Cancelled, CancelToken, Progress, ignore_events
from lineament.training.crops.measures import HeldVideos, calibrated, times_of
from lineament.training.dj_ldml.data import checked_places
from lineament.training.dj_ldml.loop import Trainer, Training
from lineament.training.dj_ldml.optimiser import make_optimiser
from lineament.training.dj_ldml.statistics import clip_statistics
from lineament.training.dj_ldml.training import (
    CropVideos,
    DjLdmlConfig,
    JointEpochFinished,
    OptimiserSettings,
    train_dj_ldml,
)
from lineament.training.metrics import rmse
from lineament.training.optimiser import set_rates

CLIP = ClipShape(frames=8, size=32, step_s=0.125, tolerance_s=0.05, every_s=1.0)
LABEL = LabelDistribution.usual(PHQ8)
SPLITS = ("train",) * 6 + ("dev",) * 3 + ("calibration",) * 10 + ("test",) * 3


def make_videos(splits: tuple[str, ...] = SPLITS, seconds: float = 4.0, seed: int = 0) -> CropVideos:
    """Rising or falling spots, one a person; the score says which."""
    n = len(splits)
    return CropVideos(
        sources=[passing_spot(seconds, 8, 32, i % 2 == 0, 1000 * seed + i) for i in range(n)],
        scores=np.array([20.0 if i % 2 == 0 else 4.0 for i in range(n)]),
        person_ids=[f"p{i}" for i in range(n)],
        splits=list(splits),
        scale=PHQ8,
        extractor="simulated/spots",
        simulated=True,
        data="spots",
    )


def make_config(**changes: Any) -> DjLdmlConfig:
    shape = NetworkShape(widths=(4, 4, 8, 8), stem_stride=4, embedding=6, dropout=0.2)
    config = DjLdmlConfig(seed=3, shape=shape, clip=CLIP, epochs=3, clips=2, dev_clips=2, threads=1)
    return replace(config, **changes)


def weights(model: DjLdmlModel) -> dict[str, torch.Tensor]:
    return model.network.state_dict()


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_the_order_of_frames_is_learnt_where_no_single_frame_tells() -> None:
    splits = ("train",) * 24 + ("dev",) * 8 + ("calibration",) * 12 + ("test",) * 12
    shape = NetworkShape(widths=(8, 8, 16, 16), stem_stride=2, embedding=8, dropout=0.1)
    config = make_config(shape=shape, clip=replace(CLIP, frames=16), videos_per_batch=12, clips=4, epochs=7, patience=7)
    events: list[object] = []
    model = train_dj_ldml(make_videos(splits, seconds=6.0), config, sink=events.append)
    test = model.card.test
    assert test["constant"].rmse.value == pytest.approx(8)
    assert test["ridge on crop statistics"].rmse.value > 7
    assert test["network"].rmse.value < 6.5
    epochs = [e for e in events if isinstance(e, JointEpochFinished)]
    assert [e.epoch for e in epochs] == list(range(7))
    assert epochs[-1].histogram_loss < 0.1 < epochs[0].histogram_loss
    assert any(isinstance(e, Progress) and e.task.startswith("training") for e in events)
    assert model.card.kind == KIND
    assert "face crops" in model.card.settings["modality"]
    assert "face crops" in model.card.markdown()
    assert model.baseline == pytest.approx(12)


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": ObjectiveSettings(histogram=HistogramSettings(memory=17))},
        {"optimiser": OptimiserSettings("sgd", 1e-3, 1e-2), "objective": ObjectiveSettings(joint=False)},
    ],
    ids=["joint, AdamW, memory", "alone, SGD"],
)
def test_resumed_equals_never_stopped(tmp_path: Path, changes: dict[str, Any]) -> None:
    videos, config = make_videos(), make_config(**changes)
    whole = train_dj_ldml(videos, config)
    cancel, path = CancelToken(), tmp_path / "run" / "checkpoint.safetensors"

    def stop_after_the_second(event: object) -> None:
        if isinstance(event, JointEpochFinished) and event.epoch == 1:
            cancel.cancel()

    with pytest.raises(Cancelled):
        train_dj_ldml(videos, config, cancel, stop_after_the_second, checkpoint=path)
    epochs: list[int] = []
    resumed = train_dj_ldml(
        videos,
        config,
        sink=lambda e: epochs.append(e.epoch) if isinstance(e, JointEpochFinished) else None,
        checkpoint=path,
    )
    assert epochs == [2]
    assert same(weights(resumed), weights(whole))
    assert resumed.conformal == whole.conformal
    assert resumed.card.test == whole.card.test
    finished: list[object] = []
    again = train_dj_ldml(videos, config, sink=finished.append, checkpoint=path)
    assert not any(isinstance(e, JointEpochFinished) for e in finished)
    assert same(weights(again), weights(whole))


def test_the_seed_decides() -> None:
    videos = make_videos()

    def after_an_epoch(seed: int) -> dict[str, torch.Tensor]:
        return weights(train_dj_ldml(videos, make_config(seed=seed, epochs=1)))

    first = after_an_epoch(5)
    assert same(first, after_an_epoch(5))
    assert not same(first, after_an_epoch(6))


def test_alone_leaves_the_embedding_as_it_was() -> None:
    videos, config = make_videos(), make_config(epochs=1)
    events: list[object] = []
    joint, alone = train_dj_ldml(videos, config), train_dj_ldml(videos, config.alone(), sink=events.append)
    trained = joint.network.embedding.weight
    torch.manual_seed(config.seed)
    untouched = DjLdmlNetwork(config.shape, len(alone.label.support)).embedding.weight
    assert torch.equal(alone.network.embedding.weight, untouched)
    assert not torch.equal(trained, untouched)
    assert [e.histogram_loss for e in events if isinstance(e, JointEpochFinished)] == [0.0]
    assert alone.card.name != joint.card.name
    assert alone.card.settings["learns"] == "label distribution"


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    train_dj_ldml(make_videos(), make_config(epochs=1), checkpoint=path)
    with pytest.raises(ModelError, match="other settings or other videos"):
        train_dj_ldml(make_videos(), make_config(epochs=1, seed=9), checkpoint=path)
    with pytest.raises(ModelError, match="other settings or other videos"):
        train_dj_ldml(replace(make_videos(), scores=np.full(22, 5.0)), make_config(epochs=1), checkpoint=path)
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"", b"nothing of the kind" * 10):
        path.write_bytes(damaged)
        with pytest.raises(ModelError, match=r"checkpoint\.safetensors.*damaged"):
            train_dj_ldml(make_videos(), make_config(epochs=1), checkpoint=path)


def test_a_loss_that_is_no_number_is_told(tmp_path: Path) -> None:
    config = make_config(optimiser=OptimiserSettings(backbone_rate=1e30, head_rate=1e30))
    with pytest.raises(ModelError, match=r"stopped being (a number|numbers) in epoch \d.*lower learning rate"):
        train_dj_ldml(make_videos(), config)


def test_a_device_that_is_not_there_is_told() -> None:
    with pytest.raises(ModelError, match="no device called cuda:99"):
        train_dj_ldml(make_videos(), make_config(device="cuda:99"))


def test_weights_to_start_from_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    path = tmp_path / "r3d_18.safetensors"
    with pytest.raises(ModelError, match=r"r3d_18\.safetensors.*cannot be read"):
        train_dj_ldml(make_videos(), make_config(start_from=path))
    path.write_bytes(b"not weights")
    with pytest.raises(ModelError, match="cannot be read"):
        train_dj_ldml(make_videos(), make_config(start_from=path))


def test_training_stops_when_the_dev_videos_get_no_better() -> None:
    def after(errors: list[float]) -> bool:
        history, lowest = [], np.inf
        for k, error in enumerate(errors):
            history.append(JointEpochFinished(0, k, 1.0, error**2, error, error < lowest))
            lowest = min(lowest, error)
        training = Training(None, None, None, epoch=len(errors), history=history)  # type: ignore[arg-type]
        return training.finished(epochs=10, patience=3)

    assert not after([])
    assert not after([5, 6, 6])
    assert after([5, 6, 6, 6])
    assert not after([5, 6, 6, 4])
    assert after([5 - 0.1 * k for k in range(10)])


def test_the_best_epochs_weights_are_kept() -> None:
    videos, config = make_videos(), make_config(epochs=4, optimiser=OptimiserSettings(backbone_rate=0.05))
    model = train_dj_ldml(videos, config)
    trainer = Trainer(videos, checked_places(videos, CLIP), model.label, config, CancelToken(), ignore_events)
    error = rmse(trainer.dev_estimates(model.network), videos.scores[videos.rows("dev")])
    assert error == pytest.approx(model.card.settings["dev RMSE"], abs=1e-4)


def test_batches_of_training_hold_to_their_rules() -> None:
    videos, config = make_videos(), make_config(videos_per_batch=4)
    trainer = Trainer(videos, checked_places(videos, CLIP), LABEL, config, CancelToken(), ignore_events)
    clips, owners = trainer._clips(np.array([2, 0, 5]), np.random.default_rng(0))
    assert owners.tolist() == [2, 2, 0, 0, 5, 5]
    assert clips.shape == (6, 8, 32, 32, 3)
    read = [i for i, source in enumerate(videos.sources) if isinstance(source, FakeCrops) and source.asked]
    assert read == [0, 2, 5]
    with pytest.raises(ValueError, match="1 to 2 clips"):
        make_config(clips_per_video=3)


def test_rates_rise_and_fall_apart() -> None:
    settings = OptimiserSettings("sgd", backbone_rate=1.0, head_rate=10.0, warm_up=0.2)
    torch.manual_seed(0)
    optimiser = make_optimiser(DjLdmlNetwork(make_config().shape, 30), settings)
    found = []
    for step in range(10):
        set_rates(optimiser, (1.0, 10.0), 0.2, step, 10)
        found.append([group["lr"] for group in optimiser.param_groups])
    cosine = [0.5 * (1 + np.cos(np.pi * k / 8)) for k in range(8)]
    np.testing.assert_allclose([a for a, _ in found], [0.5, 1.0, *cosine])
    np.testing.assert_allclose([b for _, b in found], 10 * np.array([a for a, _ in found]))


def test_intervals_take_one_video_a_person() -> None:
    videos = make_videos(("calibration",) * 12 + ("train",) * 2)
    persons = [*(f"p{i}" for i in range(10)), "p0", "p1", "a", "b"]
    videos = replace(videos, person_ids=persons)
    scores, far = np.arange(12.0), 1000.0
    estimates = np.concatenate([scores[:10] + np.linspace(-3, 3, 10), scores[10:] + far])[:, None]
    table = calibrated(HeldVideos(np.arange(12), scores, estimates), videos, (20.0,))
    assert table.below == pytest.approx((3.0,))
    assert table.above == pytest.approx((3.0,))


def test_intervals_are_calibrated_up_to_what_half_the_videos_have() -> None:
    videos = make_videos(("calibration",) * 3)
    long = [FakeCrops(np.arange(0, s, 0.125), 32) for s in (10.0, 50.0, 400.0)]
    assert times_of(replace(videos, sources=long), "calibration") == (20.0, 30.0, 45.0)
    assert times_of(videos, "calibration") == (20.0,)


def test_crop_statistics_by_hand() -> None:
    clips = np.random.default_rng(0).integers(0, 256, (2, 3, 17, 17, 3), dtype=np.uint8)
    found = clip_statistics(clips)
    assert found.shape == (128,)
    cell = clips[:, :, 2:4, 6:8].astype(float).mean(axis=(2, 3, 4))
    assert found[8 + 3] == pytest.approx(cell.mean())
    assert found[64 + 8 + 3] == pytest.approx(np.abs(np.diff(cell, axis=1)).mean())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"scores": np.zeros(3)}, "22 videos, 3 scores"),
        ({"scores": np.array([np.nan, *[4.0] * 21])}, "1 videos have no score"),
        ({"scores": np.array([25.0, *[4.0] * 21])}, r"1 videos have no score on PHQ-8 \(0 to 24\), of persons p0"),
        ({"splits": ["training", *SPLITS[1:]]}, "no split called training"),
        ({"splits": ["train"] * 22}, "0 dev persons"),
        ({"splits": [*SPLITS[:9], "", *SPLITS[10:]]}, "9 calibration persons, at least 10"),
        ({"person_ids": ["p21", *(f"p{i}" for i in range(1, 22))]}, "person p21 is in the splits train and test"),
        ({"sources": [FakeCrops(np.arange(32) / 8, 48)] * 22}, "22 videos have face crops of another size than 32"),
        (
            {"sources": [FakeCrops(np.arange(32) / 2, 32)] * 22},
            r"22 videos show no face for 1\.0 seconds at a stretch, of persons p0, p1",
        ),
    ],
)
def test_videos_that_cannot_be_used_are_told(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence):
        train_dj_ldml(replace(make_videos(), **changes), make_config())


def test_videos_left_out_may_be_anything() -> None:
    videos = make_videos((*SPLITS, ""))
    sources = [*videos.sources[:-1], FakeCrops(np.zeros(0), 64)]
    assert len(checked_places(replace(videos, sources=sources), CLIP)) == 23
