"""Region maps, published weights, and the model: crops to scores, recordings to predictions, files and back."""

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch  # noqa: TID253
from safetensors.torch import save_file
from tests.support.models import TABLE, make_card, make_hand_designed

from lineament.errors import LineamentError, ModelError
from lineament.models import describe_model, load_model, load_pixel_model
from lineament.models.hmhn.backbone import ResidualBackbone
from lineament.models.hmhn.model import KIND, HMHNModel
from lineament.models.hmhn.network import HMHNNetwork
from lineament.models.hmhn.presets import SMALL, AfbMode, HMHNShape
from lineament.models.hmhn.pretrained import load_pretrained
from lineament.models.hmhn.regions import centred, regions
from lineament.models.pixels import spread_rows, usable_s
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.provenance import Provenance

TINY = HMHNShape(crop=32, widths=(6, 8), blocks=(1, 1), strides=(1, 1), gwa_hidden=5, heads=3, squeeze=4)
PROVENANCE = Provenance("simulated/lineament-facemesh", "1", data_hash="abc")


@dataclass
class Crops:
    images: npt.NDArray[np.uint8]
    times: npt.NDArray[np.float64]
    damaged: bool = False

    @property
    def size(self) -> int:
        return self.images.shape[1]

    def read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        if self.damaged:
            raise LineamentError("crop 3 is damaged", path="a.crops", remedy="Cut it again.")
        return self.images[rows]


def some_crops(n: int, size: int = 32, step: float = 1.0) -> Crops:
    rng = np.random.default_rng(n)
    return Crops(rng.integers(0, 256, (n, size, size, 3), dtype=np.uint8), np.arange(n) * step)


def make_model(shape: HMHNShape = TINY, **changes: object) -> HMHNModel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = HMHNNetwork(shape)
        torch.nn.init.normal_(network.score.weight)
        network.train()(torch.rand(8, 3, shape.crop, shape.crop))
    model = HMHNModel(shape, network, 8.0, 2.0, "mean", TABLE, make_card(name="faces", kind=KIND))
    return replace(model, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model() -> HMHNModel:
    return make_model()


@pytest.mark.parametrize("fusion", ["softmax", "dan"])
def test_contributions_of_all_places_are_the_scores_slope_along_the_heads(fusion: AfbMode) -> None:
    """With the softmax fusion they add up to the score but for the last layer's constant; with both they are what
    holding the gates and following the fusion's slopes gives, place by place."""
    torch.manual_seed(1)
    network = HMHNNetwork(replace(TINY, afb=fusion)).eval()
    torch.nn.init.normal_(network.score.weight)
    network.norm.running_mean, network.norm.running_var = torch.randn(8), torch.rand(8) + 0.5
    with torch.no_grad():
        output = network(torch.rand(3, 3, 32, 32))
        found = network.contributions(output)
    assert found.shape == (3, 3, 8, 8)
    weights = (network.score.weight[0] / torch.sqrt(network.norm.running_var + network.norm.eps)).detach().numpy()
    features, slopes = output.features.numpy(), output.slopes.numpy()
    for b, k, i, j in ((0, 0, 0, 0), (2, 1, 3, 5), (1, 2, 7, 7)):
        seen = output.looked.gates[b, k].numpy() * features[b, :, i, j] * output.looked.spatial[b, k, i, j].numpy()
        assert float(found[b, k, i, j]) == pytest.approx(float((weights * slopes[b, k] * seen).sum()) / 64, rel=1e-3)
    if fusion == "softmax":
        constant = float(network.score.bias.detach()) - float((weights * network.norm.running_mean.numpy()).sum())
        np.testing.assert_allclose(found.sum(dim=(1, 2, 3)) + constant, output.score, rtol=1e-3, atol=1e-5)


def test_region_maps_are_how_far_places_move_the_score_from_the_usual() -> None:
    rng = np.random.default_rng(0)
    put_in, usual = rng.normal(size=(2, 3, 4, 4)), rng.normal(size=(3, 4, 4))
    found = regions(torch.from_numpy(put_in), torch.from_numpy(usual), 1)  # cells of one pixel: nothing is moved
    moved = put_in - usual
    np.testing.assert_allclose(found.heads, abs(moved) / abs(moved).sum(axis=(2, 3), keepdims=True), rtol=1e-6)
    total = abs(moved.sum(axis=1))
    np.testing.assert_allclose(found.maps, total / total.sum(axis=(1, 2), keepdims=True), rtol=1e-6)


def test_crops_that_move_nothing_have_an_even_map() -> None:
    found = regions(torch.ones(1, 2, 4, 4), torch.ones(2, 4, 4), 16)
    np.testing.assert_allclose(found.maps, 1 / 16)
    np.testing.assert_allclose(found.heads, 1 / 16)


def test_maps_are_moved_by_the_backbones_own_shift() -> None:
    line = torch.tensor([[0.0, 1.0, 0.0, 4.0]]).expand(4, 4)
    np.testing.assert_allclose(centred(line, 0.25)[0], [0.25, 0.75, 1.0, 4.0])
    np.testing.assert_allclose(centred(line.T, 0.25)[:, 0], [0.25, 0.75, 1.0, 4.0])
    # what a cell sees is centred on the upper left of its pixels: a spot in a cell's middle, seen through a stack of
    # averages that halve as a ResNet does, comes back centred only after the shift
    picture = torch.zeros(1, 1, 32, 32)
    picture[..., 14:18, 14:18] = 1
    blurred = picture
    for _ in range(3):
        blurred = torch.nn.functional.avg_pool2d(blurred, 3, stride=2, padding=1, count_include_pad=False)
    middles = 8 * torch.arange(4) + 3.5

    def centre(cells: torch.Tensor) -> float:
        return float((cells.sum(dim=0) * middles).sum() / cells.sum())

    assert abs(centre(centred(blurred[0, 0], 7 / 16)) - 15.5) < 0.6 < abs(centre(blurred[0, 0]) - 15.5)


def test_crops_are_scored_one_by_one_with_maps_that_sum_to_one(model: HMHNModel) -> None:
    crops = some_crops(70).images
    found = model.score_crops(crops)
    assert found.scores.shape == (70,)
    assert found.scores.dtype == np.float64
    assert found.maps.shape == (70, 8, 8)
    assert found.heads.shape == (70, 3, 8, 8)
    assert found.maps.dtype == found.heads.dtype == np.float32
    assert found.maps.min() >= 0
    np.testing.assert_allclose(found.maps.sum(axis=(1, 2)), 1, rtol=1e-5)
    np.testing.assert_allclose(found.heads.sum(axis=(2, 3)), 1, rtol=1e-5)
    alone = model.score_crops(crops[40:41])
    np.testing.assert_allclose(alone.scores, found.scores[40:41], rtol=1e-4)
    np.testing.assert_allclose(alone.maps, found.maps[40:41], rtol=1e-3, atol=1e-6)


def test_no_crops_give_no_scores(model: HMHNModel) -> None:
    found = model.score_crops(np.zeros((0, 32, 32, 3), np.uint8))
    assert (found.scores.shape, found.maps.shape, found.heads.shape) == ((0,), (0, 8, 8), (0, 3, 8, 8))


@pytest.mark.parametrize(
    "images", [np.zeros((1, 32, 32, 3)), np.zeros((1, 30, 32, 3), np.uint8), np.zeros((32, 32, 3), np.uint8)]
)
def test_crops_of_another_form_are_refused(model: HMHNModel, images: npt.NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="crops are uint8"):
        model.score_crops(images)


def test_a_recordings_score_is_the_mean_or_the_median_of_its_crops(model: HMHNModel) -> None:
    source = some_crops(40)
    scores = model.score_crops(source.images).scores
    assert scores.std() > 0.1
    found = model.predict_crops(source, PROVENANCE)
    assert found.score == pytest.approx(scores.mean(), rel=1e-6)
    assert replace(model, video_score="median").predict_crops(source, PROVENANCE).score == pytest.approx(
        np.median(scores), rel=1e-6
    )
    assert replace(model, target_mean=500.0).pool(scores + 500) == 24
    assert found.interval == TABLE.interval(float(scores.mean()), 40.0, model.card.scale)
    assert found.abstained is None
    assert found.usable_s == pytest.approx(40)
    assert found.usable_share == pytest.approx(1)
    assert found.baseline == 8
    assert found.window_times[3].tolist() == [3, 4]
    assert found.moment_attention.sum() == pytest.approx(1)
    np.testing.assert_array_equal(found.attribute_attention, np.ones((40, 1)))
    assert found.region_attention is not None
    np.testing.assert_array_equal(found.region_attention.times, source.times)
    np.testing.assert_allclose(found.region_attention.maps.sum(axis=(1, 2)), 1, rtol=1e-5)
    assert found.provenance.settings["input"] == "face crops 32 px"
    assert (found.provenance.extractor, found.provenance.data_hash) == (PROVENANCE.extractor, "abc")


def test_of_many_crops_some_are_scored_spread_evenly() -> None:
    model = make_model(crops=10)
    found = model.predict_crops(some_crops(95), PROVENANCE)
    assert found.region_attention is not None
    np.testing.assert_array_equal(found.region_attention.times, np.arange(10) * 9.5 // 1 + 4 + [0, 1] * 5)
    assert found.usable_s == pytest.approx(95)
    assert spread_rows(3, 10).tolist() == [0, 1, 2]
    assert spread_rows(0, 10).tolist() == []


def test_too_little_or_too_patchy_video_gets_no_score(model: HMHNModel) -> None:
    short = model.predict_crops(some_crops(12), PROVENANCE)
    assert short.score is None
    assert short.interval is None
    assert short.abstained is not None
    assert "12 seconds" in short.abstained
    assert short.region_attention is not None
    patchy = model.predict_crops(some_crops(40), PROVENANCE, seen_s=200)
    assert patchy.abstained is not None
    assert "20 % of the time" in patchy.abstained
    nothing = model.predict_crops(some_crops(0), PROVENANCE, seen_s=60)
    assert nothing.abstained is not None
    assert nothing.region_attention is None
    assert nothing.window_times.shape == (0, 2)
    assert model.predict_crops(some_crops(1), PROVENANCE).score is None
    assert usable_s(np.array([0.0, 1, 2, 30, 31, 32])) == 6


def test_crops_of_another_size_or_tracker_are_refused(model: HMHNModel) -> None:
    with pytest.raises(ModelError, match="reads face crops of 32 pixels and these have 48"):
        model.predict_crops(some_crops(30, 48), PROVENANCE, force=True)
    other = Provenance("openface", "2.2")
    with pytest.raises(ModelError, match="aligned by simulated/lineament-facemesh and these were aligned by openface"):
        model.predict_crops(some_crops(30), other)
    assert model.predict_crops(some_crops(30), other, force=True).provenance.forced
    assert not model.predict_crops(some_crops(30), Provenance("lineament/facemesh", "1")).provenance.forced


def test_damage_in_the_store_and_a_cancel_reach_the_caller(model: HMHNModel) -> None:
    with pytest.raises(LineamentError, match="crop 3 is damaged"):
        model.predict_crops(replace(some_crops(30), damaged=True), PROVENANCE)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        model.predict_crops(some_crops(30), PROVENANCE, cancel=cancel)
    seen: list[object] = []
    model.predict_crops(some_crops(30), PROVENANCE, sink=seen.append)
    assert isinstance(seen[-1], Progress)
    assert (seen[-1].done, seen[-1].total) == (30, 30)


def test_a_saved_model_says_the_same(model: HMHNModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    read = load_pixel_model(tmp_path)
    assert isinstance(read, HMHNModel)
    crops = some_crops(9).images
    for one, other in zip(vars(read.score_crops(crops)).values(), vars(model.score_crops(crops)).values(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert (read.shape, read.video_score, read.crops, read.crop_size) == (TINY, "mean", 240, 32)
    assert read.model_hash == model.model_hash != ""
    assert describe_model(tmp_path).card.kind == "HMHN"
    assert "HMHN" in (tmp_path / "MODEL_CARD.md").read_text()


def test_models_of_the_other_family_are_told_apart(model: HMHNModel, tmp_path: Path) -> None:
    model.save(tmp_path / "pixels")
    make_hand_designed().save(tmp_path / "windows")
    with pytest.raises(ModelError, match="kind HMHN, which reads face crops and not recordings"):
        load_model(tmp_path / "pixels")
    with pytest.raises(ModelError, match="which reads recordings and not face crops"):
        load_pixel_model(tmp_path / "windows")


def test_parts_that_do_not_fit_are_refused(model: HMHNModel, tmp_path: Path) -> None:
    changed = make_model()
    changed.shape = replace(TINY, heads=2)
    changed.save(tmp_path)
    with pytest.raises(ModelError, match="do not fit together"):
        load_pixel_model(tmp_path)
    replace(model, video_score="mode").save(tmp_path)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="do not fit together"):
        load_pixel_model(tmp_path)


def test_the_small_preset_scores_ten_crops_a_second() -> None:
    """A live window brings one crop at a time; the processor's time counts, so that a busy machine does not."""
    model = make_model(SMALL)
    crops = some_crops(5, SMALL.crop).images
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model.score_crops(crops[:1])
        started = time.process_time()
        for crop in crops:
            model.score_crops(crop[None])
        assert (time.process_time() - started) / len(crops) < 0.1
    finally:
        torch.set_num_threads(before)


# -- published weights ---------------------------------------------------------------------------------------------

WIDTHS, BLOCKS, STRIDES = (4, 8), (1, 1), (1, 2)


def backbone(seed: int) -> ResidualBackbone:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ResidualBackbone(WIDTHS, BLOCKS, STRIDES)


def published(seed: int = 1) -> dict[str, torch.Tensor]:
    """As torchvision's older files are: with a classifier, without counters."""
    state = {name: value for name, value in backbone(seed).state_dict().items() if "num_batches" not in name}
    return state | {"fc.weight": torch.zeros(10, 8), "fc.bias": torch.zeros(10)}


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_published_weights_round_trip(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"resnet18{suffix}"
    if suffix == ".pth":
        torch.save(published(), path)
    else:
        save_file(published(), path)
    into = backbone(2)
    load_pretrained(into, path)
    for name, value in backbone(1).state_dict().items():
        np.testing.assert_array_equal(into.state_dict()[name], value, err_msg=name)


def broken(what: str) -> object:
    state = published()
    if what == "missing":
        del state["layer2.0.conv1.weight"], state["bn1.bias"]
    elif what == "misshaped":
        state["conv1.weight"] = torch.zeros(4, 1, 7, 7)
    elif what == "strange":
        state["layer3.0.conv1.weight"] = torch.zeros(1)
    elif what == "nan":
        state["bn1.bias"] = torch.full((4,), math.nan)
    else:
        return {"epoch": 3, "state_dict": state}
    return state


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("missing", r"resnet\.pth: the file lacks bn1\.bias and 1 more\."),
        ("misshaped", r"conv1\.weight has the shape \[4, 1, 7, 7\] and the network needs \[4, 3, 7, 7\]"),
        ("strange", r"holds, beyond the network's weights, layer3\.0\.conv1\.weight"),
        ("nan", r"bn1\.bias holds values that are no numbers"),
        ("nested", "something else than weights by name"),
    ],
)
def test_weights_that_do_not_fit_are_told_in_a_sentence(tmp_path: Path, what: str, sentence: str) -> None:
    path = tmp_path / "resnet.pth"
    torch.save(broken(what), path)
    into = backbone(2)
    before = {name: value.clone() for name, value in into.state_dict().items()}
    with pytest.raises(ModelError, match=sentence):
        load_pretrained(into, path)
    for name, value in into.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
def test_files_that_are_no_weights_are_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(ModelError, match="cannot be read"):
        load_pretrained(backbone(0), path)
    path.write_bytes(b"not weights at all")
    with pytest.raises(ModelError, match="not a file of weights"):
        load_pretrained(backbone(0), path)


class _Harm:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, ("harm",))


def test_a_file_with_code_in_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "harm.pth"
    torch.save({"conv1.weight": _Harm()}, path)
    with pytest.raises(ModelError, match="not a file of weights"):
        load_pretrained(backbone(0), path)
