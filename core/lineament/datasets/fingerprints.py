"""Names of sessions and cohorts that depend on their content alone, for caches and for runs that resume."""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from lineament.datasets.checks import Labelled
from lineament.datasets.scales import Scale
from lineament.errors import RecordingError

_KEPT = 100_000


class Sourced(Labelled, Protocol):
    """What the fingerprints read of a session beside its labels."""

    @property
    def visit(self) -> int: ...
    @property
    def gender(self) -> str: ...
    @property
    def files(self) -> tuple[Path, ...]: ...
    @property
    def origin(self) -> str: ...


def session_fingerprint(session: Sourced) -> str:
    """SHA-256 over the bytes of the session's files in order, or over what it is simulated from."""
    digest = hashlib.sha256(session.origin.encode())
    for path in session.files:
        size, changed = _facts(path)
        digest.update(bytes.fromhex(_file_hash(path, size, changed)))
    return digest.hexdigest()


def cohort_identity(sessions: Sequence[Sourced], extractor: str, scale: Scale) -> str:
    """SHA-256 over labels and sources; files count by name and size, so that it takes no time."""
    rows = [
        [
            s.person_id, s.session_id, s.visit, s.score, s.split, s.gender, s.origin,
            [[path.name, _facts(path)[0]] for path in s.files],
        ]
        for s in sessions
    ]  # fmt: skip
    facts = json.dumps([extractor, scale.name, rows], separators=(",", ":"))
    return hashlib.sha256(facts.encode()).hexdigest()


def _facts(path: Path) -> tuple[int, int]:
    """Size in bytes and time of the last change in nanoseconds."""
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return found.st_size, found.st_mtime_ns


@lru_cache(maxsize=_KEPT)
def _file_hash(path: Path, size: int, changed: int) -> str:
    """Read again only when size or time of the last change differ."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> RecordingError:
    return RecordingError(
        f"this file of the cohort cannot be read ({error.strerror or error})",
        path=path,
        remedy="Check that the cohort's folder is whole and may be read.",
    )
