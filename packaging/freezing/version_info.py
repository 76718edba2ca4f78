"""VERSIONINFO: what Windows shows of a program in its properties, and virus scanners look for."""

import re
from pathlib import Path

PUBLISHER = "The Lineament developers"
TEXT = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0,
    date=(0, 0)),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "{publisher}"),
      StringStruct("FileDescription", "{description}"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "{name}"),
      StringStruct("LegalCopyright", "{publisher}. Apache License 2.0. Research use only."),
      StringStruct("OriginalFilename", "{name}.exe"),
      StringStruct("ProductName", "Lineament"),
      StringStruct("ProductVersion", "{version}")])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 1200])])
  ]
)
"""
DESCRIPTIONS = {"lineament": "Lineament command line", "lineament-desktop": "Lineament"}


def numbers_of(version: str) -> tuple[int, int, int, int]:
    """Windows wants four numbers: `0.1.0` and `0.1.0rc1` are both 0, 1, 0, 0."""
    found = [int(number) for number in re.match(r"\d+(?:\.\d+)*", version)[0].split(".")]  # type: ignore[index]
    padded = (*found, 0, 0, 0, 0)
    return padded[0], padded[1], padded[2], padded[3]


def version_info(version: str, name: str) -> str:
    """The text that PyInstaller reads for the starter `name`."""
    return TEXT.format(
        numbers=numbers_of(version), version=version, name=name, description=DESCRIPTIONS[name], publisher=PUBLISHER
    )


def write_version_info(version: str, name: str, folder: Path) -> str:
    """Write it into `folder`; the path."""
    file = folder / f"{name}.version.txt"
    file.write_text(version_info(version, name), encoding="utf-8")
    return str(file)
