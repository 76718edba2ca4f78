"""A model of somebody else's, copied into the user's library: wholly checked first, then wholly there.

Only the three files of a model are ever copied, and all three are data. What looks like another program's model, or
could run, is refused by what it is, before anything of it is read.
"""

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Any

from lineament.errors import ModelError
from lineament.models.exchange.archive import ARCHIVE_SCHEMA, ARCHIVE_SUFFIX, FILES, FORMAT, MANIFEST, SUMS
from lineament.models.exchange.library import Entry, list_models, load_any, read_entry
from lineament.models.exchange.places import own_models_folder
from lineament.models.store import CARD, FACTS, WEIGHTS, check_files
from lineament.storage import make_folder, sync_folder, writing_to

LARGEST = 2 * 1024**3
"""Bytes of one file of a model; the largest preset has 0.15 GB."""
OF_OTHERS = frozenset({".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib", ".h5", ".keras", ".npy", ".npz"})
RUNS = frozenset({".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".exe", ".sh", ".bat", ".cmd", ".ps1", ".jar", ".js"})
_NO_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)
_AGAIN = "Ask for it again: lineament models export MODEL --archive FILE."
_OURS = "Give a model's folder, or an archive made by lineament models export --archive."


def import_model(source: Path, library: Path | None = None) -> Entry:
    """Copy a model's folder, its `model.json`, or an exported archive into the user's library.

    A model that is there already is not copied again. Raises `ModelError` for what is foreign, damaged, of a newer
    version or carries code, `StorageError`; nothing is left behind then.
    """
    contents = _read(source)
    place = library if library is not None else own_models_folder()
    make_folder(place)
    scratch = place / f".import-{os.getpid()}-{hashlib.sha256(contents[FACTS]).hexdigest()[:8]}"
    try:
        return _take(contents, source, place, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _take(contents: dict[str, bytes], source: Path, place: Path, scratch: Path) -> Entry:
    with writing_to(place):
        scratch.mkdir()
        for name in FILES:
            (scratch / name).write_bytes(contents[name])
    try:
        model_hash = str(check_files(scratch)["facts_sha256"])
        known = next((e for e in list_models() if e.model_hash == model_hash), None)
        if known is not None:
            return known
        load_any(scratch)
    except ModelError as error:
        raise ModelError(error.what, path=source, remedy=error.remedy) from error
    entry = read_entry(scratch, "own")
    target = _free_name(place, entry.name, model_hash)
    with writing_to(place):
        os.replace(scratch, target)
        sync_folder(place)
    return read_entry(target, "own")


def _free_name(place: Path, name: str, model_hash: str) -> Path:
    """The model's name as a folder's; with a part of its hash where another model has it."""
    plain = re.sub(r"[^\w-]+", "-", name).strip("-").lower()[:60] or "model"
    return place / plain if not (place / plain).exists() else place / f"{plain}-{model_hash[:8]}"


def _read(source: Path) -> dict[str, bytes]:
    """The three files by name. Raises `ModelError` when they are not all there or something else is."""
    if source.is_dir() or source.name == FACTS:
        return _of_folder(source if source.is_dir() else source.parent)
    if not source.exists():
        raise ModelError("there is no such file", path=source, remedy=_OURS)
    if source.suffix.lower() in OF_OTHERS | RUNS:
        raise _other_program(source)
    if source.suffix.lower() == ".onnx":
        raise ModelError(
            "an ONNX file has neither intervals nor a card that could be trusted; models are imported as archives",
            path=source,
            remedy=_AGAIN,
        )
    if not zipfile.is_zipfile(source):
        what = "the archive is damaged or cut short" if source.suffix == ARCHIVE_SUFFIX else "this is not a model"
        raise ModelError(what, path=source, remedy=_AGAIN if source.suffix == ARCHIVE_SUFFIX else _OURS)
    return _of_archive(source)


def _of_folder(folder: Path) -> dict[str, bytes]:
    carried = sorted(p.name for p in folder.iterdir() if p.suffix.lower() in RUNS | OF_OTHERS)
    if carried:
        raise _carries(carried[0], folder)
    found: dict[str, bytes] = {}
    for name in (WEIGHTS, FACTS):
        path = folder / name
        if not path.is_file():
            raise ModelError(f"there is no {name} in the folder, so this is not a model", path=folder, remedy=_OURS)
        if path.stat().st_size > LARGEST:
            raise _too_large(name, folder)
        found[name] = path.read_bytes()
    found[CARD] = _card_page(found[FACTS], folder)
    return found


def _of_archive(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_names(archive, path)
            contents = {name: archive.read(name) for name in archive.namelist()}
    except _NO_ARCHIVE as error:
        raise ModelError("the archive is damaged or cut short", path=path, remedy=_AGAIN) from error
    _check_manifest(contents[MANIFEST], path)
    _check_sums(contents, path)
    return {**{name: contents[name] for name in (WEIGHTS, FACTS)}, CARD: _card_page(contents[FACTS], path)}


def _check_names(archive: zipfile.ZipFile, path: Path) -> None:
    """Before anything is unpacked: exactly the files of an archive, none too large, none in a folder."""
    members = {info.filename: info for info in archive.infolist()}
    others = sorted(name for name in members if name not in (*FILES, MANIFEST, SUMS))
    if others and (Path(others[0]).suffix.lower() in RUNS | OF_OTHERS or MANIFEST in members):
        raise _carries(others[0], path)
    lacking = [name for name in (MANIFEST, SUMS, *FILES) if name not in members]
    if lacking:
        raise ModelError(f"this archive is not a model's (it has no {lacking[0]})", path=path, remedy=_OURS)
    if len(members) != len(archive.infolist()):
        raise ModelError("a file stands in the archive twice", path=path, remedy=_AGAIN)
    for name, info in members.items():
        if info.file_size > LARGEST:
            raise _too_large(name, path)


def _check_manifest(content: bytes, path: Path) -> None:
    try:
        facts: Any = json.loads(content)
        ours, schema = facts["format"] == FORMAT, int(facts["schema_version"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError("the archive's manifest is damaged", path=path, remedy=_AGAIN) from error
    if not ours:
        raise ModelError("this archive is not a model's", path=path, remedy=_OURS)
    if schema > ARCHIVE_SCHEMA:
        raise ModelError(
            f"the archive has schema {schema}, this version reads up to {ARCHIVE_SCHEMA}",
            path=path,
            remedy="Update Lineament.",
        )


def _check_sums(contents: dict[str, bytes], path: Path) -> None:
    lines = (line.split(maxsplit=1) for line in contents[SUMS].decode("ascii", "replace").splitlines())
    said = {line[1]: line[0] for line in lines if len(line) == 2}
    for name in (*FILES, MANIFEST):
        if said.get(name) != hashlib.sha256(contents[name]).hexdigest():
            raise ModelError(f"{name} in the archive was changed after it was made", path=path, remedy=_AGAIN)


def _card_page(facts: bytes, path: Path) -> bytes:
    """Written anew from the facts, so that no page says anything else than they do."""
    from lineament.models.card import ModelCard

    try:
        return ModelCard.from_json(json.loads(facts)["card"]).markdown().encode()
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return b""  # whatever is wrong with the facts is said when they are checked


def _carries(name: str, path: Path) -> ModelError:
    return ModelError(
        f"it carries {name}, which is no part of a model and could run",
        path=path,
        remedy="Models are data alone. " + _OURS,
    )


def _other_program(path: Path) -> ModelError:
    return ModelError(
        f"files that end in {path.suffix} are another program's and could run code", path=path, remedy=_OURS
    )


def _too_large(name: str, path: Path) -> ModelError:
    return ModelError(f"{name} is larger than any model", path=path, remedy=_OURS)
