"""On a machine of the cluster: carries what a unit says to the post, its checkpoints too, and hears when to stop."""

import threading
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lineament.progress import CancelToken
from lineament.search.engines.ray.letters import Letter, Saved

INTERVAL_S = 0.2
"""So often a unit's words and its newest checkpoint are carried off, and it hears whether it has to stop."""


class Mail:
    """A context manager around one attempt; at its end everything has been delivered.

    post: handle of the `Post` actor. checkpoint: the unit's file, sent whenever it is a new one. cancel: set when
    `shift` is over, or nobody is there to read letters any more. The unit never waits for the network: a thread does,
    also because Ray lends a task's core to others while its own thread waits.
    """

    def __init__(self, post: Any, attempt: int, shift: int, checkpoint: Path, cancel: CancelToken) -> None:
        self._post, self._attempt, self._shift, self._cancel = post, attempt, shift, cancel
        self._checkpoint, self._sent = checkpoint, _state(checkpoint)
        self._words: deque[object] = deque()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def say(self, content: object) -> None:
        self._words.append(content)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _carry(self) -> None:
        import ray
        from ray.exceptions import RayError

        over = False
        while not over:
            over = self._over.wait(INTERVAL_S)
            try:
                ended = ray.get(self._post.leave.remote(self._collected()))
            except RayError:
                self._cancel.cancel()
                return
            if ended >= self._shift:
                self._cancel.cancel()

    def _collected(self) -> list[Letter]:
        """The checkpoint comes first, so that it is before a unit's last word."""
        found: list[object] = []
        state = _state(self._checkpoint)
        if state is not None and state != self._sent:
            try:
                found.append(Saved(self._checkpoint.read_bytes()))
                self._sent = state
            except FileNotFoundError:
                pass  # the unit has just finished
        while self._words:
            found.append(self._words.popleft())
        return [Letter(self._attempt, content) for content in found]


def _state(file: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced; None where there is none."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
