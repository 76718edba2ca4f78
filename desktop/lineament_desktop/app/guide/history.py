"""Places that were read, to go back to and forward again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A page and a section of it, "" for its beginning. scroll: how far down it was read, None where it is new."""

    page: str
    anchor: str = ""
    scroll: int | None = None


class History:
    """Like a browser's: going somewhere new forgets what lay ahead."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1

    @property
    def present(self) -> Place | None:
        return self._places[self._at] if self._places else None

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at < len(self._places) - 1

    def go(self, place: Place, scroll: int) -> None:
        """To a new place. scroll: where the present one is left."""
        self._leave(scroll)
        self._places = [*self._places[: self._at + 1], place]
        self._at = len(self._places) - 1

    def step(self, by: int, scroll: int) -> Place | None:
        """Back (-1) or forward (+1); None where there is nothing."""
        if not 0 <= self._at + by < len(self._places):
            return None
        self._leave(scroll)
        self._at += by
        return self._places[self._at]

    def _leave(self, scroll: int) -> None:
        if self._places:
            left = self._places[self._at]
            self._places[self._at] = Place(left.page, left.anchor, scroll)
