"""A model as one file to hand on: a .zip of its three files, a manifest and their sums; or the same as a folder.

model.safetensors, model.json, MODEL_CARD.md   as `store.save_model` writes them
MANIFEST.json                                  what it is, in which schema, with the notices
SHA256SUMS                                     of the four above, as `sha256sum --check` reads it
"""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from lineament.models.card import ModelCard
from lineament.models.exchange.notices import RESEARCH_ONLY, SIMULATED
from lineament.models.store import CARD, FACTS, WEIGHTS, check_files
from lineament.storage import make_folder, write_atomically
from lineament.version import __version__

ARCHIVE_SCHEMA = 1
ARCHIVE_SUFFIX = ".zip"
FORMAT = "lineament model"
MANIFEST, SUMS = "MANIFEST.json", "SHA256SUMS"
FILES = (WEIGHTS, FACTS, CARD)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def export_archive(folder: Path, out: Path) -> Path:
    """Write the model of `folder` as `out`: a .zip where the name ends so, else a folder of that name.

    The model's own sums are checked first. Raises `ModelError` when it is damaged, `StorageError`.
    """
    facts = check_files(folder)
    card = ModelCard.from_json(facts["card"])
    contents = {WEIGHTS: (folder / WEIGHTS).read_bytes(), FACTS: (folder / FACTS).read_bytes()}
    contents[CARD] = card.markdown().encode()
    contents[MANIFEST] = (json.dumps(manifest(card, str(facts["facts_sha256"])), indent=1) + "\n").encode()
    contents[SUMS] = sums_of(contents)
    if out.suffix == ARCHIVE_SUFFIX:
        make_folder(out.parent)
        write_atomically(out, _zipped(contents))
        return out
    make_folder(out)
    for name, content in contents.items():
        write_atomically(out / name, content)
    return out


def manifest(card: ModelCard, model_hash: str) -> dict[str, Any]:
    """What an archive says of itself."""
    return {
        "format": FORMAT,
        "schema_version": ARCHIVE_SCHEMA,
        "notice": RESEARCH_ONLY,
        "simulated": SIMULATED if card.trained_on_simulated else "",
        "model": card.name,
        "kind": card.kind,
        "instrument": card.scale.name,
        "extractor": card.trained_on,
        "licence": card.licence,
        "model_hash": model_hash,
        "made_by": f"Lineament {__version__}",
    }


def sums_of(contents: dict[str, bytes]) -> bytes:
    """Lines of a sum and a name."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(contents.items()))
    return "".join(lines).encode()


def _zipped(contents: dict[str, bytes]) -> bytes:
    """The same bytes for the same model, whenever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
