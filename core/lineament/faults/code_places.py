"""Where code lies, without the folders of whoever runs it: `lineament/analysis/run.py`, not the whole path."""

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

CODE = re.compile(r"\.(?:pyx?|pyi|so|pyd|dll|dylib|[ch]pp|c|h|cc|cu)$|\.so\.\d", re.IGNORECASE)
"""What a file of code is known by."""
_OURS = ("lineament_desktop", "lineament")
_BELOW = re.compile(r".*/(?:site-packages|dist-packages|_internal)/")
_PYTHON = re.compile(r".*/(python3\.\d+)/")


@lru_cache(maxsize=1024)
def code_place(file: str) -> str:
    """A short, telling form of a code file's path; of one that belongs to no package, its name."""
    path = file.replace("\\", "/")
    if path.startswith("<"):  # <string>, <frozen importlib>
        return path
    for pattern, keep in ((_BELOW, ""), (_PYTHON, r"\1/")):
        short = pattern.sub(keep, path)
        if short != path:
            return short
    if _is_short(path):
        return path
    root = _own_root(path)
    return root if root else PurePosixPath(path).name


def _is_short(path: str) -> bool:
    """It begins with a package, as what this module returns does."""
    first, slash, _ = path.partition("/")
    if not slash or re.fullmatch(r"python3\.\d+", first):
        return bool(slash)
    found = find_spec(first) if first.isidentifier() else None
    return found is not None and found.origin is not None  # a mere folder has none


def _own_root(path: str) -> str:
    """From our own package on: a checkout has it below `core` or `desktop`."""
    for folder in _own_folders():
        for name in _OURS:
            if path.startswith(f"{folder}/{name}/"):
                return path.removeprefix(f"{folder}/")
    return ""


@lru_cache(maxsize=1)
def _own_folders() -> tuple[str, ...]:
    core = Path(__file__).resolve().parents[2]
    return core.as_posix(), (core.parent / "desktop").as_posix()
