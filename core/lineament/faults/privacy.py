"""Takes out of a text whatever could name a person or a place: files, folders, the home folder, user and computer.

A file becomes `<file 1a2b>.mp4`: the same file has the same sign within one session, so that a log can still be
followed, and another one in the next, so that nobody can try names on it. What is known to be private, because it was
opened or because failing code had it in its hands, goes out wherever it stands (`known_names`); of the rest, whatever
looks like a path or quotes what is no word of the program.
"""

import getpass
import platform
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from lineament.faults.code_places import CODE, code_place
from lineament.faults.known_names import SHORTEST, known_names
from lineament.faults.signs import BARE_SUFFIXES, SIGN, sign_of, suffix_of

_GENERIC = frozenset({"root", "user", "admin", "administrator", "runner", "nobody", "localhost", "computer"})
_STOP = r"\s'\"`<>|*?;,()\[\]"  # what ends a path that stands in a sentence
_QUOTED = re.compile(r"(?<![A-Za-z0-9_])([bru]{0,2})(['\"`])((?:(?!\2).){1,999})\2(?!\w)", re.IGNORECASE)
_PATH = re.compile(rf"(?:file://|\\\\|(?<![A-Za-z])[A-Za-z]:[\\/]|(?<![\w>/.])~?/)[^{_STOP}]{{0,999}}[^{_STOP}.:]")
_RELATIVE = re.compile(rf"(?<![\w<>/\\])[^{_STOP}:/\\]{{1,255}}(?:[/\\][^{_STOP}:/\\]{{1,255}})+")
_SUFFIX = re.compile(rf"(?<=[^{_STOP}:/\\])\.(?:{'|'.join(BARE_SUFFIXES)})\b", re.IGNORECASE)
_PART = re.compile(r"[\n'\"`<>|*?:;,()\[\]/\\]")  # ends a part of a sentence


def anonymous(text: str, vocabulary: Collection[str] | None = None) -> str:
    """The text without names and places; doing it twice changes nothing.

    vocabulary: words that belong to the program. Given, whatever else stands between quotes goes out too: the text of
    an exception may quote anything that was read from a file.
    """
    text = known_names.taken_out_of(text)
    text = _without_own(text)
    text = _QUOTED.sub(lambda match: _quoted(match, vocabulary), text)
    text = _PATH.sub(lambda match: _place(match[0]), text)
    text = _RELATIVE.sub(lambda match: _relative(match[0]), text)
    return _without_bare_names(text)


def _quoted(match: re.Match[str], vocabulary: Collection[str] | None) -> str:
    prefix, quote, inside = match[1], match[2], match[3]
    is_path = "/" in inside or "\\" in inside
    if is_path and CODE.search(inside):
        said = code_place(inside)
    elif SIGN.search(inside):
        said = re.split(r"[/\\]", inside)[-1]
    elif is_path or _SUFFIX.search(inside):
        said = _place(inside)
    elif vocabulary is None or inside in vocabulary:
        said = inside
    else:
        said = f"<text {sign_of(inside)}>"
    return f"{prefix}{quote}{said}{quote}"


def _place(path: str) -> str:
    if CODE.search(path):
        return code_place(path)
    name = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    if name in ("", "~"):
        return path
    suffix = suffix_of(name)
    return f"<{'file' if suffix else 'folder'} {sign_of(name)}>{suffix}"


def _relative(path: str) -> str:
    """Words with a slash between them are a path where the last part has a suffix of data or of code."""
    if CODE.search(path):
        return code_place(path)
    return _place(path) if suffix_of(path) else path


def _without_bare_names(text: str) -> str:
    """A file's bare name may have blanks in it: all goes out from where the part of the sentence begins."""
    said, at = [], 0
    for match in _SUFFIX.finditer(text):
        begin = max((part.end() for part in _PART.finditer(text, at, match.start())), default=at)
        name = text[begin : match.start()]
        if name == ".lineament":  # behind a sign, of a recording
            continue
        lead = name[: len(name) - len(name.lstrip())]
        said.append(f"{text[at:begin]}{lead}<file {sign_of(name.strip() + match[0])}>{match[0]}")
        at = match.end()
    return "".join(said) + text[at:]


# Who and where


def _without_own(text: str) -> str:
    for word, sign in _own_words():
        text = re.sub(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", sign, text, flags=re.IGNORECASE)
    return text


@lru_cache(maxsize=1)
def _own_words() -> tuple[tuple[str, str], ...]:
    """The home folder, the user's name and the computer's; names that everybody's machine has are none."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # nobody has a name here
        user = ""
    found = [(str(Path.home()), "~"), (user, "<user>"), (platform.node(), "<computer>")]
    return tuple((word, sign) for word, sign in found if len(word) >= SHORTEST and word.casefold() not in _GENERIC)
