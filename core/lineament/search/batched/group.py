"""Units of training that differ in fold, seed and labels alone: found among others, run together, each with a result
and a checkpoint of its own in the very form that it has when it runs alone."""

import copy
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lineament.progress import CancelToken
from lineament.search.batched.training import BatchedTraining, batch_size
from lineament.search.phases.common import REPORTS, Bench, resume
from lineament.search.phases.train import FUNCTION, bench_of, trained_result
from lineament.search.runs.context import UnitContext
from lineament.search.runs.events import Event, event_now
from lineament.search.runs.execution import Place
from lineament.search.runs.plain import canonical_hash
from lineament.search.runs.randomness import own_randomness
from lineament.search.runs.registry import Registry
from lineament.search.runs.results import UnitFolder
from lineament.search.runs.run import UNITS
from lineament.search.runs.unit import Unit, UnitResult, derived_seed
from lineament.search.training import EdgeWeights, require_number

PROGRESS_S = 1.0
"""So often do the units of a group tell how far they are: all of them at once, so more seldom than one alone."""


def grouped(units: Iterable[Unit], registry: Registry, most: int) -> list[list[Unit]]:
    """Groups of at most `most` units that can run together, in the order of their first ones; others stay alone."""
    found: dict[str, list[Unit]] = {}
    for unit in units:
        trains = registry.functions.get(unit.kind) == FUNCTION
        found.setdefault(_shared(unit) if trains else unit.key, []).append(unit)
    return [group[i : i + most] for group in found.values() for i in range(0, len(group), most)]


def _shared(unit: Unit) -> str:
    """A hash of all that units trained together have in common."""
    settings = {name: value for name, value in unit.settings.items() if name not in ("fold", "repeat", "part")}
    return canonical_hash({**settings, "part": {**unit.settings["part"], "permuted": None}})


@dataclass(frozen=True)
class Host:
    """What an engine gives its units: where they run, how they are stopped, heard, and how they read others."""

    registry: Registry
    place: Place
    cancel: CancelToken
    sink: Callable[[Event], None]
    dependency: Callable[[str], UnitResult]


@dataclass(frozen=True)
class _Opened:
    """One unit that has begun."""

    unit: Unit
    folder: UnitFolder
    context: UnitContext
    settings: dict[str, Any]
    bench: Bench
    weights: EdgeWeights


def execute_group(units: Sequence[Unit], host: Host) -> None:
    """Run units of one group from their checkpoints to their results on disk.

    Those whose checkpoints are at different steps, or whose folds are too small for a whole batch, take turns. Raises
    `Cancelled` once all have saved, `ModelError`, `StorageError`, and what torch raises when memory does not suffice.
    """
    started = time.monotonic()
    with own_randomness(derived_seed(host.place.seed, units[0].key)):
        turns: dict[tuple[int, int], list[_Opened]] = {}
        for unit in units:
            opened = _open(unit, host)
            turns.setdefault((opened.bench.training.step_count, batch_size(opened.bench)), []).append(opened)
        for turn in turns.values():
            _train(turn, host)
            _finish(turn, host, time.monotonic() - started)
            started = time.monotonic()


def _open(unit: Unit, host: Host) -> _Opened:
    folder = UnitFolder(host.place.folder / UNITS, unit.key)
    folder.begin(unit)
    resumed = folder.checkpoint.is_file()
    facts = {"unit_kind": unit.kind, "settings": unit.settings, "cost": unit.cost, "resumed": resumed}
    host.sink(event_now("unit_started", unit.key, facts))
    context = UnitContext(
        key=unit.key,
        seed=derived_seed(host.place.seed, unit.key),
        cancel=host.cancel,
        data=host.registry.data(host.place.fingerprint),
        folder=folder,
        sink=host.sink,
        dependency=host.dependency,
        policy=host.place.policy,
    )
    settings = copy.deepcopy(dict(unit.settings))
    bench, weights = bench_of(context, settings)
    resume(context, bench.training.load_state_dict)
    return _Opened(unit, folder, context, settings, bench, weights)


def _train(turn: Sequence[_Opened], host: Host) -> None:
    """All steps of units that are at the same one; losses are looked at when they are reported."""

    def warn(reason: str) -> None:
        host.sink(event_now("graph_not_captured", turn[0].unit.key, {"reason": reason}))

    training = BatchedTraining([opened.bench for opened in turn], warn=warn)
    every, told = max(training.steps // REPORTS, 1), time.monotonic()
    while training.step_count < training.steps:
        losses = training.step(turn[0].weights)
        step = training.step_count
        last = step == training.steps
        if last or time.monotonic() - told >= PROGRESS_S:
            told = time.monotonic()
            for opened in turn:
                opened.context.progress(step, training.steps)
        if step % every == 0 or last:
            _report(turn, losses.tolist(), step, told_now=step % every == 0)
        _checkpoint(turn, training, host.cancel)
    training.hand_back()


def _report(turn: Sequence[_Opened], losses: Sequence[float], step: int, *, told_now: bool) -> None:
    """Raises `ModelError` when a loss is no number any more."""
    for opened, loss in zip(turn, losses, strict=True):
        require_number(loss, step)
        if told_now:
            opened.context.emit("losses", step=step, train=loss)


def _checkpoint(turn: Sequence[_Opened], training: BatchedTraining, cancel: CancelToken) -> None:
    """All units save before any of them stops."""
    if turn[0].context.should_save(training.step_count):
        for place, opened in enumerate(turn):
            opened.context.save(training.member_state(place))
    cancel.raise_if_cancelled()


def _finish(turn: Sequence[_Opened], host: Host, seconds: float) -> None:
    """Results; each unit is said to have taken its share of the time."""
    share = round(seconds / len(turn), 3)
    for opened in turn:
        values, arrays = trained_result(opened.context, opened.settings, opened.bench, opened.weights)
        opened.folder.finish(values, arrays)
        facts = {"unit_kind": opened.unit.kind, "seconds": share, "reused": False}
        host.sink(event_now("unit_finished", opened.unit.key, facts))
