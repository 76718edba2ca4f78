"""One long computation at a time on a device: searches and trainings of a window take turns."""

from collections.abc import Hashable

from PySide6.QtCore import QObject, Signal


class DeviceTurns(QObject):
    """Who computes on what, whichever workspace asked for it. freed: a device is free again."""

    freed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._taken: dict[Hashable, str] = {}

    @property
    def taken(self) -> frozenset[str]:
        return frozenset(self._taken.values())

    def take(self, owner: Hashable, device: str) -> None:
        self._taken[owner] = device

    def give_back(self, owner: Hashable) -> None:
        """Of one that has ended; told to all who wait."""
        if self._taken.pop(owner, None) is not None:
            self.freed.emit()


turns = DeviceTurns()
"""Of this window."""
