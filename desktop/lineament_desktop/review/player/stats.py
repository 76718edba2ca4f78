"""How many frames playback owed, showed and dropped."""

from dataclasses import dataclass


@dataclass
class PlaybackStats:
    """Counts since the video was opened or `reset`; only frames due while playing count.

    due: frames the clock passed. shown: those that were painted. late: those painted a whole frame or more behind
    the clock. dropped = due - shown: frames the picture went past.
    """

    due: int = 0
    shown: int = 0
    late: int = 0

    @property
    def dropped(self) -> int:
        return max(self.due - self.shown, 0)

    @property
    def shown_share(self) -> float:
        """0..1; 1 before anything was due."""
        return min(self.shown / self.due, 1.0) if self.due else 1.0

    def reset(self) -> None:
        self.due = self.shown = self.late = 0
