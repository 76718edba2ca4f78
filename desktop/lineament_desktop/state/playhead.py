"""Where the review stands: one frame, named by the rank of its presentation time stamp."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Playhead:
    """The frame now shown: rank, PTS in the stream's time base, and seconds from the first frame."""

    frame: int
    pts: int
    time_s: float
