"""Where a unit is, as one file: tensors as safetensors, everything else as JSON in the same file's header.

One file is one rename, so numbers and tensors of two moments never mix. What is read equals what was written: dtypes,
integers and floats to the last bit, tuples, integer keys (optimisers have them), states of generators.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lineament.search.runs.arrays import DamagedFile, pack, unpack
from lineament.search.runs.plain import from_text, to_text
from lineament.search.runs.unit import Array
from lineament.storage import write_atomically, writing_to

_KIND = "$"
"""Key of the objects that stand for what JSON has no word for."""


class DamagedCheckpoint(Exception):
    """The checkpoint cannot be used; the message is the reason."""


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Replace the checkpoint; raises `StorageError` when the disk is full (the old one stays), `TypeError` for a state
    that holds anything but dicts, lists, tuples, numbers, strings, None, NumPy arrays and torch tensors."""
    arrays: dict[str, Array] = {}
    text = to_text(_encode(state, "state", arrays))
    write_atomically(path, pack(arrays, text))


def read_checkpoint(path: Path) -> dict[str, Any] | None:
    """What was written, or None where nothing was; raises `DamagedCheckpoint`, `StorageError`."""
    with writing_to(path.parent):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        arrays, text = unpack(data)
        state: dict[str, Any] = _decode(from_text(text), arrays)
    except (DamagedFile, ValueError, KeyError) as error:
        raise DamagedCheckpoint(f"the checkpoint is damaged: {error}") from error
    return state


def _encode(value: Any, place: str, arrays: dict[str, Array]) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, list):
        return [_encode(item, f"{place}.{i}", arrays) for i, item in enumerate(value)]
    if isinstance(value, tuple):
        return {_KIND: "tuple", "items": [_encode(item, f"{place}.{i}", arrays) for i, item in enumerate(value)]}
    if isinstance(value, Mapping):
        return _encode_mapping(value, place, arrays)
    if isinstance(value, np.ndarray):
        return {_KIND: "array", "name": _keep(value, place, arrays)}
    if isinstance(value, np.generic):
        return {_KIND: "number", "name": _keep(np.asarray(value), place, arrays)}
    return _encode_tensor(value, place, arrays)


def _encode_mapping(value: Mapping[Any, Any], place: str, arrays: dict[str, Array]) -> Any:
    if all(type(key) is str for key in value) and _KIND not in value:
        return {key: _encode(item, f"{place}.{key}", arrays) for key, item in value.items()}
    for key in value:
        if type(key) not in (str, int):
            raise TypeError(f"{place} has the key {key!r}; a checkpoint's keys are strings or integers")
    items = [[key, _encode(item, f"{place}.{key}", arrays)] for key, item in value.items()]
    return {_KIND: "dict", "items": items}


def _encode_tensor(value: Any, place: str, arrays: dict[str, Array]) -> Any:
    import torch

    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{place} holds {type(value).__name__}, which a checkpoint does not")
    dtype = str(value.dtype).removeprefix("torch.")
    raw = value.detach().cpu().contiguous()
    if dtype not in _SHARED_DTYPES:
        raw = raw.reshape(-1).view(torch.uint8)
    return {_KIND: "tensor", "name": _keep(raw.numpy(), place, arrays), "dtype": dtype, "shape": list(value.shape)}


_SHARED_DTYPES = {"bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"}
"""Those that torch and NumPy both have; tensors of others (bfloat16) are kept as bytes."""


def _keep(array: Array, place: str, arrays: dict[str, Array]) -> str:
    name = place if place not in arrays else f"{place}#{len(arrays)}"
    arrays[name] = array
    return name


def _decode(value: Any, arrays: Mapping[str, Array]) -> Any:
    if isinstance(value, list):
        return [_decode(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    if _KIND not in value:
        return {key: _decode(item, arrays) for key, item in value.items()}
    kind = value[_KIND]
    if kind == "tuple":
        return tuple(_decode(item, arrays) for item in value["items"])
    if kind == "dict":
        return {key: _decode(item, arrays) for key, item in value["items"]}
    array = arrays[value["name"]]
    if kind == "tensor":
        return _decode_tensor(array, value["dtype"], value["shape"])
    return array[()] if kind == "number" else array


def _decode_tensor(array: Array, dtype: str, shape: list[int]) -> Any:
    import torch

    result = torch.empty(shape, dtype=getattr(torch, dtype))
    if array.size:
        # copied into torch's own memory: products may depend, in the last bit, on how memory is aligned
        result.copy_(torch.from_numpy(array).view(result.dtype).reshape(shape))
    return result
