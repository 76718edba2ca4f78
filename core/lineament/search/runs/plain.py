"""Plain JSON: what settings, results and events are made of, in one canonical form with one hash."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

NOT_FINITE = "$float"
"""Key of the object that stands for a float that JSON has no word for, e.g. {"$float": "nan"}."""


def plain(value: object) -> Any:
    """A copy of `value` in JSON's own types: tuples and arrays become lists, NumPy and torch numbers Python ones.

    Raises `TypeError` for anything else, and for a mapping whose keys are not strings.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # arrays and tensors
        return plain(value.tolist())
    raise TypeError(f"{type(value).__name__} is not plain JSON: {value!r}")


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"JSON keys are strings, not {key!r}")
    return {str(key): plain(item) for key, item in value.items()}


def to_text(value: object, *, indent: int | None = None) -> str:
    """JSON text of a plain value in which floats keep every bit; NaN and infinities are written as `NOT_FINITE`."""
    return json.dumps(_mark(value), allow_nan=False, indent=indent)


def from_text(text: str | bytes) -> Any:
    """The value that `to_text` wrote; raises `ValueError` for anything that is not JSON."""
    return json.loads(text, object_hook=_unmark)


def canonical_hash(value: object) -> str:
    """24 hexadecimal digits that depend on the plain content alone, not on the order of keys."""
    text = json.dumps(_mark(plain(value)), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _mark(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {NOT_FINITE: repr(value)}
    if isinstance(value, dict):
        return {key: _mark(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mark(item) for item in value]
    return value


def _unmark(found: dict[str, Any]) -> Any:
    return float(found[NOT_FINITE]) if found.keys() == {NOT_FINITE} else found
