"""What a recording's file knows beside its rows, for all faces, and its form as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from lineament.provenance import Provenance
from lineament.recording.schema import COLUMNS, SCHEMA_VERSION
from lineament.recording.view import Blink, FaceSummary, RecordingMeta, VideoSource


@dataclass(frozen=True)
class RecordingFacts:
    """Facts of a whole file. blinks, neutral_frames: by face_id. extra: further JSON of whoever wrote the file."""

    provenance: Provenance
    video: VideoSource | None = None
    faces: tuple[FaceSummary, ...] = ()
    participant: int = 0
    blinks: Mapping[int, tuple[Blink, ...]] = field(default_factory=dict)
    neutral_frames: Mapping[int, int] = field(default_factory=dict)
    complete: bool = True
    warnings: tuple[str, ...] = ()
    schema_version: int = SCHEMA_VERSION
    extra: Mapping[str, Any] = field(default_factory=dict)

    def meta(self, face: int | None = None) -> RecordingMeta:
        """The facts as a reader of one face's rows sees them; the participant's if no face is named."""
        chosen = self.participant if face is None else face
        return RecordingMeta(
            schema_version=self.schema_version,
            provenance=self.provenance,
            video=self.video,
            faces=self.faces,
            participant=chosen,
            blinks=self.blinks.get(chosen, ()),
            neutral_frames=self.neutral_frames.get(chosen, 0),
            complete=self.complete,
            warnings=self.warnings,
        )

    @classmethod
    def from_meta(cls, meta: RecordingMeta) -> Self:
        """Facts of a file that holds this one face."""
        return cls(
            provenance=meta.provenance,
            video=meta.video,
            faces=meta.faces,
            participant=meta.participant,
            blinks={meta.participant: meta.blinks},
            neutral_frames={meta.participant: meta.neutral_frames},
            complete=meta.complete,
            warnings=meta.warnings,
        )

    def with_extra(self, **extra: Any) -> Self:
        return replace(self, extra={**self.extra, **extra})

    def to_json(self) -> str:
        data = {
            "schema_version": self.schema_version,
            "provenance": self.provenance.to_json(),
            "video": asdict(self.video) if self.video else None,
            "faces": [asdict(face) for face in self.faces],
            "participant": self.participant,
            "blinks": {face: [[b.start_s, b.closed_s, b.end_s] for b in found] for face, found in self.blinks.items()},
            "neutral_frames": dict(self.neutral_frames),
            "complete": self.complete,
            "warnings": list(self.warnings),
            "units": {name: column.unit for name, column in COLUMNS.items() if column.unit},
            **self.extra,
        }
        return json.dumps(data)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        known = {"schema_version", "provenance", "video", "faces", "participant", "blinks", "neutral_frames"}
        known |= {"complete", "warnings", "units"}
        return cls(
            provenance=Provenance.from_json(data["provenance"]),
            video=VideoSource(**data["video"]) if data["video"] else None,
            faces=tuple(FaceSummary(**face) for face in data["faces"]),
            participant=int(data["participant"]),
            blinks={int(face): tuple(Blink(*times) for times in found) for face, found in data["blinks"].items()},
            neutral_frames={int(face): int(frames) for face, frames in data["neutral_frames"].items()},
            complete=bool(data["complete"]),
            warnings=tuple(data["warnings"]),
            schema_version=int(data["schema_version"]),
            extra={name: value for name, value in data.items() if name not in known},
        )
