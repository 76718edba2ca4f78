"""A playhead for a recording that is open without its video: it stands wherever it is sent."""

from fractions import Fraction

import numpy as np

from lineament.recording import RecordingView
from lineament.video import FrameIndex
from lineament_desktop.state import Playhead, ReviewState

MICROSECOND = Fraction(1, 1_000_000)


def index_of(recording: RecordingView) -> FrameIndex:
    """The rows as frames: rank is the row's place, time its own, in microseconds from the first.

    A clock that stands still or runs backwards (older files of other programs) is pushed on by a microsecond a row.
    """
    ticks = np.round((recording.time_s - recording.time_s[0]) * 1_000_000).astype(np.int64)
    rows = np.arange(len(ticks), dtype=np.int64)
    increasing = np.maximum.accumulate(ticks - rows) + rows
    return FrameIndex(increasing, np.ones(len(ticks), dtype=bool), MICROSECOND)


class RecordingPlayhead:
    """Carries out what the player would, while there is no video."""

    def __init__(self, state: ReviewState) -> None:
        self._state = state
        state.seek_requested.connect(self._seek)
        state.step_requested.connect(self._step)

    def _seek(self, frame: int) -> None:
        index = self._state.index
        if self._state.video is None and index is not None:
            self._state.show_frame(Playhead(frame, int(index.pts[frame]), float(index.times_s[frame])))

    def _step(self, frames: int) -> None:
        index, playhead = self._state.index, self._state.playhead
        if self._state.video is None and index is not None:
            standing = playhead.frame if playhead is not None else 0
            self._seek(min(max(standing + frames, 0), len(index) - 1))
