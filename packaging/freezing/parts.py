"""Which distributions are in the program: those of whose recorded files at least one was collected."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

OURS = "lineament"


@dataclass(frozen=True)
class Part:
    """One distribution in the program. folder: its metadata's, in the environment that built it."""

    name: str
    version: str
    licence: str
    home: str
    folder: Path

    @property
    def metadata_place(self) -> str:
        return self.folder.name


def bundled_parts(sources: Iterable[str], environment: Iterable[Distribution] | None = None) -> list[Part]:
    """The distributions that own any of `sources` (files on this disk), sorted by name.

    Exact, because it goes by each distribution's own record; a package that shares a folder with another (PySide6's
    two halves) is told apart. Lineament's own is not among them.
    """
    wanted = {os.path.realpath(source) for source in sources}
    found = {}
    for distribution in environment if environment is not None else distributions():
        name = distribution.metadata["Name"]
        if name.lower() == OURS or name.lower() in found:
            continue
        if any(_is_code(str(file)) and os.path.realpath(file.locate()) in wanted for file in distribution.files or ()):
            found[name.lower()] = part_of(distribution)
    return [found[name] for name in sorted(found)]


def part_of(distribution: Distribution) -> Part:
    facts = distribution.metadata
    folder = getattr(distribution, "_path", None)
    if folder is None:
        raise SystemExit(f"{facts['Name']} is not installed as files, so its licence cannot be collected.")
    return Part(facts["Name"], facts["Version"], licence_of(distribution), _home(distribution), Path(folder))


def licence_of(distribution: Distribution) -> str:
    """What the distribution says of its licence: the SPDX expression, else its classifiers, else its own words."""
    facts = distribution.metadata
    expression = facts.get("License-Expression")
    if expression:
        return str(expression)
    classified = [
        line.rsplit(" :: ", 1)[1] for line in facts.get_all("Classifier") or () if line.startswith("License ::")
    ]
    classified = [words for words in classified if words != "OSI Approved"]
    if classified:
        return "; ".join(classified)
    words = str(facts.get("License") or "").strip().splitlines()
    return words[0] if words else "see its licence files"


def _home(distribution: Distribution) -> str:
    facts = distribution.metadata
    if facts.get("Home-page"):
        return str(facts["Home-page"])
    links = [line.split(",", 1) for line in facts.get_all("Project-URL") or ()]
    wanted = ("homepage", "source", "repository", "documentation")
    ranked = {label.strip().lower(): link.strip() for label, link in links}
    return next((ranked[label] for label in wanted if label in ranked), "")


def _is_code(file: str) -> bool:
    return ".dist-info" not in file and "__pycache__" not in file
