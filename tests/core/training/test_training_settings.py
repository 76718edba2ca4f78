"""Settings made of configurations: every field a form can hold, defaults of presets, values put back."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from lineament.datasets.source import CohortSource
from lineament.settings import Setting, SettingError, assignments
from lineament.training import SYSTEMS, training_settings
from lineament.training.asked import Asked
from lineament.training.config_settings import config_settings, with_values


@dataclass(frozen=True)
class Inner:
    warm_up: float = 0.1
    unheard_of: int = 3


@dataclass(frozen=True)
class Outer:
    epochs: int = 5
    sigma: float | None = None
    pretrained: Path | None = None
    loss: Literal["huber", "mse"] = "huber"
    together: bool = False
    widths: tuple[int, ...] = (1, 2)
    device: str = "cpu"
    inner: Inner = field(default_factory=Inner)

    def __post_init__(self) -> None:
        if self.epochs == 7:
            raise ValueError("seven is unlucky")


def named(config: object) -> dict[str, Setting]:
    return {one.name: one for one in config_settings(config)}


def test_every_field_a_form_can_hold_is_a_setting() -> None:
    found = named(Outer(sigma=2.0))
    assert list(found) == ["epochs", "sigma", "pretrained", "loss", "together", "inner.warm_up", "inner.unheard_of"]
    assert [one.kind for one in found.values()] == [
        *("whole number", "number", "text", "text", "yes or no", "number", "whole number")
    ]
    assert (found["sigma"].default, found["pretrained"].default) == (2.0, "")
    assert found["loss"].choices == ("huber", "mse")
    assert (found["epochs"].low, found["inner.warm_up"].high) == (1, 1)
    assert found["inner.unheard_of"].help == "inner, unheard of"
    assert named(Outer())["sigma"].default == 0


def test_values_go_back_where_they_came_from() -> None:
    changed = with_values(
        Outer(), {"inner.warm_up": 0.5, "loss": "mse", "sigma": 3, "pretrained": "a.pth", "epochs": 9.0}
    )
    assert changed == Outer(9, 3.0, Path("a.pth"), "mse", inner=Inner(0.5))
    assert with_values(changed, {"sigma": 0, "pretrained": ""}) == Outer(9, None, None, "mse", inner=Inner(0.5))
    assert with_values(Outer(), {}) == Outer()
    for values, sentence in (
        ({"loss": "l1"}, "loss cannot be 'l1'. Choose one of: huber, mse"),
        ({"inner.warm_up": 2}, "inner.warm_up cannot be 2.0. Use 0 to 1"),
        ({"epochs": 2.5}, "epochs cannot be 2.5. Give a whole number"),
        ({"epochs": 7}, "epochs cannot be 7: seven is unlucky. Choose another value"),
        ({"device": "cuda"}, "there is no setting device"),
    ):
        with pytest.raises(SettingError, match=sentence):
            with_values(Outer(), values)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("preset", ["small", "full"])
def test_the_defaults_are_the_presets(system: str, preset: str) -> None:
    settings = training_settings(system, preset)
    names = [one.name for one in settings]
    assert names[:3] == ["preset", "device", "instrument"]
    assert len(set(names)) == len(names)
    assert all(one.help and one.check(one.default) == one.default for one in settings)
    given = {one.name: one.default for one in settings if one.name != "device"}
    cohort = CohortSource(Path("c").resolve())
    asked, plain = Asked.checked(system, cohort, given), Asked.checked(system, cohort, {"preset": preset})
    assert asked.config() == plain.config()
    assert asked.extra() == plain.extra()
    kind = SYSTEMS[system]
    assert plain.config() == kind.on(kind.config(preset), str(plain.settings["device"]))
    assert Asked.from_json(asked.to_json()) == asked


def test_the_usual_preset_is_small_where_a_gpu_would_be_wanted() -> None:
    chosen = {system: training_settings(system)[0].default for system in SYSTEMS}
    assert chosen == {"hand-designed": "full", "hmhn": "small", "dj-ldml": "small", "mpdrm": "small"}
    assert {one.name: one for one in training_settings("hmhn", "full")}["shape.crop"].default == 224


def test_settings_as_they_are_typed() -> None:
    known = training_settings("dj-ldml")
    found = assignments(["epochs=3", " objective.joint = no ", "optimiser.kind=sgd", "sigma=2.5"], known, "this")
    assert found == {"epochs": 3, "objective.joint": False, "optimiser.kind": "sgd", "sigma": 2.5}
    for text, sentence in (
        ("epochs", '"epochs" sets nothing that there is. Write NAME=VALUE; this lists'),
        ("epoch=3", '"epoch=3" sets nothing'),
        ("epochs=many", "epochs cannot be 'many'. Give a whole number"),
        ("objective.joint=perhaps", "objective.joint cannot be 'perhaps'"),
    ):
        with pytest.raises(SettingError, match=sentence):
            assignments([text], known, "this")
