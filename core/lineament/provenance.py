"""Every number knows where it came from: what made it, from what, with which settings, and when."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from lineament.version import __version__


def utc_now() -> str:
    """The present moment as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Provenance:
    """Origin of a recording, a model or a score; saved as JSON beside the numbers.

    extractor: what measured the face, e.g. "lineament/facemesh", "lineament/face-landmarker", "openface", or
        "simulated/lineament-facemesh" for simulated behaviour in the form of that extractor.
    data_hash: SHA-256 of the content that was measured, "" where there is none.
    simulated: True for anything that does not come from a filmed person.
    """

    extractor: str
    extractor_version: str
    data_hash: str = ""
    simulated: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    app_version: str = __version__
    utc_time: str = field(default_factory=utc_now)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)
