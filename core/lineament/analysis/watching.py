"""Who looks on while a video is measured: pictures and faces are there once, and not everything wanted is a column."""

from collections.abc import Sequence
from typing import Protocol

from lineament.face import FaceObservation
from lineament.video import Frame


class FrameWatcher(Protocol):
    """Called from the analysing thread; it changes nothing of what is measured.

    Segments that an interrupted analysis had saved are not seen again.
    """

    def begin(self, segment: int) -> None:
        """The frames of this segment come next."""
        ...

    def see(self, frame: Frame, numbers: Sequence[int], faces: Sequence[FaceObservation]) -> None:
        """One frame, its faces and the numbers they have in the recording."""
        ...

    def end(self, segment: int) -> None:
        """The segment is whole and about to be saved; what is kept of it must be on disk when this returns."""
        ...
