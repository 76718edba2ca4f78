"""Names that are known to be private, and taking them out of texts in whatever words they stand."""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from lineament.faults.code_places import CODE
from lineament.faults.signs import sign_of, suffix_of

SHORTEST = 3
MOST = 3000
PARENTS = 3
_OF_SIGNS = frozenset({"file", "folder", "text", "name"})  # a second look must leave signs as they are
_PLAIN = re.compile(r"[a-z_-]+")


class KnownNames:
    """Safe from any thread. The newest are kept."""

    def __init__(self) -> None:
        self._signs: OrderedDict[str, str] = OrderedDict()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def add(self, text: str, sign: str) -> None:
        if len(text) < SHORTEST or text.casefold() in _OF_SIGNS:
            return
        with self._lock:
            if text in self._signs:
                self._signs.move_to_end(text)
                return
            self._signs[text] = sign
            while len(self._signs) > MOST:
                self._signs.popitem(last=False)
            self._pattern = None

    def taken_out_of(self, text: str) -> str:
        with self._lock:
            if not self._signs:
                return text
            if self._pattern is None:
                longest_first = sorted(self._signs, key=len, reverse=True)
                self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
            return self._pattern.sub(lambda match: self._signs[match[0]], text)


known_names = KnownNames()
"""Of this process."""


def hide(*paths: Path | str) -> None:
    """From now on the names of these files and folders go out of every text that is logged."""
    for path in paths:
        for text, sign in _names_of(Path(path)):
            known_names.add(text, sign)


def hide_name(name: str) -> None:
    """The same for the name of a person or a visit."""
    known_names.add(name.strip(), f"<name {sign_of(name.strip())}>")


def _names_of(path: Path) -> Iterator[tuple[str, str]]:
    """What may stand in a text for a file: its path, its name, its name without suffix, and its folders.

    A folder's bare name is one where it looks like a name: "videos" does not, "Anna M" and "P012" do.
    """
    if not path.name or CODE.search(path.name):
        return
    suffix = suffix_of(path.name)
    sign = f"<{'file' if suffix else 'folder'} {sign_of(path.name)}>"
    yield str(path), sign + suffix
    yield path.name, sign + suffix
    yield path.name.removesuffix(suffix), sign
    for parent in list(path.parents)[:PARENTS]:
        if len(parent.parts) > 2:
            folder = f"<folder {sign_of(parent.name)}>"
            yield str(parent), folder
            if not _PLAIN.fullmatch(parent.name):
                yield parent.name, folder
