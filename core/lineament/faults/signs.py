"""Signs that stand for names: `<file 1a2b>`, the same for one name throughout a session and its processes."""

import hashlib
import os
import re
import secrets
from functools import lru_cache

SALT_VARIABLE = "LINEAMENT_LOG_SALT"
SIGN = re.compile(r"<(?:file|folder|text|name) [0-9a-f]{4}>")
BARE_SUFFIXES = (
    *("mp4", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "m4v", "gif", "wmv", "ts", "ogv", "wav", "mp3", "m4a"),
    *("flac", "csv", "tsv", "parquet", "xlsx", "xls", "txt", "eaf", "pdf", "npy", "npz", "mat", "png", "jpg", "jpeg"),
    *("html", "pfm", "zip"),
)
"""What a name is known by as a file of data where it stands without its folder."""
_SUFFIX = re.compile(
    rf"((?:\.lineament)?\.(?:{'|'.join(BARE_SUFFIXES)}|json|jsonl|safetensors|onnx|log|partial))$", re.IGNORECASE
)


def sign_of(text: str) -> str:
    """Four digits."""
    return hashlib.sha256(f"{_salt()}{text.casefold()}".encode("utf-8", "surrogatepass")).hexdigest()[:4]


def suffix_of(name: str) -> str:
    """`.lineament.parquet` is one; "" where a name has none that a file of data would have."""
    found = _SUFFIX.search(name)
    return found[1] if found else ""


@lru_cache(maxsize=1)
def _salt() -> str:
    """Nobody outside knows it, so names cannot be tried; processes that are started from here inherit it."""
    return os.environ.setdefault(SALT_VARIABLE, secrets.token_hex(8))
