"""What the settings' file holds, and how it is read: what is wrong in it costs that one entry and a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from lineament.settings import SettingError
from lineament_desktop.state.preferences import BY_NAME, THEME


@dataclass
class Values:
    """Everything remembered, with its defaults; `layout` and `geometry` are for the window to read.

    preferences: settings that differ from their defaults, by name, and those of a later version. keys: of actions
    whose keys the user has changed, by the action's id. used: ids of actions chosen in the command palette.
    """

    preferences: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)
    layers: dict[str, bool] = field(default_factory=dict)
    layout: dict[str, Any] = field(default_factory=dict)
    geometry: str = ""
    model: str = ""  # folder of the model in use, "" for the shipped default
    models: list[str] = field(default_factory=list)  # folders of models opened by the user, newest first
    earlier: dict[str, list[str]] = field(default_factory=dict)  # recordings of earlier visits, by a recording's hash


def read_values(data: object) -> tuple[Values, list[str]]:
    """The values, and a sentence for each entry that is not what belongs there; its default is taken instead.

    Raises `TypeError` for what is not a settings file of ours. Entries of a later version are dropped.
    """
    if not isinstance(data, Mapping):
        raise TypeError("not an object")
    values, sentences = Values(), list[str]()
    for one in fields(Values):
        if one.name not in data:
            continue
        if _BELONGS[one.name](data[one.name]):
            setattr(values, one.name, data[one.name])
        else:
            sentences.append(f'"{one.name}" is not what this version writes there.')
    if "theme" in data:  # as the file was before its settings had names of their own
        values.preferences.setdefault(THEME.name, data["theme"])
    return values, sentences + _drop_refused(values.preferences)


def _drop_refused(preferences: dict[str, Any]) -> list[str]:
    """Take out the settings that are refused; what a later version knows stays as it is."""
    sentences = []
    for name in [name for name in preferences if name in BY_NAME]:
        try:
            preferences[name] = BY_NAME[name].check(preferences[name])
        except SettingError as error:
            del preferences[name]
            sentences.append(f"{str(error)[:1].upper()}{str(error)[1:]}")
    return sentences


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_table(value: object, inside: Callable[[object], bool] = lambda _: True) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) and inside(one) for key, one in value.items())


_BELONGS: Mapping[str, Callable[[object], bool]] = {
    "preferences": _is_table,
    "keys": lambda value: _is_table(value, _is_texts),
    "used": _is_texts,
    "recent": _is_texts,
    "layers": lambda value: _is_table(value, lambda shown: isinstance(shown, bool)),
    "layout": _is_table,
    "geometry": _is_text,
    "model": _is_text,
    "models": _is_texts,
    "earlier": lambda value: _is_table(value, _is_texts),
}
