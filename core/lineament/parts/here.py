"""The parts of the program that runs: of a package what was collected for it, else what is installed for it."""

import json
import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions

from lineament.parts.distribution import Part, licence_files, part_of
from lineament.parts.sbom import sbom
from lineament.resources import resource_path
from lineament.version import __version__

OURS = "lineament"
NOTICES, SBOM = "notices/THIRD_PARTY_NOTICES.txt", "notices/sbom.cdx.json"
"""What a package carries, made when it was built."""
_NAME = re.compile(r"^[A-Za-z0-9._-]+")
_CHAPTER = re.compile(r"^={20,}\n(?P<title>[^\n]+)\n={20,}\n", re.MULTILINE)


@dataclass(frozen=True)
class Listed:
    """One part as people read of it. text: its licence's, "" where only the licence's name is known."""

    name: str
    version: str
    licence: str
    text: str


def parts_here() -> tuple[Listed, ...]:
    """Every part with its licence, sorted by name; in a package those that its notices name. Reads many small files."""
    found: Iterable[Listed]
    try:
        notices, listed = resource_path(NOTICES), resource_path(SBOM)
    except FileNotFoundError:
        found = map(_listed, installed_parts())
    else:
        found = _of_package(notices.read_text(encoding="utf-8"), json.loads(listed.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda part: part.name.casefold()))


def list_for_machines() -> str:
    """CycloneDX as JSON: the package's own file, or one made of the environment."""
    try:
        return resource_path(SBOM).read_text(encoding="utf-8")
    except FileNotFoundError:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return json.dumps(sbom(__version__, platform.python_version(), installed_parts(), (), now), indent=1)


def is_package() -> bool:
    """Whether the parts were collected when this program was built."""
    try:
        resource_path(NOTICES)
    except FileNotFoundError:
        return False
    return True


def installed_parts() -> list[Part]:
    """Distributions that Lineament asks for, and those that they ask for, as far as they are installed."""
    installed = {_canonical(one.metadata["Name"]): one for one in distributions()}  # once: a search for each takes long
    found: dict[str, Distribution] = {}
    wanted = [OURS]
    while wanted:
        name = wanted.pop()
        if name in found or name not in installed:  # of an extra that is not installed, or of another system
            continue
        found[name] = installed[name]
        asked = (line for line in found[name].requires or () if name == OURS or "extra ==" not in line)
        wanted += [_canonical(match[0]) for line in asked if (match := _NAME.match(line))]
    return [part_of(found[name]) for name in sorted(found) if name != OURS]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _listed(part: Part) -> Listed:
    texts = [file.read_text(encoding="utf-8", errors="replace").strip() for file in licence_files(part)]
    return Listed(part.name, part.version, part.licence, "\n\n".join(texts))


def _of_package(notices: str, document: dict[str, object]) -> Iterator[Listed]:
    """Chapters of the notices are called by a part's name and version."""
    heads = list(_CHAPTER.finditer(notices))
    ends = [head.start() for head in heads[1:]] + [len(notices)]
    chapters = {head["title"]: notices[head.end() : end].strip() for head, end in zip(heads, ends, strict=True)}
    components = document.get("components")
    for entry in components if isinstance(components, list) else ():
        name, version = str(entry["name"]), str(entry.get("version", ""))
        said = [one.get("license", {}) for one in entry.get("licenses", ())]
        licence = "; ".join(str(one.get("name") or one.get("id") or "") for one in said)
        text = chapters.get(f"{name} {version}".strip()) or chapters.get(name, "")
        yield Listed(name, version, licence or "see its text", text)
