"""An unfinished analysis on disk: a manifest that says of what, and one Parquet file for each finished segment.

Every file appears whole or not at all, so whatever moment the process is killed at, the segments that are there count.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lineament.storage import make_folder, write_atomically, writing_to

_MANIFEST = "manifest.json"
_FORMAT = 1


class Partial:
    """The folder `<stem>.lineament.partial`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def manifest(self) -> Mapping[str, Any] | None:
        """What was begun here; None where nothing was or the manifest cannot be read."""
        try:
            data = json.loads((self.folder / _MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return data if isinstance(data, dict) else None

    def open(self, manifest: Mapping[str, Any]) -> None:
        """Continue what was begun with this very manifest, or begin; raises `StorageError`."""
        wanted = {"format": _FORMAT, **manifest}
        make_folder(self.folder)
        if self.manifest() != wanted:
            self.clear()
            write_atomically(self.folder / _MANIFEST, json.dumps(wanted, indent=1).encode())

    def clear(self) -> None:
        """Forget all segments, and what only looked like one; raises `StorageError`."""
        with writing_to(self.folder):
            for path in [*self.folder.glob("segment-*"), *self.folder.glob("*.tmp"), self.folder / _MANIFEST]:
                path.unlink(missing_ok=True)

    def path(self, segment: int) -> Path:
        return self.folder / f"segment-{segment:06d}.parquet"

    def remove(self) -> None:
        """The analysis is finished and saved elsewhere. What cannot be removed does no harm: the recording is found
        first."""
        shutil.rmtree(self.folder, ignore_errors=True)
