"""Settings of a search in a file: what a form saves under a name, and `lineament search run --settings` takes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineament.search.config import SearchConfig
from lineament.search.errors import SearchError
from lineament.storage import make_folder, write_atomically

SCHEMA = 1
KIND = "lineament search settings"
SUFFIX = ".search.json"


@dataclass(frozen=True)
class SettingsFile:
    """name: for people. cohort: as `--cohort` takes it, or "" where the settings are for any."""

    name: str
    config: SearchConfig
    cohort: str = ""


def write_settings(path: Path, settings: SettingsFile) -> None:
    """Raises `StorageError`."""
    content = {
        "kind": KIND,
        "schema_version": SCHEMA,
        "name": settings.name,
        "cohort": settings.cohort,
        "settings": settings.config.to_json(),
    }
    make_folder(path.parent)
    write_atomically(path, json.dumps(content, indent=1).encode())


def read_settings(path: Path) -> SettingsFile:
    """Settings that are not in the file keep their defaults.

    Raises `SearchError` with the file's name for a file that is missing, damaged, of another kind or version, or names
    settings there are not or values they refuse.
    """
    content = _content(path)
    if content.get("kind") != KIND or not isinstance(content.get("settings"), Mapping):
        raise SearchError("the file holds no settings of a search", path=path, remedy="Choose one saved by the form.")
    if content.get("schema_version") != SCHEMA:
        raise SearchError(
            f"the settings have schema version {content.get('schema_version')}, this version works with {SCHEMA}",
            path=path,
            remedy="Save them anew with this version of Lineament.",
        )
    try:
        config = SearchConfig.from_json(content["settings"])
    except SearchError as error:
        raise SearchError(error.what, path=path, remedy=error.remedy) from error
    name, cohort = content.get("name") or path.name.removesuffix(SUFFIX), content.get("cohort", "")
    if not isinstance(name, str) or not isinstance(cohort, str):
        raise SearchError("the name and the cohort are no text", path=path, remedy="Write them in quotation marks.")
    return SettingsFile(name, config, cohort)


def _content(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SearchError("there is no such file of settings", path=path, remedy="Check its name.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise SearchError(
            f"the settings cannot be read ({reason})", path=path, remedy="Choose another file."
        ) from error
    except ValueError as error:
        where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise SearchError(f"the file is damaged{where}", path=path, remedy="Save the settings anew.") from error
    return found if isinstance(found, dict) else {}


def saved_settings(folder: Path) -> list[Path]:
    """Files of settings in a folder, by name; whether they can be read shows when they are."""
    return sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.name.lower())


def settings_path(folder: Path, name: str) -> Path:
    """Where settings of this name are kept; raises `SearchError` for a name that no file can have."""
    stem = "".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in name).strip(" .")
    if not stem:
        raise SearchError("these settings have no name", remedy="Give a name with a letter or a figure in it.")
    return folder / f"{stem}{SUFFIX}"
