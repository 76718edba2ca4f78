"""Settings: one description, checked values, presets."""

from dataclasses import fields

import pytest

from lineament.search.config import PRESETS, SETTINGS, SearchConfig
from lineament.search.errors import SearchError
from lineament.search.recipe import Recipe
from lineament.search.settings import Setting


def test_settings_survive_json() -> None:
    config = SearchConfig(method="tpe", attributes=("gaze", "action units"), recipe=Recipe(steps=7), attention=False)
    assert SearchConfig.from_json(config.to_json()) == config
    assert config.attributes == ("action units", "gaze"), "the usual order"


def test_every_field_is_described_once() -> None:
    names = [one.name for one in SETTINGS]
    plain = {field.name for field in fields(SearchConfig)} - {"recipe"}
    assert set(names) == plain | {f"recipe.{field.name}" for field in fields(Recipe)}
    assert len(names) == len(set(names))
    assert all(one.help and one.check(one.default) == one.default for one in SETTINGS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"method": "guess"}, "method cannot be 'guess'. Choose one of: drnas_pt"),
        ({"budget": 0}, "budget cannot be 0. Use at least 1"),
        ({"folds": 2.5}, "folds cannot be 2.5. Give a whole number"),
        ({"attributes": []}, "attributes cannot be 'nothing'"),
        ({"attributes": ["gaze", "gaze"]}, "none twice"),
        ({"families": ["rnn"]}, "Choose among: cnn, gnn"),
        ({"joint": "yes"}, "joint cannot be 'yes'. Give a yes or no"),
        ({"level": 0.2}, "Use 0.5 to 0.99"),
        ({"recipe": {"rate": float("nan")}}, "rate cannot be nan"),
        ({"recipe": {"speed": 3}}, "has no setting called speed"),
        ({"speed": 3}, "has no setting called speed"),
        ({"recipe": 3}, "recipe is not a table of settings"),
        ({"joint": False, "warm_up": "no"}, "nothing left to search with"),
    ],
)
def test_what_cannot_be_set_is_said(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SearchError, match=said.replace("(", r"\(")):
        SearchConfig.from_json(changes)


def test_bounds_in_words() -> None:
    assert Setting("a", "number", 1.0, "", low=0, high=2).bounds == "0 to 2"
    assert Setting("a", "number", 1.0, "", high=2).bounds == "at most 2"
    assert Setting("a", "number", 1.0, "").bounds == ""


def test_presets() -> None:
    assert {name: SearchConfig.preset(name).budget for name in PRESETS}["standard"] == SearchConfig().budget
    assert SearchConfig.preset("quick", seed=3).seed == 3
    with pytest.raises(SearchError, match="quick, standard, thorough"):
        SearchConfig.preset("slow")


def test_which_methods_warm_up() -> None:
    assert SearchConfig(method="drnas_pt").warms_up
    assert not SearchConfig(method="random").warms_up
    assert SearchConfig(method="random", warm_up="yes").warms_up
    assert SearchConfig(method="darts").selects_by == "argmax"
    assert SearchConfig(method="darts", selection="perturbation").selects_by == "perturbation"


def test_a_device_that_is_not_there_is_said() -> None:
    torch = pytest.importorskip("torch")
    SearchConfig().require_device()
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    with pytest.raises(SearchError, match="no CUDA device"):
        SearchConfig(device="cuda").require_device()
