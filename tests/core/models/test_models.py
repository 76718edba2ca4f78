"""Models of every kind: estimates, intervals, cards, and files that are damaged, edited or newer."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.support.models import (
    make_card,
    make_comparison,
    make_hand_designed,
    make_searched,
    make_windows,
    some_genotype,
)

from lineament.datasets import PHQ8
from lineament.errors import ModelError, StorageError
from lineament.models import ConformalTable, ModelCard, default_model_folder, describe_model, load_model
from lineament.models.architecture.drawing.words import label
from lineament.models.architecture.facial_space import facial_space
from lineament.models.hand_designed import HandDesignedModel
from lineament.models.intervals import conformal_quantile
from lineament.models.read_out import ReadOut
from lineament.models.searched import SearchedModel

AnyModel = HandDesignedModel | SearchedModel


def make_of_moments() -> SearchedModel:
    """Two attributes, one of the third family; no fold's points are read and no ridge has a say."""
    space = facial_space(("gaze", "head pose"))
    choices = {
        **some_genotype().to_json(),
        "gaze.family": "moments",
        "gaze.moments.signal": "rises",
        "gaze.moments.partners": "face",
        "gaze.moments.delays": "short",
    }
    choices |= {f"fusion.{node}.{side}": "gaze" for node in ("node 1", "node 2") for side in ("left", "right")}
    model = make_searched(space.genotype(choices), space=space)
    model.ridge, model.read_out = None, ReadOut.network_alone()
    return model


MAKERS: dict[str, Callable[[], AnyModel]] = {
    "hand-designed": make_hand_designed,
    "searched": make_searched,
    "moments": make_of_moments,
}


@pytest.fixture(params=MAKERS, scope="module")
def make(request: pytest.FixtureRequest) -> Callable[[], AnyModel]:
    return MAKERS[request.param]


@pytest.fixture(scope="module")
def saved(make: Callable[[], AnyModel], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("model")
    make().save(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(saved: dict[str, bytes], tmp_path: Path) -> Path:
    for name, content in saved.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_saved_model_gives_the_same_estimates(make: Callable[[], AnyModel], folder: Path) -> None:
    made, read = make(), load_model(folder)
    assert type(read) is type(made)
    encoded, again = made.encode(make_windows(9)), read.encode(make_windows(9))
    np.testing.assert_array_equal(encoded.fused, again.fused)
    np.testing.assert_array_equal(encoded.moment_logits, again.moment_logits)
    assert made.estimate(encoded)[0] == read.estimate(again)[0]
    assert read.card == made.card
    assert read.conformal == made.conformal
    assert read.baseline == made.baseline
    assert len(read.model_hash) == 64
    assert {p.name for p in folder.iterdir()} == {"model.safetensors", "model.json", "MODEL_CARD.md"}
    assert load_model(folder / "model.json").model_hash == read.model_hash


def test_saving_what_was_loaded_writes_the_same_bytes(folder: Path, saved: dict[str, bytes], tmp_path: Path) -> None:
    load_model(folder).save(tmp_path / "again")
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == saved


def test_attention_sums_to_one(make: Callable[[], AnyModel]) -> None:
    model = make()
    encoded = model.encode(make_windows(70))
    score, moments = model.estimate(encoded)
    np.testing.assert_allclose(encoded.attribute_attention.sum(axis=1), 1, atol=1e-5)
    assert moments.sum() == pytest.approx(1, abs=1e-5)
    assert moments.shape == (70,)
    assert 0 <= score <= 24


def test_windows_are_coded_each_by_itself(make: Callable[[], AnyModel]) -> None:
    model = make()
    windows = make_windows(6)
    whole = model.encode(windows)
    parts = [model.encode(windows[i : i + 1]) for i in range(6)]
    np.testing.assert_allclose(whole.fused, np.concatenate([p.fused for p in parts]), atol=1e-5)
    np.testing.assert_array_equal(whole.first(2).fused, whole.fused[:2])
    rows = np.array([4, 1])
    np.testing.assert_array_equal(whole.take(rows).moment_logits, whole.moment_logits[rows])


def test_an_attribute_left_out_says_nothing(make: Callable[[], AnyModel]) -> None:
    model = make()
    windows, other = make_windows(5), make_windows(5)
    other.values[:, :, 17:22] += 3
    heard = model.estimate(model.encode(windows))[0]
    left_out = model.estimate(model.encode(windows, without="gaze"))[0]
    assert left_out != pytest.approx(heard, abs=1e-6)
    assert model.estimate(model.encode(other))[0] != pytest.approx(heard, abs=1e-6)
    assert model.estimate(model.encode(other, without="gaze"))[0] == left_out


def test_absent_windows_do_not_count() -> None:
    model = make_hand_designed()
    network = model.networks[0]
    values = torch.from_numpy(make_windows(4).values)[None]
    some = network(values, torch.tensor([[True, True, True, False]]))
    without = network(values[:, :3], torch.ones((1, 3), dtype=torch.bool))
    assert some.score.item() == pytest.approx(without.score.item(), abs=1e-4)
    assert some.moment_attention[0, 3].item() == 0


def test_extreme_input_stays_on_the_scale(make: Callable[[], AnyModel]) -> None:
    model = make()
    score, _ = model.estimate(model.encode(make_windows(3, size=1e6)))
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
    (folder / "model.json").write_text(text.replace("5.1", "2.1"))
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


MISFITS = {
    "hand-designed": [{"shape": {"depth": 3}}, {"networks": 5}, {"scaling": {}}],
    "searched": [
        {"widths": {"width": 7, "token": 8, "attention": 5}},
        {"widths": {"depth": 3}},
        {"members": [{"target_mean": 1.0}]},
        {"members": []},
        {"members": 4 * [{"target_mean": 1.0, "target_sd": 2.0}]},
        {"space": {"schema_version": 99}},
        {"space": []},
        {"genotype": {"gaze.family": "cnn"}},
        {"ridge": {}},
        {"read_out": {"intercept": "much", "network": 1, "linear": 0}},
        {"mean_score": None},
    ],
}


@pytest.mark.parametrize(
    ("kind", "changes"), [(kind, changes) for kind, all_of in MISFITS.items() for changes in all_of]
)
def test_parts_that_do_not_fit_are_refused(tmp_path: Path, kind: str, changes: dict[str, object]) -> None:
    MAKERS[kind]().save(tmp_path)
    rewrite(tmp_path, **changes)
    with pytest.raises(ModelError, match="parts do not fit together"):
        load_model(tmp_path)


def test_a_damaged_card_is_refused(folder: Path) -> None:
    rewrite(folder, card={})
    for read in (load_model, describe_model):
        with pytest.raises(ModelError, match="parts do not fit together"):
            read(folder)


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


def test_saving_where_nothing_can_be_written(make: Callable[[], AnyModel], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="choose another folder"):
        make().save(tmp_path / "file" / "model")


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


def test_card_of_a_searched_model_names_architecture_comparison_and_what_is_absent() -> None:
    model = make_searched(absent=("action units: AU07",))
    page = model.card.markdown()
    assert "searched network, architecture chosen by search" in page
    assert f"{model.parameters:,} parameters" in page
    assert "| gaze | GNN | amplitude spectrum |" in page
    reads = f"{label('rises')}, {label('face')}, delayed {label('short')}"
    assert f"| gaze | moments | {reads} |" in make_of_moments().card.markdown()
    assert "node 2 = " in page
    assert "| not read, because the training recordings lack it | action units: AU07 |" in page
    assert "| constant | 5.75 (5.40 to 6.10) | - |" in page
    assert model.absent == ("action units: AU07",)
    assert ModelCard.from_json(json.loads(json.dumps(model.card.to_json()))) == model.card
    with pytest.raises(ValueError, match="2 figures for 1 columns"):
        replace(make_comparison(), columns=("RMSE",))


def test_a_model_is_described_without_its_weights(folder: Path) -> None:
    model = load_model(folder)
    (folder / "model.safetensors").unlink()
    description = describe_model(folder)
    assert description.card == model.card
    assert description.genotype == (model.genotype if isinstance(model, SearchedModel) else None)


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


def test_default_model_is_the_searched_one_where_it_is_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no shipped model"):
        default_model_folder(tmp_path)
    make_hand_designed().save(tmp_path / "hand_designed")
    assert default_model_folder(tmp_path).name == "hand_designed"
    (tmp_path / "searched").mkdir()
    assert default_model_folder(tmp_path).name == "hand_designed"
    make_searched().save(tmp_path / "searched")
    assert default_model_folder(tmp_path).name == "searched"
    assert load_model(default_model_folder()).card.trained_on_simulated
