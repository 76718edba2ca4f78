"""What an analysis may be told, and what of it changes the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lineament.face import TRACKER_KINDS

METHOD = 1
"""Version of the way from landmarks to columns; raised whenever the same video would give other numbers."""

DEFAULT_MAX_FACES = 4
SEGMENT_FRAMES = 900
"""Half a minute at 30 fps: what a kill can cost at most, and some five seconds of work (our choice)."""

WARM_UP_FRAMES = 10
"""Frames tracked and thrown away before a segment, so that its landmarks do not show that the tracker began anew."""


@dataclass(frozen=True)
class AnalysisSettings:
    """tracker: "facemesh" or "face-landmarker". max_faces: how many faces are followed at once.
    segment_frames: frames measured from a fresh start of the tracker, and saved as one piece. warm_up_frames: see
    `WARM_UP_FRAMES`. fresh: measure again even where a finished or begun analysis is there (changes no number).
    tracker_model: Face Landmarker's bundle where it is not the installed one.

    Raises `ValueError` for values that make no sense.
    """

    tracker: str = "facemesh"
    max_faces: int = DEFAULT_MAX_FACES
    segment_frames: int = SEGMENT_FRAMES
    warm_up_frames: int = WARM_UP_FRAMES
    fresh: bool = False
    tracker_model: Path | None = None

    def __post_init__(self) -> None:
        if self.tracker not in TRACKER_KINDS:
            raise ValueError(f"tracker is one of {', '.join(TRACKER_KINDS)}, not {self.tracker}")
        if self.max_faces < 1 or self.segment_frames < 1 or self.warm_up_frames < 0:
            raise ValueError("max_faces and segment_frames are at least 1, warm_up_frames at least 0")

    def fingerprint(self) -> Mapping[str, Any]:
        """All that the numbers depend on beside the video: two analyses with the same are interchangeable."""
        return {
            "tracker": self.tracker,
            "max_faces": self.max_faces,
            "segment_frames": self.segment_frames,
            "warm_up_frames": self.warm_up_frames,
            "mediapipe": version("mediapipe"),
            "method": METHOD,
        }
