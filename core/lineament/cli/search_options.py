"""Options of `lineament search run`, made from the descriptions of the settings they set."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from lineament.search.config import PRESETS, RAY, SETTINGS, SearchConfig
from lineament.search.errors import SearchError
from lineament.settings import Setting, typed

NAMED = ("method", "seed", "protocol", "attributes", "families", "device", "workers")
"""Settings with an option of their own; every other is set by --set."""
_BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}

Command = TypeVar("Command", bound=Callable[..., object])


def named_options(command: Command) -> Command:
    """Adds an option for each of `NAMED`; those not given are None."""
    for name in reversed(NAMED):
        command = _option(_BY_NAME[name])(command)
    return command


def ray_option(command: Command) -> Command:
    """Adds --ray, empty where it is not given."""
    return click.option("--ray", metavar="auto|HOST:PORT", default=RAY.default, help=f"{RAY.help}.")(command)


def _option(setting: Setting) -> Callable[[Command], Command]:
    words = setting.help[0].upper() + setting.help[1:]
    if setting.kind == "list":
        kind: click.ParamType[Any] = click.STRING
        words = f"{words}, separated by commas: {', '.join(setting.choices)}."
        default = "all"
    elif setting.choices:
        kind, words, default = click.Choice(setting.choices), f"{words}.", str(setting.default)
    else:
        kind, words, default = click.INT, f"{words}.", str(setting.default)
    return click.option(f"--{setting.name}", type=kind, default=None, help=words, show_default=default)


def make_config(budget: str | None, quick: bool, named: Mapping[str, Any], changes: tuple[str, ...]) -> SearchConfig:
    """The settings a command line asks for.

    budget: a preset's name or a number of steps. named: values of `NAMED`, None where not given. changes: NAME=VALUE.
    Raises `SearchError`.
    """
    preset = "quick" if quick else budget if budget in PRESETS else "standard"
    data = SearchConfig.preset(preset).to_json()
    if budget is not None and budget not in PRESETS:
        data["budget"] = _budget(budget)
    elif quick and budget not in (None, "quick"):
        raise SearchError(f"--quick and --budget {budget} ask for two presets", remedy="Give one of the two.")
    for name, value in named.items():
        if value is not None:
            data[name] = typed(_BY_NAME[name], value) if _BY_NAME[name].kind == "list" else value
    for change in changes:
        _set(data, change)
    return SearchConfig.from_json(data)


def _budget(text: str) -> int:
    number = text.replace("_", "").replace(",", "")
    if not number.isdecimal():
        raise SearchError(f'"{text}" is no budget', remedy=f"Give a number of steps, or one of: {', '.join(PRESETS)}.")
    return int(number)


def _set(data: dict[str, Any], change: str) -> None:
    name, equals, text = (part.strip() for part in change.partition("="))
    if not equals or name not in _BY_NAME:
        raise SearchError(
            f'"{change}" sets nothing that a search has',
            remedy="Write NAME=VALUE; `lineament search settings` lists them.",
        )
    *groups, last = name.split(".")
    for group in groups:
        data = data[group]
    data[last] = typed(_BY_NAME[name], text)
