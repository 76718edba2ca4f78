"""Functions and data by import path, so that a process started afresh finds them."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lineament.search.runs.plain import from_text, plain, to_text
from lineament.search.runs.unit import Array, Unit

if TYPE_CHECKING:
    from lineament.search.runs.context import UnitContext

UnitFunction = Callable[["UnitContext", Mapping[str, Any]], tuple[Mapping[str, Any], Mapping[str, Array]]]
"""Runs one unit: `(context, settings) -> (values, arrays)`. Values are JSON; everything random comes from
`context.seed`. It calls `context.load()` before its first step and `context.checkpoint` (or the parts of it) after
every step."""


@dataclass(frozen=True)
class Loader:
    """How a process gets the data that all units read: `function` ("package.module:name") called with `arguments`
    (JSON). Features are memory-mapped files, so that processes share their pages."""

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", plain(self.arguments))

    def load(self, fingerprint: str = "") -> object:
        """The data, loaded once a process for each `fingerprint` of what lies behind it."""
        return _load(self.function, to_text(self.arguments), fingerprint)


@dataclass(frozen=True)
class Registry:
    """Kinds of units and the functions that run them ("package.module:name"), and the data they read."""

    functions: Mapping[str, str]
    loader: Loader | None = None

    def function(self, unit: Unit) -> UnitFunction:
        """Raises `KeyError` naming the known kinds when the unit's is not among them."""
        if unit.kind not in self.functions:
            raise KeyError(f"no function runs units of kind {unit.kind!r}; there are {', '.join(self.functions)}")
        function: UnitFunction = imported(self.functions[unit.kind])
        return function

    def data(self, fingerprint: str) -> object:
        return self.loader.load(fingerprint) if self.loader is not None else None


def imported(path: str) -> Any:
    """What "package.module:name" names; raises `ImportError` or `AttributeError`."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


@lru_cache(maxsize=2)
def _load(function: str, arguments: str, fingerprint: str) -> object:
    return imported(function)(**from_text(arguments))
