"""Where a training run is, as one file: tensors as safetensors, the rest as JSON in the same file's header."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.errors import ModelError
from lineament.storage import make_folder, write_atomically, writing_to

_ENTRY = "lineament"
_SCHEMA = 1


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """tensors: by group ("network", "best", "optimiser", "memory") and name. facts: what JSON holds."""

    tensors: Mapping[str, Mapping[str, Tensor]]
    facts: Mapping[str, Any]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint; raises `StorageError` when the disk is full, and then the old one stays."""
    from safetensors.torch import save

    flat = {
        f"{group}/{name}": tensor.detach().cpu().contiguous().clone()
        for group, tensors in checkpoint.tensors.items()
        for name, tensor in tensors.items()
    }
    make_folder(path.parent)
    facts = {"schema_version": _SCHEMA, **checkpoint.facts}
    write_atomically(path, save(flat, metadata={_ENTRY: json.dumps(facts)}))


def read_checkpoint(path: Path) -> Checkpoint | None:
    """What was written, or None where nothing was; raises `ModelError` when it is damaged, `StorageError`."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    with writing_to(path.parent):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        flat = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        facts = json.loads(header["__metadata__"][_ENTRY])
        if facts["schema_version"] != _SCHEMA:
            raise ValueError(f"schema {facts['schema_version']}")
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            "the training's checkpoint is damaged or of another version",
            path=path,
            remedy="Delete it; the training then starts from the beginning.",
        ) from error
    tensors: dict[str, dict[str, Tensor]] = {}
    for key, tensor in flat.items():
        group, _, name = key.partition("/")
        # copied into torch's own memory: products may depend, in the last bit, on how memory is aligned
        tensors.setdefault(group, {})[name] = torch.empty_like(tensor).copy_(tensor)
    return Checkpoint(tensors, facts)
