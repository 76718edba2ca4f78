"""Models on disk as data: weights as safetensors, everything else as JSON. Nothing in a model file can run.

model.safetensors   weights (and, for a searched model, scalings and ridge), one prefix a network of the ensemble
model.json          schema version, kind, what that kind needs, intervals, card, checksums of weights and of itself
MODEL_CARD.md       the card for reading
"""

import hashlib
import json
from collections.abc import Callable, Container
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from lineament.errors import LineamentError, ModelError
from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.models.card import ModelCard
from lineament.models.intervals import ConformalTable
from lineament.storage import make_folder, write_atomically

if TYPE_CHECKING:
    from torch import Tensor

    from lineament.models.hand_designed import HandDesignedModel
    from lineament.models.mpdrm.model import MpdrmModel
    from lineament.models.pixels import PixelModel
    from lineament.models.searched import SearchedModel

    SavedModel: TypeAlias = HandDesignedModel | SearchedModel | MpdrmModel

MODEL_SCHEMA = 1
WEIGHTS, FACTS, CARD = "model.safetensors", "model.json", "MODEL_CARD.md"
_MISFITS = (KeyError, IndexError, TypeError, ValueError, RuntimeError, AttributeError)
_REMEDY = "Copy the model again from where it came, or use the shipped one."
_OTHER = "Choose a model of the other family."

PIXEL_KINDS = {
    "DJ-LDML": ("lineament.models.dj_ldml.model", "DjLdmlModel"),
    "HMHN": ("lineament.models.hmhn.model", "HMHNModel"),
}
"""Kinds of models that read face crops, and where each one's class is; the module is imported when one is read."""


class Storable(Protocol):
    """What a model must offer to be saved."""

    card: ModelCard
    conformal: ConformalTable
    model_hash: str

    def parts(self) -> "tuple[dict[str, Tensor], dict[str, Any]]":
        """Weights, and facts for JSON: what the class's `from_parts` needs beside card and intervals."""
        ...


def save_model(model: Storable, folder: Path) -> None:
    """Write the model's folder; an older model there is replaced file by file, each atomically.

    Raises `StorageError` when the folder cannot be written.
    """
    from safetensors.torch import save

    tensors, own = model.parts()
    weights = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    facts: dict[str, Any] = {
        "schema_version": MODEL_SCHEMA,
        "kind": model.card.kind,
        **own,
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


def load_model(folder: Path) -> "SavedModel":
    """The model of a folder (or of its `model.json`), of those that read recordings.

    Raises `ModelError` when a file is missing, cut short, edited, or of a newer schema, or the model reads face crops.
    """
    model: SavedModel = _load(folder, _class_of, "face crops and not recordings", PIXEL_KINDS)
    return model


def load_pixel_model(folder: Path) -> "PixelModel":
    """The model of a folder (or of its `model.json`), of those that read face crops; raises as `load_model`."""
    model: PixelModel = _load(folder, _pixel_class_of, "recordings and not face crops", _recording_kinds())
    return model


def _load(folder: Path, class_of: Callable[[object], Any], reads: str, others: Container[object]) -> Any:
    """The model of one family. reads: what models of the kinds `others`, which are of another family, read instead."""
    folder = folder.parent if folder.name == FACTS else folder
    facts = _read_facts(folder / FACTS)
    name = facts.get("kind")
    kind = class_of(name)
    if kind is None and name in others:
        raise ModelError(f"this is a model of kind {name}, which reads {reads}", path=folder / FACTS, remedy=_OTHER)
    if kind is None:
        raise ModelError(
            f"this version knows no models of kind {name}", path=folder / FACTS, remedy="Update Lineament."
        )
    return _build(kind, folder, facts, _check_weights(folder, facts))


def _class_of(kind: object) -> "type[SavedModel] | None":
    """The class behind a kind's name; its module brings torch with it."""
    return _recording_kinds().get(kind)


def _recording_kinds() -> "dict[object, type[SavedModel]]":
    from lineament.models import hand_designed, searched
    from lineament.models.mpdrm import model as mpdrm

    return {
        hand_designed.KIND: hand_designed.HandDesignedModel,
        searched.KIND: searched.SearchedModel,
        mpdrm.KIND: mpdrm.MpdrmModel,
    }


def _pixel_class_of(kind: object) -> Any:
    """The class behind the name of a kind that reads face crops."""
    if not isinstance(kind, str) or kind not in PIXEL_KINDS:
        return None
    module, name = PIXEL_KINDS[kind]
    return getattr(import_module(module), name)


@dataclass(frozen=True)
class Description:
    """What a model's folder says of it, without its weights: the card, and for a searched one its architecture."""

    card: ModelCard
    genotype: Genotype | None
    space: SearchSpace | None
    model_hash: str = ""


def describe_model(folder: Path) -> Description:
    """Read `model.json` alone, which takes no torch.

    Raises `ModelError` when it is missing, damaged, edited, or of a newer schema.
    """
    facts = _read_facts(folder / FACTS)
    try:
        card = ModelCard.from_json(facts["card"])
        space = SearchSpace.from_json(facts["space"]) if "space" in facts else None
        genotype = space.genotype(facts["genotype"]) if space is not None else None
        return Description(card, genotype, space, str(facts["facts_sha256"]))
    except (*_MISFITS, LineamentError) as error:
        raise ModelError("the model's parts do not fit together", path=folder, remedy=_REMEDY) from error


def check_files(folder: Path) -> dict[str, Any]:
    """The facts of a folder whose two files are what they were when it was saved; the weights are not unpacked.

    Raises `ModelError` as `load_model` does, but for parts that do not fit together.
    """
    facts = _read_facts(folder / FACTS)
    _check_weights(folder, facts)
    return facts


def _check_weights(folder: Path, facts: dict[str, Any]) -> bytes:
    weights = _read(folder / WEIGHTS)
    if hashlib.sha256(weights).hexdigest() != facts.get("weights_sha256"):
        raise ModelError("the weights are damaged or belong to another model", path=folder / WEIGHTS, remedy=_REMEDY)
    return weights


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


def _build(kind: Any, folder: Path, facts: dict[str, Any], weights: bytes) -> Any:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        conformal, card = ConformalTable.from_json(facts["conformal"]), ModelCard.from_json(facts["card"])
        model = kind.from_parts(load(weights), facts, conformal, card)
    except (*_MISFITS, SafetensorError, LineamentError) as error:
        raise ModelError("the model's parts do not fit together", path=folder, remedy=_REMEDY) from error
    model.model_hash = str(facts["facts_sha256"])
    return model
