"""What a cohort's recordings are made from, session by session, without reading gigabytes twice.

A session's fingerprint is of its files' bytes. Beside cached features lies which fingerprints files of these names,
sizes and times of the last change had, so that they are read again only when one of them was written again.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from lineament.datasets.cohort import Cohort
from lineament.progress import CancelToken
from lineament.storage import make_folder, write_atomically


def session_sources(cohort: Cohort, cache: Path | None, cancel: CancelToken) -> list[str]:
    """`Cohort.fingerprint` of every session; raises `RecordingError` when a file cannot be read, and `StorageError`."""
    stamps = _stamps(cohort) if cache is not None else None
    note = cache / f"sources-{hash_of(stamps)}.json" if cache is not None and stamps is not None else None
    known = _read(note, len(cohort)) if note is not None else None
    if known is not None:
        return known
    found = []
    for i in range(len(cohort)):
        cancel.raise_if_cancelled()
        found.append(cohort.fingerprint(i))
    if note is not None:
        make_folder(note.parent)
        write_atomically(note, json.dumps(found).encode())
    return found


def simulator_source(cohort: Cohort) -> str:
    """Hash of the simulator's own source where sessions are simulated when read: what it makes changes with it."""
    return _simulator_source() if any(not session.files for session in cohort.sessions) else ""


def hash_of(content: object) -> str:
    """32 hex digits of anything that JSON can write."""
    text = json.dumps(content, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _stamps(cohort: Cohort) -> list[object] | None:
    """Where every session's files lie, their sizes and times; None where none has files, or one is gone."""
    if not any(session.files for session in cohort.sessions):
        return None
    try:
        return [[s.origin, [_stamp(path) for path in s.files]] for s in cohort.sessions]
    except OSError:
        return None  # reading it says which, in a sentence


def _stamp(path: Path) -> list[object]:
    facts = path.stat()
    return [str(path.absolute()), facts.st_size, facts.st_mtime_ns]


def _read(note: Path, count: int) -> list[str] | None:
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    fits = isinstance(found, list) and len(found) == count and all(isinstance(one, str) for one in found)
    return found if fits else None


@lru_cache(maxsize=1)
def _simulator_source() -> str:
    import lineament.simulation

    sources = sorted(Path(next(iter(lineament.simulation.__path__))).glob("*.py"))
    return hashlib.blake2b(b"".join(path.read_bytes() for path in sources), digest_size=12).hexdigest()
