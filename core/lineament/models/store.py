"""Models on disk as data: weights as safetensors, everything else as JSON. Nothing in a model file can run.

model.safetensors   weights, one prefix a network of the ensemble
model.json          schema version, shape, scaling, intervals, card, checksums of weights and of itself
MODEL_CARD.md       the card for reading
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineament.errors import ModelError
from lineament.models.card import ModelCard
from lineament.models.intervals import ConformalTable
from lineament.storage import make_folder, write_atomically

if TYPE_CHECKING:
    from lineament.models.hand_designed import HandDesignedModel

MODEL_SCHEMA = 1
WEIGHTS, FACTS, CARD = "model.safetensors", "model.json", "MODEL_CARD.md"
_REMEDY = "Copy the model again from where it came, or use the shipped one."


def save_model(model: "HandDesignedModel", folder: Path) -> None:
    """Write the model's folder; an older model there is replaced file by file, each atomically.

    Raises `StorageError` when the folder cannot be written.
    """
    from safetensors.torch import save

    tensors = {
        f"{i}.{name}": tensor.contiguous()
        for i, network in enumerate(model.networks)
        for name, tensor in network.state_dict().items()
    }
    weights = save(tensors)
    facts: dict[str, Any] = {
        "schema_version": MODEL_SCHEMA,
        "kind": model.card.kind,
        "networks": len(model.networks),
        "shape": model.shape.to_json(),
        "target": {"mean": model.target_mean, "sd": model.target_sd},
        "scaling": model.scaling.to_json(),
        "conformal": model.conformal.to_json(),
        "card": model.card.to_json(),
        "weights_sha256": hashlib.sha256(weights).hexdigest(),
    }
    facts["facts_sha256"] = _facts_hash(facts)
    make_folder(folder)
    write_atomically(folder / WEIGHTS, weights)
    write_atomically(folder / FACTS, (json.dumps(facts, indent=1) + "\n").encode())
    write_atomically(folder / CARD, model.card.markdown().encode())
    model.model_hash = facts["facts_sha256"]


def _facts_hash(facts: dict[str, Any]) -> str:
    """Over everything but itself, independent of layout."""
    rest = {name: value for name, value in facts.items() if name != "facts_sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def load_model(folder: Path) -> "HandDesignedModel":
    """The model of a folder (or of its `model.json`).

    Raises `ModelError` when a file is missing, cut short, edited, or of a newer schema.
    """
    from lineament.models.hand_designed import KIND

    folder = folder.parent if folder.name == FACTS else folder
    facts = _read_facts(folder / FACTS)
    if facts.get("kind") != KIND:
        raise ModelError(
            f"this version knows no models of kind {facts.get('kind')}", path=folder / FACTS, remedy="Update Lineament."
        )
    weights = _read(folder / WEIGHTS)
    if hashlib.sha256(weights).hexdigest() != facts.get("weights_sha256"):
        raise ModelError("the weights are damaged or belong to another model", path=folder / WEIGHTS, remedy=_REMEDY)
    return _build(folder, facts, weights)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"the model cannot be read ({error.strerror})", path=path, remedy=_REMEDY) from error


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(_read(path))
    except ValueError as error:
        raise ModelError("the model's description is damaged", path=path, remedy=_REMEDY) from error
    if not isinstance(facts, dict) or not isinstance(facts.get("schema_version"), int):
        raise ModelError("this is not a model's description", path=path, remedy=_REMEDY)
    if facts["schema_version"] > MODEL_SCHEMA:
        raise ModelError(
            f"the model has schema {facts['schema_version']}, this version reads up to {MODEL_SCHEMA}",
            path=path,
            remedy="Update Lineament.",
        )
    if facts.get("facts_sha256") != _facts_hash(facts):
        raise ModelError("the model's description was changed after it was saved", path=path, remedy=_REMEDY)
    return facts


def _build(folder: Path, facts: dict[str, Any], weights: bytes) -> "HandDesignedModel":
    from safetensors import SafetensorError
    from safetensors.torch import load

    from lineament.features.windows import ChannelScaling
    from lineament.models.hand_designed import HandDesignedModel
    from lineament.models.network import HandDesignedNetwork, NetworkShape

    try:
        tensors = load(weights)
        shape = NetworkShape(**facts["shape"])
        networks = []
        for i in range(facts["networks"]):
            network = HandDesignedNetwork(shape)
            prefix = f"{i}."
            own = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
            network.load_state_dict(own)
            networks.append(network)
        return HandDesignedModel(
            shape=shape,
            networks=networks,
            scaling=ChannelScaling.from_json(facts["scaling"]),
            target_mean=float(facts["target"]["mean"]),
            target_sd=float(facts["target"]["sd"]),
            conformal=ConformalTable.from_json(facts["conformal"]),
            card=ModelCard.from_json(facts["card"]),
            model_hash=str(facts["facts_sha256"]),
        )
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError("the model's parts do not fit together", path=folder, remedy=_REMEDY) from error
