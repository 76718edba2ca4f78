"""A video's name that depends on its content alone, so that a moved or renamed file keeps its index."""

import hashlib
from pathlib import Path
from typing import BinaryIO

WHOLE_FILE_LIMIT = 256 * 1024 * 1024
"""Up to this many bytes the hash is the SHA-256 of the whole file: a quarter of a second at most."""

SAMPLED_PREFIX = "sampled-sha256-"
_SAMPLES = 64
_SAMPLE_BYTES = 1024 * 1024


def content_hash(path: Path) -> str:
    """SHA-256 of the file as 64 hex digits; of a huge file a sampled hash that says so in its name.

    Above `WHOLE_FILE_LIMIT` the hash covers the size and 64 blocks of 1 MiB spread evenly from the first byte to the
    last (our choice: an hour of video opens in a fraction of a second), and is written "sampled-sha256-" + 64 digits.
    Raises OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        if size <= WHOLE_FILE_LIMIT:
            return hashlib.file_digest(file, "sha256").hexdigest()
        return SAMPLED_PREFIX + _sampled(file, size)


def _sampled(file: BinaryIO, size: int) -> str:
    digest = hashlib.sha256(size.to_bytes(8, "little"))
    last_start = size - _SAMPLE_BYTES
    for sample in range(_SAMPLES):
        file.seek(last_start * sample // (_SAMPLES - 1))
        digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()
