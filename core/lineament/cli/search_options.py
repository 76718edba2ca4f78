"""Options of `lineament search run`, made from the descriptions of the settings they set."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from lineament.search.cohort_source import CohortSource
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


def cohort_and_settings(command: Command) -> Command:
    """Adds the options that say what is searched on and how: those of `asked_for`."""
    options = (
        click.option("--cohort", default=None, help="Folder of a cohort, or simulated:PRESET:PERSONS[:SEED]."),
        click.option(
            "--settings",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File of settings, as the window's form saves them; other options change them.",
        ),
        click.option(
            "--budget", default=None, help="Training steps, or quick, standard or thorough.", show_default="standard"
        ),
        click.option("--quick", is_flag=True, help="The same as --budget quick, to try the machinery out."),
        named_options,
        click.option(
            "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Any other setting; see `search settings`."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def asked_for(
    cohort: str | None,
    settings: Path | None,
    budget: str | None,
    quick: bool,
    changes: tuple[str, ...],
    named: Mapping[str, Any],
) -> tuple[CohortSource, SearchConfig]:
    """The cohort and the settings that `cohort_and_settings` ask for.

    Raises `SearchError` for settings that cannot be, `DatasetError` for a cohort that cannot be meant,
    `click.UsageError` without a cohort.
    """
    from lineament.search.preset_files import read_settings

    kept = read_settings(settings) if settings is not None else None
    named_cohort = cohort or (kept.cohort if kept is not None else "")
    if not named_cohort:
        raise click.UsageError("Missing option '--cohort'.")
    config = make_config(budget, quick, named, changes, kept.config if kept is not None else None)
    return CohortSource.parse(named_cohort), config


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


def make_config(
    budget: str | None,
    quick: bool,
    named: Mapping[str, Any],
    changes: tuple[str, ...],
    kept: SearchConfig | None = None,
) -> SearchConfig:
    """The settings a command line asks for.

    budget: a preset's name or a number of steps. named: values of `NAMED`, None where not given. changes: NAME=VALUE.
    kept: from a file, to begin with. Raises `SearchError`.
    """
    preset = "quick" if quick else budget if budget in PRESETS else None
    if kept is not None and preset is not None:
        raise SearchError(f"--settings and the preset {preset} both say it all", remedy="Give one of the two.")
    data = (kept or SearchConfig.preset(preset or "standard")).to_json()
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
