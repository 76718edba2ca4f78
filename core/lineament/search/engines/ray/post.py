"""Where the machines of a cluster leave letters for the process that has a search running."""

import asyncio

from lineament.search.engines.ray.letters import Letter


class Post:
    """A Ray actor, on the machine of the calling process. All letters go through it in the order of their arrival."""

    def __init__(self) -> None:
        self._letters: list[Letter] = []
        self._arrived = asyncio.Event()
        self._ended = 0

    async def leave(self, letters: list[Letter]) -> int:
        """Leave letters, or none; the last shift that is over, which whoever works in it has to know."""
        if letters:
            self._letters += letters
            self._arrived.set()
        return self._ended

    async def fetch(self) -> list[Letter]:
        """All letters that lie here, as soon as there is one."""
        await self._arrived.wait()
        self._arrived.clear()
        letters, self._letters = self._letters, []
        return letters

    async def end_shift(self, shift: int) -> None:
        self._ended = max(self._ended, shift)
