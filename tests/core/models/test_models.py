"""Models: the network, intervals, cards, and files that are damaged, edited or newer."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.datasets import PHQ8
from lineament.errors import ModelError, StorageError
from lineament.features import ChannelScaling, Windows
from lineament.features.channels import N_CHANNELS
from lineament.models import ConformalTable, Estimate, Metrics, ModelCard, load_model
from lineament.models.hand_designed import KIND, HandDesignedModel
from lineament.models.intervals import conformal_quantile
from lineament.models.network import HandDesignedNetwork, NetworkShape

SHAPE = NetworkShape(width=8, token=12, attention=6)


def make_card() -> ModelCard:
    some = Estimate(5.5, 5.1, 5.9)
    return ModelCard(
        name="small",
        kind=KIND,
        summary_line="trained on simulated behaviour",
        scale=PHQ8,
        trained_on="simulated/lineament-facemesh",
        trained_on_simulated=True,
        data="simulated realistic (seed 0)",
        persons={"train": 10, "test": 5},
        settings={"seed": 0},
        test={"network": Metrics(some, some, some, some), "constant": Metrics(some, some, None, None)},
        rmse_gain=Estimate(0.4, 0.2, 0.6),
        ridge_gain=Estimate(0.1, -0.1, 0.3),
        oracle={"r": 0.43},
        reachable_share={"network": 0.6},
        level=0.8,
        coverage={"60": {"coverage": 0.81, "width": 13.2, "rmse": 5.6}},
        limits=("Simulated only.",),
        parameters=1234,
    )


def make_model() -> HandDesignedModel:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    scaling = ChannelScaling(
        rng.standard_normal(N_CHANNELS).astype(np.float32), rng.uniform(0.5, 2, N_CHANNELS).astype(np.float32)
    )
    table = ConformalTable(0.8, (20.0, 60.0), (8.0, 7.0), (9.0, 8.0))
    return HandDesignedModel(
        SHAPE, [HandDesignedNetwork(SHAPE) for _ in range(2)], scaling, 6.5, 6.0, table, make_card()
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_model().save(tmp_path / "model")
    return tmp_path / "model"


def windows(count: int, size: float = 1) -> Windows:
    rng = np.random.default_rng(count)
    values = size * rng.standard_normal((count, 100, N_CHANNELS))
    points = rng.standard_normal((count, 68, 32))
    return Windows(np.arange(count) * 50, values.astype(np.float32), points.astype(np.float32))


def test_saved_model_gives_the_same_estimates(folder: Path) -> None:
    made, read = make_model(), load_model(folder)
    encoded, again = made.encode(windows(9)), read.encode(windows(9))
    np.testing.assert_array_equal(encoded.fused, again.fused)
    assert made.estimate(encoded)[0] == read.estimate(again)[0]
    assert read.card == made.card
    assert read.conformal == made.conformal
    assert read.baseline == 6.5
    assert len(read.model_hash) == 64
    assert {p.name for p in folder.iterdir()} == {"model.safetensors", "model.json", "MODEL_CARD.md"}
    assert load_model(folder / "model.json").model_hash == read.model_hash


def test_attention_sums_to_one() -> None:
    model = make_model()
    encoded = model.encode(windows(70))
    score, moments = model.estimate(encoded)
    np.testing.assert_allclose(encoded.attribute_attention.sum(axis=1), 1, atol=1e-5)
    assert moments.sum() == pytest.approx(1, abs=1e-5)
    assert moments.shape == (70,)
    assert 0 <= score <= 24


def test_windows_are_coded_each_by_itself() -> None:
    model = make_model()
    whole = model.encode(windows(6))
    parts = [model.encode(windows(6)[i : i + 1]) for i in range(6)]
    np.testing.assert_allclose(whole.fused, np.concatenate([p.fused for p in parts]), atol=1e-5)
    np.testing.assert_array_equal(whole.first(2).fused, whole.fused[:2])


def test_absent_windows_do_not_count() -> None:
    network = make_model().networks[0]
    values = torch.from_numpy(windows(4).values)[None]
    some = network(values, torch.tensor([[True, True, True, False]]))
    without = network(values[:, :3], torch.ones((1, 3), dtype=torch.bool))
    assert some.score.item() == pytest.approx(without.score.item(), abs=1e-4)
    assert some.moment_attention[0, 3].item() == 0


def test_extreme_input_stays_on_the_scale() -> None:
    model = make_model()
    score, _ = model.estimate(model.encode(windows(3, size=1e6)))
    assert 0 <= score <= 24


@pytest.mark.parametrize("keep", [0, 10, 0.5, -1])
@pytest.mark.parametrize("name", ["model.safetensors", "model.json"])
def test_truncated_files_are_refused_in_one_sentence(folder: Path, name: str, keep: float) -> None:
    content = (folder / name).read_bytes()
    stop = int(len(content) * keep) if 0 < keep < 1 else int(keep) if keep >= 0 else len(content) - 2
    (folder / name).write_bytes(content[:stop])
    with pytest.raises(
        ModelError, match=rf"^{name.replace('.', '[.]')}: .*(damaged|changed).*[.] Copy the model again"
    ):
        load_model(folder)


def test_an_edited_weight_is_noticed(folder: Path) -> None:
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-5] ^= 1
    (folder / "model.safetensors").write_bytes(bytes(content))
    with pytest.raises(ModelError, match="weights are damaged or belong to another model"):
        load_model(folder)


def test_an_edited_card_is_noticed(folder: Path) -> None:
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(text.replace('"mean": 6.5', '"mean": 2.5'))
    with pytest.raises(ModelError, match="changed after it was saved"):
        load_model(folder)


def rewrite(folder: Path, **changes: object) -> None:
    """Change facts and make their checksum fit, as another program's writer would."""
    from lineament.models.store import _facts_hash

    facts = json.loads((folder / "model.json").read_text()) | changes
    facts["facts_sha256"] = _facts_hash(facts)
    (folder / "model.json").write_text(json.dumps(facts))


def test_newer_and_unknown_models_ask_for_an_update(folder: Path) -> None:
    rewrite(folder, schema_version=2)
    with pytest.raises(ModelError, match=r"schema 2, this version reads up to 1\. Update Lineament\."):
        load_model(folder)
    rewrite(folder, schema_version=1, kind="another kind")
    with pytest.raises(ModelError, match=r"no models of kind another kind\. Update"):
        load_model(folder)


@pytest.mark.parametrize("changes", [{"shape": {"depth": 3}}, {"networks": 5}, {"scaling": {}}, {"card": {}}])
def test_parts_that_do_not_fit_are_refused(folder: Path, changes: dict[str, object]) -> None:
    rewrite(folder, **changes)
    with pytest.raises(ModelError, match="parts do not fit together"):
        load_model(folder)


def test_missing_folder_and_foreign_json(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path / "nowhere")
    (tmp_path / "model.json").write_text("[1, 2]")
    with pytest.raises(ModelError, match="not a model's description"):
        load_model(tmp_path)


def test_nothing_in_a_model_is_pickled(folder: Path) -> None:
    weights = (folder / "model.safetensors").read_bytes()
    header = json.loads(weights[8 : 8 + int.from_bytes(weights[:8], "little")])
    assert all(set(entry) == {"dtype", "shape", "data_offsets"} for entry in header.values())


def test_saving_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="choose another folder"):
        make_model().save(tmp_path / "file" / "model")


def test_card_says_what_must_be_said() -> None:
    card = make_card()
    page = card.markdown()
    for words in (
        "simulated",
        "not a diagnosis",
        "| constant | 5.50 (5.10 to 5.90)",
        "Simulated only.",
        "81.0%",
        "60%",
    ):
        assert words in page
    assert ModelCard.from_json(json.loads(json.dumps(card.to_json()))) == card
    assert card.summary() == "small (PHQ-8; trained on simulated behaviour)"


def test_conformal_quantile_is_the_finite_sample_one() -> None:
    scores = np.arange(1.0, 100.0)  # 99 values, level .8: rank ceil(100 * .9) = 90
    assert conformal_quantile(scores, 0.8) == 90
    assert conformal_quantile(np.array([3.0, 1.0]), 0.8) == 3


def test_intervals_narrow_with_time_and_stay_on_the_scale() -> None:
    rng = np.random.default_rng(0)
    residuals = [rng.normal(0, sd, 400) for sd in (6, 4, 5, 3)]
    table = ConformalTable.calibrate(0.8, (20, 60, 120, 300), residuals)
    widths = [table.above[k] + table.below[k] for k in range(4)]
    assert widths == sorted(widths, reverse=True)
    spans = [np.diff(table.interval(12, s, PHQ8))[0] for s in (5, 20, 35, 60, 100, 300, 4000)]
    assert spans == sorted(spans, reverse=True)
    assert table.interval(1, 60, PHQ8)[0] == 0
    assert table.interval(23.5, 60, PHQ8)[1] == 24
    assert ConformalTable.from_json(json.loads(json.dumps(table.to_json()))) == table


def test_conformal_coverage_holds_for_new_persons() -> None:
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(60):
        table = ConformalTable.calibrate(0.8, (60,), [rng.exponential(4, 300) - 4])
        new = rng.exponential(4, 400) - 4
        covered.append(np.mean((new >= -table.below[0]) & (new <= table.above[0])))
    assert np.mean(covered) == pytest.approx(0.8, abs=0.015)


def test_shipped_model_loads_and_says_it_is_simulated() -> None:
    from lineament.resources import resource_path

    folder = resource_path("models/hand_designed")
    model = load_model(folder)
    assert model.card.trained_on_simulated
    assert model.card.trained_on == "simulated/lineament-facemesh"
    assert sum(p.stat().st_size for p in folder.iterdir()) < 2_000_000
    assert model.card.scale is PHQ8
    assert model.card.persons["test"] >= 500
    assert model.card.rmse_gain.low > 0
    assert {"network", "ridge on statistics", "constant"} == set(model.card.test)
    assert (folder / "MODEL_CARD.md").read_text(encoding="utf-8") == model.card.markdown()
