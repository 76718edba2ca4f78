"""What is asked for when crops are wanted, and what a file of crops says of itself."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lineament.crops.alignment import TRANSFORM_VERSION
from lineament.provenance import Provenance

JPEG_QUALITY = 80
"""About 7 kB for a crop of 224 pixels and 2.6 kB for one of 112: an hour of both stays under 120 MB (measured)."""

SMALLEST, LARGEST = 32, 512


@dataclass(frozen=True)
class CropRequest:
    """Crops of `size` pixels, `rate` a second.

    Raises `ValueError` for sizes outside 32 to 512 and rates that are no positive number.
    """

    size: int
    rate: float

    def __post_init__(self) -> None:
        if not SMALLEST <= self.size <= LARGEST:
            raise ValueError(f"crops have {SMALLEST} to {LARGEST} pixels, not {self.size}")
        if not (math.isfinite(self.rate) and self.rate > 0):
            raise ValueError(f"crops are taken at more than 0 a second, not {self.rate:g}")

    def __str__(self) -> str:
        return f"{self.size}@{self.rate:g}"

    @property
    def label(self) -> str:
        """As it stands in names of files."""
        return f"{self.size}px-{self.rate:g}fps"


def parse_requests(text: str) -> tuple[CropRequest, ...]:
    """Requests from "112@8,224@2": pixels, at, crops a second. Raises `ValueError` in one sentence."""
    found: dict[CropRequest, None] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,4})@(\d+(?:\.\d+)?)\s*", part)
        if match is None:
            raise ValueError(f"crops are asked for as pixels@rate, for example 112@8,224@2, not {text!r}")
        found[CropRequest(int(match[1]), float(match[2]))] = None
    return tuple(found)


@dataclass(frozen=True)
class CropFacts:
    """What made the crops of a file.

    provenance: of the landmarks that aligned them (the tracker and its version, the video's hash, settings), or of the
    simulator. video_size: width and height of the picture that transforms start from. face: whose crops they are.
    key: hash of all that rendered crops depend on, "" for those of a video.
    """

    request: CropRequest
    provenance: Provenance
    video_size: tuple[int, int]
    face: int = 0
    quality: int = JPEG_QUALITY
    transform_version: int = TRANSFORM_VERSION
    key: str = ""

    def made_alike(self, other: "CropFacts") -> bool:
        """Whether two files hold the same crops: all but the times of day at which they were made."""
        mine, others = self.to_json(), other.to_json()
        for facts in (mine, others):
            facts["provenance"] = {k: v for k, v in facts["provenance"].items() if k not in ("utc_time", "app_version")}
        return mine == others

    def to_json(self) -> dict[str, Any]:
        return {
            "size": self.request.size,
            "rate": self.request.rate,
            "provenance": self.provenance.to_json(),
            "video_size": list(self.video_size),
            "face": self.face,
            "quality": self.quality,
            "transform_version": self.transform_version,
            "key": self.key,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError` where the data are not such facts."""
        width, height = data["video_size"]
        return cls(
            CropRequest(int(data["size"]), float(data["rate"])),
            Provenance.from_json(data["provenance"]),
            (int(width), int(height)),
            int(data["face"]),
            int(data["quality"]),
            int(data["transform_version"]),
            str(data["key"]),
        )
