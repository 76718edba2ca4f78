"""A training's configuration as settings: every number, switch and choice of its dataclasses, by dotted name.

What a setting is for, and its bounds, stand in `setting_words`; a field that has no words yet is there under its name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from lineament.settings import Setting, SettingError, kind_of
from lineament.training.setting_words import NONE_IS, WORDS, Words

LEFT_OUT = frozenset({"device", "cohort", "persons", "checkpoint", "cache", "shape.auxiliary"})
"""Fields that are set another way, or follow from the data."""

Config = TypeVar("Config")


def config_settings(config: Any) -> tuple[Setting, ...]:
    """A setting for each field of a frozen dataclass and of those inside it; its values are the defaults."""
    return tuple(_settings(config, ""))


def with_values(config: Config, values: Mapping[str, Any]) -> Config:
    """The configuration with some settings changed; raises `SettingError` for names and values it does not have."""
    known = {one.name: one for one in config_settings(config)}
    for name, value in values.items():
        if name not in known:
            raise SettingError(f"there is no setting {name}", remedy=f"Choose among: {', '.join(known)}.")
        checked = known[name].check(value)
        try:
            config = _replaced(config, name.split("."), checked)
        except ValueError as error:
            raise SettingError(f"{name} cannot be {value}: {error}", remedy="Choose another value.") from error
    return config


def _settings(config: Any, prefix: str) -> Iterator[Setting]:
    hints = get_type_hints(type(config))
    for one in fields(config):
        name, value = f"{prefix}{one.name}", getattr(config, one.name)
        if name in LEFT_OUT:
            continue
        if is_dataclass(value):
            yield from _settings(value, f"{name}.")
        else:
            made = _setting(name, hints[one.name], value)
            if made is not None:
                yield made


def _setting(name: str, hint: Any, value: Any) -> Setting | None:
    """None for what a form cannot hold: the widths of layers belong to a preset."""
    words = WORDS.get(name) or WORDS.get(name.rpartition(".")[2]) or Words(_plain(name))
    if get_origin(hint) is Literal:
        return Setting(name, "text", value, words.help, choices=get_args(hint))
    kind = _optional(hint)
    if kind is Path:
        return Setting(name, "text", "" if value is None else str(value), words.help)
    if kind not in (int, float, bool, str):
        return None
    default = NONE_IS[float] if value is None else value
    return Setting(name, kind_of(kind), default, words.help, words.low, words.high, words.choices)


def _optional(hint: Any) -> Any:
    """The kind behind `kind | None`."""
    if get_origin(hint) is UnionType:
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        return kinds[0] if len(kinds) == 1 else None
    return hint


def _replaced(config: Any, path: list[str], value: Any) -> Any:
    first, *rest = path
    if rest:
        return replace(config, **{first: _replaced(getattr(config, first), rest, value)})
    hint = get_type_hints(type(config))[first]
    if get_origin(hint) is UnionType:
        kind = _optional(hint)
        value = None if value == NONE_IS.get(kind) else kind(value)
    return replace(config, **{first: value})


def _plain(name: str) -> str:
    return name.replace("_", " ").replace(".", ", ")
