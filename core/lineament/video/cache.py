"""Frames kept around a cursor, never more bytes than allowed."""

from dataclasses import dataclass

from lineament.video.types import Frame


@dataclass(frozen=True)
class Reach:
    """How many frames are kept on each side of the cursor."""

    behind: int
    ahead: int

    @staticmethod
    def within(frames: int, window: int, direction: int) -> "Reach":
        """Split room for `frames` around the cursor, at most `window` a side: three quarters lie where we are going."""
        room = max(frames - 1, 2)
        share = {-1: 0.25, 0: 0.5, 1: 0.75}[direction]
        ahead = max(min(window, int(room * share)), 1)
        return Reach(behind=max(min(window, room - ahead), 1), ahead=ahead)


class FrameCache:
    """Frames by rank. The one farthest from the cursor, measured by its side's reach, goes first. Not thread-safe."""

    def __init__(self, reach: Reach, capacity: int) -> None:
        self._frames: dict[int, Frame] = {}
        self._capacity = capacity
        self.reach = reach
        self.cursor = 0

    def __len__(self) -> int:
        return len(self._frames)

    def __contains__(self, index: int) -> bool:
        return index in self._frames

    def get(self, index: int) -> Frame | None:
        return self._frames.get(index)

    def put(self, frame: Frame) -> None:
        """Keep the frame, in place of the least useful one where the cache is full; perhaps of itself."""
        self._frames[frame.index] = frame
        if len(self._frames) > self._capacity:
            del self._frames[max(self._frames, key=self._distance)]

    @property
    def size_bytes(self) -> int:
        return sum(frame.image.nbytes for frame in self._frames.values())

    def _distance(self, index: int) -> float:
        away = index - self.cursor
        return away / self.reach.ahead if away >= 0 else -away / self.reach.behind
