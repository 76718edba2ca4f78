"""One distribution that Lineament contains: name, version, licence and where it comes from."""

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageMetadata
from pathlib import Path

LICENCE_NAMES = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)


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


def licence_files(part: Part) -> list[Path]:
    """The licence texts that a distribution's metadata folder holds, subfolders included, sorted."""
    return sorted(
        file
        for file in part.folder.rglob("*")
        if file.is_file()
        and (LICENCE_NAMES.search(file.name) or "licenses" in file.relative_to(part.folder).parts)
        and file.suffix not in (".py", ".pyc", ".json")
    )


def part_of(distribution: Distribution) -> Part:
    facts = distribution.metadata
    folder = getattr(distribution, "_path", None)
    if folder is None:
        raise FileNotFoundError(f"{facts['Name']} is not installed as files, so its licence cannot be collected")
    return Part(facts["Name"], facts["Version"], licence_of(distribution), home_of(distribution), Path(folder))


def licence_of(distribution: Distribution) -> str:
    """What the distribution says of its licence: the SPDX expression, else its classifiers, else its own words."""
    facts = distribution.metadata
    expression = _fact(facts, "License-Expression")
    if expression:
        return str(expression)
    classified = [
        line.rsplit(" :: ", 1)[1] for line in facts.get_all("Classifier") or () if line.startswith("License ::")
    ]
    classified = [words for words in classified if words != "OSI Approved"]
    if classified:
        return "; ".join(classified)
    words = _fact(facts, "License").strip().splitlines()
    return words[0] if words else "see its licence files"


def _fact(facts: PackageMetadata, name: str) -> str:
    return str(facts[name] or "") if name in facts else ""


def home_of(distribution: Distribution) -> str:
    facts = distribution.metadata
    if _fact(facts, "Home-page"):
        return str(facts["Home-page"])
    links = [line.split(",", 1) for line in facts.get_all("Project-URL") or ()]
    wanted = ("homepage", "source", "repository", "documentation")
    ranked = {label.strip().lower(): link.strip() for label, link in links}
    return next((ranked[label] for label in wanted if label in ranked), "")
