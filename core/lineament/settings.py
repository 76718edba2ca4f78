"""Settings described once: command line, form, file and checks are all made from the same description."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, get_origin, get_type_hints

from lineament.errors import LineamentError


class SettingError(LineamentError):
    """A setting has no such name or cannot have such a value."""


@dataclass(frozen=True)
class Setting:
    """One setting. name: dotted where it lies in a group ("recipe.steps"). kind: "whole number", "number", "yes or no",
    "text" or "list". low, high: bounds that are themselves allowed. choices: of a text, or of each item of a list.
    error: the kind of error that refuses a value."""

    name: str
    kind: str
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    error: type[LineamentError] = SettingError

    def check(self, value: Any) -> Any:
        """`value` as this setting holds it; raises `error` with the setting's name in the sentence."""
        converted = self._converted(value)
        for item in converted if self.kind == "list" else (converted,):
            if self.choices and item not in self.choices:
                self._refuse(item, f"Choose {'among' if self.kind == 'list' else 'one of'}: {', '.join(self.choices)}.")
        if self.kind == "list" and (not converted or len(set(converted)) < len(converted)):
            self._refuse(", ".join(converted) or "nothing", "Name at least one, and none twice.")
        too_low = self.low is not None and converted < self.low
        if too_low or (self.high is not None and converted > self.high):
            self._refuse(converted, f"Use {self.bounds}.")
        return converted

    @property
    def bounds(self) -> str:
        """In words; empty where there are none."""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"at least {self.low:g}"
        return f"at most {self.high:g}" if self.high is not None else ""

    def _converted(self, value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if self.kind == "whole number" and number and float(value).is_integer():
            return int(value)
        if self.kind == "number" and number and value == value:
            return float(value)
        if self.kind == "yes or no" and isinstance(value, bool):
            return value
        if self.kind == "text" and isinstance(value, str):
            return value
        if self.kind == "list" and isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._refuse(value, f"Give a {self.kind}.")
        raise AssertionError

    def _refuse(self, value: Any, remedy: str) -> None:
        raise self.error(f"the setting {self.name} cannot be {value!r}", remedy=remedy)


def setting(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A dataclass field that carries its description."""
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices})


def group(kind: type) -> Any:
    """A dataclass field that holds a group of settings, itself a dataclass."""
    return field(default_factory=kind, metadata={"group": kind})


def describe(kind: type, prefix: str = "", error: type[LineamentError] = SettingError) -> tuple[Setting, ...]:
    """Every setting of a dataclass, those of its groups with dotted names."""
    hints, found = get_type_hints(kind), list[Setting]()
    for one in fields(kind):
        if "group" in one.metadata:
            found += describe(one.metadata["group"], f"{prefix}{one.name}.", error)
        else:
            default = one.default if one.default is not MISSING else None
            found.append(Setting(f"{prefix}{one.name}", kind_of(hints[one.name]), default, **one.metadata, error=error))
    return tuple(found)


def check_settings(instance: Any, error: type[LineamentError] = SettingError) -> None:
    """Check and convert every setting of a frozen dataclass in `__post_init__`; raises `error`."""
    for one in describe(type(instance), error=error):
        if "." not in one.name:
            object.__setattr__(instance, one.name, one.check(getattr(instance, one.name)))


def from_settings(kind: type, data: Mapping[str, Any], what: str, error: type[LineamentError] = SettingError) -> Any:
    """An instance of a dataclass of settings; raises `error` for names it does not have and values it refuses."""
    if not isinstance(data, Mapping):
        raise error(f"{what} is not a table of settings", remedy="Write it as names with values.")
    known = {one.name: one.metadata.get("group") for one in fields(kind)}
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise error(
            f"{what} has no setting called {', '.join(unknown)}", remedy=f"The settings are: {', '.join(known)}."
        )
    values = dict(data)
    for name, group_kind in known.items():
        if group_kind is not None and name in values and not is_dataclass(values[name]):
            values[name] = from_settings(group_kind, values[name], name, error)
    return kind(**values)


def kind_of(hint: Any) -> str:
    """The kind of setting that holds values of this type; raises `KeyError` where there is none."""
    if get_origin(hint) is tuple:
        return "list"
    return {int: "whole number", float: "number", bool: "yes or no", str: "text"}[hint]


def assignments(texts: Sequence[str], known: Sequence[Setting], listed_by: str) -> dict[str, Any]:
    """Values by name from "NAME=VALUE" as they are typed. listed_by: where the reader finds the names.

    Raises the settings' `error` for a text in another form, a name that is not known, or a value that is refused.
    """
    by_name = {one.name: one for one in known}
    found = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or name not in by_name:
            error = known[0].error if known else SettingError
            raise error(
                f'"{text}" sets nothing that there is', remedy=f"Write NAME=VALUE; {listed_by} lists the names."
            )
        found[name] = by_name[name].check(typed(by_name[name], value))
    return found


def typed(one: Setting, text: str) -> Any:
    """The text as the setting's kind; left as text, for the setting to refuse, where it is none."""
    if one.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    if one.kind == "yes or no":
        return {"yes": True, "true": True, "no": False, "false": False}.get(text.lower(), text)
    if one.kind in ("number", "whole number"):
        try:
            return float(text)
        except ValueError:
            return text
    return text
