"""What was asked of a training, in values that a file and a form can hold, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineament.datasets.scales import SCALES
from lineament.datasets.source import CohortSource
from lineament.settings import Setting, SettingError
from lineament.training.config_settings import config_settings, with_values
from lineament.training.errors import TrainingError
from lineament.training.systems.registry import find_system
from lineament.training.systems.system import PRESETS, System

ANY = "as the cohort"
AUTO = "auto"
PRESET, DEVICE, INSTRUMENT = "preset", "device", "instrument"


def training_settings(system: str, preset: str | None = None) -> list[Setting]:
    """Every setting of a system's training, with the defaults of a preset (None: the usual one).

    The first is the preset itself: another one has other defaults. Raises `TrainingError` for a system and
    `SettingError` for a preset that is not there.
    """
    found = find_system(system)
    first = _preset(found)
    chosen = first.default if preset is None else first.check(preset)
    common = [
        Setting(PRESET, "text", chosen, first.help, choices=first.choices),
        Setting(
            DEVICE, "text", AUTO, "what is trained on; auto takes a GPU where there is one", choices=_devices(found)
        ),
        Setting(INSTRUMENT, "text", ANY, "the questionnaire the scores must be of", choices=(ANY, *SCALES)),
    ]
    return [*common, *found.extra(chosen), *config_settings(found.config(chosen))]


@dataclass(frozen=True)
class Asked:
    """A training's system, cohort and those settings that were given. cohort: None where the system has its own."""

    system: str
    cohort: CohortSource | None
    settings: Mapping[str, Any]

    @classmethod
    def checked(cls, system: str, cohort: CohortSource | None, settings: Mapping[str, Any]) -> "Asked":
        """Raises `TrainingError` and `SettingError` for what cannot be; values are as the settings hold them."""
        found = find_system(system)
        if cohort is None and found.needs_cohort:
            raise TrainingError(
                f"{found.title} has no cohort to learn from",
                remedy="Name a folder, or simulated:PRESET:PERSONS[:SEED].",
            )
        preset = _preset(found)
        values = {PRESET: preset.check(settings.get(PRESET, preset.default))}
        known = {one.name: one for one in training_settings(system, values[PRESET])}
        for name, value in settings.items():
            if name not in known:
                raise SettingError(
                    f"{found.title} has no setting {name}", remedy=f"The settings are: {', '.join(known)}."
                )
            values[name] = known[name].check(value)
        values[DEVICE] = _device(values.get(DEVICE, AUTO), found)
        asked = cls(system, cohort, values)
        asked.config()
        return asked

    @property
    def kind(self) -> System:
        return find_system(self.system)

    @property
    def scale(self) -> str | None:
        """The questionnaire that is asked for; None where any will do."""
        name = str(self.settings.get(INSTRUMENT, ANY))
        return None if name == ANY else name

    def config(self) -> Any:
        """The system's configuration. Raises `SettingError` for settings that do not fit together."""
        system, preset = self.kind, str(self.settings[PRESET])
        known = {one.name for one in config_settings(system.config(preset))} - set(self.extra())
        own = {name: value for name, value in self.settings.items() if name in known}
        return system.on(with_values(system.config(preset), own), str(self.settings[DEVICE]))

    def extra(self) -> dict[str, Any]:
        """Values of the settings beside the configuration, those not given at their default."""
        found = self.kind.extra(str(self.settings[PRESET]))
        return {one.name: self.settings.get(one.name, one.default) for one in found}

    def to_json(self) -> dict[str, Any]:
        return {
            "system": self.system,
            "cohort": str(self.cohort) if self.cohort is not None else None,
            "settings": dict(self.settings),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Asked":
        """Raises as `checked`, and `KeyError`, `TypeError` or `ValueError` for what is none."""
        cohort = data["cohort"]
        return cls.checked(
            str(data["system"]), CohortSource.parse(cohort) if cohort is not None else None, dict(data["settings"])
        )


def _preset(system: System) -> Setting:
    words = "small trains on a processor in minutes; full wants a GPU"
    if system.devices == ("cpu",):
        words = "small tries the machinery out; full is the whole training"
    return Setting(PRESET, "text", system.usual, words, choices=PRESETS)


def _devices(system: System) -> tuple[str, ...]:
    return (AUTO, *system.devices)


def _device(wanted: str, system: System) -> str:
    """The device itself; raises `SettingError` for one that this computer does not have."""
    if "cuda" not in system.devices or wanted == "cpu":
        return "cpu"
    import torch

    there = torch.cuda.is_available()
    if wanted == AUTO:
        return "cuda" if there else "cpu"
    if not there:
        raise SettingError("this computer has no CUDA device to train on", remedy="Set the device to cpu or auto.")
    return wanted
