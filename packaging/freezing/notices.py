"""The licences of everything in the program, in one text, and the metadata that the program reads of its parts."""

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from lineament.parts import Part, licence_files

RULE = "=" * 78
FILES = ("THIRD_PARTY_NOTICES.txt", "sbom.cdx.json")
"""Where the spec puts them: `lineament.resources.resource_path("notices/<name>")` finds them in the program."""

PREFACE = """\
Lineament {version}: notices for the software it contains
{rule}

Lineament itself is licensed under the Apache License 2.0, whose text comes first. This program also contains the parts
listed below, each under its own licence; the texts follow. sbom.cdx.json beside this file lists them for machines.

Some of them ask for more than their notice:

* Qt and PySide6 are used under the GNU Lesser General Public License 3. They are separate shared libraries in the
  folder PySide6, so you may replace them with builds of your own. Their source is at the addresses in the list.
* PyAV's libraries (folder av.libs on Linux) include FFmpeg built with x264 and x265, which are under the GNU General
  Public License 2 or later. The package as a whole may therefore only be passed on under terms that are compatible with
  the GNU General Public License 3, which the Apache License 2.0 is. Their source is at the addresses in the list.
* OpenCV's wheel includes FFmpeg under the GNU Lesser General Public License 2.1, as separate shared libraries.

"""


def notices(version: str, own_licence: str, parts: Iterable[Part], system: Iterable[tuple[str, str]]) -> str:
    """The whole text. `system`: name and licence text of what comes from the system that built it, Python among it."""
    parts = list(parts)
    system = list(system)
    said = [PREFACE.format(version=version, rule=RULE), "Parts\n-----\n"]
    said += [f"{part.name} {part.version}: {part.licence}{f' ({part.home})' if part.home else ''}\n" for part in parts]
    said += [f"{name}\n" for name, _ in system]
    said += _chapter(f"Lineament {version}", own_licence)
    for part in parts:
        texts = [file.read_text(encoding="utf-8", errors="replace") for file in licence_files(part)]
        said += _chapter(f"{part.name} {part.version}", "\n".join(texts) or f"Licence: {part.licence}. {part.home}")
    for name, text in system:
        said += _chapter(name, text)
    return "".join(said)


def _chapter(title: str, text: str) -> list[str]:
    return [f"\n{RULE}\n{title}\n{RULE}\n\n", text.strip(), "\n"]


def python_licence() -> tuple[str, str]:
    """Name and licence text of the Python that the program contains."""
    for folder in (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix), Path(sys.base_prefix) / "Doc"):
        for name in ("LICENSE.txt", "LICENSE"):
            if (folder / name).is_file():
                text = (folder / name).read_text(encoding="utf-8", errors="replace")
                return f"Python {sys.version.split()[0]}", text
    raise SystemExit("Python's own licence text was not found, so the notices would be incomplete.")


def system_libraries(sources: Iterable[str]) -> dict[str, str]:
    """Debian package -> its copyright text, for the shared libraries that come from the building system."""
    if shutil.which("dpkg-query") is None:
        return {}
    found: dict[str, str] = {}
    for source in sorted(set(sources)):
        package = _owner(source)
        if package and package not in found:
            note = Path("/usr/share/doc") / package.split(":")[0] / "copyright"
            found[package] = note.read_text(encoding="utf-8", errors="replace") if note.is_file() else ""
    return found


def _owner(source: str) -> str:
    """The Debian package of a file; "" for none. It may be known there by its name before /usr was merged."""
    for path in (str(Path(source).resolve()), str(Path(source).resolve()).removeprefix("/usr")):
        said = subprocess.run(["dpkg-query", "--search", path], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            return said.stdout.split(": ", 1)[0].split(",")[0]
    return ""


def metadata_entries(parts: Iterable[Part]) -> list[tuple[str, str, str]]:
    """PyInstaller's entries (place, source, kind) for what `importlib.metadata` reads, and the licence files."""
    entries = []
    for part in parts:
        wanted = [part.folder / "METADATA", part.folder / "entry_points.txt", *licence_files(part)]
        place, there = part.metadata_place, [file for file in wanted if file.is_file()]
        entries += [(f"{place}/{file.relative_to(part.folder).as_posix()}", str(file), "DATA") for file in there]
    return sorted(set(entries))
