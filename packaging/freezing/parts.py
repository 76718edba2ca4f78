"""Which distributions are in the program: those of whose recorded files at least one was collected."""

import os
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions

from lineament.parts import Part, licence_of, part_of

OURS = "lineament"
__all__ = ["Part", "bundled_parts", "licence_of", "part_of"]


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


def _is_code(file: str) -> bool:
    return ".dist-info" not in file and "__pycache__" not in file
