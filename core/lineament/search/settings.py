"""Settings described once: command line, form, file and checks are all made from the same description."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, get_origin, get_type_hints

from lineament.search.errors import SearchError


@dataclass(frozen=True)
class Setting:
    """One setting. name: dotted where it lies in a group ("recipe.steps"). kind: "whole number", "number", "yes or no",
    "text" or "list". low, high: bounds that are themselves allowed. choices: of a text, or of each item of a list."""

    name: str
    kind: str
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        """`value` as this setting holds it; raises `SearchError` with the setting's name in the sentence."""
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
        raise SearchError(f"the setting {self.name} cannot be {value!r}", remedy=remedy)


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


def describe(kind: type, prefix: str = "") -> tuple[Setting, ...]:
    """Every setting of a dataclass, those of its groups with dotted names."""
    hints, found = get_type_hints(kind), list[Setting]()
    for one in fields(kind):
        if "group" in one.metadata:
            found += describe(one.metadata["group"], f"{prefix}{one.name}.")
        else:
            default = one.default if one.default is not MISSING else None
            found.append(Setting(f"{prefix}{one.name}", _kind(hints[one.name]), default, **one.metadata))
    return tuple(found)


def check_settings(instance: Any) -> None:
    """Check and convert every setting of a frozen dataclass in `__post_init__`; raises `SearchError`."""
    for one in describe(type(instance)):
        if "." not in one.name:
            object.__setattr__(instance, one.name, one.check(getattr(instance, one.name)))


def from_settings(kind: type, data: Mapping[str, Any], what: str) -> Any:
    """An instance of a dataclass of settings; raises `SearchError` for names it does not have and values it refuses."""
    if not isinstance(data, Mapping):
        raise SearchError(f"{what} is not a table of settings", remedy="Write it as names with values.")
    known = {one.name: one.metadata.get("group") for one in fields(kind)}
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise SearchError(
            f"{what} has no setting called {', '.join(unknown)}", remedy=f"The settings are: {', '.join(known)}."
        )
    values = dict(data)
    for name, group_kind in known.items():
        if group_kind is not None and name in values and not is_dataclass(values[name]):
            values[name] = from_settings(group_kind, values[name], name)
    return kind(**values)


def _kind(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return "list"
    return {int: "whole number", float: "number", bool: "yes or no", str: "text"}[hint]
