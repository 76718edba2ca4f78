"""An evaluation, from its run's folder to its table. It is a function of its units' results, so it resumes by being run
again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineament.evaluation.bench import Bench
from lineament.evaluation.data import LOADER, open_data
from lineament.evaluation.deals import Deal, check_deals, check_splits, deals_of
from lineament.evaluation.predictions import SystemPredictions, collect
from lineament.evaluation.settings import EvaluationSettings
from lineament.evaluation.systems.system import System
from lineament.evaluation.table import Measured, Table, make_table
from lineament.evaluation.times import working_seconds
from lineament.evaluation.views import Views
from lineament.features.cohort_features import CohortFeatures
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.search.data import store_features
from lineament.search.engines.engine import Engine
from lineament.search.runs.errors import RunError
from lineament.search.runs.registry import Loader, Registry
from lineament.search.runs.run import FACTS, Run
from lineament.search.runs.unit import Unit

PHASE = "comparing"


@dataclass(frozen=True)
class Asked:
    """What is compared: systems, how many seeds, what can be had of the cohort beside its features. oracle: float64[N],
    the best that could be said of every simulated session. notes: sentences for the table."""

    systems: Sequence[System]
    seeds: int
    views: Views = field(default_factory=Views)
    oracle: npt.NDArray[np.float64] | None = None
    notes: Sequence[str] = ()


def open_evaluation(folder: Path, features: CohortFeatures, settings: EvaluationSettings) -> Run:
    """Begin an evaluation in a new folder, or go on with the one that is there.

    Systems and seeds may differ from last time: what was trained already is read. Raises `EvaluationError` for a cohort
    that cannot be split as asked, and `RunError` where the folder holds something else or other settings.
    """
    check_splits(features, settings)
    if (folder / FACTS).exists():
        return Run.open(folder, fingerprint=features.fingerprint, config=settings.to_json())
    return Run.create(folder, settings.to_json(), features.fingerprint, seed=settings.seed)


def evaluate(
    features: CohortFeatures,
    settings: EvaluationSettings,
    asked: Asked,
    run: Run,
    engine: Engine,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> Table:
    """Train every system in every deal, or read what is trained, and measure all of them alike.

    The engine runs units of all systems together; which engine and how many workers changes nothing but the seconds.
    Test scores are read once, after everything is trained. Raises `Cancelled` (everything finished is kept),
    `EvaluationError`, `DatasetError`, `RunError`, `StorageError`.
    """
    if run.facts.fingerprint != features.fingerprint:
        raise RunError(
            "the evaluation was begun on another cohort, or the cohort has changed since",
            path=run.folder,
            remedy="Go on with the cohort it was begun on, or choose another --out.",
        )
    check_splits(features, settings)
    store_features(features, run.folder)
    data = open_data(str(run.folder), features.fingerprint)
    deals = deals_of(settings, asked.seeds)
    check_deals(deals, data)
    functions = {kind: path for system in asked.systems for kind, path in system.functions.items()}
    registry = Registry(functions, Loader(LOADER, {"folder": str(run.folder), "fingerprint": features.fingerprint}))
    token = cancel or CancelToken()
    needs = {view for system in asked.systems for view in system.needs}
    asked.views.prepare(needs, run.folder, features, settings, engine.workers, token, sink)
    bench = Bench(settings, data, run, engine, registry, token, sink)
    for system in asked.systems:
        system.prepare(bench)
    units = {system.name: [system.unit(bench, deal) for deal in deals] for system in asked.systems}
    found = _collected(bench, deals, units)
    seconds = _seconds(run, units)
    return make_table(
        Measured(asked.systems, found, seconds, features, settings, asked.seeds, asked.oracle, asked.notes)
    )


def _collected(bench: Bench, deals: Sequence[Deal], units: dict[str, list[Unit]]) -> dict[str, SystemPredictions]:
    every = [unit for own in units.values() for unit in own]
    results = bench.results(PHASE, every)
    found: dict[str, SystemPredictions] = {}
    for number, name in enumerate(units):
        own = results[number * len(deals) : (number + 1) * len(deals)]
        found[name] = collect(deals, own, bench.data, bench.settings.level)
    return found


def _seconds(run: Run, units: dict[str, list[Unit]]) -> dict[str, float]:
    """The mean a training by system, over all sessions in which the run was worked on."""
    took = working_seconds(run.events())
    return {
        name: float(np.mean([took.get(key, 0.0) for key in dict.fromkeys(unit.key for unit in own)]))
        for name, own in units.items()
    }
