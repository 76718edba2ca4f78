"""Training HMHN: what is refused, the same seed twice, stopped and resumed, and a planted region that is found."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch  # noqa: TID253

from lineament.datasets import PHQ8
from lineament.errors import DatasetError, ModelError
from lineament.models import load_pixel_model
from lineament.models.hmhn.model import HMHNModel, to_pictures
from lineament.models.hmhn.presets import HMHNShape
from lineament.progress import Cancelled, CancelToken
from lineament.training.events import EpochFinished
from lineament.training.hmhn.augment import augmented
from lineament.training.hmhn.data import crop_statistics, draw_crops, equal_batches, read_pairs
from lineament.training.hmhn.loop import Trainer, means_of
from lineament.training.hmhn.training import AugmentationSettings, CropVideos, HMHNConfig, train_hmhn, trained

SIZE, PATCH = 32, 8
NONE = AugmentationSettings(mirror=0, shift=0, turn=0, zoom=0, brightness=0, contrast=0, saturation=0)
SHAPE = HMHNShape(
    crop=SIZE, widths=(8, 16), blocks=(1, 1), strides=(1, 1), gwa_hidden=8, heads=2, squeeze=4, dropout=0.1
)
QUICK = HMHNConfig(
    shape=replace(SHAPE, widths=(4, 6)), epochs=3, batch=8, frames=2, dev_frames=2, threads=1, name="quick"
)


@dataclass
class Crops:
    images: npt.NDArray[np.uint8]
    times: npt.NDArray[np.float64]

    @property
    def size(self) -> int:
        return self.images.shape[1]

    def read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        return self.images[rows]


def planted(n: int, frames: int, seed: int = 0) -> CropVideos:
    """Noise in which the brightness of one of sixteen patches carries the score: first row, second column."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 25, n).astype(np.float64)
    sources = []
    for score in scores:
        images = rng.normal(120, 25, (frames, SIZE, SIZE, 3)) + rng.normal(0, 15, 3)
        images[:, :PATCH, PATCH : 2 * PATCH] += 5 * (score - 12)
        sources.append(Crops(images.clip(0, 255).astype(np.uint8), np.arange(frames) * 5.0))
    splits = ["train"] * (n - 26) + ["dev"] * 8 + ["calibration"] * 10 + ["test"] * 8
    return CropVideos(sources, scores, [f"p{i}" for i in range(n)], splits, PHQ8, "lineament/facemesh", True, "toy")


@pytest.fixture(scope="module")
def few() -> CropVideos:
    return planted(34, 4)


def weights(model: HMHNModel) -> dict[str, torch.Tensor]:
    return model.network.state_dict()


def network_of(videos: CropVideos, config: HMHNConfig) -> dict[str, torch.Tensor]:
    return trained(Trainer(videos, config, CancelToken(), lambda _: None), None).learner.network.state_dict()


def assert_same(one: HMHNModel, other: HMHNModel) -> None:
    for name, value in weights(one).items():
        np.testing.assert_array_equal(value, weights(other)[name], err_msg=name)


def test_a_planted_region_is_learnt_and_looked_at(tmp_path: Path) -> None:
    videos = planted(66, 6)
    config = HMHNConfig(
        shape=SHAPE,
        epochs=8,
        patience=8,
        batch=16,
        frames=6,
        dev_frames=6,
        learning_rate=1e-2,
        backbone_rate=1e-2,
        augmentation=replace(NONE, shift=0.02),
        threads=1,
    )
    events: list[object] = []
    model = train_hmhn(videos, config, sink=events.append)
    epochs = [e for e in events if isinstance(e, EpochFinished)]
    assert [e.epoch for e in epochs] == list(range(8))
    assert min(e.dev_rmse for e in epochs) < 3 < epochs[0].dev_rmse
    test = model.card.test
    assert test["network"].rmse.value < 0.5 * test["constant"].rmse.value
    maps = model.score_crops(np.concatenate([videos.sources[i].read(np.arange(6)) for i in videos.rows("test")])).maps
    cells = 8 // 4
    inside = maps[:, :cells, cells : 2 * cells].sum(axis=(1, 2))
    assert inside.mean() > 2 / 16
    rows, columns = np.unravel_index(maps.reshape(len(maps), -1).argmax(axis=1), maps.shape[1:])
    assert np.mean((rows < cells) & (columns >= cells) & (columns < 2 * cells)) > 0.5
    card = model.card
    assert card.settings["modality"] == "face crops 32 px"
    assert "face crops 32 px" in card.summary_line
    assert card.trained_on_simulated
    assert card.persons == {"train": 40, "dev": 8, "calibration": 10, "test": 8}
    assert card.parameters == model.parameters
    assert set(card.test) == {"network", "ridge on crop statistics", "constant"}
    assert "action unit" not in card.markdown().lower()
    assert model.conformal.below[-1] > 0
    model.save(tmp_path)
    assert load_pixel_model(tmp_path).card == card


def test_a_resumed_training_equals_one_that_was_never_stopped(few: CropVideos, tmp_path: Path) -> None:
    config = replace(QUICK, affinity=0.1)
    whole = train_hmhn(few, config)
    path = tmp_path / "run" / "hmhn.safetensors"
    for stop_after in (1, 2):
        cancel = CancelToken()

        def stop(event: object, cancel: CancelToken = cancel, last: int = stop_after) -> None:
            if isinstance(event, EpochFinished) and event.epoch + 1 == last:
                cancel.cancel()

        with pytest.raises(Cancelled):
            train_hmhn(few, config, cancel, stop, checkpoint=path)
    events: list[object] = []
    resumed = train_hmhn(few, config, sink=events.append, checkpoint=path)
    assert [e.epoch for e in events if isinstance(e, EpochFinished)] == [2]
    assert_same(resumed, whole)
    assert resumed.conformal == whole.conformal
    np.testing.assert_array_equal(
        resumed.score_crops(few.sources[0].read(np.arange(4))).scores,
        whole.score_crops(few.sources[0].read(np.arange(4))).scores,
    )
    events.clear()
    again = train_hmhn(few, config, sink=events.append, checkpoint=path)
    assert not any(isinstance(e, EpochFinished) for e in events)
    assert_same(again, whole)
    with pytest.raises(ModelError, match="of a training with other settings"):
        train_hmhn(few, replace(config, seed=1), checkpoint=path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="damaged"):
        train_hmhn(few, config, checkpoint=path)


def test_the_seed_decides_everything_and_nothing_else_is_touched(few: CropVideos) -> None:
    config = replace(QUICK, epochs=1)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = network_of(few, config)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(6)
    for name, value in network_of(few, config).items():
        np.testing.assert_array_equal(value, first[name], err_msg=name)
    other = network_of(few, replace(config, seed=1))
    assert any(not torch.equal(value, other[name]) for name, value in first.items())


def test_training_stops_when_the_dev_videos_no_longer_gain(few: CropVideos) -> None:
    events: list[object] = []
    config = replace(QUICK, epochs=6, patience=2, learning_rate=0.0, backbone_rate=0.0, loss="mse")
    trainer = Trainer(few, replace(config, video_score="median"), CancelToken(), events.append)
    training = trained(trainer, None)
    epochs = [e for e in events if isinstance(e, EpochFinished)]
    best = max(e.epoch for e in epochs if e.best)
    assert len(epochs) == min(best + 3, 6)
    assert training.lowest == min(e.dev_rmse for e in epochs)
    estimates = trainer.dev_estimates(training.learner.network)
    assert math.sqrt(np.mean((estimates - few.scores[few.rows("dev")]) ** 2)) == pytest.approx(training.lowest)


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_a_loss_that_stops_being_a_number_is_told(few: CropVideos) -> None:
    with pytest.raises(
        ModelError, match=r"stopped being a number in epoch 1, step \d+\. Train again .* lower learning"
    ):
        train_hmhn(few, replace(QUICK, learning_rate=1e30, backbone_rate=1e30, loss="mse", clip_norm=1e30))


def test_published_weights_are_taken_or_refused(few: CropVideos, tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, path)
    with pytest.raises(ModelError, match=r"other\.pth: the file lacks"):
        train_hmhn(few, replace(QUICK, pretrained=path))


def test_a_device_that_is_not_there_is_told(few: CropVideos) -> None:
    with pytest.raises(ModelError, match="no device called quantum"):
        train_hmhn(few, replace(QUICK, device="quantum"))


def changed(**changes: object) -> Callable[[CropVideos], CropVideos]:
    return lambda videos: replace(videos, **changes)  # type: ignore[arg-type]


def with_first(**changes: object) -> Callable[[CropVideos], CropVideos]:
    """The first video otherwise."""

    def change(videos: CropVideos) -> CropVideos:
        lists = {name: [value, *list(getattr(videos, name))[1:]] for name, value in changes.items()}
        if "scores" in lists:
            lists["scores"] = np.array(lists["scores"])  # type: ignore[assignment]
        return replace(videos, **lists)  # type: ignore[arg-type]

    return change


EMPTY = Crops(np.zeros((0, SIZE, SIZE, 3), np.uint8), np.zeros(0))
LARGE = Crops(np.zeros((3, 48, 48, 3), np.uint8), np.arange(3.0))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (changed(person_ids=["p"]), "34 videos, 34 scores, 1 persons"),
        (with_first(scores=math.nan), "1 videos have no score on PHQ-8 .*of persons p0"),
        (with_first(scores=25.0), "1 videos have no score on PHQ-8"),
        (with_first(sources=EMPTY), "have not one face crop, of persons p0"),
        (with_first(sources=LARGE), "another size than 32 pixels"),
        (with_first(splits="holdout"), "no split called holdout"),
        (with_first(person_ids="p33"), "person p33 is in the splits train and test"),
        (changed(splits=["train"] * 34), "0 dev persons, at least 2"),
    ],
)
def test_videos_that_cannot_be_used_are_told(
    few: CropVideos, change: Callable[[CropVideos], CropVideos], sentence: str
) -> None:
    with pytest.raises(DatasetError, match=sentence):
        train_hmhn(change(few), QUICK)


@pytest.mark.parametrize("changes", [{"batch": 1}, {"epochs": 0}, {"loss": "mae"}, {"video_score": "max"}])
def test_settings_that_make_no_sense_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"at least|there is no"):
        replace(QUICK, **changes)  # type: ignore[arg-type]


def test_an_epoch_draws_no_crop_twice_and_reads_them_in_place(few: CropVideos) -> None:
    rows = few.rows("train")
    pairs = draw_crops(few, rows, 3, np.random.default_rng(0))
    assert pairs.shape == (3 * len(rows), 2)
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert set(pairs[:, 0]) == set(rows)
    assert len(draw_crops(few, rows, 100, np.random.default_rng(0))) == 4 * len(rows)
    crops = read_pairs(few.sources, pairs)
    for (video, row), crop in zip(pairs, crops, strict=True):
        np.testing.assert_array_equal(crop, few.sources[video].read(np.array([row]))[0])
    sizes = [len(batch) for batch in equal_batches(pairs[:17], 8)]
    assert sizes == [6, 6, 5]


def test_crops_that_are_judged_together_follow_each_other(few: CropVideos) -> None:
    rows = few.rows("train")
    pairs = draw_crops(few, rows, 4, np.random.default_rng(0), together=2)
    assert (pairs[::2, 0] == pairs[1::2, 0]).all()
    assert len(np.unique(pairs, axis=0)) == len(pairs) == 4 * len(rows)
    assert (pairs[:-2:2, 0] != pairs[2::2, 0]).any()
    odd = draw_crops(few, rows, 3, np.random.default_rng(0), together=2)
    assert len(odd) == 3 * len(rows)


def test_means_of_owners_are_numpys() -> None:
    values, owners = torch.tensor([1.0, 5.0, 2.0, 4.0, 9.0], requires_grad=True), torch.tensor([7, 3, 7, 7, 5])
    found = means_of(values, owners)
    np.testing.assert_allclose(found.detach(), [5.0, 9.0, 7 / 3])
    found.sum().backward()
    assert values.grad is not None
    np.testing.assert_allclose(values.grad, [1 / 3, 1, 1 / 3, 1 / 3, 1])


def test_videos_may_be_learnt_from_several_crops_together(few: CropVideos) -> None:
    together = network_of(few, replace(QUICK, together=2))
    apart = network_of(few, QUICK)
    assert any(not torch.equal(together[name], apart[name]) for name in apart)


def test_what_the_ridge_control_reads_is_cells_means_and_spreads() -> None:
    crops = np.random.default_rng(0).integers(0, 256, (3, 15, 15, 3), dtype=np.uint8)
    found = crop_statistics(crops).reshape(2, 7, 7, 3)
    corner = crops[:, 12:15, 2:4].astype(float).mean(axis=(1, 2))
    np.testing.assert_allclose(found[0, 6, 1], corner.mean(axis=0))
    np.testing.assert_allclose(found[1, 6, 1], corner.std(axis=0))


# -- augmentation --------------------------------------------------------------------------------------------------


def test_no_augmentation_leaves_crops_alone() -> None:
    pictures = torch.rand(5, 3, 16, 16)
    found = augmented(pictures, NONE, torch.Generator().manual_seed(0))
    np.testing.assert_allclose(found, pictures, atol=1e-6)


@pytest.mark.parametrize("turn", [0.0, 1e-9])
def test_mirroring_mirrors(turn: float) -> None:
    pictures = torch.rand(5, 3, 16, 16)
    found = augmented(pictures, replace(NONE, mirror=1.0, turn=turn), torch.Generator().manual_seed(0))
    np.testing.assert_allclose(found, pictures.flip(3), atol=1e-4)


def test_a_turn_moves_no_further_than_it_says() -> None:
    pictures = torch.zeros(64, 3, 65, 65)
    pictures[..., 31:34, 51:54] = 1  # 20 pixels to the right of the middle
    found = augmented(pictures, replace(NONE, turn=4.0), torch.Generator().manual_seed(0))
    mass = found[:, 0] / found[:, 0].sum(dim=(1, 2), keepdim=True)
    middle = (mass.sum(dim=2) * torch.arange(65)).sum(dim=1) - 32
    assert middle.abs().max() <= 20 * math.sin(math.radians(4)) + 0.05
    assert middle.min() < -0.5
    assert middle.max() > 0.5


def test_default_augmentation_keeps_a_crop_recognisable_and_in_range() -> None:
    rng = np.random.default_rng(0)
    smooth = rng.random((40, 3, 4, 4)).repeat(8, axis=2).repeat(8, axis=3)
    pictures = torch.from_numpy(smooth).float()
    found = augmented(pictures, replace(AugmentationSettings(), mirror=0), torch.Generator().manual_seed(0))
    assert found.min() >= 0
    assert found.max() <= 1
    for before, after in zip(pictures, found, strict=True):
        assert np.corrcoef(before.flatten(), after.flatten())[0, 1] > 0.7
    again = augmented(pictures, replace(AugmentationSettings(), mirror=0), torch.Generator().manual_seed(0))
    assert torch.equal(found, again)


def test_the_usual_contributions_are_those_of_the_train_videos_crops(few: CropVideos) -> None:
    trainer = Trainer(few, QUICK, CancelToken(), lambda _: None)
    network = trained(trainer, None).learner.network
    assert network.usual.abs().sum() > 0
    seen = np.concatenate([few.sources[i].read(np.array([1, 3])) for i in few.rows("train")])  # 2 of 4, spread
    with torch.inference_mode():
        put_in = network.contributions(network(to_pictures(seen, network.mean.device)))
    np.testing.assert_allclose(network.usual, put_in.mean(dim=0), rtol=1e-3, atol=1e-6)
