"""Unfinished crops on disk: one small file of crops for each segment of the analysis, whole or not there at all."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lineament.analysis.partial import Partial
from lineament.crops.alignment import TRANSFORM_VERSION
from lineament.crops.facts import JPEG_QUALITY, CropRequest
from lineament.crops.file import SUFFIX, CropFile
from lineament.errors import RecordingError
from lineament.provenance import Provenance

ALL_FACES = -1
"""Face of a piece that was cut while the participant was not yet known: it has everybody's crops."""


class Pieces(Partial):
    """The folder `<stem>.lineament.<request>.crops.partial`."""

    @classmethod
    def beside(cls, folder: Path, stem: str, request: CropRequest) -> "Pieces":
        return cls(folder / f"{stem}.lineament.{request.label}{SUFFIX}.partial")

    def path(self, segment: int) -> Path:
        return self.folder / f"segment-{segment:06d}{SUFFIX}"

    def whole(self, segment: int, face: int) -> CropFile | None:
        """The piece of a segment if it is there, undamaged, and has this face's crops."""
        try:
            piece = CropFile(self.path(segment))
            piece.check()
        except RecordingError:
            return None
        return piece if piece.facts.face in (ALL_FACES, face) else None


def manifest_of(
    request: CropRequest, content_hash: str, frames: int, extractor: str, settings: Mapping[str, Any]
) -> Mapping[str, Any]:
    """All that the crops of a video depend on; pieces with another manifest are not gone on with."""
    return {
        "size": request.size,
        "rate": request.rate,
        "quality": JPEG_QUALITY,
        "transform_version": TRANSFORM_VERSION,
        "content_hash": content_hash,
        "frames": frames,
        "extractor": extractor,
        "settings": dict(settings),
    }


def piece_origin(content_hash: str, extractor: str) -> Provenance:
    """Origin of a piece, of which the manifest says the rest."""
    return Provenance(extractor, "", data_hash=content_hash)
