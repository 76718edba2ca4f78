"""Running one unit, the same in every engine: seeded, in its folder, ending in a result on disk."""

import copy
import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineament.progress import CancelToken
from lineament.search.runs.context import SavePolicy, UnitContext
from lineament.search.runs.errors import RunError
from lineament.search.runs.events import Event, event_now
from lineament.search.runs.randomness import own_randomness
from lineament.search.runs.registry import Registry, UnitFunction
from lineament.search.runs.results import UnitFolder
from lineament.search.runs.run import UNITS, Run
from lineament.search.runs.unit import Array, Unit, UnitResult, derived_seed

MOST_PARTS = 16
"""A batch that does not fit memory in so many parts will not fit at all."""


@dataclass(frozen=True)
class Place:
    """Where units run and with which seed: what a worker process needs to know of a run."""

    folder: Path
    seed: int
    fingerprint: str
    policy: SavePolicy

    @classmethod
    def of(cls, run: Run, policy: SavePolicy) -> "Place":
        return cls(run.folder, run.facts.seed, run.facts.fingerprint, policy)


def execute_unit(
    unit: Unit,
    registry: Registry,
    place: Place,
    cancel: CancelToken,
    sink: Callable[[Event], None],
    dependency: Callable[[str], UnitResult],
) -> None:
    """Run `unit` from its last checkpoint to its result on disk; `sink` gets its events.

    Raises what the unit raises (`Cancelled` among it), `StorageError`, and `RunError` when memory does not suffice.
    """
    function = registry.function(unit)
    data = registry.data(place.fingerprint)
    folder = UnitFolder(place.folder / UNITS, unit.key)
    folder.begin(unit)
    seed = derived_seed(place.seed, unit.key)
    started = time.monotonic()
    resumed = folder.checkpoint.is_file()
    facts = {"unit_kind": unit.kind, "settings": unit.settings, "cost": unit.cost, "resumed": resumed}
    sink(event_now("unit_started", unit.key, facts))
    context = UnitContext(
        key=unit.key,
        seed=seed,
        cancel=cancel,
        data=data,
        folder=folder,
        sink=sink,
        dependency=dependency,
        policy=place.policy,
    )
    found = _computed(unit, function, context, seed)
    while found is None:  # memory ran out: again from the checkpoint, with batches in more parts
        if context.parts >= MOST_PARTS:
            raise RunError(
                f"memory ran out while computing a unit of kind {unit.kind}",
                path=place.folder,
                remedy="Use fewer workers or close other programs, then resume the run.",
            )
        context.parts *= 2
        free_memory()
        reason = f"memory did not suffice; batches are computed in {context.parts} parts"
        context.emit("batch_halved", parts=context.parts, reason=reason)
        found = _computed(unit, function, context, seed)
    values, arrays = found
    folder.finish(values, arrays)
    seconds = round(time.monotonic() - started, 3)
    sink(event_now("unit_finished", unit.key, {"unit_kind": unit.kind, "seconds": seconds, "reused": False}))


def _computed(
    unit: Unit, function: UnitFunction, context: UnitContext, seed: int
) -> tuple[Mapping[str, Any], Mapping[str, Array]] | None:
    """What the unit's function found; None where memory did not suffice.

    Nothing of the failed attempt is held by then: an error's frames would keep its tensors alive.
    """
    try:
        with own_randomness(seed):
            return function(context, copy.deepcopy(dict(unit.settings)))
    except (MemoryError, RuntimeError) as error:
        if not lacked_memory(error):
            raise
        return None


def free_memory() -> None:
    """Give back what nobody holds any more, on a GPU too."""
    import torch

    gc.collect()
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()


def lacked_memory(error: MemoryError | RuntimeError) -> bool:
    """torch says it in a `RuntimeError`: one of its own for a GPU, a plain one for the CPU."""
    import torch

    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate memory" in str(error)
