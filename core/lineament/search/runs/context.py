"""What a unit's function gets: its seed, the data, a way to report, to save where it is, and to stop."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lineament.progress import CancelToken
from lineament.search.runs.checkpoint import DamagedCheckpoint, read_checkpoint, write_checkpoint
from lineament.search.runs.events import Event, event_now
from lineament.search.runs.randomness import capture_randomness, restore_randomness
from lineament.search.runs.results import UnitFolder
from lineament.search.runs.unit import UnitResult

PROGRESS_INTERVAL_S = 0.2
"""At most so often does a unit tell how far it is: five times a second is what a window draws."""


@dataclass(frozen=True)
class SavePolicy:
    """When a unit saves: after every `every_steps` steps if given, and in any case `every_s` seconds after the last."""

    every_s: float = 10.0
    every_steps: int | None = None


DEFAULT_POLICY = SavePolicy()


class UnitContext:
    """Made by an engine for one unit.

    seed: the unit's own, from `derived_seed`.
    cancel: polled every step; `checkpoint` does it.
    data: what the registry's loader gave, None without one.
    parts: in so many parts a batch is computed; more than one after memory ran out.
    """

    def __init__(
        self,
        *,
        key: str,
        seed: int,
        cancel: CancelToken,
        data: object,
        folder: UnitFolder,
        sink: Callable[[Event], None],
        dependency: Callable[[str], UnitResult],
        policy: SavePolicy,
    ) -> None:
        self.key = key
        self.seed = seed
        self.cancel = cancel
        self.data = data
        self.parts = 1
        self._folder = folder
        self._sink = sink
        self._dependency = dependency
        self._policy = policy
        self._saved_at = time.monotonic()
        self._told_at = 0.0

    def emit(self, kind: str, **values: object) -> None:
        """Send an event of this unit (kinds and their values: `events.py`)."""
        self._sink(event_now(kind, self.key, values))

    def progress(self, step: int, steps: int) -> None:
        """Tell that `step` of `steps` are done; sent five times a second at most."""
        now = time.monotonic()
        if step >= steps or now - self._told_at >= PROGRESS_INTERVAL_S:
            self._told_at = now
            self.emit("unit_progress", step=step, steps=steps)

    def load(self) -> dict[str, Any] | None:
        """The state last saved, or None at the first start. Tensors are on the CPU, without gradients.

        A damaged checkpoint is removed, said in a `unit_restarted` event, and the unit starts over.
        """
        try:
            envelope = read_checkpoint(self._folder.checkpoint)
        except DamagedCheckpoint as damage:
            self._folder.remove_checkpoint()
            self.emit("unit_restarted", reason=str(damage))
            return None
        if envelope is None:
            return None
        restore_randomness(envelope["randomness"])
        state: dict[str, Any] = envelope["state"]
        return state

    def save(self, state: Mapping[str, Any]) -> None:
        """Keep `state`: nested dicts, lists and tuples of numbers, strings, None, NumPy arrays and torch tensors.

        Atomic: a crash at any moment leaves the old checkpoint or the new one. Raises `StorageError` for a full disk.
        """
        write_checkpoint(self._folder.checkpoint, {"state": dict(state), "randomness": capture_randomness()})
        self._saved_at = time.monotonic()

    def should_save(self, step: int) -> bool:
        """Whether to save now that `step` steps are done: the policy says so, or the unit was told to stop."""
        every = self._policy.every_steps
        if self.cancel.cancelled or (every is not None and step % every == 0):
            return True
        return time.monotonic() - self._saved_at >= self._policy.every_s

    def checkpoint(self, step: int, state: Callable[[], Mapping[str, Any]]) -> None:
        """Call after every step: saves `state()` when it is time, then raises `Cancelled` if told to stop."""
        if self.should_save(step):
            self.save(state())
        self.cancel.raise_if_cancelled()

    def dependency(self, key: str) -> UnitResult:
        """The result of a unit of an earlier stage, whose key stands in this one's settings.

        Raises `RunError` when it is not there or damaged.
        """
        return self._dependency(key)
