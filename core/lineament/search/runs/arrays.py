"""Arrays by name as the bytes of one safetensors file, with a text beside them and a digest over both."""

import hashlib
import json
from collections.abc import Mapping

import numpy as np

from lineament.search.runs.unit import Array

_ENTRY = "lineament"
"""The one entry of the header's metadata: digest, line break, text. With two, their order would be left to chance."""


class DamagedFile(Exception):
    """The bytes are not those that were written; the message says how, in a few words."""


def pack(arrays: Mapping[str, Array], text: str) -> bytes:
    """A safetensors file; `text` and the digest stand in its header's metadata.

    Raises `TypeError` for arrays safetensors cannot hold (objects, strings, extended precision).
    """
    from safetensors.numpy import save

    for name, array in arrays.items():
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            raise TypeError(f"array {name} holds {array.dtype}, which safetensors does not")
    little = {name: _little_endian(array) for name, array in arrays.items()}
    return save(little, metadata={_ENTRY: f"{_digest(little, text)}\n{text}"})


def unpack(data: bytes) -> tuple[dict[str, Array], str]:
    """Arrays (writable, aligned copies of their own) and text; raises `DamagedFile`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        found = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        digest, _, text = header["__metadata__"][_ENTRY].partition("\n")
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedFile("it is cut short or not what it should be") from error
    if _digest(found, text) != digest:
        raise DamagedFile("its content does not match its checksum")
    return {name: array.copy() for name, array in found.items()}, text


def _little_endian(array: Array) -> Array:
    return np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")


def _digest(arrays: Mapping[str, Array], text: str) -> str:
    total = hashlib.blake2b(text.encode(), digest_size=16)
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"\n{name} {array.dtype.kind}{array.dtype.itemsize} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return total.hexdigest()
